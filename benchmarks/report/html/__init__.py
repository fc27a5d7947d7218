"""The report as one page: charts by Vega-Lite, drawn by vl-convert; a document by jinja2. Nothing else imports them."""

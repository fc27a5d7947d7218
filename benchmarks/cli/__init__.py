"""`python -m benchmarks VERB`: one module per verb, from parsed arguments to an outcome."""

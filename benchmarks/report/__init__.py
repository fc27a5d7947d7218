"""Text out of results. Renderers return strings; whoever calls them writes."""

"""Render results as text. Renderers return strings; their callers write them."""

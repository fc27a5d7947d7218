"""Engines: clusters, each in a process of its own, and the pools that run on them."""

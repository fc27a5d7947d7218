"""Engines on real clusters; needs the dependency group `distributed-tests`."""

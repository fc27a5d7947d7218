"""Pools: opening, calling, inspecting and closing a backend. What is timed is decided in `measure`."""

"""Every figure that the README and the docs quote: scripts, recorded data, results."""

"""The cost model in use: what a call will take in each configuration, and which one to choose."""

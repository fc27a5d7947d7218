"""The cost model of a machine: what a call takes in each configuration, and which configuration to choose."""

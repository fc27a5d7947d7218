"""What `python -m benchmarks VERB` does, a module a verb: from parsed arguments to text and an exit code."""

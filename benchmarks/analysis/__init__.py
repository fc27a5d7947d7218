"""Pure functions on numbers: they import nothing of ours, read no file and print nothing."""

"""Pure functions on numbers: they import none of our packages, read no files and print nothing."""

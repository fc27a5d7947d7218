"""Judge saved runs: base against head, from run files alone."""

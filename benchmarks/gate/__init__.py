"""The gate: two environments, measured in turns, until it is decided whether head is slower."""

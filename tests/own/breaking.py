"""Can't be imported."""

NOTHING = 1 / 0

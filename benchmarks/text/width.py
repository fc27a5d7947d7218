"""How wide text for a terminal is: a module without imports, for sessions that print little."""

WIDTH = 100

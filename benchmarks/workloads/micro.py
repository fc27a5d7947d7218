"""Tasks that do next to nothing, so that what is measured is the backend."""

import time


def nothing(value: int) -> int:
    """Return the argument: all of its cost is the backend's."""
    return value


def nap(milliseconds: float) -> float:
    """Sleep, holding neither the GIL nor a core, and return the argument."""
    time.sleep(milliseconds / 1e3)
    return milliseconds

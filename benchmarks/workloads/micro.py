"""Tasks that do next to nothing, so that the backend's own cost is measured."""

import time


def nothing(value: int) -> int:
    """Return the argument."""
    return value


def nap(milliseconds: float) -> float:
    """Sleep, holding neither the GIL nor a core, and return the argument."""
    time.sleep(milliseconds / 1e3)
    return milliseconds

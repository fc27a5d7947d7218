"""Tasks that wait, as for a disk or a server, so that more workers than cores pay off."""

import time


def wait(milliseconds: float) -> float:
    """Sleep, and return the argument."""
    time.sleep(milliseconds / 1e3)
    return milliseconds


def pauses() -> list[float]:
    """Return a hundred pauses of one millisecond."""
    return [1.0] * 100

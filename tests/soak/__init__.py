"""The history's hard tests: small and seeded in the test command, in full with `tox run -e soak`."""

import os

FULL = bool(os.environ.get("SOAK"))


def size(small: int, full: int) -> int:
    """How much is tried: `full` in the soak, `small` elsewhere."""
    return full if FULL else small

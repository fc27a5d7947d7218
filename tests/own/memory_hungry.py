"""A user's module that takes a while to import, and whose tasks need memory."""

import time

time.sleep(0.05)


def fill(count):
    """Fill so many bytes and return their number."""
    return len(b"\x01" * count)

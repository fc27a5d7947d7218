"""A module whose import starts threads: `--workload-path tests/own`."""

from concurrent.futures import ThreadPoolExecutor

FEW = [3, 4, 5]
_POOL = ThreadPoolExecutor(2)
_READY = sum(_POOL.map(abs, range(50)))


def _busy(number):
    return sum(range(200_000)) + number


def in_threads(size):
    """Computes in the threads that were started with the module."""
    return sum(_POOL.map(_busy, range(size)))


def plain(size):
    """Does not use them."""
    return _busy(size)

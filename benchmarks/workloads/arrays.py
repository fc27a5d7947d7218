"""Large arrays in and out: what a process backend pays for moving them. loky maps those above 1 MB into memory."""

import numpy

# 2 MB of 8-byte floats, twice joblib's default `max_nbytes`.
_LENGTH = 250_000


def total(array: numpy.ndarray) -> float:
    """The sum of an array's sines: one number for 2 MB."""
    return float(numpy.sin(array).sum())


def inputs() -> list[numpy.ndarray]:
    """Arrays that differ."""
    return [numpy.arange(start, start + _LENGTH, dtype=numpy.float64) for start in range(24)]


def spread(start: int) -> numpy.ndarray:
    """2 MB for one number."""
    return numpy.sqrt(numpy.arange(start, start + _LENGTH, dtype=numpy.float64))


def starts() -> range:
    """Where each array begins."""
    return range(24)

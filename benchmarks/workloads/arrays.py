"""Large arrays as arguments or results: the cost of moving them. loky memory-maps arrays above 1 MB."""

import numpy

# 2 MB of 8-byte floats, twice joblib's default `max_nbytes`.
_LENGTH = 250_000


def total(array: numpy.ndarray) -> float:
    """Return the sum of an array's sines: 2 MB in, one number out."""
    return float(numpy.sin(array).sum())


def inputs() -> list[numpy.ndarray]:
    """Return 24 arrays that differ from each other."""
    return [numpy.arange(start, start + _LENGTH, dtype=numpy.float64) for start in range(24)]


def spread(start: int) -> numpy.ndarray:
    """Return the square roots of consecutive numbers: one number in, 2 MB out."""
    return numpy.sqrt(numpy.arange(start, start + _LENGTH, dtype=numpy.float64))


def starts() -> range:
    """Return the first number of each array."""
    return range(24)

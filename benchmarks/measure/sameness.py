"""When two results are the same: equal, or of equal content, or as close as the user allows."""

from numbers import Number
from typing import Any

from benchmarks.measure.deadline import FROM_OUTSIDE


class Incomparable(Exception):
    """Nobody can say whether two results are the same."""


def same(found: Any, expected: Any, tolerance: float | None = None) -> bool:
    """Whether a result is what it should be.

    Equal values are; so are arrays of equal content, NaN and NaN, and objects that know no equality of their own but
    are pickled to the same. With a relative `tolerance`, numbers and arrays of numbers may differ by it. All of this
    holds inside lists, tuples and dictionaries. Raises Incomparable.
    """
    if equal(found, expected):
        return True
    if isinstance(expected, list | tuple):
        alike = type(found) is type(expected) and len(found) == len(expected)
        return alike and all(same(one, other, tolerance) for one, other in zip(found, expected, strict=True))
    if isinstance(expected, dict):
        alike = isinstance(found, dict) and found.keys() == expected.keys()
        return alike and all(same(found[key], value, tolerance) for key, value in expected.items())
    if isinstance(expected, Number) and isinstance(found, Number):
        return _same_numbers(found, expected, tolerance)
    if hasattr(expected, "dtype") and hasattr(expected, "shape"):
        return _same_arrays(found, expected, tolerance)
    if callable(equals := getattr(expected, "equals", None)):  # a table of pandas
        return bool(equals(found))
    return type(found) is type(expected) and _digest(found) == _digest(expected)


def equal(found: Any, expected: Any) -> bool:
    """Whether two values say that they are equal; the comparison of arrays is an array, and has no truth."""
    try:
        return bool(found == expected)
    except FROM_OUTSIDE:
        raise
    except Exception:
        return False


def _same_numbers(found: Any, expected: Any, tolerance: float | None) -> bool:
    """NaN is the one number that differs from itself."""
    if found != found or expected != expected:
        return bool(found != found and expected != expected)
    return tolerance is not None and bool(abs(found - expected) <= tolerance * abs(expected))


def _same_arrays(found: Any, expected: Any, tolerance: float | None) -> bool:
    import numpy

    if getattr(found, "shape", None) != expected.shape or getattr(found, "dtype", None) != expected.dtype:
        return False
    try:
        if tolerance is None:
            return bool(numpy.array_equal(found, expected, equal_nan=True))
        return bool(numpy.allclose(found, expected, rtol=tolerance, atol=0.0, equal_nan=True))
    except TypeError:  # text or objects: no numbers
        return same(numpy.asarray(found).tolist(), numpy.asarray(expected).tolist(), tolerance)


def _digest(value: Any) -> str:
    """By content. Raises Incomparable."""
    from joblib import hash as digest

    try:
        return str(digest(value))
    except Exception as error:
        kind = type(value).__name__
        raise Incomparable(
            f"a task returned a {kind}, which has no equality of its own and can't be pickled ({error}), so that its"
            " result can't be checked: return plain data"
        ) from None

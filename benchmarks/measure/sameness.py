"""The rule by which two results are the same: equal, of equal content, or as close as the user allows."""

from numbers import Number
from typing import Any

from benchmarks.measure.deadline import FROM_OUTSIDE


class Incomparable(Exception):
    """It can't be decided whether two results are the same."""


def same(result: Any, expected: Any, tolerance: float | None = None) -> bool:
    """Whether a result is the expected one.

    Equal values are the same. So are arrays of equal content, NaN and NaN, and objects of one class that define no
    equality but have the same pickle. Numbers and arrays of numbers may differ by the relative `tolerance`, if there is
    one. The rule applies to the items of lists, tuples and dictionaries, too. Raises Incomparable if an object can't be
    pickled.
    """
    try:
        return equal(result, expected) or _same_content(result, expected, tolerance)
    except RecursionError:
        kind = type(expected).__name__
        raise Incomparable(
            f"a task returned a {kind} that is nested too deeply for its result to be checked: return flat data"
        ) from None


def _same_content(result: Any, expected: Any, tolerance: float | None) -> bool:
    """Whether two values that are not equal have the same content."""
    if isinstance(expected, list | tuple):
        alike = type(result) is type(expected) and len(result) == len(expected)
        return alike and all(same(*items, tolerance) for items in zip(result, expected, strict=True))
    if isinstance(expected, dict):
        alike = isinstance(result, dict) and result.keys() == expected.keys()
        return alike and all(same(result[key], value, tolerance) for key, value in expected.items())
    if isinstance(expected, Number) and isinstance(result, Number):
        return _same_numbers(result, expected, tolerance)
    if hasattr(expected, "dtype") and hasattr(expected, "shape"):
        return _same_arrays(result, expected, tolerance)
    if callable(equals := getattr(expected, "equals", None)):  # a table of pandas
        return bool(equals(result))
    return type(result) is type(expected) and _digest(result) == _digest(expected)


def equal(result: Any, expected: Any) -> bool:
    """Whether `==` says that two values are equal; false if it raises or, as with arrays, has no truth value."""
    try:
        return bool(result == expected)
    except FROM_OUTSIDE:
        raise
    except Exception:
        return False


def _same_numbers(result: Any, expected: Any, tolerance: float | None) -> bool:
    # NaN is the one number that differs from itself.
    if result != result or expected != expected:
        return bool(result != result and expected != expected)
    return tolerance is not None and bool(abs(result - expected) <= tolerance * abs(expected))


def _same_arrays(result: Any, expected: Any, tolerance: float | None) -> bool:
    import numpy

    if getattr(result, "shape", None) != expected.shape or getattr(result, "dtype", None) != expected.dtype:
        return False
    try:
        if tolerance is None:
            return bool(numpy.array_equal(result, expected, equal_nan=True))
        return bool(numpy.allclose(result, expected, rtol=tolerance, atol=0.0, equal_nan=True))
    except TypeError:  # arrays of text or of objects
        return same(numpy.asarray(result).tolist(), numpy.asarray(expected).tolist(), tolerance)


def _digest(value: Any) -> str:
    """Return a hash of a value's pickle. Raises Incomparable if the value can't be pickled."""
    from joblib import hash as digest

    try:
        return str(digest(value))
    except Exception as error:
        kind = type(value).__name__
        raise Incomparable(
            f"a task returned an object of type {kind}, which defines no equality and can't be pickled"
            f" ({_reason(error)}), so its result can't be checked: return plain data"
        ) from None


def _reason(error: Exception) -> object:
    """Return what an error says; joblib's has a second argument, which repeats the first and the object."""
    return error.args[0] if error.args else error

"""What a row compares, in words: seconds or bytes, with a unit."""

from benchmarks.analysis.quantity import Quantity
from benchmarks.text.formatting import duration, size


def amount(value: float | None, quantity: Quantity) -> str:
    """A value with its unit; nothing where there is none."""
    if value is None:
        return ""
    return size(value) if quantity.unit == "bytes" else duration(value)

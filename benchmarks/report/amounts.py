"""What a row compares, in words: seconds or bytes, with a unit."""

from benchmarks.analysis.quantity import Quantity
from benchmarks.report.durations import duration

_UNITS = (("GB", 1e-9), ("MB", 1e-6), ("kB", 1e-3), ("B", 1.0))


def amount(value: float | None, quantity: Quantity) -> str:
    """A value with its unit; nothing where there is none."""
    if value is None:
        return ""
    return size(value) if quantity.unit == "bytes" else duration(value)


def size(count: float) -> str:
    """Bytes with three significant digits, such as `131 MB`; a MB is a million bytes."""
    unit, scale = next((unit for unit in _UNITS if count * unit[1] >= 1), _UNITS[-1])
    value = count * scale
    digits = 0 if value >= 100 or unit == "B" else 1 if value >= 10 else 2
    return f"{value:.{digits}f} {unit}"

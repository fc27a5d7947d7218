"""Seconds in words: the one place where a unit is chosen."""

_UNITS = (("s", 1.0), ("ms", 1e3), ("us", 1e6), ("ns", 1e9))


def duration(seconds: float) -> str:
    """Three significant digits and a unit, such as `41.2 ms`."""
    unit, scale = next((unit for unit in _UNITS if seconds * unit[1] >= 1), _UNITS[-1])
    value = seconds * scale
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def clock(seconds: float) -> str:
    """Minutes and seconds, such as `1:05`."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes}:{rest:02d}"

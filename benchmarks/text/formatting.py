"""Format times, sizes and counts: the one place where a unit is chosen."""

_TIMES = (("s", 1.0), ("ms", 1e3), ("us", 1e6), ("ns", 1e9))
_SIZES = (("GB", 1e-9), ("MB", 1e-6), ("kB", 1e-3), ("B", 1.0))


def duration(seconds: float) -> str:
    """Three significant digits and a unit, such as `41.2 ms`."""
    unit, scale = next((unit for unit in _TIMES if seconds * unit[1] >= 1), _TIMES[-1])
    value = seconds * scale
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def clock(seconds: float) -> str:
    """Minutes and seconds, such as `1:05`."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes}:{rest:02d}"


def minutes(seconds: float) -> str:
    """A span in minutes, such as `1 minute`, `6.5 minutes` or `10 minutes`."""
    count = f"{seconds / 60:.1f}".removesuffix(".0")
    return f"{count} minute{'' if count == '1' else 's'}"


def size(count: float) -> str:
    """Bytes with three significant digits, such as `131 MB`; a MB is a million bytes."""
    unit, scale = next((unit for unit in _SIZES if count * unit[1] >= 1), _SIZES[-1])
    value = count * scale
    digits = 0 if value >= 100 or unit == "B" else 1 if value >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def factor(value: float) -> str:
    """A ratio with two decimals, or one digit where that would be none: `1.94x`, `0.003x`."""
    return f"{value:.2f}x" if value >= 0.095 else f"{value:.1g}x"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 case`, `2 cases`, `1,000 cases`; `many` where the plural is not made with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"

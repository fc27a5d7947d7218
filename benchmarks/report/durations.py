"""Seconds in words: the one place where a unit is chosen."""


def duration(seconds: float) -> str:
    """Three significant digits and a unit, such as `41.2 ms`."""
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        value = seconds * scale
        if value >= 1:
            break
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def clock(seconds: float) -> str:
    """Minutes and seconds, such as `1:05`."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes}:{rest:02d}"

"""Parse percentages, times and sizes as users write them."""

import re

from benchmarks.text.printable import visible

_SIZES = {"B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "kiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30}
_UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


def parse_percent(text: object) -> float:
    """`5%` as 0.05; raises ValueError with what was expected."""
    match = re.fullmatch(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*%\s*", text, re.ASCII) if isinstance(text, str) else None
    if not match or float(match[1]) <= 0:
        raise ValueError(f"'{visible(text)[:40]}'; expected a percentage above 0, such as 5% or 2.5%")
    return float(match[1]) / 100


def parse_span(text: str) -> float:
    """`10m`, `90s` or `1h` in seconds; raises ValueError with what was expected."""
    match = re.fullmatch(r"\s*(\d{1,6}(?:\.\d{1,3})?)\s*(s|m|h)\s*", text, re.ASCII)
    if not match or float(match[1]) <= 0:
        raise ValueError(f"'{visible(text)[:40]}'; expected a time above 0, such as 10m, 90s or 1h")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


def parse_size(text: object) -> float:
    """`500MB` in bytes, a MB being a million and a MiB 2**20 of them; raises ValueError with what was expected."""
    match = (
        re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,6})?)\s*([kMG]?i?B)\s*", text, re.ASCII) if isinstance(text, str) else None
    )
    if not match or float(match[1]) <= 0 or match[2] not in _SIZES:
        raise ValueError(f"'{visible(text)[:40]}'; expected a size above 0, such as 500MB, 1.5GiB or 64kB")
    return float(match[1]) * _SIZES[match[2]]


def parse_time(text: object) -> float:
    """`20ms` in seconds; raises ValueError with what was expected."""
    match = (
        re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(ns|us|ms|s)\s*", text, re.ASCII) if isinstance(text, str) else None
    )
    if not match or float(match[1]) <= 0:
        raise ValueError(f"'{visible(text)[:40]}'; expected a time above 0, such as 20ms, 1.5s or 300us")
    return float(match[1]) * _UNITS[match[2]]

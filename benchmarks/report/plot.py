"""A plot of a case over runs in plain characters: one column per run, or per group of runs if there are many."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.text.formatting import duration

_COLUMNS = 86
_ROWS = 12


@dataclass(frozen=True)
class Dot:
    """A run in the plot: its centre and range (s), and whether its environment changed just before it."""

    center_s: float
    low_s: float
    high_s: float
    changed: bool


def plot(dots: Sequence[Dot]) -> str:
    """Return the plot, oldest run left: `o` is the centre, `.` the range of the rounds, `^` below marks a change."""
    columns = [_merged(dots[start:stop]) for start, stop in _ranges(len(dots))]
    low, high = min(dot.low_s for dot in columns), max(dot.high_s for dot in columns)
    step = (high - low) / (_ROWS - 1) or 1.0

    def row(seconds: float) -> int:
        return round((seconds - low) / step)

    lines = []
    for level in reversed(range(_ROWS)):
        marks = [
            "o" if row(dot.center_s) == level else "." if row(dot.low_s) <= level <= row(dot.high_s) else " "
            for dot in columns
        ]
        label = duration(low + level * step) if level in (0, _ROWS // 2, _ROWS - 1) else ""
        lines.append(f"{label:>9} |{''.join(marks)}".rstrip())
    changes = "".join("^" if dot.changed else "-" for dot in columns)
    return "\n".join([*lines, f"{'':>9} +{changes}"]) + "\n"


def _ranges(count: int) -> list[tuple[int, int]]:
    columns = min(count, _COLUMNS)
    return [(count * column // columns, count * (column + 1) // columns) for column in range(columns)]


def _merged(dots: Sequence[Dot]) -> Dot:
    return Dot(
        median(dot.center_s for dot in dots),
        min(dot.low_s for dot in dots),
        max(dot.high_s for dot in dots),
        any(dot.changed for dot in dots),
    )

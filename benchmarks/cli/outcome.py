"""What a verb came to; only `__main__` prints it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of every verb."""

    FINE = 0
    FAILED = 1  # REGRESSION, MISSING, BROKEN or OVER_LIMIT
    UNUSABLE = 2  # usage, or data that can't be read
    UNDECIDED = 3  # nothing comparable, or the comparison as a whole inconclusive


@dataclass(frozen=True)
class Outcome:
    """`text` for the terminal, `files` by the name the user gave (`-` is standard output), `warnings` for stderr."""

    text: str
    exit_code: Exit
    files: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

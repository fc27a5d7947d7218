"""What a verb came to; only `__main__` prints it."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from types import FrameType


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


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does, so that what it has started is ended as well."""

    def end(signum: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + signum)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""Measuring in turns with another session: this process works only while it has the turn.

The gate holds the other end of a socket, a line of JSON a message. Before a case, before each round and at its end this
session says where it is, and goes on when it is told to. Two sessions that do so run like coroutines: whatever one does
between two questions (opening a pool, a timed round, a check, a line of the journal) it does alone.
"""

import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.errors import BadOption
from benchmarks.measure.deadline import paused


@dataclass(frozen=True)
class Planned:
    """One case of a plan: `scale` multiplies its size; `cpu` is the one core that it is bound to, None for any.

    `keep` leaves loky's executor to the next case.
    """

    nodeid: str
    scale: float
    cpu: int | None
    keep: bool


class Turns:
    """The session's end of the socket `descriptor`."""

    def __init__(self, descriptor: int) -> None:
        os.set_inheritable(descriptor, False)
        self._socket = socket.socket(fileno=descriptor)
        self._lines = self._socket.makefile("r", encoding="utf-8")
        # A forked worker that held the socket would hide from the gate that this process has died.
        os.register_at_fork(after_in_child=lambda: os.close(descriptor))

    def wait(self, case: int, round_number: int) -> None:
        """Say where this session is and give the turn away until it comes back. The case's deadline stands still.

        `case` counts from 0 and is the number of cases at the session's end; round 0 is what precedes the rounds.
        Ends the session where nobody gives turns any more.
        """
        with paused():
            try:
                self._socket.sendall(json.dumps([case, round_number]).encode() + b"\n")
                told = self._lines.readline()
            except OSError:
                told = ""
        if told != "go\n":
            pytest.exit("nobody gives turns any more", returncode=pytest.ExitCode.INTERRUPTED)


@dataclass(frozen=True)
class Plan:
    """The cases of a session, in its order, and who gives it turns, None where it runs alone."""

    cases: Mapping[str, Planned]
    turns: Turns | None

    def start(self, nodeid: str) -> None:
        """Wait for the turn to begin a case."""
        self.wait(nodeid, 0)

    def wait(self, nodeid: str, round_number: int) -> None:
        """Wait for the turn to do a round of a case."""
        if self.turns:
            self.turns.wait(list(self.cases).index(nodeid), round_number)

    def end(self) -> None:
        """Wait until the other side has no round left to time."""
        if self.turns:
            self.turns.wait(len(self.cases), 0)

    def rounds(self, nodeid: str) -> Callable[[], None]:
        """What to call before each round of a case."""
        numbers = iter(range(1, 1_000_000))
        return lambda: self.wait(nodeid, next(numbers))

    @contextmanager
    def bound(self, nodeid: str) -> Iterator[None]:
        """Bind the case to its core, where it has one."""
        cpu = self.cases[nodeid].cpu
        if cpu is None:
            yield
            return
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {cpu})
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)


ALONE = Plan({}, None)

PLAN = pytest.StashKey[Plan]()


def read_plan(path: str | None, descriptor: str | None) -> Plan:
    """The plan in a file that the gate has written, and its turns. Raises BadOption."""
    if path is None:
        if descriptor is not None:
            raise BadOption("--in-turns: needs --plan; the gate gives both")
        return ALONE
    try:
        entries = json.loads(Path(path).read_bytes())["cases"]
        cases = [
            Planned(str(entry["nodeid"]), float(entry["scale"]), entry["cpu"], bool(entry["keep"])) for entry in entries
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadOption(f"--plan {path!r}: {error!r}; expected a file that the gate has written") from None
    try:
        turns = Turns(int(descriptor)) if descriptor is not None else None
    except (OSError, ValueError) as error:
        raise BadOption(f"--in-turns {descriptor!r}: {error}; expected the number of an open socket") from None
    return Plan({case.nodeid: case for case in cases}, turns)


def planned(items: Sequence[Any], plan: Plan) -> list[Any]:
    """The items of a plan in its order. Raises BadOption where one is missing."""
    known = {item.nodeid: item for item in items}
    if gone := [nodeid for nodeid in plan.cases if nodeid not in known]:
        raise BadOption(f"--plan: {gone[0]} is no case of this session")
    return [known[nodeid] for nodeid in plan.cases]

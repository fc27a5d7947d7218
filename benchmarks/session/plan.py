"""`--plan` and `--in-turns`: the cases that a gate has chosen for a session, and the turns it gives."""

import gc
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.errors import BadOption
from benchmarks.measure.turns import Turns


@dataclass(frozen=True)
class PlannedCase:
    """A case of a plan: `scale` multiplies its size; `cpu` is the only core it may use, None for any.

    `keep` leaves loky's executor to the next case.
    """

    nodeid: str
    scale: float
    cpu: int | None
    keep: bool


@dataclass(frozen=True)
class Plan:
    """The cases of a session by node id, in their order; `turns` is None if no other session is measured with it."""

    cases: Mapping[str, PlannedCase]
    turns: Turns | None

    def start(self, nodeid: str) -> None:
        """Wait for the turn to begin a case."""
        self.wait(nodeid, 0)

    def wait(self, nodeid: str, round_number: int) -> None:
        """Wait for the turn to measure a round of a case."""
        if self.turns:
            self.turns.wait(list(self.cases).index(nodeid), round_number)

    def freeze_harness(self) -> None:
        """Keep all objects that exist now out of collections, for the rest of a session that takes turns.

        joblib collects before it forks, which takes 45 ms in each case of multiprocessing with the objects of pytest.
        """
        if self.turns:
            gc.freeze()

    def end(self) -> None:
        """Wait until the other side has no round left to time."""
        if self.turns:
            self.turns.wait(len(self.cases), 0)

    def rounds(self, nodeid: str) -> Callable[[], None]:
        """Return the function to call before each round of a case."""
        numbers = iter(range(1, 1_000_000))
        return lambda: self.wait(nodeid, next(numbers))

    @contextmanager
    def bound(self, nodeid: str) -> Iterator[None]:
        """Bind this process to the case's core, if it has one, for the length of the block."""
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

    def select(self, items: Sequence[Any]) -> list[Any]:
        """Return the collected items that the plan names, in its order. Raises BadOption if one is missing."""
        by_nodeid = {item.nodeid: item for item in items}
        if missing := [nodeid for nodeid in self.cases if nodeid not in by_nodeid]:
            raise BadOption(f"--plan: {missing[0]} is not a case of this session")
        return [by_nodeid[nodeid] for nodeid in self.cases]


NO_PLAN = Plan({}, None)


def read_plan(path: str | None, descriptor: str | None) -> Plan:
    """Return the plan in a file that the gate has written, with the turns on an open socket. Raises BadOption."""
    if path is None:
        if descriptor is not None:
            raise BadOption("--in-turns: needs --plan; the gate gives both")
        return NO_PLAN
    try:
        entries = json.loads(Path(path).read_bytes())["cases"]
        cases = [
            PlannedCase(str(entry["nodeid"]), float(entry["scale"]), entry["cpu"], bool(entry["keep"]))
            for entry in entries
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadOption(f"--plan {path!r}: {error!r}; expected a file that the gate has written") from None
    try:
        turns = Turns(int(descriptor)) if descriptor is not None else None
    except (OSError, ValueError) as error:
        raise BadOption(f"--in-turns {descriptor!r}: {error}; expected the number of an open socket") from None
    return Plan({case.nodeid: case for case in cases}, turns)

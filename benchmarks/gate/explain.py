"""Why a case is slower: both sides profiled in turns, after the verdict and without being timed."""

import random
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.analysis.judgement import Judgement, Row
from benchmarks.analysis.profiles import FunctionChange, FunctionCost, changes, explaining
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.verdict import Verdict
from benchmarks.errors import GateError
from benchmarks.gate.opening import BuiltRecord
from benchmarks.gate.pair import Pair, run_pair
from benchmarks.gate.record import SIDES, GateCase, Record
from benchmarks.gate.record_folder import logs_of, runs_of
from benchmarks.gate.sizing import write_plan
from benchmarks.history.run import read_run
from benchmarks.limits import case_names
from benchmarks.report.case_labels import labelled
from benchmarks.text.formatting import duration
from benchmarks.text.printable import visible

# Slower cases that are explained without being asked for, worst first.
_MOST_CASES = 3

# Functions named for each case on the terminal.
_MOST_LINES = 3

_LONGEST_S = 180.0


def slower_cases(judgement: Judgement, record: Record) -> list[GateCase]:
    """Return the cases that became slower and are not explained yet, worst first; three at most."""
    by_nodeid = {case.nodeid: case for case in record.cases}
    slower = [row.fullname for row in judgement.rows if _is_slower(row)]
    wanted = [name for name in dict.fromkeys(slower) if name in by_nodeid and name not in record.explanations]
    return [by_nodeid[name] for name in wanted][:_MOST_CASES]


def _is_slower(row: Row) -> bool:
    # Not for instructions: a profile's times don't show a change that time itself can't.
    return row.quantity in (Quantity.TIME, Quantity.CPU) and row.verdict in (Verdict.REGRESSION, Verdict.OVER_LIMIT)


def named_case(record: Record, judgement: Judgement, name: str) -> GateCase:
    """Return the case that a user names as in the table, by its test or by its node id. Raises GateError."""
    labels = _labels(judgement.rows)
    for case in record.sound_cases:
        if name in (labels.get(case.nodeid), *case_names(case.nodeid)):
            return case
    expected = ", ".join(labels.get(case.nodeid, case.nodeid) for case in record.sound_cases[:10])
    raise GateError(f"--explain {visible(name)}: no case of this record that has times; expected one of {expected}")


def _labels(rows: Sequence[Row]) -> dict[str, str]:
    """Return by node id what the table calls a case."""
    return {row.fullname: row.name for row in labelled([row for row in rows if row.quantity is Quantity.TIME])}


def explain(built: BuiltRecord, cases: Sequence[GateCase]) -> None:
    """Profile both sides of these cases in turns, and keep in the record which functions changed. Raises GateError."""
    if not cases:
        return
    record, folder = built.record, built.folder
    names = ", ".join(case_names(case.nodeid)[1] for case in cases)
    built.tell(f"profiling both sides: {names}")
    name = _free_name(folder)
    options = record.options_without_resources
    plan = write_plan(folder, cases, {})
    pair = Pair(name, cases, plan, [*options, "--rounds=1", "--profile-calls"], random.Random(f"{record.seed} {name}"))
    end = run_pair(built.sides, folder, pair, time.monotonic() + _LONGEST_S)
    runs = {file.name: file.path for file in runs_of(folder).files()}
    missing = [side for side in SIDES if pair.run_name(side) not in runs]
    if end.void_reason or missing:
        reason = end.void_reason or f"{missing[0]} saved no run"
        raise GateError(f"{names} can't be explained: {reason}; see {visible(logs_of(folder))}")
    base, head = (_profiles(runs[pair.run_name(side)]) for side in SIDES)
    for case in cases:
        if case.nodeid in base and case.nodeid in head:
            record.explanations[case.nodeid] = changes(base[case.nodeid], head[case.nodeid])
    record.save(folder)


def _free_name(folder: Path) -> str:
    taken = {(file.name or "").rpartition("-")[0] for file in runs_of(folder).files()}
    return next(name for number in range(1, 10**6) if (name := f"explain-{number}") not in taken)


class _Function(msgspec.Struct):
    """A function as a session writes it into its run file."""

    name: str
    calls: float
    own_s: list[float]
    callers: list[str]


def _profiles(path: Path) -> dict[str, dict[str, FunctionCost]]:
    """Return the functions of each profiled case in a run file, by node id and name."""
    return {
        case.fullname: _functions(profile)
        for case in read_run(path).cases.values()
        if (profile := case.facts.get("profile")) is not None
    }


def _functions(profile: Any) -> dict[str, FunctionCost]:
    known = msgspec.convert(profile, list[_Function])
    return {visible(it.name): FunctionCost(it.calls, tuple(it.own_s), tuple(map(visible, it.callers))) for it in known}


def explanation_lines(record: Record, rows: Sequence[Row], most: int = _MOST_LINES) -> list[str]:
    """Return up to `most` lines for each explained case: what takes more time a call, and who calls it.

    A case without such a function has one line that says so. `rows` have the names that the lines begin with.
    """
    labels = _labels(rows)
    return [
        f"Why {labels.get(nodeid, nodeid)}: {line}"
        for nodeid, changes in record.explanations.items()
        for line in _lines(changes, most)
    ]


def _lines(changes: Iterable[FunctionChange], most: int) -> list[str]:
    lines = [
        f"{change.name}{_callers(change)}: {duration(change.base_s) if change.base_s else '0'} -> "
        f"{duration(change.head_s)} a call{_calls(change)}"
        for change in explaining(changes, most)
    ]
    return lines or [
        "no function of this process took more time in every turn, which noise can hide; worker processes are not"
        " profiled"
    ]


def _calls(change: FunctionChange) -> str:
    if not change.base_calls and not change.head_calls:
        return ""  # sampled
    return f", called {change.base_calls:.4g} -> {change.head_calls:.4g} times"


def _callers(change: FunctionChange) -> str:
    return f", from {change.callers[0]}" if change.callers else ""

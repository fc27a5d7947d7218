"""Which cases a gate measures, and how long a call takes: a session of base, then one of head, before any pair."""

import json
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.cores import usable_cores
from benchmarks.errors import GateError
from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.record import SIZING_OF_HEAD, GateCase, Record, SideName
from benchmarks.gate.selection import affordable, seconds_for_all
from benchmarks.gate.sizing_session import NoRun, run_session
from benchmarks.history.case_times import CaseTimes
from benchmarks.history.run import Run, geometric_mean_s

_SUITE = ("benchmarks/suite/test_summation.py", "benchmarks/suite/test_overhead.py")

# With another workload than the summation: whatever runs that workload.
_SUITE_OF_WORKLOAD = (
    "benchmarks/suite/test_workload.py",
    "benchmarks/suite/test_overhead.py::test_pre_dispatch",
    "benchmarks/suite/test_overhead.py::test_order",
)

# Beyond these scales no call gets the length that is aimed at: the case stays as long as it is.
_SMALLEST, _LARGEST = 1e-3, 1e3

_GENEROUS = 1.3

# Choosing the sizes may take this share of the budget for base; cases that were not reached by then are left out.
_SIZING_SHARE = 1 / 3

# The batch size in a case's id, see `grid.Case.id`.
_BATCH_SIZE = re.compile(r"-b(\d+|auto)(?=\]$)")


class Sized(NamedTuple):
    """The cases of a gate with their sizes, and how long a call of each takes, by node id.

    `without_time` are by node id the reasons for which base has no time of a case, `left_out` the node ids of the cases
    for which the budget is too short, and `all_s` is the time in seconds that would suffice for all of them.
    """

    cases: list[GateCase]
    call_s: dict[str, float]
    without_time: dict[str, str]
    left_out: list[str]
    all_s: float


def size_cases(sides: Mapping[SideName, BuiltSide], folder: Path, record: Record, until: float) -> Sized:
    """Choose the distinct effective configurations, sized so that the slower side's calls take `record.target_s`.

    A gate leaves out the cases that base's session does not reach in its share of the budget and, if its user selected
    none, those that the budget can't decide. Raises GateError if base's session ends without a run, if no case is left,
    or at `until` (monotonic seconds). What fails in head is in the status file of its session.

    Calls of the user's function get fewer tasks if all would take long: `record` then has `--tasks`.
    """
    first, unreached = _base_run(sides, folder, record, until)
    cases = [_sized(case, record.target_s) for case in distinct(first.cases.values())]
    if not cases:
        raise GateError(f"no case can be measured: {next(iter(first.without_time.values()), 'none was selected')}")
    tasks = max(_tasks(case) for case in first.cases.values())
    if tasks and "--workload" in record.option_values and "--tasks" not in record.option_values:
        record.session_options.append(f"--tasks={tasks}")
    call_s = {case.fullname: _shortest_call_s(case, record.target_s) for case in first.cases.values()}
    all_s = seconds_for_all(cases, call_s) * (len(cases) + len(unreached)) / len(cases)
    left_out = unreached
    if record.keyword is None and record.purpose == "gate":
        left_s = until - time.monotonic()
        cases, undecided = affordable(cases, call_s, unbatched(first.cases.values()), usable_cores(), left_s)
        left_out = [*(case.nodeid for case in undecided), *unreached]
    # Small calls predict large ones badly: aim somewhat higher, then take off what is too much.
    cases = [msgspec.structs.replace(case, scale=min(_LARGEST, case.scale * _GENEROUS)) for case in cases]
    cases = _fitted_to_head(cases, first, sides, folder, record, until)
    return Sized(cases, call_s, dict(first.failed) if unreached else first.without_time, left_out, all_s)


def _base_run(sides: Mapping[SideName, BuiltSide], folder: Path, record: Record, until: float) -> tuple[Run, list[str]]:
    """Measure one round of each case on base; return the run, and the node ids of the cases without time for them."""
    # Joined, because an expression that begins with a hyphen would be taken for an option.
    select = [f"-k={record.keyword}"] if record.keyword else []
    own = "--workload" in record.option_values
    short = ["--short-calls"] if own and "--tasks" not in record.option_values else []
    suite = _SUITE_OF_WORKLOAD if own else _SUITE
    options = [*record.session_options, *short, *suite, "-m", "not double", *select]
    left_s = until - time.monotonic()
    enough_at = until - (1 - _SIZING_SHARE) * left_s if record.purpose == "gate" else until
    run = run_session(sides, "base", folder, "sizing-1", options, enough_at)
    return run, [*run.not_run] if time.monotonic() >= enough_at else []


def _tasks(case: CaseTimes) -> int:
    """Return how many tasks a case has, 0 if it does not say."""
    tasks = case.facts.get("tasks", 0)
    return tasks if isinstance(tasks, int) else 0


def _fitted_to_head(
    cases: Sequence[GateCase],
    base_run: Run,
    sides: Mapping[SideName, BuiltSide],
    folder: Path,
    record: Record,
    until: float,
) -> list[GateCase]:
    """Return the cases, smaller where head needs that, without those that are duplicates on both sides."""
    options = [f"--plan={write_plan(folder, cases, {})}", *record.session_options]
    try:
        head_run = run_session(sides, "head", folder, SIZING_OF_HEAD, options, until)
    except NoRun:
        # A head that dies is detected, and named, when it is measured beside base.
        return [*cases]
    if time.monotonic() >= until:
        raise GateError("choosing the sizes took the whole budget: give it more time (--budget) or fewer cases (-k)")
    times = {case.fullname: case for case in head_run.cases.values()}
    duplicates = unbatched(base_run.cases.values()) & unbatched(head_run.cases.values())
    kept = [case for case in cases if case.nodeid not in duplicates]
    return [_shortened(case, times.get(case.nodeid), record.target_s) for case in kept]


def _shortest_call_s(case: CaseTimes, target_s: float) -> float:
    """Return what a call takes that lasts `target_s` if it can: with a single task it can't be any shorter."""
    tasks, calls, workers = (case.facts.get(name, 1) for name in ("tasks", "calls", "effective_n_jobs"))
    if not all(isinstance(count, int) and count > 0 for count in (tasks, calls, workers)):
        return target_s
    one_task_s: float = geometric_mean_s(case.rounds_s) / tasks / calls * min(workers, tasks)
    return max(target_s, one_task_s)


def _sized(case: CaseTimes, target_s: float) -> GateCase:
    """Return a case of a run as the gate measures it."""
    workers = case.facts.get("effective_n_jobs")
    backend = str(case.facts.get("effective_backend"))
    return GateCase(case.fullname, backend, workers if isinstance(workers, int) else 0, _scale(1.0, case, target_s))


def _shortened(case: GateCase, times: CaseTimes | None, target_s: float) -> GateCase:
    """Return the case with a smaller scale if head needs one."""
    if times is None:
        return case
    return msgspec.structs.replace(case, scale=min(case.scale, _scale(case.scale, times, target_s)))


def _scale(before: float, case: CaseTimes, target_s: float) -> float:
    return min(_LARGEST, max(_SMALLEST, before * target_s / geometric_mean_s(case.rounds_s)))


def distinct(cases: Iterable[CaseTimes]) -> list[CaseTimes]:
    """Return the cases, as base ran them, without those that are another case under a second name."""
    cases = list(cases)
    names = {case.param for case in cases}
    return [case for case in cases if case.facts.get("alias_of") not in names]


def unbatched(cases: Iterable[CaseTimes]) -> set[str]:
    """Return the node ids of duplicates: cases that differ from an earlier one only in an unused batch size."""
    seen: set[str] = set()
    duplicates = set()
    for case in cases:
        if any(case.facts.get("batches") or ()):
            continue
        without_batch_size = _BATCH_SIZE.sub("", case.fullname)
        if without_batch_size in seen:
            duplicates.add(case.fullname)
        seen.add(without_batch_size)
    return duplicates


def write_plan(folder: Path, cases: Sequence[GateCase], cpus: Mapping[str, int]) -> Path:
    """Write the plan of a session, for `--plan`; `cpus` are the cores that some cases are bound to."""
    path = folder / "plan.json"
    entries = [
        {
            "nodeid": case.nodeid,
            "scale": case.scale,
            "cpu": cpus.get(case.nodeid),
            "keep": following is not None and case.executor == following.executor,
        }
        for case, following in zip(cases, [*cases[1:], None], strict=True)
    ]
    path.write_text(json.dumps({"cases": entries}))
    return path

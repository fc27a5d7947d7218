"""Which cases a gate measures, and how large: a session of base, then one of head, before any pair."""

import json
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from subprocess import TimeoutExpired

from benchmarks.errors import GateError
from benchmarks.gate.commands import last_lines
from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.pair import running, session_command
from benchmarks.gate.record import GateCase, runs_of
from benchmarks.history.run import CaseTimes, Run, geometric_mean_s, read_run

_SUITE = ("benchmarks/suite/test_summation.py", "benchmarks/suite/test_overhead.py")

# With another work than the summation: whatever does that work.
_SUITE_OF_WORKLOAD = (
    "benchmarks/suite/test_workload.py",
    "benchmarks/suite/test_overhead.py::test_pre_dispatch",
    "benchmarks/suite/test_overhead.py::test_order",
)

# Beyond these a call of the aimed length is not to be had: the case stays as long as it is.
_SMALLEST, _LARGEST = 1e-3, 1e3

_GENEROUS = 1.3

# pytest's exit code where no test was selected.
_NOTHING_SELECTED = 5

# And where it did not understand its command line.
_USAGE = 4

# The batch size in a case's id, see `grid.Case.id`.
_BATCH_SIZE = re.compile(r"-b(\d+|auto)(?=\]$)")


class NoRun(GateError):
    """A side's session ended without a run."""


def choose_cases(
    base: BuiltSide,
    head: BuiltSide,
    folder: Path,
    keyword: str | None,
    work: Sequence[str],
    target_s: float,
    until: float,
) -> tuple[list[GateCase], dict[str, dict[str, str]]]:
    """The distinct effective configurations, sized so that the slower side's calls take `target_s`.

    And, by side and case, why some can't be measured. `work` are the options that choose the sessions' work.

    Raises GateError where the session ends without a run, or no case is left.
    """
    words = ["-k", keyword] if keyword else []
    suite = _SUITE_OF_WORKLOAD if any(option.startswith("--workload=") for option in work) else _SUITE
    first = _session(base, folder, "sizing-1", None, [*work, *suite, "-m", "not double", *words], until)
    cases = [
        GateCase(case.fullname, str(case.facts.get("effective_backend")), _workers(case), _scale(1.0, case, target_s))
        for case in distinct(first.cases.values())
    ]
    if not cases:
        raise GateError(f"no case can be measured: {next(iter(first.without_time.values()), 'none was selected')}")
    # Small calls say too little of large ones: somewhat more than is aimed at, then what is too much is taken off.
    cases = [replace(case, scale=min(_LARGEST, case.scale * _GENEROUS)) for case in cases]
    plan = write_plan(folder, cases, {})
    try:
        second = _session(head, folder, "sizing-2", plan, work, until)
    except NoRun:
        # A head that dies is found out, and named, when it is measured beside base.
        return cases, {"base": first.without_time, "head": {}}
    times = {case.fullname: case for case in second.cases.values()}
    twice = unbatched(first.cases.values()) & unbatched(second.cases.values())
    sized = [
        replace(case, scale=min(case.scale, _scale(case.scale, times[case.nodeid], target_s)))
        if case.nodeid in times
        else case
        for case in cases
        if case.nodeid not in twice
    ]
    return sized, {"base": first.without_time, "head": second.without_time}


def distinct(cases: Iterable[CaseTimes]) -> list[CaseTimes]:
    """The cases without those that are another one under a second name, as base ran them."""
    cases = list(cases)
    names = {case.param for case in cases}
    return [case for case in cases if case.facts.get("alias_of") not in names]


def unbatched(cases: Iterable[CaseTimes]) -> set[str]:
    """Of cases that differ in nothing but a batch size that joblib made no use of: node ids of all but the first."""
    seen: set[str] = set()
    found = set()
    for case in cases:
        if any(case.facts.get("batches") or ()):
            continue
        without = _BATCH_SIZE.sub("", case.fullname)
        if without in seen:
            found.add(case.fullname)
        seen.add(without)
    return found


def write_plan(folder: Path, cases: Sequence[GateCase], cpus: Mapping[str, int]) -> Path:
    """The plan of a session, for `--plan`; `cpus` are the cores that some cases are bound to."""
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


def _session(side: BuiltSide, folder: Path, name: str, plan: Path | None, more: Sequence[str], until: float) -> Run:
    runs, logs = runs_of(folder), folder / "logs"
    logs.mkdir(exist_ok=True)
    log = logs / f"{name}.txt"
    command = session_command(side, runs.root, name, plan, "--rounds=1", *more)
    with running(command, side.tree, log, 0) as process:
        try:
            code = process.wait(max(1.0, until - time.monotonic()))
        except TimeoutExpired:
            raise GateError(f"choosing the sizes took longer than the budget; see {log}") from None
    if code == _NOTHING_SELECTED:
        raise GateError("-k matches no case; `pytest --collect-only --profile gate` lists them")
    if code == _USAGE and (why := usage_error(log.read_text(errors="replace"))):
        raise GateError(f"pytest refuses: {why}")
    saved = next((file for file in runs.files() if file.name == name), None)
    if code not in (0, 1) or saved is None:
        said = last_lines(log.read_bytes())
        raise NoRun(f"{name}: a side can't be measured (pytest's exit code {code}), see {log}:\n{said}")
    return read_run(saved.path)


def usage_error(output: str) -> str:
    """What pytest says of a command line that it does not understand, such as an expression of -k."""
    said = [line.removeprefix("ERROR:").strip() for line in output.splitlines() if line.startswith("ERROR:")]
    return "; ".join(said)


def _scale(before: float, case: CaseTimes, target_s: float) -> float:
    return min(_LARGEST, max(_SMALLEST, before * target_s / geometric_mean_s(case.rounds_s)))


def _workers(case: CaseTimes) -> int:
    workers = case.facts.get("effective_n_jobs")
    return workers if isinstance(workers, int) else 0

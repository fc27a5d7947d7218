"""Which cases a gate measures, and how large: sessions of base alone, before any pair."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from subprocess import TimeoutExpired

from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.errors import GateError
from benchmarks.gate.pair import running, session_command
from benchmarks.gate.record import GateCase, runs_of
from benchmarks.history.run import CaseTimes, Run, geometric_mean_s, read_run

_SUITE = ("benchmarks/suite/test_summation.py", "benchmarks/suite/test_overhead.py")

# Beyond these a call of the aimed length is not to be had: the case stays as long as it is.
_SMALLEST, _LARGEST = 1e-3, 1e3


def choose_cases(
    side: BuiltSide, folder: Path, keyword: str | None, target_s: float, until: float
) -> tuple[list[GateCase], dict[str, str]]:
    """The distinct effective configurations, sized for calls of `target_s`; and why some can't be measured.

    Raises GateError where the session ends without a run, or no case is left.
    """
    words = ["-k", keyword] if keyword else []
    first = _session(side, folder, "sizing-1", None, [*_SUITE, "-m", "not double", *words], until)
    cases = [
        GateCase(case.fullname, str(case.facts.get("effective_backend")), _scale(1.0, case, target_s), _alone(case))
        for case in distinct(first.cases.values())
    ]
    if not cases:
        raise GateError(f"no case can be measured: {next(iter(_failures(first).values()), 'none was selected')}")
    plan = write_plan(folder, cases, {})
    second = _session(side, folder, "sizing-2", plan, [], until)
    times = {case.fullname: case for case in second.cases.values()}
    sized = [
        replace(case, scale=_scale(case.scale, times[case.nodeid], target_s)) for case in cases if case.nodeid in times
    ]
    return sized, {**_failures(first), **_failures(second)}


def distinct(cases: Iterable[CaseTimes]) -> list[CaseTimes]:
    """The cases without those that are another one under a second name, as base ran them."""
    cases = list(cases)
    names = {case.param for case in cases}
    kept: dict[tuple[object, ...], CaseTimes] = {}
    for case in cases:
        if case.facts.get("alias_of") in names:
            continue
        function, bracket, _ = case.fullname.partition("[")
        batches = case.facts.get("batches")
        unbatched = isinstance(batches, list) and not any(batches)
        # The summation's cells of a backend that forms no batches differ in a number that nobody reads.
        same = (function, case.facts.get("effective_backend"), case.facts.get("effective_n_jobs"))
        one_of_many = unbatched and function.endswith("::test_summation") and bracket
        kept.setdefault(same if one_of_many else (case.fullname,), case)
    return list(kept.values())


def write_plan(folder: Path, cases: Sequence[GateCase], cpus: Mapping[str, int]) -> Path:
    """The plan of a session, for `--plan`; `cpus` are the cores that some cases are bound to."""
    path = folder / "plan.json"
    entries = [{"nodeid": case.nodeid, "scale": case.scale, "cpu": cpus.get(case.nodeid)} for case in cases]
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
    saved = next((file for file in runs.files() if file.name == name), None)
    if code not in (0, 1) or saved is None:
        said = log.read_text(errors="replace").strip().splitlines()[-15:]
        raise GateError("\n".join([f"base can't be measured (pytest's exit code {code}), see {log}:", *said]))
    return read_run(saved.path)


def _scale(before: float, case: CaseTimes, target_s: float) -> float:
    return min(_LARGEST, max(_SMALLEST, before * target_s / geometric_mean_s(case.rounds_s)))


def _alone(case: CaseTimes) -> bool:
    return case.facts.get("effective_n_jobs") == 1


def _failures(run: Run) -> dict[str, str]:
    return {**run.not_run, **run.failed}

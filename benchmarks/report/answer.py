"""What a run's answer says: its sentences, put together in the order in which terminals and pages show them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.analysis.speedup import slower_than_loop
from benchmarks.history.resources import PEAK_PSS_BYTES, needs
from benchmarks.history.run import Run
from benchmarks.report.contenders import Machine, measuring_machine
from benchmarks.report.grid_entries import is_count, is_word
from benchmarks.report.headline import headline_sentence, reference_sentences, unsteady_loop
from benchmarks.report.inner_threads import inner_threads
from benchmarks.report.measured import MeasuredCase, backend_rank, measured_cases
from benchmarks.report.outlook import expectations
from benchmarks.text.formatting import counted, duration, size
from benchmarks.text.node_ids import parse_node_id
from benchmarks.text.printable import visible

_MOST_NAMES = 4
_MOST_BACKENDS = 10


@dataclass(frozen=True)
class RunAnswer:
    """The sentences on a run; a table of the best cases may stand between the two parts.

    `opening` has the headline, what qualifies it, what to expect of other calls, and what a call and a speed-up are.
    `details` compares the cases and the backends with each other.
    """

    opening: list[str]
    details: list[str]

    @property
    def sentences(self) -> list[str]:
        """All sentences, at least one; the headline is the first."""
        return [*self.opening, *self.details]


def run_answer(benchmarks: Sequence[Mapping[str, Any]], machine: Machine, remarks: Sequence[str] = ()) -> RunAnswer:
    """Return the answer from the `benchmarks` of a run file.

    `machine` bounds what can be true; `remarks` are sentences that belong beside the headline.
    """
    cases, costs = measured_cases(benchmarks), _task_costs(benchmarks)
    if not cases:
        return RunAnswer(["No speed-ups: no case of the grid has a time and a plain loop to compare with."], costs)
    opening = [
        headline_sentence(cases, machine),
        *_cached(cases),
        *unsteady_loop(cases),
        *remarks,
        *expectations(benchmarks, machine),
        _what_was_done(cases),
    ]
    details = [
        *inner_threads(cases),
        *reference_sentences(cases, machine),
        *_repeated(cases),
        *_slower(cases),
        *_memory(cases),
        *_aliases(cases),
        *_never_in_batches(cases),
        *costs,
    ]
    return RunAnswer(opening, details)


def _cached(cases: Sequence[MeasuredCase]) -> list[str]:
    """Say so if the tasks cache results, so that all times are those of repeated calls."""
    again = cases[0].facts.get("faster_again")
    if not is_count(again):
        return []
    return [
        f"The tasks cache results: they were {again:,}x as fast in a second plain loop as in the first, and"
        " all these times are those of calls after the first."
    ]


def _what_was_done(cases: Sequence[MeasuredCase]) -> str:
    """Say what a call does, how long the plain loop takes for it, and what a speed-up is."""
    facts = cases[0].facts
    loops = sorted(case.configuration.loop_s for case in cases)
    extent = duration(loops[0]) if loops[0] == loops[-1] else f"{duration(loops[0])} to {duration(loops[-1])}"
    beside = (
        "the plain loop, timed before and after a case,"
        if any(case.facts.get("loop_s") for case in cases)
        else "the plain loop"
    )
    tasks = facts["tasks"]
    if workload := cases[0].workload:
        work = f"{counted(tasks, 'task')} per call, {workload}."
    else:
        work = f"{tasks:,} summations per call, of 0 to {facts['longest']:,} additions."
    return f"{work} The plain loop takes {extent} here; a speed-up is {beside} over the median of the case's rounds."


def _repeated(cases: Sequence[MeasuredCase]) -> list[str]:
    """Say so if the tasks hold the same large object, which is sent to processes again and again."""
    repeated = cases[0].facts.get("repeated_bytes", 0)
    if not is_count(repeated) or not any(case.facts["worker_processes"] for case in cases):
        return []
    return [
        f"Every task holds the same {size(repeated)}, which processes are sent again with each batch: make it a global"
        " of the task's module, which each worker imports once."
    ]


def _slower(cases: Sequence[MeasuredCase]) -> list[str]:
    configurations = [case.configuration for case in cases]
    parallel = Counter(configuration.backend for configuration in configurations if configuration.workers > 1)
    slower = Counter(configuration.backend for configuration in slower_than_loop(configurations))
    if not slower:
        return []
    counts = [f"{backend} {count} of {parallel[backend]}" for backend, count in slower.items()]
    return [f"Parallel took longer than the plain loop in these cases: {_list(counts, most=_MOST_BACKENDS)}."]


def _memory(cases: Sequence[MeasuredCase]) -> list[str]:
    """Say what the processes of a session held at least and at most, if that was measured."""
    peaks = {case.configuration.name: needs(case.facts).get(PEAK_PSS_BYTES) for case in cases}
    known = sorted((peak, name) for name, peak in peaks.items() if peak is not None)
    if not known:
        return []
    (least, thrifty), (most, hungry) = known[0], known[-1]
    return [f"Peak memory (PSS of all processes): {size(least)} ({thrifty}) to {size(most)} ({hungry})."]


def _aliases(cases: Sequence[MeasuredCase]) -> list[str]:
    names = {case.configuration.name for case in cases}
    aliases = sum(1 for case in cases if case.facts["alias_of"] in names)
    if not aliases:
        return []
    return [
        f"Under a second name: {counted(aliases, 'case')} (n_jobs=1 of any backend is sequential,"
        " sequential has one job); alias_of in the run file has the first."
    ]


def _never_in_batches(cases: Sequence[MeasuredCase]) -> list[str]:
    never = [case.configuration.name for case in cases if case.facts.get("batch_size_occurred") is False]
    return [f"No batch of the requested size ever ran in {_list(never)}."] if never else []


def _task_costs(benchmarks: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a sentence on what a task that does nothing costs in each backend, from the `benchmarks` of a run file.

    Nothing is returned if fewer than two backends have such a case.
    """
    costs_s = {}
    for entry in benchmarks:
        params, facts, name = (entry.get(key) for key in ("params", "extra_info", "name"))
        if not isinstance(name, str) or not name.startswith("test_no_op[") or not isinstance(params, dict):
            continue
        backend, tasks = params.get("backend"), facts.get("tasks") if isinstance(facts, dict) else None
        if isinstance(backend, str) and is_word(backend) and is_count(tasks):
            costs_s[visible(backend)] = entry["stats"]["median"] / tasks
    if len(costs_s) < 2:
        return []
    names = sorted(costs_s, key=lambda name: (backend_rank(name), name))
    listed = ", ".join(f"{name} {duration(costs_s[name])}" for name in names)
    return [f"A task that does nothing costs, in batches of 100: {listed}."]


def _list(names: Sequence[str], most: int = _MOST_NAMES) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def run_sentences(run: Run, document: Mapping[str, Any]) -> list[str]:
    """Return the answer from a run and its file, which may be another suite's, and what the run lacks."""
    if not run.asked:
        return ["The file has no cases. Was it made under pytest-xdist (-n) or with --benchmark-disable?"]
    if not run.is_own:
        return ["No speed-ups: another suite measured this run, and no plain loop beside it.", *_lacking(run)]
    return [*run_answer(document["benchmarks"], measuring_machine(document)).sentences, *_lacking(run)]


def _lacking(run: Run) -> list[str]:
    """Return what a run lacks: cases without a time, cases that failed, and usable numbers."""
    said = []
    if run.state != "complete":
        said.append(f"This run is partial: {len(run.cases)} of {counted(run.asked, 'case')} have a time.")
    if run.failed:
        first = parse_node_id(next(iter(run.failed))).name
        said.append(f"{counted(len(run.failed), 'case')} failed, such as {first}.")
    if run.unusable:
        odd = next(iter(run.unusable.values()))
        have = "case has" if len(run.unusable) == 1 else "cases have"
        said.append(f"{len(run.unusable):,} {have} unusable numbers, such as {odd.name}: {odd.reason}.")
    return said

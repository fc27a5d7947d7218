"""The answer of a run in sentences with numbers: what is fastest here, and where parallel loses to the loop."""

from collections import Counter
from collections.abc import Sequence

from benchmarks.analysis.speedup import Configuration, best_of_each_backend, slower_than_loop
from benchmarks.grid import backend_of
from benchmarks.history.resources import PEAK_PSS_BYTES, needs
from benchmarks.history.run import Run
from benchmarks.report.measured import MeasuredCase, own_cases
from benchmarks.text.formatting import counted, duration, size

_MOST_NAMES = 4
_MOST_BACKENDS = 10

# A loop that varies more says that the machine changes its speed.
_CALM = 1.2


def what_was_done(cases: Sequence[MeasuredCase]) -> str:
    """The work of a call, what the direct loop takes for it, and what a speed-up is."""
    facts = cases[0].facts
    loops = sorted(case.configuration.loop_s for case in cases)
    extent = duration(loops[0]) if loops[0] == loops[-1] else f"{duration(loops[0])} to {duration(loops[-1])}"
    beside = "the direct loop beside a case" if facts.get("loop_s") else "the direct loop"
    tasks = facts["tasks"]
    if workload := cases[0].workload:
        work = f"{counted(tasks, 'task')} a call, {workload}."
    else:
        work = f"{tasks:,} summations a call, of 0 to {facts['longest']:,} additions."
    return f"{work} The direct loop takes {extent} here;\na speed-up is {beside} over the median of the case's rounds."


def answer(cases: Sequence[MeasuredCase]) -> list[str]:
    """The sentences, most wanted first."""
    if not cases:
        return ["No speed-ups: no case of the grid has a time and a direct loop to stand against."]
    best = best_of_each_backend([case.configuration for case in own_cases(cases)])
    said = []
    if best:
        first = max(best, key=_speed_up)
        own = max(
            (place for place in best if backend_of(place.backend).origin != "reference"), key=_speed_up, default=first
        )
        said.append(_fastest(first, own))
    return [*said, *_slower([case.configuration for case in cases]), *_moods(cases), *_memory(cases), *_remarks(cases)]


def lacking(run: Run) -> list[str]:
    """What a run does not say."""
    said = []
    if run.state != "complete":
        said.append(f"This run is partial: {len(run.cases)} of {counted(run.asked, 'case')} have a time.")
    if run.failed:
        first = next(iter(run.failed)).rpartition("::")[2]
        said.append(f"{counted(len(run.failed), 'case')} failed, such as {first}.")
    return said


def really_ran(case: MeasuredCase) -> str:
    """The workers that answered and the batches they were given."""
    facts = case.facts
    if facts["worker_processes"]:
        workers = counted(facts["worker_processes"], "process", "processes")
    elif facts["effective_n_jobs"] > 1:
        workers = counted(facts["worker_threads"], "thread")
    else:
        return str(facts["effective_backend"])
    sizes = facts["batches"][-1]
    if not sizes:
        return workers
    return f"{workers}, {counted(sum(sizes.values()), 'batch', 'batches')}, largest {max(map(int, sizes))}"


def _fastest(first: Configuration, own: Configuration) -> str:
    if first.speed_up <= 1:
        return "Fastest here: the direct loop. No configuration beats it on tasks this short."
    sentence = f"Fastest here: {first.name}, {first.speed_up:.2f}x the direct loop"
    return f"{sentence}." if own is first else f"{sentence}; of joblib's own: {own.name}, {own.speed_up:.2f}x."


def _speed_up(place: Configuration) -> float:
    return place.speed_up


def _slower(configurations: Sequence[Configuration]) -> list[str]:
    parallel = Counter(place.backend for place in configurations if place.workers > 1)
    slower = Counter(place.backend for place in slower_than_loop(configurations))
    if not slower:
        return []
    counts = [f"{backend} {count} of {parallel[backend]}" for backend, count in slower.items()]
    return [f"Parallel is slower than the plain loop in these cells: {_list(counts, most=_MOST_BACKENDS)}."]


def _moods(cases: Sequence[MeasuredCase]) -> list[str]:
    """How far the loop itself varied: what is compared within one run is no more certain than that."""
    loops = [case.configuration.loop_s for case in cases]
    varied = max(loops) / min(loops)
    if varied < _CALM:
        return []
    return [
        f"The direct loop itself varied {varied:.1f}x during this run: small differences between cells mean nothing."
    ]


def _memory(cases: Sequence[MeasuredCase]) -> list[str]:
    """The least and the most that the processes of a session held, where that was measured."""
    peaks = {case.configuration.name: needs(case.facts).get(PEAK_PSS_BYTES) for case in cases}
    known = sorted((peak, name) for name, peak in peaks.items() if peak is not None)
    if not known:
        return []
    (least, thrifty), (most, hungry) = known[0], known[-1]
    return [f"Peak memory (PSS of all processes): {size(least)} ({thrifty}) to {size(most)} ({hungry})."]


def _remarks(cases: Sequence[MeasuredCase]) -> list[str]:
    said, names = [], {case.configuration.name for case in cases}
    aliases = sum(1 for case in cases if case.facts["alias_of"] in names)
    if aliases:
        said.append(
            f"Under a second name: {counted(aliases, 'cell')} (n_jobs=1 of any backend is sequential,"
            " sequential has one job); alias_of in the run file has the first."
        )
    never = [case.configuration.name for case in cases if case.facts.get("batch_size_occurred") is False]
    if never:
        said.append(f"No batch of the size asked for ever ran in {_list(never)}.")
    return said


def _list(names: Sequence[str], most: int = _MOST_NAMES) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"

"""The answer of a run in sentences with numbers: what is fastest here, if anything, and where parallel loses."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.analysis.headline import Answer, Contender, Headline, headline
from benchmarks.analysis.speedup import Configuration, slower_than_loop
from benchmarks.history.resources import PEAK_PSS_BYTES, needs
from benchmarks.history.run import Run
from benchmarks.report.contenders import Machine, contenders, machine_of, references
from benchmarks.report.inner_threads import inner_threads
from benchmarks.report.measured import MeasuredCase, backend_rank, is_count, is_word
from benchmarks.text.formatting import counted, duration, factor, size
from benchmarks.text.node_ids import parse_node_id
from benchmarks.text.printable import visible

_MOST_NAMES = 4
_MOST_BACKENDS = 10

# A loop that varies more says that the machine changes its speed.
_CALM = 1.2

# Numbers of rounds that are worth proposing.
_ROUNDS = (5, 10, 20, 50)

_BUSY = "The machine was busy or changed its speed: measure again on a quiet machine."

_OWN_WORKERS = (
    "No answer: the tasks start threads or processes themselves. joblib's workers limit these and the plain loop does"
    " not, so that no speed-up is a fair comparison. `python -m benchmarks recommend` with the same --workload says at"
    " which level n_jobs belongs."
)


def what_was_done(cases: Sequence[MeasuredCase]) -> str:
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
    return f"{work} The plain loop takes {extent} here;\na speed-up is {beside} over the median of the case's rounds."


def answer(cases: Sequence[MeasuredCase], machine: Machine) -> list[str]:
    """Return the sentences of the answer, at least one, first the headline; `machine` bounds what can be true."""
    if not cases:
        return ["No speed-ups: no case of the grid has a time and a plain loop to compare with."]
    configurations = [case.configuration for case in cases]
    first = headline(contenders(cases, machine))
    if start_workers(cases):
        first, said = None, [_OWN_WORKERS]
    else:
        said = _headline(first, _was_busy(cases))
    sentences = [*said, *inner_threads(cases), *_references(cases, first, machine)]
    return [*sentences, *_repeated(cases), *_slower(configurations), *_memory(cases), *_remarks(cases)]


def cautions(cases: Sequence[MeasuredCase]) -> list[str]:
    """Return what has to be known beside the headline: that tasks cache results, and how far the loop itself varied."""
    said = []
    again = cases[0].facts.get("faster_again") if cases else None
    if is_count(again):
        said.append(
            f"The tasks cache results: they were {again:,}x as fast in a second plain loop as in the first, and"
            " all these times are those of calls after the first."
        )
    times = _varied([case.configuration.loop_s for case in cases])
    if times >= _CALM:
        said.append(f"The plain loop itself varied {times:.1f}x meanwhile: the machine was busy or changed its speed.")
    return said


def _varied(seconds: Sequence[float]) -> float:
    """Return how many times the shortest the longest one took."""
    return max(seconds, default=1.0) / min(seconds, default=1.0)


def _was_busy(cases: Sequence[MeasuredCase]) -> bool:
    """Return whether single loops varied, which the means of those beside a case may hide."""
    return _varied([loop_s for case in cases for loop_s in case.loops_s]) >= _CALM


def start_workers(cases: Sequence[MeasuredCase]) -> bool:
    """Return whether the tasks start workers themselves, so that no speed-up is a fair comparison."""
    return any(case.facts.get("own_workers") for case in cases)


def _headline(outcome: Headline | None, busy: bool) -> list[str]:
    if outcome is None:
        return ["No answer: none of joblib's configurations with several workers was measured."]
    best, rival = outcome.best, outcome.rival
    name, speed_up = best.configuration.name, _with_interval(best)
    if outcome.answer is Answer.UNFAIR:
        return [_unfair(best, busy)]
    if outcome.answer is Answer.LOOP:
        return [f"Nothing beats the plain loop with these tasks: the best of joblib's, {name}, reaches {speed_up}."]
    if outcome.answer is Answer.FASTEST:
        return [f"Fastest of joblib's backends here: {name}, {speed_up} the speed of the plain loop."]
    if best.interval is None:
        did = f"{name} did best, {speed_up}"
        if best.log_speed_up <= 0:
            did = f"nothing beat the plain loop ({name}: {speed_up})"
        what = "round" if best.noise.rounds == 1 else "plain loop"
        said = f"Undecided: {did}, and one {what} does not show how certain that is."
    else:
        other = "the plain loop" if rival is None else f"{rival.configuration.name}, {_with_interval(rival)}"
        said = f"Undecided between {name}, {speed_up}, and {other}."
    return [said + _way_to_decide(outcome, busy)]


def _way_to_decide(undecided: Headline, busy: bool) -> str:
    """Name what would decide: more rounds, if they can and are few enough, or a machine that is quieter than this."""
    rounds = next((count for count in _ROUNDS if undecided.rounds is not None and count >= undecided.rounds), None)
    if rounds is not None:
        return f" --rounds {rounds} would decide it if the times stay like these."
    return " Measure again on a quiet machine." if busy else ""


def _with_interval(contender: Contender) -> str:
    speed_up = factor(contender.configuration.speed_up)
    interval = contender.interval
    if contender.configuration.speed_up > contender.bound:
        # The excess is noise of both times and must not be shown as a gain.
        if interval and interval[0] < contender.bound:
            return f"between {factor(interval[0])} and the possible {factor(contender.bound)}"
        return f"about the possible {factor(contender.bound)}"
    if interval is None:
        return speed_up
    return f"{speed_up} (95 %: {factor(interval[0])} to {factor(min(interval[1], contender.bound))})"


def _unfair(contender: Contender, busy: bool) -> str:
    """Report an impossible speed-up as a fault of the comparison, with its likely cause."""
    configuration = contender.configuration
    reached = f"{configuration.name} reached {factor(configuration.speed_up)}"
    if contender.bound == 1.0:
        why = "threads that hold the GIL are never faster than the plain loop"
        return f"No answer: {reached}, but {why}. {_BUSY}"
    limit = f"with {counted(configuration.workers, 'worker')}"
    if contender.bound < configuration.workers:
        limit = f"on {contender.bound:g} cores"
    if busy:
        why = _BUSY
    else:
        why = (
            "Probably the plain loop was not the same work: the task starts workers of its own, or a library that"
            " threadpoolctl does not know has one thread here."
        )
    return f"No answer: {reached} {limit}, which is impossible. {why}"


def _references(cases: Sequence[MeasuredCase], first: Headline | None, machine: Machine) -> list[str]:
    """Say what the standard library's pools, given the same batches, reached; not beside an unfair comparison."""
    pools = references(cases, machine)
    if not pools or first is None or first.answer is Answer.UNFAIR:
        return []
    best = max(pools, key=lambda it: (it.log_speed_up, it.configuration.speed_up))
    if best.impossible:
        return []
    name, speed_up = best.configuration.name, _with_interval(best)
    return [f"For reference, the best of the standard library's pools: {name}, {speed_up}."]


def measuring_machine(document: Mapping[str, Any]) -> Machine:
    """Return the machine that measured a run, as far as its file says."""
    ours = document.get("joblib_suite")
    return machine_of(ours.get("machine") if isinstance(ours, dict) else None)


def lacking(run: Run) -> list[str]:
    """Return what a run lacks: cases without a time, and cases that failed."""
    said = []
    if run.state != "complete":
        said.append(f"This run is partial: {len(run.cases)} of {counted(run.asked, 'case')} have a time.")
    if run.failed:
        first = parse_node_id(next(iter(run.failed))).name
        said.append(f"{counted(len(run.failed), 'case')} failed, such as {first}.")
    return said


def really_ran(case: MeasuredCase) -> str:
    """Return the workers that answered and their batches, such as `2 processes, 50 batches, largest 100`."""
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


def _slower(configurations: Sequence[Configuration]) -> list[str]:
    parallel = Counter(configuration.backend for configuration in configurations if configuration.workers > 1)
    slower = Counter(configuration.backend for configuration in slower_than_loop(configurations))
    if not slower:
        return []
    counts = [f"{backend} {count} of {parallel[backend]}" for backend, count in slower.items()]
    return [f"Parallel took longer than the plain loop in these cases: {_list(counts, most=_MOST_BACKENDS)}."]


def _repeated(cases: Sequence[MeasuredCase]) -> list[str]:
    """Say so if the tasks hold the same large object, which is sent to processes again and again."""
    repeated = cases[0].facts.get("repeated_bytes", 0)
    if not is_count(repeated) or not any(case.facts["worker_processes"] for case in cases):
        return []
    return [
        f"Every task holds the same {size(repeated)}, which processes are sent again with each batch: make it a global"
        " of the task's module, which each worker imports once."
    ]


def _memory(cases: Sequence[MeasuredCase]) -> list[str]:
    """Say what the processes of a session held at least and at most, if that was measured."""
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
            f"Under a second name: {counted(aliases, 'case')} (n_jobs=1 of any backend is sequential,"
            " sequential has one job); alias_of in the run file has the first."
        )
    never = [case.configuration.name for case in cases if case.facts.get("batch_size_occurred") is False]
    if never:
        said.append(f"No batch of the requested size ever ran in {_list(never)}.")
    return said


def _list(names: Sequence[str], most: int = _MOST_NAMES) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def task_costs(benchmarks: Iterable[Mapping[str, Any]]) -> list[str]:
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

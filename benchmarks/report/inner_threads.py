"""What a run says of threads inside its tasks: how many there were, and with which plain loop cases are compared."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from benchmarks.report.measured import MeasuredCase
from benchmarks.text.formatting import counted, duration


def inner_threads(cases: Sequence[MeasuredCase]) -> list[str]:
    """Return sentences on the threads of numeric libraries inside the tasks; none if the tasks have none."""
    return [*_loops(cases), *_other_than_asked(cases)]


def _loops(cases: Sequence[MeasuredCase]) -> list[str]:
    both = [case for case in cases if case.facts.get("own_loop_s") and case.facts.get("own_loop_threads")]
    if not both:
        return _one_loop(cases)
    own_s, pinned_s = (fmean(fmean(case.facts[name]) for case in both) for name in ("own_loop_s", "loop_s"))
    own, pinned = (both[0].facts.get(name) or {} for name in ("own_loop_threads", "loop_threads"))
    better = "former" if own_s < pinned_s else "latter"
    return [
        f"The tasks compute in threads of a numeric library. The plain loop took {duration(own_s)} with"
        f" {_threads(own)}, as you run it, and {duration(pinned_s)} with {_threads(pinned)}; speed-ups are against the"
        f" {better}, the faster one. {_of_workers(cases, max(own.values()))}"
    ]


def _one_loop(cases: Sequence[MeasuredCase]) -> list[str]:
    """Say how many threads there were if the user's loop and the suite's are the same: the user set their number."""
    counts = next((case.facts["loop_threads"] for case in cases if case.facts.get("loop_threads")), None)
    if counts is None:
        return []
    return [
        f"The tasks compute in threads of a numeric library: {_threads(counts)} in the plain loop, as you run it."
        f" {_of_workers(cases, max(counts.values()))}"
    ]


def _threads(counts: Mapping[str, int]) -> str:
    listed = " and ".join(f"{counted(count, 'thread')} of {name}" for name, count in counts.items())
    return listed or "a number of threads that is not known"


def _of_workers(cases: Sequence[MeasuredCase], most: int) -> str:
    if any(case.inner_threads for case in cases):
        return "The -t of a case is the number of threads in each of its workers."
    counts = [case.facts.get("inner_threads") or {} for case in cases if case.configuration.workers > 1]
    count = max((count for each in counts for count in each.values()), default=None)
    if count is None:
        return "How many threads each worker had is not known."
    more = f"; --inner-threads 1,{most} measures n_jobs x inner threads" if most > 1 else ""
    return f"Each worker had {counted(count, 'thread')}{more}."


def _other_than_asked(cases: Sequence[MeasuredCase]) -> list[str]:
    """Say so if workers did not have the number of threads that was asked for."""
    others = [
        (case.configuration.name, case.inner_threads, had)
        for case in cases
        if case.inner_threads and (had := case.facts.get("inner_threads")) and set(had.values()) != {case.inner_threads}
    ]
    if not others:
        return []
    name, asked, had = others[0]
    more = f", and so in {len(others) - 1} more" if len(others) > 1 else ""
    return [f"{name} asked for {counted(asked, 'thread')} in each worker, but there were {_threads(had)}{more}."]

"""What a session found out: the answer first, in at most 25 lines of 100 columns."""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from rich.table import Table
from rich.text import Text

from benchmarks.analysis.speedup import Configuration, best_of_each_backend, slower_than_loop
from benchmarks.grid import JOBLIB_BACKENDS, LOOP, REFERENCES
from benchmarks.report.counts import counted
from benchmarks.report.durations import duration
from benchmarks.report.tables import WIDTH, draw

_MOST_BACKENDS = 10
_MOST_NAMES = 4


@dataclass(frozen=True)
class MeasuredCase:
    """One finished case of the grid. `facts` are its extra_info in the run file."""

    configuration: Configuration
    facts: dict[str, Any]


def summary(benchmarks: Sequence[dict[str, Any]], without_time: Mapping[str, str], coloured: bool) -> str:
    """The summary of a session, from the `benchmarks` of its run file and the cases that have no time, with reasons."""
    missing = _missing(without_time)
    entries = [entry for entry in benchmarks if entry["group"] in ("summation", "notebook")]
    loop = next((entry["stats"]["median"] for entry in entries if entry["params"]["backend"] == LOOP), None)
    cases = [
        _measured(entry, entry["extra_info"].get("loop_s") or [loop]) for entry in entries if loop or _paired(entry)
    ]
    if not cases:
        return "\n".join(["No speed-ups: no case has a time and a direct loop to stand against.", *missing, ""])
    # An alias has the time of another cell that is here as well; the direct loop is what the others stand against.
    names = {case.configuration.name for case in cases}
    own = [case for case in cases if case.facts["alias_of"] not in names and case.configuration.backend != LOOP]
    own.sort(key=lambda case: _place(case.configuration.backend))
    best = best_of_each_backend([case.configuration for case in own])
    lines = [_heading(cases)]
    if best:
        lines.append(_table(best[:_MOST_BACKENDS], {case.configuration.name: case for case in own}, coloured))
    lines += [textwrap.fill(sentence, WIDTH) for sentence in _sentences(best, cases)]
    return "\n".join([*lines, *missing, ""])


def _place(backend: str) -> int:
    """joblib's backends in the grid's order, then others, then the references."""
    order = (*JOBLIB_BACKENDS, None, *REFERENCES)
    return order.index(backend if backend in order else None)


def _missing(without_time: Mapping[str, str]) -> list[str]:
    names = [f"No time: {nodeid.rpartition('::')[2]}: {why}" for nodeid, why in without_time.items()]
    shown = [textwrap.shorten(name, WIDTH, placeholder=" ...") for name in names[:_MOST_NAMES]]
    more = len(names) - len(shown)
    return [*shown, f"No time: {more} more; the run file names them."] if more else shown


def _paired(entry: dict[str, Any]) -> bool:
    """Whether the direct loop was timed beside the case; the notebook's cases share one."""
    return "loop_s" in entry["extra_info"]


def _measured(entry: dict[str, Any], loop_s: Sequence[float]) -> MeasuredCase:
    facts = entry["extra_info"]
    configuration = Configuration(
        name=entry["param"],
        backend=entry["params"]["backend"],
        time_s=entry["stats"]["median"],
        loop_s=fmean(loop_s),
        workers=facts["effective_n_jobs"],
    )
    return MeasuredCase(configuration, facts)


def _heading(cases: Sequence[MeasuredCase]) -> str:
    facts = cases[0].facts
    loops = sorted(case.configuration.loop_s for case in cases)
    extent = duration(loops[0]) if loops[0] == loops[-1] else f"{duration(loops[0])} to {duration(loops[-1])}"
    beside = "the direct loop beside a case" if "loop_s" in facts else "the direct loop"
    return (
        f"{facts['tasks']:,} summations a call, of 0 to {facts['longest']:,} additions. The direct loop takes"
        f" {extent} here;\n"
        f"a speed-up is {beside} over the median of the case's rounds."
    )


def _table(best: Sequence[Configuration], cases: dict[str, MeasuredCase], coloured: bool) -> str:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("backend", no_wrap=True)
    table.add_column("best cell", no_wrap=True)
    for title in ("time", "speed-up", "efficiency"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("what really ran", no_wrap=True)
    for place in best:
        row = (
            place.backend,
            place.name.removeprefix(place.backend).lstrip("-"),
            duration(place.time_s),
            f"{place.speed_up:.2f}x",
            f"{place.efficiency:.0%}",
            _really_ran(cases[place.name].facts),
        )
        table.add_row(*map(Text, row))  # names are text, not rich's markup
    return draw(table, coloured)


def _really_ran(facts: dict[str, Any]) -> str:
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


def _sentences(best: Sequence[Configuration], cases: Sequence[MeasuredCase]) -> list[str]:
    said = []
    if best:
        first = max(best, key=_speed_up)
        own = max((place for place in best if place.backend not in REFERENCES), key=_speed_up, default=first)
        said.append(_fastest(first, own))
    said += _slower([case.configuration for case in cases])
    names = {case.configuration.name for case in cases}
    aliases = sum(1 for case in cases if case.facts["alias_of"] in names)
    if aliases:
        said.append(
            f"Under a second name: {counted(aliases, 'cell', 'cells')} (n_jobs=1 of any backend is sequential,"
            " sequential has one job); alias_of in the run file has the first."
        )
    never = [case.configuration.name for case in cases if case.facts["batch_size_occurred"] is False]
    if never:
        said.append(f"No batch of the size asked for ever ran in {_list(never)}.")
    return said


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


def _list(names: Sequence[str], most: int = _MOST_NAMES) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"

"""What a session found out: the answer first, in at most 25 lines of 100 columns."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from benchmarks.analysis.speedup import best_of_each_backend
from benchmarks.report.answer import run_answer
from benchmarks.report.contenders import ANY_MACHINE, Machine
from benchmarks.report.measured import MeasuredCase, measured_cases, own_cases, start_workers
from benchmarks.report.tables import draw
from benchmarks.text.folding import fold
from benchmarks.text.formatting import duration, factor
from benchmarks.text.node_ids import parse_node_id
from benchmarks.text.width import WIDTH

_MOST_BACKENDS = 10
_MOST_REASONS = 3
_MOST_LINES = 3


def summary(
    benchmarks: Sequence[dict[str, Any]],
    without_time: Mapping[str, str],
    coloured: bool,
    machine: Machine = ANY_MACHINE,
    remarks: Sequence[str] = (),
) -> str:
    """Return the summary of a session from the `benchmarks` of its run file.

    `without_time` are the reasons for which cases have no time, by node id; `machine` bounds what can be true.
    `remarks` are sentences that belong beside the headline.
    """
    answer, own = run_answer(benchmarks, machine, remarks), own_cases(measured_cases(benchmarks))
    table = [_table(own, coloured)] if own else []
    return "\n".join(
        [*map(_filled, answer.opening), *table, *map(_filled, answer.details), *_missing(without_time), ""]
    )


def _filled(sentence: str) -> str:
    return "\n".join(fold(sentence))


def _missing(without_time: Mapping[str, str]) -> list[str]:
    """A paragraph for each reason: many cases may share one."""
    alike: dict[str, list[str]] = {}
    for nodeid, why in without_time.items():
        alike.setdefault(why, []).append(parse_node_id(nodeid).name)
    said = []
    for why, names in list(alike.items())[:_MOST_REASONS]:
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        text = f"No time: {names[0]}{others}: {why}"
        said.append(textwrap.fill(text, WIDTH, max_lines=_MOST_LINES, placeholder=" ...", break_on_hyphens=False))
    more = sum(map(len, list(alike.values())[_MOST_REASONS:]))
    return [*said, f"No time: {more} more; the run file names them."] if more else said


def _table(own: Sequence[MeasuredCase], coloured: bool) -> str:
    by_name = {case.configuration.name: case for case in own}
    fair = not start_workers(own)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("backend", no_wrap=True)
    table.add_column("best case", no_wrap=True)
    for title in ("time", "speed-up", "efficiency"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("what really ran", no_wrap=True)
    for best in best_of_each_backend([case.configuration for case in own])[:_MOST_BACKENDS]:
        row = (
            best.backend,
            best.name.removeprefix(best.backend).lstrip("-"),
            duration(best.time_s),
            factor(best.speed_up) if fair else "-",
            f"{best.efficiency:.0%}" if fair else "-",
            by_name[best.name].really_ran,
        )
        table.add_row(*map(Text, row))  # names are text, not rich's markup
    return draw(table, coloured)

"""What the cases of a run need beside time, where `--resources` measured it."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.history.case_times import CaseTimes
from benchmarks.history.resources import CPU_S, PEAK_PSS_BYTES, needs
from benchmarks.history.run import Run
from benchmarks.report.html.figures import NAMES, ROW, Cell, Figure, Section, Table, chart
from benchmarks.report.html.theme import LINE
from benchmarks.text.formatting import duration, size
from benchmarks.text.printable import visible

_MOST_ROWS = 40

_SAID = (
    "Measured in one more call of each case, which is not timed. Peak PSS is the most that all processes of the "
    "session held together, pages that they share counted once; CPU time is that of all of them."
)
_TITLES = ("case", "peak PSS", "before the call", "CPU time", "processes", "threads", "switches", "sent", "returned")


def resources_section(run: Run) -> list[Section]:
    """The section, where there is something to show."""
    cases = [case for case in run.cases.values() if needs(case.facts)]
    if not cases:
        return []
    hungry = sorted(cases, key=lambda case: -needs(case.facts).get(PEAK_PSS_BYTES, 0.0))
    known = [case for case in hungry if PEAK_PSS_BYTES in needs(case.facts)]
    figures = [_figure(known[:_MOST_ROWS])] if known else []
    other = [] if known else [f"This system tells no PSS: what it does tell is {_kind(cases[0])}, in the run file."]
    table = Table("What each case needs", _TITLES, [_row(case) for case in hungry], tools=True)
    return [Section("resources", "Memory and CPU time", [_SAID, *other], figures, [table])]


def _kind(case: CaseTimes) -> str:
    said = case.facts["resources"].get("memory")
    return visible(said)[:20] if isinstance(said, str) else "nothing"


def _figure(cases: Sequence[CaseTimes]) -> Figure:
    values: list[dict[str, Any]] = [
        {"name": visible(case.name), "mb": peak / 1e6, "label": f"{visible(case.name)}: {size(peak)}"}
        for case in cases
        for peak in [needs(case.facts)[PEAK_PSS_BYTES]]
    ]
    encoding = {
        "y": {"field": "name", "type": "ordinal", "sort": None, "title": None, "axis": NAMES},
        "x": {"field": "mb", "type": "quantitative", "title": "MB", "axis": {"grid": True}},
        "description": {"field": "label"},
    }
    bars = {"mark": {"type": "bar", "color": LINE, "height": {"band": 0.6}}, "encoding": encoding}
    return Figure(
        "memory",
        "Peak memory, largest first",
        "The most memory (PSS) that all processes of the session held during a call of each case, largest first.",
        chart(60 + ROW * len(values), values, [bars]),
        Table("Peak memory of the cases in the chart", _TITLES, [_row(case) for case in cases]),
    )


def _row(case: CaseTimes) -> list[Cell]:
    said: Mapping[str, Any] = case.facts["resources"]
    known = needs(case.facts)
    return [
        Cell(visible(case.name)),
        _cell(known.get(PEAK_PSS_BYTES), size),
        _cell(_number(said.get("start_pss_bytes")), size),
        _cell(known.get(CPU_S), duration),
        *(_cell(_number(said.get(name)), "{:,.0f}".format) for name in ("processes", "threads")),
        _cell(_switches(said), "{:,.0f}".format),
        *(_cell(_number(said.get(name)), size) for name in ("to_workers_bytes", "from_workers_bytes")),
    ]


def _switches(said: Mapping[str, Any]) -> float | None:
    both = [_number(said.get(name)) for name in ("voluntary_switches", "involuntary_switches")]
    known = [value for value in both if value is not None]
    return sum(known) if len(known) == len(both) else None


def _number(value: object) -> float | None:
    """A value that can be shown: files come from anywhere."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e18
    return float(value) if good else None  # type: ignore[arg-type]


def _cell(value: float | None, shown: Any) -> Cell:
    return Cell("") if value is None else Cell(shown(value), value)

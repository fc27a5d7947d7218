"""The memory and CPU time of a run's cases, if `--resources` measured them."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.history.case_times import CaseTimes
from benchmarks.history.resources import CPU_S, PEAK_PSS_BYTES, needs
from benchmarks.history.run import Run
from benchmarks.report.case_labels import case_labels, fitted
from benchmarks.report.html.figures import APART, LONGEST, NAMES, ROW, Cell, Figure, Section, Table, chart
from benchmarks.report.html.theme import LINE
from benchmarks.text.formatting import duration, size
from benchmarks.text.printable import visible

_MOST_ROWS = 40

_EXPLANATION = (
    "Measured in one more, untimed call of each case. Peak PSS is the most memory that all processes of the session "
    "held together, with shared pages counted once; CPU time is that of all of them."
)
_TITLES = ("case", "peak PSS", "before the call", "CPU time", "processes", "threads", "switches", "sent", "returned")


def resources_section(run: Run) -> list[Section]:
    """Return the section, or nothing if no case has resources."""
    cases = [case for case in run.cases.values() if needs(case.facts)]
    if not cases:
        return []
    by_peak = sorted(cases, key=lambda case: -needs(case.facts).get(PEAK_PSS_BYTES, 0.0))
    labels = dict(zip((case.key for case in by_peak), case_labels([case.fullname for case in by_peak]), strict=True))
    with_peak = [case for case in by_peak if PEAK_PSS_BYTES in needs(case.facts)]
    figures = [_figure(with_peak[:_MOST_ROWS], labels)] if with_peak else []
    other = [] if with_peak else [f"This system does not report PSS; the run file has {_kind(cases[0])} instead."]
    table = Table("The resources of each case", _TITLES, [_row(case, labels) for case in by_peak], tools=True)
    return [Section("resources", "Memory and CPU time", [_EXPLANATION, *other], figures, [table])]


def _kind(case: CaseTimes) -> str:
    """Return what the run file has for memory, such as "rss"."""
    kind = case.facts["resources"].get("memory")
    return visible(kind)[:20] if isinstance(kind, str) else "nothing"


def _figure(cases: Sequence[CaseTimes], labels: Mapping[str, str]) -> Figure:
    names = fitted([labels[case.key] for case in cases], LONGEST)
    values: list[dict[str, Any]] = [
        {"name": name, "mb": peak / 1e6, "label": f"{labels[case.key]}: {size(peak)}"}
        for case, name in zip(cases, names, strict=True)
        for peak in [needs(case.facts)[PEAK_PSS_BYTES]]
    ]
    encoding = {
        "y": {"field": "name", "type": "ordinal", "sort": None, "title": None, "axis": NAMES},
        "x": {"field": "mb", "type": "quantitative", "title": "MB", "axis": {"grid": True, **APART}},
        "description": {"field": "label"},
    }
    bars = {"mark": {"type": "bar", "color": LINE, "height": {"band": 0.6}}, "encoding": encoding}
    return Figure(
        "memory",
        "Peak memory, largest first",
        "The most memory (PSS) that all processes of the session held during a call of each case, largest first.",
        chart(60 + ROW * len(values), values, [bars]),
        Table("Peak memory of the cases in the chart", _TITLES, [_row(case, labels) for case in cases]),
    )


def _row(case: CaseTimes, labels: Mapping[str, str]) -> list[Cell]:
    resources: Mapping[str, Any] = case.facts["resources"]
    judged = needs(case.facts)
    return [
        Cell(labels[case.key]),
        _cell(judged.get(PEAK_PSS_BYTES), size),
        _cell(_number(resources.get("start_pss_bytes")), size),
        _cell(judged.get(CPU_S), duration),
        *(_cell(_number(resources.get(name)), "{:,.0f}".format) for name in ("processes", "threads")),
        _cell(_switches(resources), "{:,.0f}".format),
        *(_cell(_number(resources.get(name)), size) for name in ("to_workers_bytes", "from_workers_bytes")),
    ]


def _switches(resources: Mapping[str, Any]) -> float | None:
    both = [_number(resources.get(name)) for name in ("voluntary_switches", "involuntary_switches")]
    values = [value for value in both if value is not None]
    return sum(values) if len(values) == len(both) else None


def _number(value: object) -> float | None:
    """Return a value that can be shown, None for anything else: files come from anywhere."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e18
    return float(value) if good else None  # type: ignore[arg-type]


def _cell(value: float | None, shown: Any) -> Cell:
    return Cell("") if value is None else Cell(shown(value), value)

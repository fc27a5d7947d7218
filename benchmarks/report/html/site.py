"""The pages of a site that only it has: the index of everything, and the page of runs that can be compared."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.history.series import Track
from benchmarks.report.html.figures import Cell, Section, Table, number
from benchmarks.report.html.history import history_section
from benchmarks.report.html.history_chart import Level
from benchmarks.text.formatting import counted

# The marks of a gate's outcome, by the word that its verdict begins with.
_MARKS = {"PASS": "same", "FAIL": "worse"}


@dataclass(frozen=True)
class RunLine:
    """A run as the site lists it: its columns as text, and the address of its page, empty if it has none."""

    columns: Sequence[str]
    link: str


@dataclass(frozen=True)
class SeriesLine:
    """Runs that can be compared with each other: the address of their page, their kind, and how many they are.

    `answer` is what the newest run says, whose page is at `newest_link`.
    """

    link: str
    kind: str
    runs: int
    newest: str
    newest_link: str
    answer: str


@dataclass(frozen=True)
class GateLine:
    """A gate record: its name, the address of its page (empty if it can't be read), both sides and its verdict."""

    name: str
    link: str
    base: str
    head: str
    verdict: str


def index_sections(
    series: Sequence[SeriesLine], gates: Sequence[GateLine], titles: Sequence[str], runs: Sequence[RunLine]
) -> list[Section]:
    """Return the sections of the index; `titles` are those of the columns of `runs`, which are newest first."""
    outcomes = Counter(_outcome(gate) for gate in gates)
    sentence = f"{counted(len(runs), 'run')} in {counted(len(series), 'series', 'series')}"
    sentence += f" and {counted(len(gates), 'gate')}." if gates else "; no gate."
    answer = Section(
        "answer",
        "Answer",
        [sentence, "A series has the runs of one machine, Python and profile. Only runs of one series are compared."],
        tables=[_series_table(series)] if series else [],
        tally=[(f"{count} {outcome}", _MARKS.get(outcome, "open")) for outcome, count in outcomes.items()],
    )
    return [
        answer,
        Section("gates", "Gates", tables=[_gates_table(gates)], nothing="" if gates else "Gates: none."),
        Section("runs", "Runs", tables=[_runs_table(titles, runs)] if runs else []),
    ]


def _outcome(gate: GateLine) -> str:
    return gate.verdict.partition(":")[0] if gate.link else "unreadable"


def _series_table(series: Sequence[SeriesLine]) -> Table:
    rows = [
        [
            Cell(line.kind, link=line.link),
            number(line.runs, "d"),
            Cell(line.newest, link=line.newest_link),
            Cell(line.answer),
        ]
        for line in series
    ]
    return Table("Series, newest first", ("series", "runs", "newest run", "what it says"), rows)


def _gates_table(gates: Sequence[GateLine]) -> Table:
    rows = [
        [
            Cell(gate.name, link=gate.link),
            Cell(_outcome(gate), mark=_MARKS.get(_outcome(gate), "open")),
            Cell(gate.verdict.partition(": ")[2] or gate.verdict),
            Cell(gate.base),
            Cell(gate.head),
        ]
        for gate in gates
    ]
    return Table("Gates, newest first", ("record", "outcome", "in short", "base", "head"), rows, tools=True)


def _runs_table(titles: Sequence[str], runs: Sequence[RunLine]) -> Table:
    rows = [[Cell(run.columns[0], link=run.link), *map(Cell, run.columns[1:])] for run in runs]
    caption = "Runs, newest first; the newest of each series, and those with a change, have a page"
    return Table(caption, titles, rows, tools=True)


def series_sections(
    tracks: Sequence[Track],
    levels_by_case: Sequence[Sequence[Level]],
    links: Sequence[str],
    titles: Sequence[str],
    runs: Sequence[RunLine],
) -> list[Section]:
    """Return the sections of a series: what changed, and all its runs; `links` are addresses of pages by run."""
    history = history_section(tracks, levels_by_case, stored=True, links=links)
    return [history, Section("runs", "Runs", tables=[_runs_table(titles, runs)])]

"""`report --site`: a folder of static pages with all runs, machines and gates of a store, and links between them."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from benchmarks.cli.options import refuse_folder
from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.cli.record_report import facts_of_record, judged_record
from benchmarks.cli.runs import TITLES, cells
from benchmarks.errors import BadReference, SuiteError
from benchmarks.files.durable import make_folder
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.opening import WORK, open_record
from benchmarks.history.index import Entry, Index
from benchmarks.history.marks import Marks
from benchmarks.history.run import read_usable
from benchmarks.history.series import Track, alike, label, tracks
from benchmarks.history.store import Store
from benchmarks.report.html.comparison import verdict_sections
from benchmarks.report.html.document import page
from benchmarks.report.html.explanations import explanation_section
from benchmarks.report.html.figures import Section
from benchmarks.report.html.history_chart import Level, levels
from benchmarks.report.html.parallel import map_in_processes
from benchmarks.report.html.run_facts import facts_section
from benchmarks.report.html.run_page import run_sections
from benchmarks.report.html.site import GateLine, RunLine, SeriesLine, index_sections, series_sections
from benchmarks.report.wording import first_line
from benchmarks.text.formatting import counted
from benchmarks.text.printable import visible

# The newest runs of a series have a page, and those at which a level changed; the others are in the tables.
_NEWEST = 10
_MOST_CHANGES = 20

# Sections that are too large for thousands of pages: `report NUMBER` makes a page that has them.
_LEFT_OUT = ("rounds", "batches", "resources")

_RECORDS = WORK / "records"
_FOOTER = "Made by `python -m benchmarks report --site`; it needs no network."

# Marks the index of every site, so that no other folder is overwritten.
_SIGN = "Everything measured here"


@dataclass(frozen=True)
class _Page:
    """A page of the site: its address, its HTML, and what the index says of it."""

    link: str
    html: str
    said: str


@dataclass(frozen=True)
class _Series:
    """Runs that can be compared, oldest first, with their cases over these runs."""

    link: str
    entries: Sequence[Entry]
    tracks: Sequence[Track]
    levels_by_case: Sequence[Sequence[Level]]

    def with_page(self) -> list[Entry]:
        """Return the newest runs, and those at which a level changed."""
        places = {
            track.points[level.start].place
            for track, own in zip(self.tracks, self.levels_by_case, strict=True)
            for level in own[1:]
        }
        newest = range(max(0, len(self.entries) - _NEWEST), len(self.entries))
        return [self.entries[position] for position in sorted({*newest, *sorted(places)[-_MOST_CHANGES:]})]


def make_site(args: argparse.Namespace, store: Store, index: Index, marks: Marks) -> Outcome:
    """Return the site as files to write. Raises SuiteError if there is nothing to show, or the folder is not a site."""
    folder, records = Path(args.site), _records(args)
    _refuse_site(folder, store, records)
    entries = [entry for entry in index.entries if entry.error is None]
    if not entries and not records:
        raise BadReference(f"nothing to show: no run in {visible(store.root)} and no gate in {visible(_RECORDS)}")
    pages = _pages(args, index, marks, entries, records)
    for name in ("runs", "series", "gates"):
        make_folder(folder, name)
    size = sum(len(one.html.encode()) for one in pages) / 1e6
    text = f"{visible(folder)}: {counted(len(pages), 'page')}, {size:.1f} MB; start at index.html\n"
    return Outcome(text, Exit.FINE, {str(folder / one.link): one.html for one in pages})


def _pages(
    args: argparse.Namespace, index: Index, marks: Marks, entries: Sequence[Entry], records: Sequence[Path]
) -> list[_Page]:
    """Return all pages of the site: its index, a page for each series, for runs of these, and for each gate."""
    gates = map_in_processes(_gate, [(args, record) for record in records], worth=2)
    series = [_series(number, index, bars) for number, bars in enumerate(_kinds(entries), 1)]
    chosen = {entry.id: entry for one in series for entry in one.with_page()}
    links = {entry.id: _address(entry) for entry in chosen.values()}
    made = map_in_processes(_run_page, [(entry, links[entry.id]) for entry in chosen.values()], worth=4)
    said = {entry.id: one.said for entry, one in zip(chosen.values(), made, strict=True)}
    lines = {entry.id: RunLine(cells(entry, marks), links.get(entry.id, "")) for entry in index.entries}
    home = index_sections(
        [_line(one, links, said) for one in reversed(series)],
        [line for line, _ in gates],
        TITLES,
        [lines[entry.id] for entry in reversed(index.entries)],
    )
    series_pages = [_series_page(one, links, lines) for one in series]
    gate_pages = [one for _, one in gates if one]
    return [_Page("index.html", page(_SIGN, home, _FOOTER), ""), *series_pages, *made, *gate_pages]


def _records(args: argparse.Namespace) -> list[Path]:
    """Return the folders of gate records, newest first."""
    root = Path(args.records) if args.records else _RECORDS
    if args.records and not root.is_dir():
        raise BadReference(
            f"--records {visible(args.records)}: no such folder; expected one that contains gate records"
        )
    return sorted((path.parent for path in root.glob("*/gate.json")), key=lambda path: path.name, reverse=True)


def _refuse_site(folder: Path, store: Store, records: Sequence[Path]) -> None:
    """Raise SuiteError if the site can't be written, or would be written into something else."""
    refuse_folder("site", folder)
    inside = [store.root.resolve(), *(record.resolve() for record in records)]
    if any(folder.resolve().is_relative_to(forbidden) for forbidden in inside):
        raise BadReference(f"--site {visible(folder)}: inside the history or a record; choose another folder")
    index = folder / "index.html"
    is_site = index.is_file() and f"<title>{_SIGN}</title>" in index.read_text(errors="replace")[:5000]
    if folder.is_dir() and any(folder.iterdir()) and not is_site:
        raise BadReference(f"--site {visible(folder)}: a folder with other files; expected a new one, or a site")


def _kinds(entries: Sequence[Entry]) -> list[str]:
    """Return what makes runs comparable, for each kind of run; the kind of the newest run is last."""
    newest = {str(entry.bars): entry.when_s or 0.0 for entry in entries}
    return sorted(newest, key=lambda bars: newest[bars])


def _series(number: int, index: Index, bars: str) -> _Series:
    histories = tracks(index, bars, {case.name for case in index.cases()})
    return _Series(f"series/{number}.html", alike(index, bars), histories, map_in_processes(levels, histories))


def _address(entry: Entry) -> str:
    """Return the address of a run's page: the same in every site, and of harmless characters."""
    digest = sha256(os.fsencode(entry.file.reference)).hexdigest()
    return f"runs/{entry.file.number or 0:04}-{digest[:8]}.html"


def _run_page(job: tuple[Entry, str]) -> _Page:
    """Return the page of a run, without its rounds and history; `job` is the run and the address of its page."""
    entry, link = job
    try:
        run, document = read_usable(entry.file.path)
    except SuiteError as error:
        sections = [
            Section("answer", "Answer", [f"This run can't be read: {error}."], tables=[]),
            Section("facts", "Facts"),
        ]
        return _Page(link, page(f"Run {label(entry)}", sections, _FOOTER, home="../index.html"), "")
    run = replace(run, origin=visible(entry.file.reference))
    shown = [section for section in run_sections(run, document) if section.name not in _LEFT_OUT]
    sections = [*shown, facts_section(run, document)]
    headline = shown[0].sentences[0]  # of the answer, which is the first section
    return _Page(link, page(f"Run {label(entry)}", sections, _FOOTER, home="../index.html"), headline)


def _gate(job: tuple[argparse.Namespace, Path]) -> tuple[GateLine, _Page | None]:
    """Return what the index says of a gate, and its page without the rounds; `job` is the options and the folder."""
    args, folder = job
    name = visible(folder.name)
    try:
        folder, record = open_record("--records", str(folder), "gate")
        measurements = Measurements(folder, record)
        judged = judged_record(args, folder, record, measurements)
    except SuiteError as error:
        return GateLine(name, "", "", "", f"{error}"), None
    facts = [(term, str(text)) for term, text in facts_of_record(folder, record).items() if text is not None]
    why = [explanation_section(record.explanations)] if record.explanations else []
    sections = [*verdict_sections(judged), *why, Section("facts", "Facts", facts=facts)]
    link = f"gates/{sha256(os.fsencode(folder)).hexdigest()[:12]}.html"
    title = f"Gate {name}: base {visible(judged.base)}, head {visible(judged.head)}"
    html = page(title, sections, _FOOTER, home="../index.html")
    return GateLine(name, link, visible(judged.base), visible(judged.head), first_line(judged)), _Page(link, html, "")


def _series_page(series: _Series, links: Mapping[int, str], lines: Mapping[int, RunLine]) -> _Page:
    """Return the page of a series: its changes of level with links to the runs, and all its runs."""
    addresses = [f"../{links[entry.id]}" if entry.id in links else "" for entry in series.entries]
    runs = [replace(lines[entry.id], link=address) for entry, address in zip(series.entries, addresses, strict=True)]
    sections = series_sections(series.tracks, series.levels_by_case, addresses, TITLES, runs[::-1])
    title = f"What changed over time? {_kind(series)}"
    return _Page(series.link, page(title, sections, _FOOTER, home="../index.html"), "")


def _kind(series: _Series) -> str:
    newest = series.entries[-1]
    return visible(f"{newest.facts['machine']}, profile {newest.facts['profile'] or 'unknown'}")


def _line(series: _Series, links: Mapping[int, str], said: Mapping[int, str]) -> SeriesLine:
    newest = series.entries[-1]
    return SeriesLine(
        link=series.link,
        kind=_kind(series),
        runs=len(series.entries),
        newest=label(newest),
        newest_link=links[newest.id],
        answer=said[newest.id],
    )

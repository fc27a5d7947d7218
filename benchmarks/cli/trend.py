"""`trend CASE`: draw one case over all comparable runs, and list what changed between them."""

import argparse
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from statistics import median

from benchmarks.cli.outcome import Exit, Outcome, unread_files
from benchmarks.errors import BadReference
from benchmarks.history.comparability import RUN_BARS, comparable
from benchmarks.history.index import Entry, Index, Point
from benchmarks.history.series import change, label
from benchmarks.history.store import Store
from benchmarks.report.plot import Dot, plot
from benchmarks.text.formatting import counted, duration
from benchmarks.text.printable import visible

DESCRIPTION = """Draw the times of one case over all stored runs that can be compared with the newest, and list what
changed between them: commit, joblib, dependencies."""
EXAMPLE = "python -m benchmarks trend loky-n4-b1000"
EXIT_CODES = """exit codes:
  0  success
  2  invalid usage, or a stored file can't be read; its point is missing"""

_MOST_CHANGES = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `trend`."""
    parser.add_argument(
        "case", metavar="CASE", help="name of a case, such as loky-n4-b1000, or a part of it that no other case has"
    )
    parser.add_argument(
        "--force",
        metavar="FIELD",
        action="append",
        default=[],
        help=f"include runs that differ in FIELD; repeatable; one of {', '.join(RUN_BARS)}",
    )
    parser.add_argument("--json", metavar="FILE", help="also write the points as JSON; - is standard output")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Draw the case. The exit code is 2 if a stored file can't be read, because its point is missing."""
    if unknown := sorted(set(args.force) - set(RUN_BARS)):
        raise BadReference(f"--force {unknown[0]!r}: no such field; expected one of {', '.join(RUN_BARS)}")
    with closing(Index(store)) as index:
        name, track = _track(args.case, index)
    readable = [entry for entry in index.entries if entry.error is None]
    having = [entry for entry in readable if entry.id in track]
    forced = frozenset(args.force)
    entries = [entry for entry in having if comparable(entry.bars, having[-1].bars, forced)]
    points = [track[entry.id] for entry in entries]
    changes = [change(*pair) for pair in zip([entries[0], *entries], entries, strict=False)]
    broken = [entry.error for entry in index.entries if entry.error is not None]
    alike = [entry for entry in readable if comparable(entry.bars, having[-1].bars, forced)]
    return Outcome(
        text=_drawn(name, entries, points, changes, len(having) - len(entries)) + _gaps(alike, track),
        exit_code=Exit.UNUSABLE if broken else Exit.FINE,
        files={args.json: _plain(name, entries, points, changes)} if args.json else {},
        warnings=unread_files(broken),
    )


def _track(text: str, index: Index) -> tuple[str, dict[int, Point]]:
    """Return the name of the case that `text` means, and its points by run. Raises BadReference for none or several."""
    cases = index.cases()
    exact = [case for case in cases if text in (case[1], case[2])]
    matching = exact or [case for case in cases if text and text.lower() in case[1].lower()]
    called = sorted({name for _, name, _ in matching})
    if not matching:
        odd = [entry for entry in index.entries if entry.error is None and entry.facts["unusable"]]
        more = f"; {counted(len(odd), 'run')} {_have(odd)}: `runs` marks such runs" if odd else ""
        raise BadReference(
            f"no run has a case called '{visible(text)[:80]}'; expected a name such as loky-n4-b1000{more}"
        )
    if len(called) > 1:
        more = f" and {len(called) - 4} more" if len(called) > 4 else ""
        raise BadReference(f"'{visible(text)}' fits {len(called)} cases: {', '.join(called[:4])}{more}; name one")
    # A case that changed its tasks is several: the one of the newest run counts.
    tracks = [{point.run_id: point for point in index.points(case)} for case, _, _ in matching]
    position = {entry.id: position for position, entry in enumerate(index.entries)}
    tracks = [track for track in tracks if track]
    if not tracks:
        raise BadReference(f"no stored run has {called[0]} any more")
    return called[0], max(tracks, key=lambda track: max(position[run] for run in track))


def _gaps(alike: Sequence[Entry], track: Mapping[int, Point]) -> str:
    """Return a line about comparable runs without a point whose cases, and this one perhaps, have unusable numbers."""
    gaps = [entry for entry in alike if entry.facts["unusable"] and entry.id not in track]
    if not gaps:
        return ""
    return f"{counted(len(gaps), 'comparable run')} without a point {_have(gaps)}: `runs` marks such runs\n"


def _have(runs: Sequence[Entry]) -> str:
    return f"{'has' if len(runs) == 1 else 'have'} cases with unusable numbers"


def _drawn(
    name: str, entries: Sequence[Entry], points: Sequence[Point], changes: Sequence[Sequence[str]], others: int
) -> str:
    centers = [point.center_s for point in points]
    dots = [Dot(p.center_s, p.low_s, p.high_s, bool(c)) for p, c in zip(points, changes, strict=True)]
    lines = [
        f"{name} over {counted(len(entries), 'run')}, {label(entries[0])} to {label(entries[-1])}",
        f"median {duration(median(centers))}, least {duration(min(centers))}, most {duration(max(centers))},"
        f" newest {duration(centers[-1])}",
        "",
        plot(dots),
    ]
    marked = [
        f"^ {label(entry)}: {visible(', '.join(change))}"
        for entry, change in zip(entries, changes, strict=True)
        if change
    ]
    lines += [line[:100] for line in marked[-_MOST_CHANGES:]]
    if len(marked) > _MOST_CHANGES:
        lines.append(f"{counted(len(marked) - _MOST_CHANGES, 'earlier change')}: see --json")
    if others:
        lines.append(f"{counted(others, 'other run')} of the case on another machine, Python or profile: see --force")
    return "\n".join(lines) + "\n"


def _plain(name: str, entries: Sequence[Entry], points: Sequence[Point], changes: Sequence[Sequence[str]]) -> str:
    rows = [
        {
            "file": visible(entry.file.reference),
            "number": entry.file.number,
            "when": entry.when.isoformat() if entry.when else None,
            "commit": entry.facts["commit"],
            "center_s": point.center_s,
            "low_s": point.low_s,
            "high_s": point.high_s,
            "rounds": point.rounds,
            "changed": list(change),
        }
        for entry, point, change in zip(entries, points, changes, strict=True)
    ]
    return json.dumps({"format": 1, "case": name, "points": rows}, indent=1) + "\n"

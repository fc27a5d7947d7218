"""`trend CASE`: draw one case over all comparable runs, and list what changed between them."""

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from statistics import median

from benchmarks.cli.outcome import Exit, Outcome, unread_files
from benchmarks.errors import BadReference
from benchmarks.history.comparability import RUN_BARS, comparable, fields_apart
from benchmarks.history.index import Entry, Index, IndexedCase, Point
from benchmarks.history.series import change, label
from benchmarks.history.store import Store
from benchmarks.limits import case_names
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

# More cases than that are not read in an error message.
_MOST_NAMED = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `trend`."""
    parser.add_argument(
        "case",
        metavar="CASE",
        help="name of a case, such as loky-n4-b1000 or tests/test_io.py::test_read, or a part that no other case has",
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
        name, track, others = _track(args.case, index)
    readable = [entry for entry in index.entries if entry.error is None]
    having = [entry for entry in readable if entry.id in track]
    forced = frozenset(args.force)
    entries = [entry for entry in having if comparable(entry.bars, having[-1].bars, forced)]
    points = [track[entry.id] for entry in entries]
    changes = [change(*pair) for pair in zip([entries[0], *entries], entries, strict=False)]
    broken = [entry.error for entry in index.entries if entry.error is not None]
    alike = [entry for entry in readable if comparable(entry.bars, having[-1].bars, forced)]
    return Outcome(
        text=_drawn(name, entries, points, changes)
        + _others(having, entries)
        + _of_other_work(others)
        + _gaps(alike, track),
        exit_code=Exit.UNUSABLE if broken else Exit.FINE,
        files={args.json: _plain(name, entries, points, changes)} if args.json else {},
        warnings=unread_files(broken),
    )


def _track(text: str, index: Index) -> tuple[str, dict[int, Point], int]:
    """Return the name of the case that `text` means, its points by run, and in how many runs it did other work.

    Raises BadReference for no case or several.
    """
    cases = index.cases()
    exact = [case for case in cases if text in (case.param, *case_names(case.fullname))]
    matching = exact or [case for case in cases if text and text.lower() in case.name.lower()]
    if not matching:
        odd = [entry for entry in index.entries if entry.error is None and entry.facts["unusable"]]
        more = f"; {counted(len(odd), 'run')} {_have(odd)}: `runs` marks such runs" if odd else ""
        raise BadReference(
            f"no run has a case called '{visible(text)[:80]}'; expected a name such as loky-n4-b1000{more}"
        )
    found = [(case, {point.run_id: point for point in index.points(case.id)}) for case in matching]
    found = [(case, track) for case, track in found if track]
    if not found:
        raise BadReference(f"no stored run has {matching[0].name} any more")
    if len({case.key for case, _ in found}) > 1:
        called = _told_apart([case for case, _ in found])
        more = f" and {len(called) - _MOST_NAMED} more" if len(called) > _MOST_NAMED else ""
        names = ", ".join(called[:_MOST_NAMED])
        raise BadReference(f"'{visible(text)}' fits {len(called)} cases: {names}{more}; name one")
    # A case that changed its tasks is several: the one of the newest run counts.
    position = {entry.id: position for position, entry in enumerate(index.entries)}
    case, track = max(found, key=lambda pair: max(position[run] for run in pair[1]))
    return case.name, track, len(set().union(*(points for _, points in found)) - set(track))


def _told_apart(cases: Sequence[IndexedCase]) -> list[str]:
    """Return the names of different cases, sorted; the full names of those that share theirs."""
    by_key = {case.key: case for case in cases}.values()
    uses = Counter(case.name for case in by_key)
    return sorted(case.name if uses[case.name] == 1 else case.fullname for case in by_key)


def _others(having: Sequence[Entry], shown: Sequence[Entry]) -> str:
    """Return a line about the runs that have the case and can't be compared with the newest, and how to show them."""
    places = {entry.id for entry in shown}
    others = [entry.bars for entry in having if entry.id not in places]
    if not others:
        return ""
    options = " ".join(f"--force {field}" for field in fields_apart(others, having[-1].bars))
    return (
        f"{counted(len(others), 'other run')} of the case can't be compared with the newest; to show all: {options}\n"
    )


def _of_other_work(count: int) -> str:
    """Return a line about the runs whose points would be of other tasks, or of CPU time instead of time."""
    if not count:
        return ""
    return f"{counted(count, 'other run')} of the case with other tasks or another timing: not shown\n"


def _gaps(alike: Sequence[Entry], track: Mapping[int, Point]) -> str:
    """Return a line about comparable runs without a point whose cases, and this one perhaps, have unusable numbers."""
    gaps = [entry for entry in alike if entry.facts["unusable"] and entry.id not in track]
    if not gaps:
        return ""
    return f"{counted(len(gaps), 'comparable run')} without a point {_have(gaps)}: `runs` marks such runs\n"


def _have(runs: Sequence[Entry]) -> str:
    return f"{'has' if len(runs) == 1 else 'have'} cases with unusable numbers"


def _drawn(name: str, entries: Sequence[Entry], points: Sequence[Point], changes: Sequence[Sequence[str]]) -> str:
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

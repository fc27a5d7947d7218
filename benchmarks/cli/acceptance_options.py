"""The options about slowdowns that are accepted on purpose, and the judgement that they lead to."""

import argparse
import datetime
from collections.abc import Sequence
from pathlib import Path

from benchmarks.acceptance.entries import Acceptance, append_acceptances, read_acceptances
from benchmarks.acceptance.rows import with_accepted_rows
from benchmarks.analysis.judgement import Judgement
from benchmarks.cli.progress import tell
from benchmarks.errors import GateError
from benchmarks.gate.accepting import new_acceptances, with_acceptances
from benchmarks.gate.ancestry import base_contains, contains, origin_of_head
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.opening import ROOT
from benchmarks.gate.record import Record
from benchmarks.history.run import Run, read_run
from benchmarks.text.formatting import counted
from benchmarks.text.printable import unprintable, visible

_FILE = "accepted.toml"

# How long an entry counts that --accept writes without --until.
_DAYS = 90


def today() -> datetime.date:
    """Return the date here."""
    return datetime.date.today()


def add_accepted_argument(parser: argparse.ArgumentParser) -> None:
    """Declare `--accepted`, for every verb that shows a judgement."""
    parser.add_argument(
        "--accepted", metavar="FILE", help=f"slowdowns that are accepted on purpose (default: {_FILE} of this checkout)"
    )


def add_accept_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options that write an entry."""
    parser.add_argument(
        "--accept", metavar="CASE", action="append", default=[], help="with --recompute: let this slowdown pass"
    )
    parser.add_argument("--why", metavar="TEXT", help="with --accept: the reason, for whoever reviews the entry")
    parser.add_argument("--until", metavar="DATE", help=f"with --accept: its last day (default: in {_DAYS} days)")


def refuse_accept_options(args: argparse.Namespace) -> None:
    """Raise GateError if an entry can't be written, before anything is measured or judged."""
    if not args.accept:
        for name in ("why", "until"):
            if getattr(args, name) is not None:
                raise GateError(f"--{name}: expected --accept CASE as well")
        return
    case = visible(args.accept[0])
    if not args.recompute:
        raise GateError(f"--accept {case}: expected --recompute RECORD as well, the gate that found it slower")
    if not (args.why or "").strip():
        raise GateError(f'--accept {case}: expected --why "TEXT" as well, for whoever reviews the entry')
    if unprintable(args.why):
        raise GateError(f"--why '{visible(args.why)}': expected one line of printable text")
    _until(args)


def _until(args: argparse.Namespace) -> datetime.date:
    if args.until is None:
        return today() + datetime.timedelta(days=_DAYS)
    try:
        until = datetime.date.fromisoformat(args.until)
    except ValueError:
        raise GateError(f"--until {visible(args.until)}: not a date; expected one such as 2027-03-01") from None
    if until < today():
        raise GateError(f"--until {until}: already past; expected a future date")
    return until


def accepted(args: argparse.Namespace, record: Record, measurements: Measurements, judgement: Judgement) -> Judgement:
    """Return the judgement with what accepted.toml covers as ACCEPTED, after --accept has added its entries.

    Raises SuiteError.
    """
    cases = getattr(args, "accept", [])
    path = _path(args)

    def applied() -> Judgement:
        # --accept makes the file if there is none.
        entries = _entries(args) if not cases or path.exists() else ()
        return with_acceptances(
            judgement,
            entries,
            record,
            measurements.log_ratios,
            lambda since: base_contains(since, record, ROOT),
            today(),
        )

    if cases:
        entries = new_acceptances(applied(), cases, args.why, origin_of_head(record, ROOT), _until(args))
        append_acceptances(path, entries)
        tell(f"{counted(len(entries), 'entry', 'entries')} added to {visible(path)}: review and commit it")
    return applied()


def accepted_in_runs(args: argparse.Namespace, base: Sequence[Path], judgement: Judgement) -> Judgement:
    """Return a judgement on saved runs with what accepted.toml covers as ACCEPTED; `base` are the files of base's runs.

    Raises SuiteError.
    """

    def all_contain(since: str) -> bool:
        return all(_contains(since, read_run(path)) for path in base)

    return with_accepted_rows(judgement, _entries(args), all_contain, today())


def _contains(since: str, run: Run) -> bool:
    def commit() -> tuple[Path, str]:
        if run.commit is None:
            raise GateError("base's run has no commit")
        return ROOT, run.commit

    return contains(since, run.versions, commit)


def _path(args: argparse.Namespace) -> Path:
    return ROOT / _FILE if args.accepted is None else Path(args.accepted)


def _entries(args: argparse.Namespace) -> tuple[Acceptance, ...]:
    """Return the entries of the file; only one that was named has to exist."""
    path = _path(args)
    return read_acceptances(path) if args.accepted is not None or path.exists() else ()

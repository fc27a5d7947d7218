"""`python -m evidence.replay`: pseudo-gates on recorded pairs, by our rule and by other tools' rules."""

import argparse
import os
import sys
import time
from pathlib import Path

from benchmarks.cli.options import add_rule_arguments, alpha, budget_s, min_effect
from benchmarks.errors import GateError, SuiteError
from benchmarks.options import DEFAULT_BUDGET
from benchmarks.subprocesses import ended_by_signals
from evidence.replay.ours import Question
from evidence.replay.recording import Recording, pack, read_recordings

_EXPLAINED = """
Pairs are dealt at random (again, once all were dealt), and a coin changes the labels of each: no effect, by
construction, but the one that is put in by multiplying head's times, of one random case or of all cases of one random
backend. Shares: of gates that call this case, this backend or a case of it slower. Minutes are modelled from pairs.
The runs of other rules were measured in turns too, which is kinder to them than runs one after the other.
"""


def main(argv: list[str]) -> int:
    """Replay and print; return exit code 0, or 2 if there is nothing to replay."""
    parser = argparse.ArgumentParser(prog="python -m evidence.replay", description=__doc__)
    _add_arguments(parser)
    try:
        text = run(parser.parse_args(argv))
    except SuiteError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    sys.stdout.write(text)
    return 0


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the recordings, the number of gates, and the options of our gate."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="recordings (*.json.gz), or one gate record")
    parser.add_argument("--gates", metavar="N", type=int, default=200, help="pseudo-gates per effect (default: 200)")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="seed of the random choices (default: 1)")
    parser.add_argument(
        "--jobs", metavar="N", type=int, default=os.cpu_count() or 1, help="parallel processes (default: cores)"
    )
    add_rule_arguments(parser)
    parser.add_argument("--budget", metavar="TIME", help=f"budget of our gate (default: {DEFAULT_BUDGET})")
    parser.add_argument("--pack", metavar="FILE", type=Path, help="write a gate record as a recording, and stop")


def run(args: argparse.Namespace) -> str:
    """Replay. Raises SuiteError if there is nothing to replay."""
    recordings = read_recordings(args.folder)
    if args.pack:
        return _packed(recordings, args.pack)
    for option in ("gates", "jobs"):
        if getattr(args, option) < 1:
            raise GateError(f"--{option} {getattr(args, option)}: expected 1 or more")
    asked = Question(
        alpha(args.alpha),
        min_effect(args.min_effect),
        budget_s(args.budget),
    )
    try:
        # Other tools' rules need scipy, which the gate does not.
        from evidence.replay.table import in_order_of_time, lines, render
    except ImportError as error:
        raise GateError(f"{error}: install the dependency group replay, or use `tox run -e replay`") from None
    began = time.monotonic()
    with ended_by_signals():
        table = render(list(lines(recordings, asked, args.gates, args.seed, args.jobs)))
    alarms, gates = in_order_of_time(recordings, asked)
    text = [
        *map(_described, recordings),
        "",
        table,
        _EXPLAINED,
        f"As they came, labels unchanged, each pair used once: this gate alarmed in {alarms} of {gates}.",
        f"{(time.monotonic() - began) / 60:.1f} minutes.",
    ]
    return "\n".join(text) + "\n"


def _packed(recordings: list[Recording], path: Path) -> str:
    if len(recordings) != 1:
        raise GateError(f"--pack: {len(recordings)} recordings; expected one gate record")
    content = pack(recordings[0])
    try:
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise GateError(f"--pack {path}: {error.strerror}; expected a new file in an existing folder") from None
    return f"{_described(recordings[0])}\n{path}: {len(content)} bytes\n"


def _described(recording: Recording) -> str:
    hours = sum(pair.seconds for pair in recording.pairs) / 3600
    counts = f"{len(recording.pairs)} pairs of {len(recording.cases)} cases"
    return f"{recording.name}: {counts}, {hours:.1f} hours; {recording.note}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

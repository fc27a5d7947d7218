"""One pair: a fresh base and a fresh head session, measured in turns, both of which are ended in any case."""

import contextlib
import random
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.record import SIDES, GateCase, PairRecord, SideName
from benchmarks.gate.record_folder import logs_of, run_digests, runs_of, status_of
from benchmarks.gate.referee import Peer, Position, Referee, Silent
from benchmarks.gate.sessions import how_it_ended, running, session_command

# How long a side may take to start, to do one round, or to save: far beyond what any of them needs.
_SILENCE_S = 180.0


@dataclass(frozen=True)
class Pair:
    """A pair that is about to be measured: cases in order, the plan file that says so, and the coin of every draw."""

    name: str
    order: Sequence[GateCase]
    plan: Path
    session_options: Sequence[str]
    coin: random.Random

    def run_name(self, side: SideName) -> str:
        """Return the name of a side's run and log."""
        return f"{self.name}-{side}"


@dataclass(frozen=True)
class PairEnd:
    """How a pair ended.

    `void_reason` is empty if both sides came to their end; otherwise `failed_side` is the one that did not, if it is
    known. `last_position` is the last position of that side, None if it never began. `first` is as in `Referee`.
    """

    seconds: float
    first: Mapping[Position, str]
    void_reason: str
    failed_side: SideName | None
    last_position: Position | None


def run_pair(sides: Mapping[SideName, BuiltSide], folder: Path, pair: Pair, until: float) -> PairEnd:
    """Measure a pair, until `until` (monotonic seconds) at the latest.

    Both sides save a run and write a log in the record's `folder`.
    """
    began = time.monotonic()
    hash_seed = pair.coin.randrange(1, 2**32)
    order = list(SIDES)
    pair.coin.shuffle(order)
    with contextlib.ExitStack() as stack:
        peers, processes = [], {}
        for side in order:
            ours, theirs = socket.socketpair()
            stack.callback(ours.close)
            name = pair.run_name(side)
            status = f"--status-file={status_of(folder, name)}"
            more = (f"--plan={pair.plan}", status, *pair.session_options, f"--in-turns={theirs.fileno()}")
            command = session_command(sides[side], runs_of(folder).root, name, *more)
            log = logs_of(folder) / f"{name}.txt"
            processes[side] = stack.enter_context(running(command, sides[side], log, hash_seed, [theirs.fileno()]))
            # Only the side holds that end now: when the side dies, ours says so.
            theirs.close()
            peers.append(Peer(side, ours))
        referee = Referee((peers[0], peers[1]), len(pair.order), pair.coin)
        void_reason, failed_side = _referee_until_the_end(referee, processes, until)
        position = referee.last_positions()[failed_side] if failed_side else None
        return PairEnd(time.monotonic() - began, referee.first, void_reason, failed_side, position)


def _referee_until_the_end(
    referee: Referee, processes: Mapping[SideName, "subprocess.Popen[bytes]"], until: float
) -> tuple[str, SideName | None]:
    """Give turns until both sessions have ended; return why the pair is void, if it is, and the side that failed."""
    try:
        referee.run(_SILENCE_S, until)
    except Silent:
        if time.monotonic() >= until:
            return "the budget is spent", None
        return f"silent for {_SILENCE_S:g} s", next((peer.name for peer in referee.peers if peer.at is None), None)
    if not referee.complete:
        failed = next(peer.name for peer in referee.peers if peer.gone)
        return how_it_ended(processes[failed]), failed
    for side, process in processes.items():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_SILENCE_S)
        # Exit code 1 is a case that failed, which its run says.
        if process.returncode not in (0, 1):
            return how_it_ended(process), side
    return "", None


def without_lost_runs(folder: Path, pair: Pair, end: PairEnd) -> PairEnd:
    """Return the end of a pair, void if a side came to its end and saved no run: every case of it failed."""
    if end.void_reason:
        return end
    saved = {file.name for file in runs_of(folder).files()}
    lost = next((side for side in SIDES if pair.run_name(side) not in saved), None)
    return end if lost is None else replace(end, void_reason="every case failed", failed_side=lost)


def recorded_pair(folder: Path, pair: Pair, end: PairEnd) -> PairRecord:
    """Return the pair as the record in `folder` keeps it."""
    first = {
        case.nodeid: "".join(end.first[at][0] for at in sorted(end.first) if at[0] == number)
        for number, case in enumerate(pair.order)
    }
    position = end.last_position
    return PairRecord(
        name=pair.name,
        seconds=end.seconds,
        cases=tuple(case.nodeid for case in pair.order),
        first=first,
        void_reason=end.void_reason,
        failed_side=end.failed_side,
        in_flight=pair.order[position[0]].nodeid if position and position[0] < len(pair.order) else None,
        # A void pair's runs are not read, and there may be none.
        sha256={} if end.void_reason else run_digests(folder, pair.name),
    )

"""One pair: a fresh process a side, measured in turns, and both ended whatever happens."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.referee import Peer, Position, Referee, Silent

# Starting two sessions and saving two runs takes so many seconds: to tell what fits into a budget.
PAIR_S = 2.5

# How long a side may take to start, to do one round, or to save: far beyond what any of them needs.
_SILENCE_S = 180.0

# A case has some two seconds of work of its own here, a cold pool included; what takes so long hangs.
_CASE_S = 30.0

# After that a side that was told to end is killed; its workers then end by themselves.
_GRACE_S = 10.0

# A signal that arrives in the middle of an import can be lost there: it is sent again.
_AGAIN_S = 2.5

# What a side may know of its surroundings. Anything else could make the two differ, or measure something else.
_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "USER", "LOGNAME", "CI")
_PASSED_PREFIXES = ("JOBLIB_", "LOKY_")


@dataclass(frozen=True)
class PairEnd:
    """How a pair ended. `why` is empty where both sides came to their end; else `side` is the one that did not.

    `where` is the last position of that side, None where it never began; `first` as `Referee.first`.
    """

    seconds: float
    first: Mapping[Position, str]
    why: str
    side: str | None
    where: Position | None


def session_command(side: BuiltSide, history: Path, name: str, plan: Path | None, *more: str) -> list[str]:
    """The command line of one side's session; values are joined to their options, for pytest takes paths for roots."""
    planned = [f"--plan={plan}"] if plan else []
    options = ["--benchmark-only", "--profile=gate", "--quiet-progress", f"--history={history}"]
    options.append(f"--case-timeout={_CASE_S:g}")
    command = [str(side.python), "-m", "pytest", "-p", "no:cacheprovider", f"--rootdir={side.tree}", *options]
    return [*command, f"--benchmark-save={name}", *planned, *more]


def side_environment(hash_seed: int) -> dict[str, str]:
    """The environment of a session."""
    kept = {name: os.environ[name] for name in _PASSED if name in os.environ}
    kept |= {name: value for name, value in os.environ.items() if name.startswith(_PASSED_PREFIXES)}
    return {**kept, "PYTHONHASHSEED": str(hash_seed)}


@contextmanager
def running(
    command: Sequence[str], folder: Path, log: Path, hash_seed: int, descriptors: Sequence[int] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """A session's process, ended when the block is left: first asked to, then killed."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - a session of this suite
            command,
            cwd=folder,
            env=side_environment(hash_seed),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=tuple(descriptors),
            # Ctrl-C is for the gate, which ends its sides itself.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        end = time.monotonic() + _GRACE_S
        while process.poll() is None and time.monotonic() < end:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_AGAIN_S)
        if process.poll() is None:
            process.kill()
            process.wait()


def run_pair(
    sides: Mapping[str, BuiltSide],
    history: Path,
    logs: Path,
    name: str,
    plan: Path,
    work: Sequence[str],
    cases: int,
    coin: random.Random,
    until: float,
) -> PairEnd:
    """Measure `cases` cases of the plan in turns, until `until` (monotonic seconds) at the latest.

    `work` are the options that choose the sessions' work. Both sides save a run called `name-SIDE` in `history`, and
    write what they say to `logs`.
    """
    began = time.monotonic()
    hash_seed = coin.randrange(1, 2**32)
    order = sorted(sides)
    coin.shuffle(order)
    with contextlib.ExitStack() as stack:
        peers, processes = [], {}
        for side in order:
            ours, theirs = socket.socketpair()
            stack.callback(ours.close)
            more = (*work, f"--in-turns={theirs.fileno()}")
            command = session_command(sides[side], history, f"{name}-{side}", plan, *more)
            log = logs / f"{name}-{side}.txt"
            processes[side] = stack.enter_context(running(command, sides[side].tree, log, hash_seed, [theirs.fileno()]))
            # Only the side holds that end: when it dies, ours says so.
            theirs.close()
            peers.append(Peer(side, ours))
        referee = Referee((peers[0], peers[1]), cases, coin)
        why, guilty = "", None
        try:
            referee.run(_SILENCE_S, until)
        except Silent:
            working = [peer.name for peer in peers if peer.at is None]
            why = "the budget is spent" if time.monotonic() >= until else f"silent for {_SILENCE_S:g} s"
            guilty = None if time.monotonic() >= until else next(iter(working), None)
        if not referee.complete and not why:
            guilty = next(peer.name for peer in peers if peer.gone)
            why = _ending(processes[guilty])
        if referee.complete:
            for side, process in processes.items():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_SILENCE_S)
                if process.returncode not in (0, 1):
                    why, guilty = _ending(process), side
    return PairEnd(time.monotonic() - began, referee.first, why, guilty, referee.where()[guilty] if guilty else None)


def _ending(process: "subprocess.Popen[bytes]") -> str:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_S)
    code = process.returncode
    if code is None:
        return "it hung up and did not end"
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"

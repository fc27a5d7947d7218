"""Check the headlines of many short sessions against one long session of the same cases.

python -m evidence.headlines [SESSIONS] [--longest ADDITIONS ...] [--load PROCESSES ...] (default 40 sessions, three
lengths, no load), in the environment `bench`; --load keeps so many processes busy beside the short sessions. A headline
is right if it names a backend that the long session can't tell from its best one (or the plain loop, if that is), wrong
if it names another, and otherwise undecided.
"""

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.analysis.headline import Contender, Headline, HeadlineKind, headline
from benchmarks.grid import LOOP
from benchmarks.report.contenders import contenders, measuring_machine
from benchmarks.report.measured import measured_cases
from evidence.sessions import measured_run

# By the longest task in additions: short tasks that pay for no pool, tasks at the break-even, and long ones.
LONGEST = (200, 1_000, 4_000)
AXES = ("--backends=sequential,threading,loky,multiprocessing", "--n-jobs=2", "--batch-sizes=100,1000")
LONG_ROUNDS = 60

# Two standard errors.
CLEAR = 2.0


def measure(longest: int, *options: str) -> list[Contender]:
    """Measure the cases in a session and return joblib's parallel ones."""
    document = measured_run(f"--longest={longest}", *AXES, *options, "benchmarks/suite/test_summation.py")
    return contenders(measured_cases(document["benchmarks"]), measuring_machine(document))


def best_backends(cases: Sequence[Contender]) -> set[str]:
    """Return the backends, or the plain loop, that can't be told from the best."""
    best = max(cases, key=lambda case: case.log_speed_up)
    speeds = {LOOP: (0.0, 0.0)}
    for case in sorted(cases, key=lambda case: case.log_speed_up):
        speeds[case.configuration.backend] = (case.log_speed_up, case.log_error)
    top = max(0.0, best.log_speed_up)
    return {name for name, (speed, error) in speeds.items() if speed + CLEAR * (error + best.log_error) >= top}


def outcome(said: Headline | None, best: set[str]) -> str:
    """Return whether a headline is right, wrong or undecided."""
    if said is None or said.kind is HeadlineKind.UNDECIDED:
        return "undecided"
    named = said.best.configuration.backend if said.kind is HeadlineKind.FASTEST else LOOP
    return "right" if said.kind is not HeadlineKind.UNFAIR and named in best else "wrong"


@contextmanager
def load(processes: int) -> Iterator[None]:
    """Keep so many processes busy during the block."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def main() -> None:
    """Print a row per length of the tasks and per load."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sessions", nargs="?", type=int, default=40)
    parser.add_argument("--longest", nargs="+", type=int, default=LONGEST)
    parser.add_argument("--load", nargs="+", type=int, default=[0])
    args = parser.parse_args()
    kinds = ("right", "undecided", "wrong")
    print(f"| longest task | best in the long session | load | {' | '.join(kinds)} |\n|---|---|---|---|---|---|")
    for longest in args.longest:
        best = best_backends(measure(longest, f"--rounds={LONG_ROUNDS}"))
        for processes in args.load:
            with load(processes):
                counts = Counter(outcome(headline(measure(longest)), best) for _ in range(args.sessions))
            row = [f"{longest:,} additions", " or ".join(sorted(best)), processes, *(counts[kind] for kind in kinds)]
            print("| " + " | ".join(map(str, row)) + " |", flush=True)


if __name__ == "__main__":
    main()

"""Whole gates on recorded pairs: false alarms, what is seen, and the time it takes.

python -m docs.figures.gate_power [--gates N] [--cases N] [--jobs N]

tests/data/turns holds 12 pairs of 12 cases, recorded in turns with joblib 1.6.0 on both sides. A gate here has as many
cases as asked for, each with the noise of one of the recorded: its pairs are drawn with replacement, each pair's label
by a fair coin (so that without an effect the code can't differ), three of its four rounds. An effect multiplies
head's times. The gate's own code decides what to measure next, what is found, and when to stop; time is modelled.
"""

import argparse
import json
import math
import random
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.analysis.verdict import FAILING, Verdict
from benchmarks.gate.decision import Decision, decide, groups, next_cases
from benchmarks.gate.record import GateCase, Record
from benchmarks.gate.tracks import Measured

RECORDING = Path(__file__).parents[2] / "tests" / "data" / "turns" / "aa-12-cases.json"

# One worker a side on the same core, which the recording did not do, has a quarter of the noise (measured apart).
SAME_CORE = 0.25

BUDGET_S, PAIR_S, CASE_S, SIZING_S = 600.0, 3.0, 1.15, 45.0

EFFECTS = {
    "identical code": (None, 0.0),
    "one case +3 %": ("case", 0.03),
    "one case +5 %": ("case", 0.05),
    "one case +10 %": ("case", 0.10),
    "one case +25 %": ("case", 0.25),
    "one backend +3 %": ("backend", 0.03),
}


def recorded() -> dict[tuple[str, ...], list[list[float]]]:
    """The log-ratios of each recorded case's rounds, pair by pair."""
    found: dict[tuple[str, ...], list[list[float]]] = {}
    for entry in json.loads(RECORDING.read_text()):
        case = tuple(map(str, entry["case"]))
        calm = SAME_CORE if case[0] == "sequential" else 1.0
        ratios = [calm * math.log(head[0] / base[0]) for base, head in zip(entry["a"], entry["b"], strict=True)]
        found.setdefault(case, []).append(ratios)
    return found


def gate(what: tuple[str | None, float], cases: int, seed: int) -> tuple[Decision, float, list[str], list[GateCase]]:
    """One gate: its last decision, its seconds, the names that are slower, all cases."""
    rng = random.Random(seed)
    noise = recorded()
    kinds = [rng.choice(sorted(noise)) for _ in range(cases)]
    listed = [GateCase(f"case {place}", kind[0], 2, 1.0) for place, kind in enumerate(kinds)]
    where, effect = what
    victim = rng.randrange(cases)
    slower = {
        case.nodeid
        for place, case in enumerate(listed)
        if (where == "case" and place == victim) or (where == "backend" and case.backend == listed[victim].backend)
    }
    plain = {"spec": []}
    record = Record({"base": plain, "head": plain}, 0.01, 0.05, BUDGET_S, 0.12, seed, None, None, listed)
    with TemporaryDirectory() as folder:
        measured = Measured(Path(folder), record)
    spent = SIZING_S
    decision = decide(record, measured, ())
    while chosen := next_cases(record, decision)[: max(0, int((BUDGET_S - spent - PAIR_S) / CASE_S))]:
        spent += PAIR_S + CASE_S * len(chosen)
        names = {case.nodeid for case in chosen}
        for case, kind in zip(listed, kinds, strict=True):
            pair = rng.choice(noise[kind])
            sign, shift = rng.choice((1, -1)), math.log1p(effect) if case.nodeid in slower else 0.0
            rounds = tuple(sign * ratio + shift for ratio in rng.sample(pair, 3))
            measured.tracks[case.nodeid].append(rounds if case.nodeid in names else None)
        decision = decide(record, measured, ())
    return decision, spent, sorted(slower), listed


def outcome(what: tuple[str | None, float], cases: int, seed: int) -> tuple[bool, bool, float, Counter[Verdict]]:
    """(seen where the effect is, alarm elsewhere, seconds, verdicts of the cases)."""
    decision, spent, slower, listed = gate(what, cases, seed)
    alarms = {name for name, found in {**decision.cases, **decision.groups}.items() if found.verdict in FAILING}
    touched = {name for name, members in groups(listed).items() if set(members) & set(slower)} | set(slower)
    aim = set(slower)
    if what[0] == "backend":
        aim |= {name for name, members in groups(listed).items() if set(members) == set(slower)}
    return bool(alarms & aim), bool(alarms - touched), spent, Counter(f.verdict for f in decision.cases.values())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--gates", type=int, default=200, help="gates an effect (default: 200)")
    parser.add_argument("--cases", type=int, default=45, help="cases a gate (default: 45)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    args = parser.parse_args()
    began = time.perf_counter()
    print("| effect | seen | alarm elsewhere | minutes, median / 90 % | cases unchanged |\n|---|---|---|---|---|")
    with ProcessPoolExecutor(args.jobs) as pool:
        for name, what in EFFECTS.items():
            found = list(pool.map(partial(outcome, what, args.cases), range(args.gates), chunksize=4))
            minutes = sorted(spent / 60 for _, _, spent, _ in found)
            seen = f"{sum(one[0] for one in found) / args.gates:.0%}" if what[0] else ""
            unchanged = sum(one[3][Verdict.UNCHANGED] for one in found) / args.gates / args.cases
            spread = f"{minutes[args.gates // 2]:.1f} / {minutes[int(args.gates * 0.9)]:.1f}"
            print(f"| {name} | {seen} | {sum(one[1] for one in found)} of {args.gates} | {spread} | {unchanged:.0%} |")
    print(f"\n{(time.perf_counter() - began) / 60:.1f} minutes")


if __name__ == "__main__":
    main()

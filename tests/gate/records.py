"""Gate records for tests."""

import math
import random

from msgspec.structs import replace

from benchmarks.gate.opening import Request, new_record
from benchmarks.gate.record import GateCase, PairRecord, RecordedSide
from benchmarks.gate.record_folder import run_digests, runs_of
from tests.documents import document, entry

NAMES = ("loky-n2-b10", "loky-n2-b100", "threading-n2-b10", "sequential-n1-b1")


def record(**changes):
    """A record of four cases."""
    cases = [GateCase(f"f.py::test[{name}]", "LokyBackend", 2, 1.0) for name in "abcd"]
    plain = new_record(Request("gate", ["joblib==1.6.0"], ["joblib==1.6.0"], 0.01, 0.05, 600.0, seed=1))
    for side in (plain.sides.base, plain.sides.head):
        side.packages = {"joblib": "1.6.0"}
    return replace(plain, **{"cases": cases, **changes})


def side(version):
    """A recorded side with this joblib."""
    return RecordedSide([f"joblib=={version}"], packages={"joblib": version})


def measured(folder, noises, pairs=8, slower=(1.0, 1.0, 1.0, 1.0)):
    """A record on disk: `pairs` pairs, each case with a noise of its own; the last case has one worker.

    Head's times are multiplied by `slower`.
    """
    rng, nodes = random.Random(1), [entry(name)["fullname"] for name in NAMES]
    cases = [GateCase(node, "LokyBackend", 1 + (node != nodes[-1]), 1.0) for node in nodes]
    gate = record(cases=cases, spent_s=100.0)
    for number in range(1, pairs + 1):
        slow = 1.6 if rng.random() < 0.4 else 1.0
        for side in ("base", "head"):
            times = slower if side == "head" else [1.0] * len(NAMES)
            rounds = [
                [time * slow * 0.04 * math.exp(rng.gauss(0, sd)) for _ in range(7)]
                for sd, time in zip(noises, times, strict=True)
            ]
            runs_of(folder).save(document(*map(entry, NAMES, rounds)), f"pair-{number:03}-{side}")
        sealed = run_digests(folder, f"pair-{number:03}")
        gate.pairs.append(PairRecord(f"pair-{number:03}", 6.0, tuple(nodes), {}, "", None, None, sealed))
    gate.save(folder)
    return gate

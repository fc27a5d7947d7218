"""What a gate makes of what its cases need beside time."""

import math
import random
from dataclasses import replace

import pytest

from benchmarks.analysis.quantity import RESOURCES, Quantity
from benchmarks.analysis.verdict import Verdict
from benchmarks.gate.decision import decide, next_cases, rows
from benchmarks.gate.needs import OPTION, Need
from benchmarks.gate.tracks import Measured
from benchmarks.history.run import parse_run
from benchmarks.limits import Limit
from tests.documents import document, entry
from tests.gate.records import NAMES, record


def gate():
    """A record of four cases that measures resources."""
    plain = record(work=[OPTION])
    nodes = [entry(name)["fullname"] for name in NAMES]
    return replace(plain, cases=[replace(case, nodeid=node) for case, node in zip(plain.cases, nodes, strict=True)])


def side(memory_mb, cpu_s=0.05):
    """The run of one side; `memory_mb` by place in NAMES."""
    used = [{"memory": "pss", "peak_pss_bytes": memory_mb[place] * 1e6, "cpu_s": cpu_s} for place in range(len(NAMES))]
    return parse_run(
        document(*(entry(name, resources=one) for name, one in zip(NAMES, used, strict=True))), "a test's run"
    )


def measured(tmp_path, more=0.0, pairs=20, seed=1):
    """Pairs in which the second case of head needs so much more memory, with half a percent of noise."""
    rng, asked = random.Random(seed), gate()
    found = Measured(tmp_path, asked)
    for _ in range(pairs):
        noisy = [[100 * math.exp(rng.gauss(0, 0.005)) for _ in NAMES] for _ in range(2)]
        noisy[1][1] *= 1 + more
        found.needs.take(side(noisy[0]), side(noisy[1]))
        for case in asked.cases:
            found.tracks[case.nodeid].append(tuple(rng.gauss(0, 0.01) for _ in range(3)))
            for name in ("base", "head"):
                found.logs_s[case.nodeid][name].append(-3.0)
    return asked, found


def test_a_tenth_more_memory_is_seen(tmp_path):
    """In the case that needs it, and in no other."""
    asked, found = measured(tmp_path, more=0.10)
    verdicts = {need: finding.verdict for need, finding in decide(asked, found, ()).needs.items()}
    worse = [need for need, verdict in verdicts.items() if verdict is Verdict.REGRESSION]
    assert worse == [Need(asked.cases[1].nodeid, Quantity.PSS)]
    (row,) = [row for row in rows(asked, found, decide(asked, found, ()), ()) if row.verdict is Verdict.REGRESSION]
    assert row.name.endswith("peak PSS")
    assert row.head / row.base == pytest.approx(1.10, rel=0.01)


def test_it_is_measured_until_that_is_decided(tmp_path):
    """A case whose memory looks worse is a suspect although its time is not."""
    asked, found = measured(tmp_path, more=0.10, pairs=6)
    assert asked.cases[1] in next_cases(asked, decide(asked, found, ()))
    assert len(next_cases(asked, decide(asked, found, ()))) < 4


def test_identical_sides_never_alarm(tmp_path):
    """A hundred gates of four cases and two resources: at most 0.2 % of them may."""
    for seed in range(100):
        asked, found = measured(tmp_path, pairs=24, seed=seed)
        assert not [one for one in decide(asked, found, ()).needs.values() if one.verdict is Verdict.REGRESSION]


def test_a_limit_of_memory(tmp_path):
    """Over it in every pair is over it; once under it is not."""
    asked, found = measured(tmp_path, pairs=3)
    limits = (Limit(NAMES[0], None, None, 90e6),)

    def over_limit():
        judged = rows(asked, found, decide(asked, found, limits), limits)
        return [row for row in judged if row.verdict is Verdict.OVER_LIMIT]

    assert [row.quantity for row in over_limit()] == [Quantity.PSS]
    assert "max_pss is 90 MB" in over_limit()[0].note
    found.needs.sides[Need(asked.cases[0].nodeid, Quantity.PSS)].head.append(89e6)
    assert not over_limit()


def test_a_gate_that_was_not_asked_has_none(tmp_path):
    """No track, no row, whatever the runs say."""
    found = Measured(tmp_path, replace(gate(), work=[]))
    found.needs.take(side([1, 2, 3, 4]), side([1, 2, 3, 4]))
    assert found.needs.tracks == {}
    assert len(RESOURCES) * len(gate().cases) == len(Measured(tmp_path, gate()).needs.tracks)

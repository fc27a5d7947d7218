"""A gate's judgement of memory and CPU time."""

import math
import random

import pytest
from msgspec.structs import replace

from benchmarks.analysis.pair_ratios import pair_ratios
from benchmarks.analysis.quantity import RESOURCES, Quantity
from benchmarks.analysis.verdict import Verdict
from benchmarks.gate.hypotheses import judge_record
from benchmarks.gate.judgement import rows
from benchmarks.gate.measurements import CaseResource, Measurements
from benchmarks.gate.record import RESOURCES_OPTION
from benchmarks.gate.schedule import next_pairs
from benchmarks.history.run import parse_run
from benchmarks.limits import Limit
from tests.documents import document, entry
from tests.gate.records import NAMES, record


def gate():
    """A record of four cases that measures resources."""
    plain = record(session_options=[RESOURCES_OPTION])
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
    found = Measurements(tmp_path, asked)
    for _ in range(pairs):
        noisy = [[100 * math.exp(rng.gauss(0, 0.005)) for _ in NAMES] for _ in range(2)]
        noisy[1][1] *= 1 + more
        found.resources.add_pair(side(noisy[0]), side(noisy[1]))
        for case in asked.cases:
            found.log_ratios[case.nodeid].append(
                pair_ratios((1.0,) * 3, [rng.lognormvariate(0, 0.01) for _ in range(3)])
            )
            for rounds_s in (found.rounds_s[case.nodeid].base, found.rounds_s[case.nodeid].head):
                rounds_s.append(0.05)
    return asked, found


def test_a_tenth_more_memory_is_seen(tmp_path):
    """A regression of memory is found in the case that needs more, and in no other."""
    asked, found = measured(tmp_path, more=0.10)
    verdicts = {key: tested.verdict for key, tested in judge_record(asked, found, ()).resources.items()}
    worse = [key for key, verdict in verdicts.items() if verdict is Verdict.REGRESSION]
    assert worse == [CaseResource(asked.cases[1].nodeid, Quantity.PSS)]
    (row,) = [
        row for row in rows(asked, found, judge_record(asked, found, ()), ()) if row.verdict is Verdict.REGRESSION
    ]
    assert row.name.endswith("peak PSS")
    assert row.head / row.base == pytest.approx(1.10, rel=0.01)


def test_it_is_measured_until_that_is_decided(tmp_path):
    """A case whose memory looks worse is a suspect although its time is not."""
    asked, found = measured(tmp_path, more=0.10, pairs=6)
    assert asked.cases[1] in next_pairs(asked, judge_record(asked, found, ())).cases
    assert len(next_pairs(asked, judge_record(asked, found, ())).cases) < 4


def test_identical_sides_never_alarm(tmp_path):
    """No gate of identical code alarms in 100 (by design at most 0.2 % of gates do for resources)."""
    for seed in range(100):
        asked, found = measured(tmp_path, pairs=24, seed=seed)
        assert not [
            one for one in judge_record(asked, found, ()).resources.values() if one.verdict is Verdict.REGRESSION
        ]


def test_a_limit_of_memory(tmp_path):
    """Memory over its limit in every pair is OVER_LIMIT; once below the limit, it is not."""
    asked, found = measured(tmp_path, pairs=3)
    limits = (Limit(NAMES[0], max_pss_bytes=90e6),)

    def over_limit():
        judged = rows(asked, found, judge_record(asked, found, limits), limits)
        return [row for row in judged if row.verdict is Verdict.OVER_LIMIT]

    assert [row.quantity for row in over_limit()] == [Quantity.PSS]
    assert "max_pss is 90 MB" in over_limit()[0].note
    found.resources.values[CaseResource(asked.cases[0].nodeid, Quantity.PSS)].head.append(89e6)
    assert not over_limit()


def test_a_gate_that_was_not_asked_has_none(tmp_path):
    """A gate without --resources ignores what the runs say about memory."""
    found = Measurements(tmp_path, replace(gate(), session_options=[]))
    found.resources.add_pair(side([1, 2, 3, 4]), side([1, 2, 3, 4]))
    assert found.resources.log_ratios == {}
    assert len(RESOURCES) * len(gate().cases) == len(Measurements(tmp_path, gate()).resources.log_ratios)

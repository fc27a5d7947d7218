"""What is recommended, and what is said of it."""

import json
import math
from dataclasses import replace

import pytest

from benchmarks.advise.advice import advise, fastest_s, memory_bytes, sizes
from benchmarks.advise.fitting import Check
from benchmarks.advise.model import quantiles
from benchmarks.advise.profile import TaskProfile
from benchmarks.advise.stored import Probed, disturbed, keep, known, probed_in, stale
from benchmarks.errors import SuiteError
from benchmarks.grid import LOOP, Case
from benchmarks.report.advice import document, paste, text
from evidence.advice_table import outcomes
from tests.advise.costs import COSTS
from tests.documents import write
from tests.run_session import ROOT

PROBED = Probed("a-machine", {"joblib": "1.6.0", "numpy": None}, "2026-11-24T12:00:00+00:00", COSTS, ())
DATA = ROOT / "evidence/data/advice"

LONG = TaskProfile(1e-2, 1_000)


def test_short_tasks_belong_into_the_plain_loop():
    """Ten of a microsecond: no pool is worth its start, nor even a warm call."""
    for warm in (False, True):
        found = advise(COSTS, TaskProfile(1e-6, 10), warm)
        assert found.best.case.backend == LOOP
        assert "No pool is worth its cost" in text(found, None, PROBED)
        assert "results = [function(argument) for argument in arguments]" in text(found, None, PROBED)


def test_long_tasks_that_hold_the_gil_belong_into_processes():
    """And those that do not into threads, which start at once."""
    held = advise(COSTS, LONG, warm=False)
    assert held.best.case.backend == "loky"
    released = advise(COSTS, replace(LONG, releases_gil=1.0), warm=False)
    assert released.best.case.backend == "threading"
    assert released.runner_up.case.backend == "loky"
    assert "is as fast" not in text(held, released, PROBED)
    assert "1.9" in text(held, None, PROBED)


def test_more_workers_are_not_taken_for_little():
    """Four workers are 2 % faster than two: two it is, and the output says so."""
    found = advise(COSTS, replace(LONG, tasks=10_000), warm=True)
    assert found.best.case.n_jobs == 2
    assert min(found.ranked, key=lambda one: one.time_s).case.n_jobs == 4
    assert "loky-n4" in text(found, None, PROBED)
    assert "needs more workers" in text(found, None, PROBED)


def test_what_differs_clearly_is_told_apart():
    """The loop takes twice as long."""
    found = advise(COSTS, LONG, warm=True)
    assert found.told_apart(found.loop)
    assert not found.told_apart(found.ranked[1])


def test_break_even_is_where_a_backend_begins_to_pay():
    """Just below it the loop is faster, just above it the backend is; threads never pay for what holds the GIL."""
    found = advise(COSTS, LONG, warm=False)
    assert found.break_even_s["threading"] is None
    turn = found.break_even_s["loky"]
    own = replace(COSTS, pools=COSTS.pools[1:])
    for factor, pays in ((0.97, False), (1.03, True)):
        asked = replace(LONG, task_s=turn * factor)
        assert (fastest_s(own, asked, False) < asked.work_s) is pays


def test_batch_sizes_that_no_batch_can_reach_are_left_out():
    """A hundred tasks: batches of 1000 would be those of 100 under another name."""
    assert sizes(TaskProfile(1.0, 100), COSTS.pools[0]) == [1, 10, "auto"]
    assert sizes(TaskProfile(1.0, 1), COSTS.pools[0]) == [1, "auto"]


def test_memory_counts_what_is_on_its_way():
    """A pool of 100 MB, and four batches under way, packed and unpacked; threads share what is there."""
    found = advise(COSTS, replace(LONG, payload_bytes=1e5), warm=True)
    size = found.best.case.batch_size
    way = 4 * (size if isinstance(size, int) else 50) * 1e5 * 2
    assert found.memory_bytes == pytest.approx(100e6 + way)
    assert memory_bytes(COSTS.pools[0], replace(LONG, payload_bytes=1e5), 10) == 100e6


@pytest.mark.parametrize(
    "case", [Case(LOOP, 1, None), Case("threading", 2, 1), Case("threading", 2, "auto"), Case("loky", 2, 10)]
)
def test_what_is_to_be_pasted_runs(case):
    """With a function and arguments of these names."""
    names = {"function": math.factorial, "arguments": range(6)}
    exec(paste(case), names)  # noqa: S102 - what a reader would do
    assert names["results"] == [1, 1, 2, 6, 24, 120]


def test_the_document_has_all_of_it():
    """As JSON, numbers in seconds and bytes."""
    found = advise(COSTS, LONG, warm=False)
    plain = json.loads(document(found, advise(COSTS, LONG, warm=True), PROBED))
    assert plain["best"]["name"] == found.best.case.label
    assert plain["best"]["time_s"] == pytest.approx(sum(plain["best"]["parts_s"].values()))
    assert plain["break_even_task_s"]["threading"] is None
    assert plain["again"]["time_s"] < plain["best"]["time_s"]
    assert len(plain["ranked"]) == len(found.ranked)


def test_a_model_is_read_back(tmp_path):
    """As it was stored; of another machine there is none."""
    path = keep(tmp_path, PROBED)
    assert known(tmp_path, "a-machine") == PROBED
    assert known(tmp_path, "another") is None
    assert probed_in(path).costs.pools[0].interval("held") == quantiles([d.held for d in COSTS.pools[0].draws])


def test_another_joblib_makes_a_model_stale():
    """The package is named with both versions."""
    assert stale(PROBED, {"joblib": "1.6.0"}) is None
    assert stale(PROBED, {"joblib": "1.7.0"}) == "joblib was 1.6.0, now it is 1.7.0"
    assert stale(PROBED, {"joblib": "1.6.0", "numpy": "2.4.6"}) == "numpy was missing, now it is 2.4.6"


def changed(path, where, value):
    """The model in a file with one value changed, in all pools where it is a pool's."""
    plain = json.loads(path.read_text())
    *way, last = where.split(".")
    for pool in plain["costs"]["pools"] if way and way[0] == "pools" else [plain]:
        parent = pool
        for step in way[1:] if way and way[0] == "pools" else way:
            parent = parent[int(step)] if isinstance(parent, list) else parent[step]
        parent[last] = value
    write(path, plain)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("costs.pools", []),
        ("costs.pools", {}),
        ("pools.draws", []),
        ("pools.draws.0.task", "x"),
        ("pools.draws.0.task", 1e308),
        ("pools.memory_bytes", -5),
        ("pools.memory_bytes", "x"),
        ("pools.n_jobs", 0),
        ("pools.n_jobs", True),
        ("pools.n_jobs", 10**9),
        ("pools.n_jobs", 2.5),
        ("pools.backend", "\x1b[31mloky"),
        ("pools.backend", 'loky")+__import__("os")'),
        ("pools.backend", 5),
        ("pools.middle.held", -1),
        ("pools.middle.held", 0),
        ("pools.middle.start", 10**400),
        ("pools.middle.byte", None),
        ("costs.cores", 0),
        ("costs.cores", -1),
        ("costs.poll_s", -1),
        ("costs.noise", 1e6),
        ("costs.noise", None),
        ("when", 5),
        ("versions", []),
        ("versions", {"joblib": "\x1b[31m"}),
        ("machine", "\x1b[31m"),
        ("machine", "another"),
        ("format", True),
        ("format", "\x1b[31m"),
    ],
)
def test_a_damaged_model_is_not_believed(tmp_path, where, value):
    """Each value is what it can be, or the file is named; nothing of it reaches a terminal raw."""
    path = keep(tmp_path, PROBED)
    changed(path, where, value)
    with pytest.raises(SuiteError, match=r"a-machine\.json: ") as refused:
        known(tmp_path, "a-machine")
    assert "\x1b" not in str(refused.value)


def test_a_disturbed_probe_says_so():
    """Two threads that gain nothing without the GIL, or checks that are far off: in every answer."""
    assert disturbed(PROBED) is None
    slow = replace(COSTS.pools[0], middle=replace(COSTS.pools[0].middle, released=1.04))
    busy = replace(PROBED, costs=replace(COSTS, pools=(slow, *COSTS.pools[1:])))
    assert "Do not trust this" in text(advise(busy.costs, LONG, False), None, busy)
    off = replace(PROBED, checks=(Check("a", 1.0, 3.0, 2.0, 4.0), Check("b", 1.0, 1.0, 0.9, 1.1)))
    assert "checks are far off" in disturbed(off)


def test_backends_that_cannot_be_given_the_tasks_are_left_out():
    """And named."""
    found = advise(COSTS, replace(LONG, barred=("loky",)), warm=False)
    assert {one.case.backend for one in found.ranked} == {LOOP, "threading"}
    assert found.break_even_s.keys() == {"threading"}
    assert "can't be sent to its workers: loky" in " ".join(text(found, None, PROBED).split())


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format": 99}', '{"format": 1, "costs": 3}'])
def test_a_broken_model_is_named(tmp_path, content):
    """With its path, and what to do; never a traceback."""
    write(tmp_path / "a-machine.json", content)
    with pytest.raises(SuiteError, match=r"a-machine\.json"):
        known(tmp_path, "a-machine")


@pytest.mark.parametrize("warm", [False, True])
def test_advice_holds_on_random_profiles(warm):
    """What docs/advice.md promises: near the best in 90 % of profiles, never far from it, times as predicted."""
    found = recorded("random", warm)
    assert len(found) >= 40
    assert sum(one.regret <= 1.10 for one in found) >= 0.90 * len(found)
    assert max(one.regret for one in found) <= 1.5
    assert sum(one.inside for one in found) >= 0.85 * len(found)


def recorded(name, warm):
    """The outcomes of recorded profiles, by the model that was made on the same day."""
    return list(outcomes(DATA / f"{name}.jsonl", probed_in(DATA / f"{name}.model.json").costs, warm))

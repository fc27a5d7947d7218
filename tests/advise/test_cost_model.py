"""Cost models on disk: what is written, read, refused, out of date or disturbed."""

import json
from dataclasses import replace

import pytest

from benchmarks.advise.cost_model import (
    HeldOutCase,
    read_model,
    stale,
    store_model,
    stored_model,
)
from benchmarks.advise.costs import quantiles
from benchmarks.advise.disturbance import disturbance
from benchmarks.errors import SuiteError
from tests.advise.costs import COSTS, MODEL
from tests.documents import write


def test_a_model_is_read_back(tmp_path):
    """A model is read as it was stored; another machine has none."""
    path = store_model(tmp_path, MODEL)
    assert stored_model(tmp_path, "a-machine") == MODEL
    assert stored_model(tmp_path, "another") is None
    assert read_model(path).costs.pools[0].interval("held") == quantiles([d.held for d in COSTS.pools[0].draws])


def test_another_joblib_makes_a_model_stale():
    """A package with another version than in the probe is named with both versions."""
    assert stale(MODEL, {"joblib": "1.6.0"}, {}) is None
    assert stale(MODEL, {"joblib": "1.7.0"}, {}) == "joblib was 1.6.0 and is now 1.7.0"
    assert stale(MODEL, {"joblib": "1.6.0", "numpy": "2.4.6"}, {}) == "numpy was missing and is now 2.4.6"


def test_another_condition_makes_a_model_stale(tmp_path):
    """A quota or a variable that changes parallel work is named; a model that does not know it is believed."""
    model = replace(MODEL, conditions={"cpu_quota": "none", "thread_variables": {"OMP_NUM_THREADS": "4"}})
    path = store_model(tmp_path, model)
    versions = {"joblib": "1.6.0"}
    assert stale(read_model(path), versions, model.conditions) is None
    assert stale(read_model(path), versions, {"cpu_quota": 0.5}) == "cpu_quota: none against 0.5"
    changed = {"cpu_quota": "none", "thread_variables": {}}
    assert stale(model, versions, changed) == "thread_variables: OMP_NUM_THREADS=4 against OMP_NUM_THREADS=not set"
    assert stale(MODEL, versions, {"cpu_quota": 0.5}) is None


def changed(path, where, value):
    """Change one value in the file of a model; a value of a pool is changed in all pools."""
    plain = json.loads(path.read_text())
    *steps, last = where.split(".")
    for pool in plain["costs"]["pools"] if steps and steps[0] == "pools" else [plain]:
        parent = pool
        for step in steps[1:] if steps and steps[0] == "pools" else steps:
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
        ("machine", "\x1b[31m"),
        ("machine", "another"),
        ("format", True),
        ("format", "\x1b[31m"),
    ],
)
def test_a_damaged_model_is_not_believed(tmp_path, where, value):
    """A value out of its range is an error that names the file; no control character reaches the terminal."""
    path = store_model(tmp_path, MODEL)
    changed(path, where, value)
    with pytest.raises(SuiteError, match=r"a-machine\.json: ") as refused:
        stored_model(tmp_path, "a-machine")
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format": 99}', '{"format": 1, "costs": 3}'])
def test_a_broken_model_is_named(tmp_path, content):
    """A file that is no model is an error that names the file."""
    write(tmp_path / "a-machine.json", content)
    with pytest.raises(SuiteError, match=r"a-machine\.json"):
        stored_model(tmp_path, "a-machine")


def test_an_undisturbed_probe_is_trusted():
    """A probe whose constants are possible and whose checks fit is not disturbed."""
    assert disturbance(MODEL) is None


@pytest.mark.parametrize(
    ("pool", "constants", "reason"),
    [
        (0, {"released": 1.04}, "threading-n2 was hardly faster than one worker, without the GIL"),
        (0, {"held": 0.55}, "threading-n2 computed faster than the GIL can"),
        (0, {"released": 0.3}, "threading-n2 computed faster than its cores can"),
        (2, {"held": 0.3}, "loky-n4 computed faster than its cores can"),
        (2, {"released": 0.3}, "loky-n4 computed faster than its cores can"),
    ],
)
def test_a_probe_that_contradicts_physics_is_disturbed(pool, constants, reason):
    """Constants that beat the GIL or the cores, and threads that gain nothing without the GIL, are named."""
    pools = list(COSTS.pools)
    pools[pool] = replace(pools[pool], middle=replace(pools[pool].middle, **constants))
    busy = replace(MODEL, costs=replace(COSTS, pools=tuple(pools)))
    assert reason in disturbance(busy)


def test_threads_that_share_the_gil_s_work_are_possible_without_a_gil():
    """On a free-threaded interpreter, two threads may halve any work."""
    free = replace(COSTS.pools[0], middle=replace(COSTS.pools[0].middle, held=0.52))
    assert disturbance(replace(MODEL, costs=replace(COSTS, pools=(free,), gil=False))) is None


def test_a_quota_limits_what_is_possible():
    """With a quota of one core, two processes that halve the work are a contradiction."""
    assert disturbance(replace(MODEL, costs=replace(COSTS, cpu_quota=1.0))) is not None


def test_a_model_that_fails_on_its_checks_is_disturbed():
    """One of two held-out cases outside its interval is too many."""
    checks = (HeldOutCase("a", 1.0, 3.0, 2.0, 4.0), HeldOutCase("b", 1.0, 1.0, 0.9, 1.1))
    assert "checks are far off" in disturbance(replace(MODEL, checks=checks))


@pytest.mark.parametrize(("machine", "gil"), [("Linux-CPython-3.14.0-free-threading-2-cores", False), ("m", True)])
def test_models_written_before_say_what_the_interpreter_does(tmp_path, machine, gil):
    """A model without the GIL and quota keys is read; its machine says whether the interpreter is free-threaded."""
    path = store_model(tmp_path, replace(MODEL, machine=machine))
    plain = json.loads(path.read_text())
    del plain["costs"]["gil"], plain["costs"]["cpu_quota"]
    write(path, plain)
    costs = read_model(path).costs
    assert (costs.gil, costs.cpu_quota) == (gil, None)

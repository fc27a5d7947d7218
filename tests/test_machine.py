"""Facts of the machine, checked against what else knows them."""

import json
import os
import platform

import psutil
import pytest

from benchmarks.machine import THREAD_POOL_VARIABLES, cgroup_cpus, facts, pin_thread_pools, versions


def test_facts_are_plain_values_that_agree_with_psutil():
    """JSON takes them as they are."""
    found = facts()
    assert json.loads(json.dumps(found)) == found
    assert found["usable_cores"] == len(psutil.Process().cpu_affinity())
    assert found["python"] == platform.python_version()


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "200000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 2.0),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu.max": "nonsense\n"}, None),
        ({}, None),
    ],
)
def test_the_cgroup_quota_in_cores(tmp_path, files, cores):
    """Version 2 and version 1 of the interface, with and without a limit (kernel: cgroup-v2, sched-bwc)."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert cgroup_cpus(tmp_path) == cores


def test_thread_pools_are_pinned_unless_the_user_chose():
    """And this session's already are."""
    environment = {"OMP_NUM_THREADS": "3"}
    pin_thread_pools(environment)
    assert environment["OMP_NUM_THREADS"] == "3"
    assert environment["MKL_NUM_THREADS"] == "1"
    assert all(name in os.environ for name in THREAD_POOL_VARIABLES)


def test_versions_name_what_changes_results():
    """joblib's own copies are asked where it carries some."""
    import joblib

    found = versions()
    assert found["joblib"] == joblib.__version__
    assert found["loky"]
    assert found["cloudpickle"]

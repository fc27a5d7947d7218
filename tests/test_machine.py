"""Facts of the machine, checked against what else knows them."""

import json
import os
import platform

import psutil
import pytest

from benchmarks.machine import THREAD_POOL_VARIABLES, cgroup_cpus, facts, free_threaded, pin_thread_pools, versions


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


@pytest.mark.parametrize(
    ("membership", "files", "cores"),
    [
        # A systemd slice above the own group, the own group, and the group in between; the smallest counts.
        ("0::/a.slice/b.scope\n", {"a.slice/cpu.max": "50000 100000"}, 0.5),
        ("0::/a.slice/b.scope\n", {"a.slice/b.scope/cpu.max": "150000 100000", "a.slice/cpu.max": "max 100000"}, 1.5),
        ("0::/a/b/c\n", {"a/b/c/cpu.max": "300000 100000", "a/b/cpu.max": "100000 100000", "cpu.max": "2 1"}, 1.0),
        ("0::/\n", {"cpu.max": "max 100000", "other/cpu.max": "1 100"}, None),
        # The group is outside of the container's root.
        ("0::/../b.scope\n", {"cpu.max": "200000 100000"}, 2.0),
        # The path is the host's, and the container shows its own group as the root.
        ("0::/docker/0123\n", {"cpu.max": "200000 100000"}, 2.0),
        # Version 1: the controller has a folder of its own; a mixed system has version 2 beside it.
        ("4:cpu,cpuacct:/a/b\n", {"cpu/a/cpu.cfs_quota_us": "50000", "cpu/a/cpu.cfs_period_us": "100000"}, 0.5),
        ("4:cpu,cpuacct:/a\n", {"cpu,cpuacct/a/cpu.cfs_quota_us": "7", "cpu,cpuacct/a/cpu.cfs_period_us": "2"}, 3.5),
        ("3:cpuset:/a\n", {"cpu/a/cpu.cfs_quota_us": "50000", "cpu/a/cpu.cfs_period_us": "100000"}, None),
        ("4:cpu:/\n0::/u\n", {"unified/u/cpu.max": "100 400"}, 0.25),
        ("0::/a\n", {"a/cpu.max": "100 0"}, None),
        ("nonsense\n\n::\n", {}, None),
    ],
)
def test_the_smallest_quota_from_the_own_group_to_the_root_counts(tmp_path, membership, files, cores):
    """Every level limits those below it, and the root of a container is not the only one."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    assert cgroup_cpus(tmp_path, membership) == cores


def test_the_facts_say_that_there_is_no_quota():
    """A later reader can tell a machine without a quota from a file that does not know."""
    found = facts()
    assert found["cpu_quota"] == ("none" if found["cgroup_cpus"] is None else found["cgroup_cpus"])


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


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        ({"free_threading": False, "gil_enabled": True}, None),
        ({}, None),
        ({"free_threading": "yes"}, None),
        ({"free_threading": True, "gil_enabled": False}, "free-threaded Python"),
        ({"free_threading": True, "gil_enabled": True}, "free-threaded Python, its GIL on"),
    ],
)
def test_a_free_threaded_interpreter_is_named(machine, expected):
    """The remark says as well if a module or a variable has switched the GIL on."""
    assert free_threaded(machine) == expected

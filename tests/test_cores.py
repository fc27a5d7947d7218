"""How many cores a process may use, on simulated systems and against joblib."""

import contextlib

import joblib
import pytest

from benchmarks import cores
from benchmarks.backends.opening import open_pool
from benchmarks.cores import (
    cgroup_cpus,
    core_facts,
    core_kinds,
    governor,
    hypervisor,
    physical_cores,
    usable_cores,
    worker_count,
)
from benchmarks.grid import Case


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "200000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 2.0),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu.max": "nonsense\n"}, None),
        ({}, None),
    ],
)
def test_the_cgroup_quota_in_cores(tmp_path, files, quota):
    """Version 2 and version 1 of the interface, with and without a limit (kernel: cgroup-v2, sched-bwc)."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert cgroup_cpus(tmp_path) == quota


@pytest.mark.parametrize(
    ("membership", "files", "quota"),
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
def test_the_smallest_quota_from_the_own_group_to_the_root_counts(tmp_path, membership, files, quota):
    """Every level limits those below it, and the root of a container is not the only one."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    assert cgroup_cpus(tmp_path, membership) == quota


def test_the_facts_say_that_there_is_no_quota():
    """A later reader can tell a machine without a quota from a file that does not know."""
    found = core_facts()
    assert found["cpu_quota"] == ("none" if found["cgroup_cpus"] is None else found["cgroup_cpus"])


@pytest.mark.parametrize(("quota", "usable"), [(None, 4), (0.5, 1), (1.0, 1), (1.5, 2), (3.2, 4), (64.0, 4)])
def test_a_quota_is_rounded_up_to_usable_cores(monkeypatch, quota, usable):
    """As joblib rounds it; the cores that the process may run on are recorded beside."""
    monkeypatch.setattr(cores, "affinity", lambda: {0, 1, 2, 3})
    monkeypatch.setattr(cores, "cpu_quota", lambda: quota)
    monkeypatch.delenv("LOKY_MAX_CPU_COUNT", raising=False)
    assert usable_cores() == worker_count(-1) == usable
    assert core_facts()["affinity_cores"] == 4


@pytest.mark.parametrize(
    ("most", "n_jobs", "workers"),
    [("", -1, 4), ("3", -1, 3), ("9", -1, 4), ("0", -1, 1), ("x", -1, 4), ("3", -2, 2), ("3", -9, 1), ("3", 7, 7)],
)
def test_workers_are_counted_as_joblib_counts_them(monkeypatch, most, n_jobs, workers):
    """LOKY_MAX_CPU_COUNT limits the meaning of -1, not a number that was asked for."""
    monkeypatch.setattr(cores, "affinity", lambda: {0, 1, 2, 3})
    monkeypatch.setattr(cores, "cpu_quota", lambda: None)
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", most)
    assert worker_count(n_jobs) == workers


def test_all_cores_are_as_many_as_joblib_says():
    """Without a quota of a nested group, which joblib does not look for."""
    assert joblib.cpu_count() >= worker_count(-1)
    if core_facts()["cgroup_cpus"] is None:
        assert joblib.cpu_count() == worker_count(-1)


def test_the_pools_of_joblib_and_of_the_standard_library_take_the_quota(monkeypatch):
    """Both have as many workers for -1 as the quota has cores."""
    monkeypatch.setattr(cores, "affinity", lambda: {0, 1, 2, 3})
    monkeypatch.setattr(cores, "cpu_quota", lambda: 2.5)
    monkeypatch.delenv("LOKY_MAX_CPU_COUNT", raising=False)
    for backend in ("threading", "futures-threads"):
        with contextlib.closing(open_pool(Case(backend, -1, 10), {})) as pool:
            pool.open()
            assert pool.effective().n_jobs == 3


def write(root, files):
    """Write the files of a simulated system."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text + "\n")


def place(core, package, physical):
    """Return the files that say on which physical core a logical one is."""
    topology = f"system/cpu/cpu{core}/topology"
    return {f"{topology}/physical_package_id": str(package), f"{topology}/core_id": str(physical)}


def test_two_threads_of_a_core_are_one_physical_core(tmp_path):
    """Only the cores that this process may run on count, and a system that does not tell has no number."""
    write(tmp_path, place(0, 0, 0) | place(1, 0, 0) | place(2, 0, 1) | place(3, 1, 0))
    assert physical_cores({0, 1, 2, 3}, tmp_path) == 3
    assert physical_cores({0, 1}, tmp_path) == 1
    assert physical_cores({0, 9}, tmp_path) is None
    assert physical_cores(set(), tmp_path) is None


@pytest.mark.parametrize(
    ("files", "kinds"),
    [
        ({"cpu_core/cpus": "0-1", "cpu_atom/cpus": "2,3"}, {"cpu_atom": 2, "cpu_core": 2}),
        ({"cpu_core/cpus": "0-3", "cpu_atom/cpus": "4-7"}, {}),
        ({f"system/cpu/cpu{core}/cpu_capacity": "1024" for core in range(4)}, {}),
        (
            {f"system/cpu/cpu{core}/cpu_capacity": "446" if core else "1024" for core in range(4)},
            {"capacity 1024": 1, "capacity 446": 3},
        ),
        ({"cpu_core/cpus": "nonsense,1-x,-"}, {}),
    ],
)
def test_kinds_of_cores_are_counted_if_they_differ(tmp_path, files, kinds):
    """Work that lands on a slower kind of core takes longer."""
    write(tmp_path, {"system/cpu/present": "0-3", **files})
    assert core_kinds({0, 1, 2, 3}, tmp_path) == kinds


def test_a_system_without_such_files_does_not_tell(tmp_path):
    """That is not the same as cores that are all alike."""
    assert core_kinds({0}, tmp_path) is None
    assert hypervisor(tmp_path) is None


def test_a_virtual_machine_is_named(tmp_path):
    """By its vendor if the system says it; a machine without the flag is no virtual one."""
    write(tmp_path, {"proc/cpuinfo": "processor : 0\nflags : fpu hypervisor sse"})
    assert hypervisor(tmp_path) == "unnamed"
    write(tmp_path, {"sys/class/dmi/id/sys_vendor": "QEMU"})
    assert hypervisor(tmp_path) == "QEMU"
    write(tmp_path, {"proc/cpuinfo": "processor : 0\nflags : fpu sse"})
    assert hypervisor(tmp_path) == "none"


def test_the_governor_is_that_of_the_cores_which_the_process_may_use(tmp_path):
    """All are named if the cores have several; a system without such files does not tell."""
    for core, name in enumerate(("powersave", "performance", "performance")):
        folder = tmp_path / f"system/cpu/cpu{core}/cpufreq"
        folder.mkdir(parents=True)
        (folder / "scaling_governor").write_text(f"{name}\n")
    assert governor({1, 2}, tmp_path) == "performance"
    assert governor({0, 1, 2}, tmp_path) == "performance, powersave"
    assert governor({7}, tmp_path) is None

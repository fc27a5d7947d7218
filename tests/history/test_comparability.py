"""Whether two runs may be compared, field by field."""

import pytest

from benchmarks.history.comparability import bars, comparable, differences
from benchmarks.history.index import bars_key
from benchmarks.history.run import parse_run
from tests.documents import document

FACTS = {
    "architecture": "x86_64",
    "cpu_quota": "none",
    "start_method": "fork",
    "gil_enabled": True,
    "physical_cores": 2,
    "core_kinds": {},
    "hypervisor": "QEMU",
    "environment": {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
}


def run(**changed):
    """A run whose file has every condition, with some changed."""
    return parse_run(document(machine={**FACTS, **changed}), "x")


CHANGES = [
    ({"architecture": "arm64"}, "architecture: x86_64 against arm64"),
    (
        {"environment": {**FACTS["environment"], "JOBLIB_MULTIPROCESSING": "0"}},
        "joblib_multiprocessing: 1 against 0",
    ),
    ({"cpu_quota": 0.5}, "cpu_quota: none against 0.5"),
    ({"environment": {**FACTS["environment"], "LOKY_MAX_CPU_COUNT": "1"}}, "loky_max_cpu_count: not set against 1"),
    (
        {"environment": {"MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "4"}},
        "thread_variables: OMP_NUM_THREADS=1 against OMP_NUM_THREADS=4",
    ),
    ({"environment": {"OMP_NUM_THREADS": "1"}}, "thread_variables: MKL_NUM_THREADS=1 against MKL_NUM_THREADS=not set"),
    ({"start_method": "spawn"}, "start_method: fork against spawn"),
    ({"environment": {**FACTS["environment"], "JOBLIB_START_METHOD": "spawn"}}, "start_method: fork against spawn"),
    ({"gil_enabled": False}, "gil_enabled: True against False"),
    ({"physical_cores": 1}, "physical_cores: 2 against 1"),
    ({"core_kinds": {"cpu_atom": 2}}, "core_kinds: cpu_atom=not set against cpu_atom=2"),
    ({"hypervisor": "none"}, "hypervisor: QEMU against none"),
]


@pytest.mark.parametrize(("change", "shown"), CHANGES)
def test_a_condition_that_differs_is_named_with_both_values(change, shown):
    """The conditions decide what is measured, so runs under different ones are not comparable unless forced."""
    (difference,) = differences(run(), run(**change))
    assert str(difference) == shown
    left, right = (bars_key(bars(one)) for one in (run(), run(**change)))
    assert not comparable(left, right)
    assert comparable(left, right, frozenset([difference.field]))


@pytest.mark.parametrize(("change", "shown"), CHANGES)
def test_a_file_that_does_not_have_a_condition_is_comparable(change, shown):
    """Older versions did not record these facts."""
    old = parse_run(document(), "x")
    assert differences(old, run(**change)) == differences(run(**change), old) == []
    assert comparable(bars_key(bars(old)), bars_key(bars(run(**change))))


def test_the_quota_of_an_older_file():
    """A number is believed. Null is not: only the root's file was read."""
    assert differences(parse_run(document(machine={"cgroup_cpus": None}), "x"), run(cpu_quota=0.5)) == []
    (difference,) = differences(parse_run(document(machine={"cgroup_cpus": 2.0}), "x"), run())
    assert str(difference) == "cpu_quota: 2.0 against none"


def test_one_machine_with_and_without_a_quota_differs_in_the_quota_alone():
    """`--force cpu_quota` is enough, because the cores that the process may run on are the same."""
    quota = run(cpu_quota=0.5, usable_cores=1, affinity_cores=2)
    (difference,) = differences(run(affinity_cores=2), quota)
    assert difference.field == "cpu_quota"
    assert quota.identity.folder == run().identity.folder


@pytest.mark.parametrize("value", [[], {}, 7, True, float("nan"), "x\x1b[2J" * 300, 10**400])
def test_facts_from_a_file_may_be_anything(value):
    """They are shown in one printable line."""
    for change in ({name: value} for name in FACTS):
        for difference in differences(run(), run(**change)):
            assert str(difference).isprintable()
            assert len(str(difference)) < 600

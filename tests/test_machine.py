"""Facts of the machine, checked against what else knows them."""

import json
import os
import platform

import psutil
import pytest

from benchmarks.machine import (
    THREAD_POOL_VARIABLES,
    facts,
    free_threaded,
    load_average,
    named_model,
    pin_thread_pools,
    unpinned,
    versions,
)


def test_facts_are_plain_values_that_agree_with_psutil():
    """JSON takes them as they are."""
    found = facts()
    assert json.loads(json.dumps(found)) == found
    assert found["affinity_cores"] == len(psutil.Process().cpu_affinity())
    assert found["python"] == platform.python_version()


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [
        ("processor\t: 0\nmodel\t\t: 1\nmodel name\t: AMD EPYC\n", "AMD EPYC"),
        ("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n", "POWER9, altivec supported"),
        ("processor : 0\nCPU implementer : 0x41\nCPU part : 0xd0c\n" * 2, "ARM 0x41 0xd0c"),
        (
            "CPU implementer : 0x61\nCPU part : 0x024\nCPU implementer : 0x61\nCPU part : 0x025\n",
            "ARM 0x61 0x024+0x025",
        ),
        ("", None),
    ],
)
def test_a_processor_without_a_name_is_known_by_its_numbers(cpuinfo, expected):
    """Two machines with ARM's processors would otherwise be taken for one."""
    assert named_model(cpuinfo) == expected


def test_thread_pools_are_pinned_unless_the_user_chose():
    """And this session's already are."""
    environment = {"OMP_NUM_THREADS": "3"}
    pin_thread_pools(environment)
    assert environment["OMP_NUM_THREADS"] == "3"
    assert environment["MKL_NUM_THREADS"] == "1"
    assert all(name in os.environ for name in THREAD_POOL_VARIABLES)


def test_the_environment_of_the_user_has_what_the_user_chose():
    """A child process that pins again, as a repeated session does, does not take the suite's choice for the user's."""
    users = {"OMP_NUM_THREADS": "3", "HOME": "/home/me"}
    environment = dict(users)
    pin_thread_pools(environment)
    pin_thread_pools(environment)
    assert environment["OPENBLAS_NUM_THREADS"] == "1"
    assert unpinned(environment) == users
    assert unpinned(users) == users


def test_versions_name_what_changes_results():
    """joblib's own copies are asked where it carries some."""
    import joblib

    found = versions(["pytest", "no-such-package"])
    assert (found["pytest"], found["no-such-package"]) == (pytest.__version__, None)
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


def test_the_load_average_is_a_number_where_the_system_has_one():
    """As the kernel has it."""
    assert load_average() >= 0

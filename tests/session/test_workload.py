"""`--workload`: what a session measures in place of the summation."""

import sys
from types import ModuleType

import pytest

from benchmarks.errors import BadOption
from benchmarks.session.workload import read_workload
from tests.session.test_options import read


@pytest.fixture
def own(monkeypatch):
    """Return the options of a workload in a module `own_workload`, with ten arguments."""
    module = ModuleType("own_workload")
    module.double, module.NUMBERS, module.PAIRS = (lambda n: 2 * n), list(range(10)), [(1, 2)]
    monkeypatch.setitem(sys.modules, "own_workload", module)
    return {"workload": "own_workload:double", "task_args": "own_workload:NUMBERS"}


def workload(**options):
    """Return the workload of a session with these options."""
    return read_workload(options.get, read(**options))


def test_the_summation_is_no_workload_of_its_own():
    """It is not a workload by default, nor if it is named."""
    assert workload() is None
    assert workload(workload="summation") is None


def test_a_call_has_a_task_for_each_argument(own):
    """A smaller call takes its arguments evenly from all; a larger one begins again with the first."""
    found = workload(**own)
    assert list(found.call().arguments) == list(range(10))
    assert list(found.call(0.5).arguments) == [0, 2, 4, 6, 8]
    assert list(found.call(1.2).arguments) == [*range(10), 0, 1]
    assert len(found.few().arguments) == 8


def test_calls_of_other_arguments_are_told_apart(own):
    """The digest of the arguments stands in every case's extra_info."""
    whole, half = workload(**own).call(), workload(**own).call(0.5)
    assert whole.extra_info["arguments"] != half.extra_info["arguments"]
    assert whole.extra_info["workload"] == "own_workload:double"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"task_args": None}, "needs --task-args"),
        ({"workload": "own_workload:NUMBERS"}, "a value of type list; expected a function"),
        ({"longest": "5"}, "--longest"),
        ({"tolerance": "2"}, "expected a relative difference between 0 and 1"),
        ({"profile": "notebook"}, "the profile notebook measures the summation"),
        ({"workload": "hashing"}, "--task-args"),
        ({"workload": None}, "--task-args needs --workload"),
    ],
)
def test_contradictions_are_refused(own, changes, expected):
    """An option that would have no effect is an error."""
    with pytest.raises(BadOption) as refused:
        workload(**{**own, **changes})
    assert expected in str(refused.value)

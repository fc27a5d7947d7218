"""Whether tasks hold the GIL, which no busy machine can hide."""

import hashlib
import sys
import time

import pytest

from benchmarks.measure.call import Call
from benchmarks.measure.gil import holds_gil

HAS_GIL = getattr(sys, "_is_gil_enabled", lambda: True)()


def computes(size):
    """Compute in Python."""
    return sum(number * number for number in range(size))


def digests(size):
    """Compute in C, without the GIL."""
    return hashlib.sha256(bytes(size)).hexdigest()


def failing(size):
    """Raise an exception."""
    raise KeyError(size)


def held(task, arguments):
    """Return whether a task holds the GIL."""
    return holds_gil(Call(task, arguments, task, {}))


@pytest.mark.parametrize(("task", "arguments"), [(computes, [2000] * 9), (computes, [10**6]), (abs, [1, 2])])
def test_tasks_in_python_hold_the_gil(task, arguments):
    """However short or long they are."""
    assert held(task, arguments) is HAS_GIL


@pytest.mark.parametrize(("task", "arguments"), [(digests, [10**7]), (time.sleep, [0.01] * 3)])
def test_tasks_that_let_go_of_it_are_told(task, arguments):
    """Work in C and waiting."""
    assert not held(task, arguments)


def test_long_tasks_behind_short_ones_are_looked_at():
    """Arguments may be sorted by length, and only long tasks let go of the GIL."""
    assert not held(lambda size: digests(size) if size > 10**6 else computes(size), [10**5] * 40 + [10**7])


def test_the_switch_interval_is_as_it_was():
    """Whatever the task does."""
    before = sys.getswitchinterval()
    with pytest.raises(KeyError):
        held(failing, [1])
    held(abs, [1])
    assert sys.getswitchinterval() == before

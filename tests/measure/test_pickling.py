"""What can't be sent to another process, and what a user is told about it."""

import functools
import pickle
import sys
import threading

import pytest

from benchmarks.grid import LOOP, Case
from benchmarks.measure.call import Call, TaskFailed
from benchmarks.measure.deadline import CaseTimeout
from benchmarks.measure.pickling import NotPicklable, barred, explained, refuse_unpicklable
from benchmarks.measure.sameness import Incomparable
from benchmarks.workloads.carriers import Spread

LOKY, STANDARD, THREADS = Case("loky", 2, 1), Case("futures-processes", 2, 1), Case("threading", 2, 1)


def call(task=abs, arguments=(1, 2)):
    """Return a call of `task`."""
    return Call(task, list(arguments), task, {})


def test_a_pool_of_the_standard_library_is_not_given_what_pickle_refuses():
    """The message names the function and the remedy."""
    with pytest.raises(NotPicklable, match=r"sends tasks to other processes: .*<lambda> can't be found .* define it"):
        refuse_unpicklable(STANDARD, call(lambda number: number))


def test_a_function_of_several_parameters_is_named_itself():
    """The message does not name the wrapper that spreads its arguments."""
    with pytest.raises(NotPicklable, match=r"<lambda> can't be found by name"):
        refuse_unpicklable(STANDARD, call(Spread(lambda number: number)))


class Counter:
    """Has a method, and holds what can't be pickled."""

    def __init__(self):
        self.lock = threading.Lock()

    def count(self, number):
        """Return the number."""
        return number


def decorated(function):
    """Return a wrapper that hides the function's name."""
    return lambda number: function(number)


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (
            Counter().count,
            r"Counter.count can't be pickled \(cannot pickle '_thread.lock' object\): keep such things out",
        ),
        (functools.partial(pow, threading.Lock()), r"partial can't be pickled \(cannot pickle '_thread.lock' object\)"),
        (
            decorated(abs),
            r"<locals>.<lambda> can't be found by name .*, or let the decorator that made it use functools",
        ),
    ],
)
def test_what_a_task_holds_is_told_from_its_name(task, expected):
    """A method's object and a partial's arguments travel with it."""
    with pytest.raises(NotPicklable, match=expected):
        refuse_unpicklable(STANDARD, call(task))


class OneWay:
    """Can be pickled, and never unpickled."""

    def __reduce__(self):
        """Name a call that fails."""
        return int, ("x",)


def one_way(number):
    """Return what no process can receive."""
    return OneWay()


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (call(id, [1, OneWay()]), r"argument 1 of 2, .*OneWay.*, can't be unpickled \(ValueError: invalid literal"),
        (Call(one_way, [1], one_way, {}, by_formula=True), r"what the task returns can't be unpickled"),
    ],
)
def test_what_can_only_be_pickled_is_refused_before_a_worker_dies_of_it(found, expected):
    """The same is said of loky's error, which is not the task's."""
    with pytest.raises(NotPicklable, match=expected):
        refuse_unpicklable(STANDARD, found)
    with pytest.raises(NotPicklable, match=expected), explained(LOKY, found):
        raise RuntimeError("A task has failed to un-serialize.")


def test_an_argument_that_pickle_refuses_is_named():
    """The message has its index, its value and the remedy."""
    with pytest.raises(NotPicklable, match=r"argument 1 of 2, <unlocked .*can't be pickled .*pass plain data"):
        refuse_unpicklable(STANDARD, call(abs, [1, threading.Lock()]))


@pytest.mark.parametrize("case", [LOKY, THREADS])
def test_pools_that_can_take_more_are_not_refused(case):
    """loky pickles functions by value, and threads pickle nothing."""
    refuse_unpicklable(case, call(lambda number: number))


def test_picklable_work_is_barred_from_no_backend():
    """If pickle accepts a call, no backend is barred."""
    assert barred(call()) == []


def test_a_lambda_is_barred_from_multiprocessing_alone():
    """cloudpickle sends a lambda by value, pickle can't."""
    assert barred(call(lambda number: number)) == ["multiprocessing"]


def test_a_lock_is_barred_from_every_backend_with_processes():
    """Neither pickle nor cloudpickle accepts a lock."""
    assert barred(call(abs, [threading.Lock()])) == ["loky", "multiprocessing"]


class MaybeEncodingError(Exception):
    """An exception with the name of the one that multiprocessing.Pool raises for a result."""


@pytest.mark.parametrize(
    "error",
    [
        pickle.PicklingError("no"),
        MaybeEncodingError("no"),
        TypeError("cannot pickle '_thread.lock' object"),
        AttributeError("Can't pickle local object"),
    ],
)
def test_a_pools_error_about_pickling_is_explained(error):
    """The task and its arguments can be pickled here, so it is the result that can't."""
    with pytest.raises(NotPicklable, match="what the task returns there, or an") as raised, explained(LOKY, call()):
        raise error
    assert raised.value.__cause__ is error


@pytest.mark.parametrize(
    "error", [TypeError("unsupported operand"), ValueError("pickle"), Incomparable("returned a pickle")]
)
def test_other_errors_pass_unchanged(error):
    """An exception that is not about pickling is not explained, whatever its class or its message."""
    with pytest.raises(type(error)) as raised, explained(LOKY, call()):
        raise error
    assert raised.value is error


@pytest.mark.parametrize(
    ("backend", "where"),
    [
        ("loop", r"in the plain loop, but not when the loop ran before"),
        ("sequential", r"in sequential, but not in the plain loop before"),
        ("threading", r"in a worker of threading, and not in the plain loop"),
    ],
)
def test_where_a_task_that_fails_only_now_and_then_has_failed(backend, where):
    """The plain loop has no workers."""

    def fails(number):
        raise ValueError(number)

    with pytest.raises(TaskFailed, match=rf"ValueError: 1 {where}"), explained(Case(backend, 1, 1), call(fails)):
        fails(1)


def cut_off(number):
    """A task that the time limit ends."""
    raise CaseTimeout("cut off: the case took longer than --case-timeout 1 s")


def test_a_time_limit_is_no_fault_of_the_task():
    """It may be reached while the task runs in this thread, as in the plain loop."""
    limited = Call(cut_off, [1], cut_off, {})
    with pytest.raises(CaseTimeout, match=r"^cut off"), explained(Case(LOOP, 1, None), limited):
        limited.task(1)


class Leaver:
    """Can be called, and has a method."""

    def __call__(self, number):
        """Leave."""
        sys.exit(3)

    def leave(self, number):
        """Leave."""
        sys.exit(3)


@pytest.mark.parametrize("task", [sys.exit, Leaver(), Leaver().leave, functools.partial(Leaver(), number=1)])
def test_an_exit_in_a_thread_is_the_task_s(task):
    """It is no Exception, and the task may be any object that can be called."""
    expected = SystemExit if task is sys.exit else TaskFailed
    with pytest.raises(expected), explained(THREADS, call(task)):
        task() if isinstance(task, functools.partial) else task(3)
    with pytest.raises(KeyboardInterrupt), explained(THREADS, call(task)):
        raise KeyboardInterrupt


def test_an_exception_that_can_t_be_pickled_is_told_from_a_result():
    """All results of the plain loop can be pickled."""
    said = "or an exception that it raises only there, can't be pickled"
    with pytest.raises(NotPicklable, match=said), explained(STANDARD, call()):
        raise pickle.PicklingError("cannot pickle '_thread.lock' object")

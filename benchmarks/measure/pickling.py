"""One-line messages about errors in a worker: what can't be sent there, and what the task raised."""

import functools
import inspect
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from traceback import walk_tb
from typing import Any

from benchmarks.grid import JOBLIB_BACKENDS, LOOP, Case, backend_of
from benchmarks.measure.call import Call, TaskFailed, described, short_repr
from benchmarks.measure.deadline import FROM_OUTSIDE
from benchmarks.measure.sameness import Incomparable
from benchmarks.measure.temp_folder import trouble_with_temp_folder


class NotPicklable(Exception):
    """A task, an argument or a result can't be sent to another process."""


def refuse_unpicklable(case: Case, call: Call) -> None:
    """Raise NotPicklable if the case's pool uses pickle and pickle refuses the task, its arguments or its results.

    This has to be known before the pool is opened: a pool of the standard library hangs once it failed to send
    something, and its workers die of what they can't unpickle. Pools that use cloudpickle raise an error instead, and
    cloudpickle accepts more than pickle does.
    """
    if backend_of(case.backend).pickler != "pickle":
        return
    if (
        _pickle_error((call.task, call.arguments)) is not None
        or any(map(_unpickle_error, call.arguments))
        or any(map(_unpickle_error, call.expected_results[:1]))
    ):
        raise NotPicklable(_message(case, call))


def barred(call: Call) -> list[str]:
    """Return those of joblib's backends whose workers can't be sent this call, in the grid's order."""
    if _pickle_error((call.task, call.arguments)) is None:
        return []
    refusing = {"pickle"} if _cloudpickles((call.task, call.arguments)) else {"pickle", "cloudpickle"}
    return [name for name in JOBLIB_BACKENDS if backend_of(name).pickler in refusing]


def _cloudpickles(value: Any) -> bool:
    try:
        cloudpickle = import_module("cloudpickle")
    except ImportError:
        cloudpickle = import_module("joblib.externals.cloudpickle")
    try:
        cloudpickle.dumps(value)
    except Exception:  # the objects' own methods may raise anything
        return False
    return True


@contextmanager
def explained(case: Case, call: Call) -> Iterator[None]:
    """Replace a pool's error about pickling by NotPicklable, and one that the task raised in it by TaskFailed.

    Both name the culprit and, where it is known, the remedy. An error about joblib's temporary folder becomes
    TempFolderTrouble.
    """
    try:
        yield
    except (TaskFailed, KeyboardInterrupt, *FROM_OUTSIDE):
        raise
    except BaseException as error:  # a task may raise SystemExit or CancelledError in a thread
        if (trouble := trouble_with_temp_folder(error, case.backend)) is not None:
            raise trouble from error
        if _is_about_pickling(error):
            raise NotPicklable(_message(case, call)) from error
        if _is_the_task_s(error, call):
            raise TaskFailed(f"the task raised {described(error)} {_where(case)}{_hint(error)}") from error
        raise


def _where(case: Case) -> str:
    """Say where a task raised that had raised nothing when the plain loop was checked."""
    if case.backend == LOOP:
        return "in the plain loop, but not when the loop ran before"
    if backend_of(case.backend).workers is None:
        return f"in {case.backend}, but not in the plain loop before"
    return f"in a worker of {case.backend}, and not in the plain loop"


def _is_the_task_s(error: BaseException, call: Call) -> bool:
    """Return whether the task raised the error: in another process, or under a frame of its own in a thread."""
    if type(error.__cause__).__name__ in ("_RemoteTraceback", "RemoteTraceback"):
        return True
    code = _code_of(getattr(call.task, "function", call.task))
    return code is not None and any(frame.f_code is code for frame, _ in walk_tb(error.__traceback__))


def _code_of(task: Any) -> Any:
    """Return the code that runs when a task is called, None if it is not Python's."""
    while isinstance(task, functools.partial):
        task = task.func
    if inspect.isclass(task):
        task = task.__init__
    if not hasattr(task, "__code__"):
        task = type(task).__call__
    return getattr(task, "__code__", None)


def _hint(error: BaseException) -> str:
    """Return what to do about an error that a worker's surroundings explain, if it is known."""
    if "read-only" in str(error):
        return (
            ": joblib gives its processes a read-only memory map of an array over 1 MB; let the task work on a copy, or"
            " pass max_nbytes=None to Parallel"
        )
    return ""


def _is_about_pickling(error: BaseException | None) -> bool:
    """Whether an exception says that something can't be pickled.

    pickle raises PicklingError, TypeError or AttributeError; multiprocessing.Pool has a class of its own for results,
    and loky says what could not be unpickled.
    """
    if isinstance(error, NotPicklable | Incomparable):
        return False
    if isinstance(error, pickle.PicklingError) or type(error).__name__ == "MaybeEncodingError":
        return True
    if "failed to un-serialize" in str(error):
        return True
    return isinstance(error, TypeError | AttributeError) and "pickle" in str(error)


def _message(case: Case, call: Call) -> str:
    return f"{case.backend} sends tasks to other processes: {_culprit(call)}"


def _culprit(call: Call) -> str:
    """Return what can't be pickled, why, and what to do about it."""
    # A `Spread` passes several parameters to a function; the user knows that function only.
    task = getattr(call.task, "function", call.task)
    if (error := _pickle_error(task)) is not None:
        return _culprit_task(task, error)
    for index, argument in enumerate(call.arguments):
        if (refusal := _refusal(argument)) is not None:
            return (
                f"argument {index} of {len(call.arguments)}, {short_repr(argument)}, {refusal}: pass plain data and"
                " make it inside the task, or use threads"
            )
    refusal = next(filter(None, map(_refusal, call.expected_results)), None)
    if refusal is None:
        return (
            "what the task returns there, or an exception that it raises only there, can't be pickled: return plain"
            " data, and raise exceptions that hold text only"
        )
    return f"what the task returns {refusal}: return plain data, or use threads"


def _culprit_task(task: Any, error: str) -> str:
    """Return why a task can't be pickled, which is its name if it is a function, or else what it holds."""
    name = getattr(task, "__qualname__", type(task).__name__)
    if not inspect.isfunction(task):
        return f"{name} can't be pickled ({error}): keep such things out of it and make them inside the task"
    decorator = ", or let the decorator that made it use functools.wraps" if "<locals>" in name else ""
    return f"{name} can't be found by name there ({error}): define it with def at the top of its module{decorator}"


def _refusal(value: Any) -> str | None:
    """Return that a value can't be pickled or unpickled, and why; None if it can."""
    if (error := _pickle_error(value)) is not None:
        return f"can't be pickled ({error})"
    if (error := _unpickle_error(value)) is not None:
        return f"can't be unpickled ({error})"
    return None


def _pickle_error(value: Any) -> str | None:
    """Return the message with which pickle refuses a value, None if it accepts it."""
    try:
        pickle.dumps(value)
    except Exception as error:  # the objects' own methods may raise anything
        return described(error).partition(": ")[2]
    return None


def _unpickle_error(value: Any) -> str | None:
    """Return the error with which what pickle made of a value is refused by it, None if it is not."""
    try:
        pickled = pickle.dumps(value)
    except Exception:  # another trouble
        return None
    try:
        pickle.loads(pickled)  # noqa: S301 - the user's own values, which a worker would load as well
    except Exception as error:  # the objects' own methods may raise anything
        return described(error)
    return None

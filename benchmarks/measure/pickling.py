"""Finding out what can't be sent to another process, and telling the user in one line."""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from benchmarks.grid import JOBLIB_BACKENDS, Case, backend_of
from benchmarks.measure.call import Call, described, shown
from benchmarks.measure.sameness import Incomparable


class NotPicklable(Exception):
    """A task, an argument or a result can't be sent to another process."""


def refuse_unpicklable(case: Case, call: Call) -> None:
    """Raise NotPicklable if the case's pool uses pickle and pickle refuses the task or its arguments.

    This has to be known before the pool is opened: a pool of the standard library hangs once it failed to send
    something. Pools that use cloudpickle raise an error instead, and cloudpickle accepts more than pickle does.
    """
    if backend_of(case.backend).pickler == "pickle" and _pickle_error((call.task, call.arguments)) is not None:
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
    """Replace a pool's error about pickling by NotPicklable, which names the culprit and the remedy."""
    try:
        yield
    except Exception as error:
        if not _is_about_pickling(error):
            raise
        raise NotPicklable(_message(case, call)) from error


def _is_about_pickling(error: BaseException | None) -> bool:
    """Whether an exception says that something can't be pickled.

    pickle raises PicklingError, TypeError or AttributeError; multiprocessing.Pool has a class of its own for results.
    """
    if isinstance(error, NotPicklable | Incomparable):
        return False
    if isinstance(error, pickle.PicklingError) or type(error).__name__ == "MaybeEncodingError":
        return True
    return isinstance(error, TypeError | AttributeError) and "pickle" in str(error)


def _message(case: Case, call: Call) -> str:
    return f"{case.backend} sends tasks to other processes: {_culprit(call)}"


def _culprit(call: Call) -> str:
    """Return what can't be pickled, why, and what to do about it."""
    # A `Spread` passes several parameters to a function; the user knows that function only.
    task = getattr(call.task, "function", call.task)
    if (error := _pickle_error(task)) is not None:
        name = getattr(task, "__qualname__", type(task).__name__)
        return f"{name} can't be found by name there ({error}): define it with def at the top of its module"
    for index, argument in enumerate(call.arguments):
        if (error := _pickle_error(argument)) is not None:
            return (
                f"argument {index} of {len(call.arguments)}, {shown(argument)}, can't be pickled ({error}):"
                " pass plain data and make it inside the task, or use threads"
            )
    return "what the task returns can't be pickled: return plain data, or use threads"


def _pickle_error(value: Any) -> str | None:
    """Return the message with which pickle refuses a value, None if it accepts it."""
    try:
        pickle.dumps(value)
    except Exception as error:  # the objects' own methods may raise anything
        return described(error).partition(": ")[2]
    return None

"""What can't be sent to another process: found out, and said in one line."""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from benchmarks.grid import JOBLIB_BACKENDS, Case, backend_of
from benchmarks.measure.sameness import Incomparable
from benchmarks.measure.work import Work, described, shown


class NotPicklable(Exception):
    """A task, an argument or a result can't be sent to another process."""


def refuse_unpicklable(case: Case, work: Work) -> None:
    """Raise NotPicklable before opening a pool that can't be given this work.

    A pool of the standard library never ends once it failed to send something; cloudpickle takes more than pickle.
    """
    if backend_of(case.backend).pickler == "pickle" and _refused((work.task, work.arguments)) is not None:
        raise NotPicklable(_sentence(case, work))


def barred(work: Work) -> list[str]:
    """joblib's backends that could not be given this work."""
    if _refused((work.task, work.arguments)) is None:
        return []
    refusing = {"pickle"} if _cloudpickles((work.task, work.arguments)) else {"pickle", "cloudpickle"}
    return [name for name in JOBLIB_BACKENDS if backend_of(name).pickler in refusing]


def _cloudpickles(value: Any) -> bool:
    try:
        cloudpickle = import_module("cloudpickle")
    except ImportError:
        cloudpickle = import_module("joblib.externals.cloudpickle")
    try:
        cloudpickle.dumps(value)
    except Exception:  # it raises whatever the objects do
        return False
    return True


@contextmanager
def explained(case: Case, work: Work) -> Iterator[None]:
    """Turn what a pool raises when it can't send something into NotPicklable, which names it and the remedy."""
    try:
        yield
    except Exception as error:
        if not _is_about_pickling(error):
            raise
        raise NotPicklable(_sentence(case, work)) from error


def _sentence(case: Case, work: Work) -> str:
    return f"{case.backend} sends tasks to other processes: {_what(work)}"


def _is_about_pickling(error: BaseException | None) -> bool:
    """pickle raises any of three classes; multiprocessing.Pool one of its own for a result."""
    if isinstance(error, NotPicklable | Incomparable):
        return False
    if isinstance(error, pickle.PicklingError) or type(error).__name__ == "MaybeEncodingError":
        return True
    return isinstance(error, TypeError | AttributeError) and "pickle" in str(error)


def _what(work: Work) -> str:
    # Of a function that is called with several parameters, the function itself.
    task = getattr(work.task, "function", work.task)
    if (why := _refused(task)) is not None:
        name = getattr(task, "__qualname__", type(task).__name__)
        return f"{name} can't be found by name there ({why}): define it with def at the top of its module"
    for place, argument in enumerate(work.arguments):
        if (why := _refused(argument)) is not None:
            said = f"argument {place} of {len(work.arguments)}, {shown(argument)}, can't be pickled ({why})"
            return f"{said}: pass plain data and make it inside the task, or use threads"
    return "what the task returns can't be pickled: return plain data, or use threads"


def _refused(value: Any) -> str | None:
    """Why a value can't be pickled, None where it can."""
    try:
        pickle.dumps(value)
    except Exception as error:
        return described(error).partition(": ")[2]
    return None

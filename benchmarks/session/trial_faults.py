"""Why a call of the user's can't be measured, in sentences that say what to do."""

import hashlib
import inspect
import pickle
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure.call import Call, TaskFailed, short_repr

# Without these, a session or its workers may end in the middle of something; core dumps are no part of that.
_LIMITS = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_STACK")


def used_up(arguments: Sequence[Any]) -> str | None:
    """Name an argument that can be used once only, such as a generator; None if there is none."""
    for index, argument in enumerate(arguments[:]):
        parts = argument if isinstance(argument, tuple) else [argument]
        if once := next((part for part in parts if isinstance(part, Iterator)), None):
            return (
                f"argument {index} of {len(arguments)} holds a {type(once).__name__}, which its first call uses up:"
                " give a list, or make it inside the task"
            )
    return None


def how_called(error: TaskFailed) -> str:
    """Say how an entry becomes the task's arguments, if the call itself failed."""
    cause = error.__cause__
    if not isinstance(cause, TypeError) or cause.__traceback__ is None or cause.__traceback__.tb_next is not None:
        return ""
    return (
        "; an entry is one argument, except that a tuple is several, and an object of a .json file or a line of a .csv"
        " file has them by name"
    )


def not_awaited(call: Call, results: Sequence[Any]) -> str | None:
    """Say so if the task returns something that has to be awaited: then nothing was computed."""
    awaitable = next(filter(inspect.isawaitable, results), None)
    if awaitable is None:
        return None
    task = getattr(call.task, "function", call.task)
    name = getattr(task, "__name__", "")
    # A lambda, a partial or an object has no name that can be called.
    name = name if name.isidentifier() else "task"
    return (
        f"{name} is an `async def` function or the like: it returned a {type(awaitable).__name__}, which nobody awaits;"
        f" give a function that runs it, such as `def run(*args): return asyncio.run({name}(*args))`"
    )


def changed_argument(call: Call, before: Sequence[bytes | None]) -> str | None:
    """Return which argument has another digest than `before`, and what it is now; None if none has."""
    both = zip(before, argument_digests(call.arguments), strict=True)
    index = next((index for index, (old, new) in enumerate(both) if old != new), None)
    if index is None:
        return None
    return f"argument {index} of {len(call.arguments)} has become {short_repr(call.arguments[index])}"


def refusal_of_change(changed: str) -> str:
    """Say that a task changes its arguments in every call, of which `changed` is an example."""
    return (
        f"the task changes its arguments: after the plain loop, {changed}; no two calls would do the same work, so let"
        " the task work on a copy"
    )


def argument_digests(arguments: Sequence[Any]) -> list[bytes | None]:
    """Return a hash of each argument, None where it can't be pickled."""
    return [_digest(argument) for argument in arguments[:]]


def _digest(argument: Any) -> bytes | None:
    try:
        return hashlib.sha256(pickle.dumps(argument, protocol=4)).digest()
    except Exception:  # the objects' own methods may raise anything
        return None


def process_limits() -> dict[str, int]:
    """Return this process's soft limits by name, as far as the system has them."""
    return {name: resource.getrlimit(getattr(resource, name))[0] for name in _LIMITS if hasattr(resource, name)}


def harm(limits: Mapping[str, int]) -> str | None:
    """Say what the task has done to its process that measuring would not survive, None if nothing.

    `limits` are those of the process before the task ran.
    """
    done = None
    if sys.gettrace() or sys.getprofile():
        done = "traces or profiles itself, which slows the plain loop and not the workers"
    elif closed := next((name for name in ("stdout", "stderr") if _is_closed(getattr(sys, name))), None):
        done = f"closes sys.{closed} of its process, or replaces it"
    elif not _has_folder():
        done = "changes the working directory of its process to one that does not exist any more"
    elif lowered := [name for name, limit in process_limits().items() if _below(limit, limits[name])]:
        done = f"lowers a limit of its process ({', '.join(lowered)})"
    return f"the task {done}: let it put back what it changes" if done else None


def _below(limit: int, other: int) -> bool:
    return limit != resource.RLIM_INFINITY and (other == resource.RLIM_INFINITY or limit < other)


def _is_closed(stream: Any) -> bool:
    return not hasattr(stream, "write") or getattr(stream, "closed", False)


def _has_folder() -> bool:
    try:
        return Path.cwd().is_dir()
    except OSError:
        return False

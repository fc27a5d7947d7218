"""Why a call of the user's can't be measured, in sentences that say what to do."""

import hashlib
import inspect
import io
import os
import pickle
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from traceback import walk_tb
from typing import Any

from benchmarks.measure.call import Call, TaskFailed, short_repr, shortened

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


def hint(error: TaskFailed, had_succeeded: bool) -> str:
    """Say what may explain that a task failed, if that is known; `had_succeeded` is true if it did so only later."""
    if had_succeeded:
        return (
            "; in a plain loop before, it had raised nothing: a task has to do the same each time, and leave nothing"
            " behind that it meets again, such as a file"
        )
    cause = error.__cause__
    return _how_called(cause) or _where_paths_start(cause) or _program_wrote(cause)


def _how_called(cause: BaseException | None) -> str:
    """Say how an entry becomes the task's arguments, if the call itself failed."""
    if not isinstance(cause, TypeError) or cause.__traceback__ is None or cause.__traceback__.tb_next is not None:
        return ""
    return (
        "; an entry is one argument, except that a tuple is several, and an object of a .json file or a line of a .csv"
        " file has them by name"
    )


def _where_paths_start(cause: BaseException | None) -> str:
    """Name the working directory if a file with a relative path was not found."""
    name = getattr(cause, "filename", None)
    if not isinstance(cause, FileNotFoundError) or not isinstance(name, str | os.PathLike) or Path(name).is_absolute():
        return ""
    *_, (frame, _) = walk_tb(cause.__traceback__)
    if frame.f_globals.get("__name__") == "subprocess":  # a program, which is looked for elsewhere
        return ""
    return f"; relative paths start at {Path.cwd()} here: give an absolute one, or make it from the module's __file__"


def _program_wrote(cause: BaseException | None) -> str:
    """Say what a program that failed has written to stderr, if the task has captured that."""
    if not isinstance(cause, subprocess.SubprocessError) or not (text := getattr(cause, "stderr", None)):
        return ""
    return f"; the program wrote: {shortened(text.decode(errors='replace') if isinstance(text, bytes) else text)}"


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


def not_computed(results: Sequence[Any]) -> str | None:
    """Say so if the task returns an iterator, such as a generator: then its items have not been computed."""
    lazy = (result for result in results if isinstance(result, Iterator | AsyncIterator))
    iterator = next((result for result in lazy if not isinstance(result, io.IOBase)), None)
    if iterator is None:
        return None
    return (
        f"a task returned an object of type {type(iterator).__name__}, which computes its items only when they are"
        " read, so that their cost would not be measured: return a list of them"
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


@dataclass(frozen=True)
class ProcessState:
    """What a process and its later children may use: soft limits by name, cores, priority and permissions of files."""

    limits: Mapping[str, int]
    cores: frozenset[int]
    niceness: int
    umask: int


def process_state() -> ProcessState:
    """Return the state of this process, as far as the system has it."""
    umask = os.umask(0o077)
    os.umask(umask)
    return ProcessState(
        {name: resource.getrlimit(getattr(resource, name))[0] for name in _LIMITS if hasattr(resource, name)},
        frozenset(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()),
        os.getpriority(os.PRIO_PROCESS, 0),
        umask,
    )


def harm(before: ProcessState) -> str | None:
    """Say what the task has done to its process that falsifies later measurements or ends them, None if nothing.

    `before` is the state of the process before the task ran.
    """
    done, now = None, process_state()
    if sys.gettrace() or sys.getprofile():
        done = "traces or profiles itself, which slows the plain loop and not the workers"
    elif closed := next((name for name in ("stdout", "stderr") if _is_closed(getattr(sys, name))), None):
        done = f"closes sys.{closed} of its process, or replaces it"
    elif not _has_folder():
        done = "changes the working directory of its process to one that does not exist any more"
    elif lowered := [name for name, limit in now.limits.items() if _below(limit, before.limits[name])]:
        done = f"lowers a limit of its process ({', '.join(lowered)})"
    elif now.cores != before.cores:
        done = f"changes which cores its process may use (from {len(before.cores)} to {len(now.cores)})"
    elif now.niceness != before.niceness:
        done = f"changes the priority of its process (niceness {before.niceness} to {now.niceness})"
    elif now.umask != before.umask:
        done = f"changes the umask of its process (from {before.umask:03o} to {now.umask:03o})"
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

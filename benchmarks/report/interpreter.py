"""Whether threads can run Python code side by side: it turns the answer round, so it is said beside it."""

from collections.abc import Mapping
from typing import Any


def free_threaded(machine: Mapping[str, Any]) -> str | None:
    """What `machine` of a run file says of a free-threaded interpreter, None where it is an ordinary one."""
    if machine.get("free_threading") is not True:
        return None
    return "free-threaded Python, its GIL on" if machine.get("gil_enabled") is not False else "free-threaded Python"

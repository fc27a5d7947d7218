"""What travels between a call and its workers: arguments, what they share, and results."""

import pickle
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from benchmarks.measure.call import Call

# An object that is the same in every argument counts as shared from this size on: small numbers and words always are
# the same object.
_LEAST_SHARED_BYTES = 1_000

# Pickling this much takes about as long as sending a batch.
_LEAST_TOLD = 100_000

# joblib maps arrays of more than 1 MiB into memory (max_nbytes="1M") instead of sending them.
_MAPPED_BYTES = 2**20

# Arguments and results are pickled up to this many, and up to about this size.
_MOST_VALUES, _MOST_BYTES = 200, 2**26

_ROUNDS = 2


@dataclass(frozen=True)
class Sent:
    """What a call sends: the mean of a task's own argument and of its result, and what all arguments share.

    Bytes are those of pickles; the seconds are for pickling and unpickling, beyond what copying so many bytes takes.
    `mapped` says that joblib maps everything shared into memory. All is 0 where something can't be pickled.
    """

    payload_bytes: float
    shared_bytes: float
    mapped: bool
    result_bytes: float
    pickling_s: float
    shared_pickling_s: float


def sent(call: Call) -> Sent:
    """Measure what a call sends."""
    shared, own = _split(call.arguments)
    shared_bytes, shared_s = _pickled([shared]) if shared else (0.0, 0.0)
    task_bytes, task_s = _pickled([call.task])
    if task_bytes >= _LEAST_SHARED_BYTES:  # such as a partial with a table
        shared, shared_bytes, shared_s = [*shared, call.task], shared_bytes + task_bytes, shared_s + task_s
    payload_bytes, own_s = _pickled(own)
    result_bytes, result_s = _pickled(call.expected_results)
    mapped = bool(shared) and all(_is_mapped(value) for value in shared)
    return Sent(payload_bytes, shared_bytes, mapped, result_bytes, own_s + result_s, shared_s)


def repeated_bytes(task: Any, arguments: Sequence[Any]) -> int:
    """Return the bytes of what every task holds, which are pickled for each batch; 0 for what is not worth mentioning.

    These are the objects that are the same in every argument, unless joblib maps them into memory, and the task itself
    if it holds data, such as a partial with a table.
    """
    shared, _ = _split(arguments)
    return sum(size for value in [*shared, task] if not _is_mapped(value) and (size := _size(value)) >= _LEAST_TOLD)


def _split(arguments: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Return the objects that are the same in every argument, and the arguments without them."""
    arguments = arguments[:]
    if len(arguments) < 2:
        return [], list(arguments)
    if _same(arguments) and _is_large(arguments[0]):
        return [arguments[0]], [None] * len(arguments)
    parts = [_parts(argument) for argument in arguments]
    if any(part is None or part.keys() != (parts[0] or {}).keys() for part in parts):
        return [], list(arguments)
    columns = {key: [part[key] for part in parts if part is not None] for key in parts[0] or {}}
    shared = {key: column[0] for key, column in columns.items() if _same(column) and _is_large(column[0])}
    own = [[value for key, value in part.items() if key not in shared] for part in parts if part is not None]
    return list(shared.values()), own if shared else list(arguments)


def _parts(argument: Any) -> dict[Any, Any] | None:
    """Return the parameters of an argument by position or name, None if it has no parts."""
    if type(argument) in (tuple, list):
        return dict(enumerate(argument))
    return argument if type(argument) is dict else None


def _same(values: Sequence[Any]) -> bool:
    return all(value is other for value, other in pairwise(values))


def _is_large(value: Any) -> bool:
    return _size(value) >= _LEAST_SHARED_BYTES


def _is_mapped(value: Any) -> bool:
    return type(value).__module__ == "numpy" and getattr(value, "nbytes", 0) > _MAPPED_BYTES


def _size(value: Any) -> int:
    try:
        return len(pickle.dumps(value, protocol=4))
    except Exception:  # the objects' own methods may raise anything
        return 0


def _pickled(values: Sequence[Any]) -> tuple[float, float]:
    """Return the mean bytes of a pickled value, and the seconds for pickling and unpickling beyond copying them."""
    count = min(len(values), _MOST_VALUES, max(1, _MOST_BYTES // max(1, _size(values[0]))))
    sample = [values[number * len(values) // count] for number in range(count)]
    try:
        size = len(pickle.dumps(sample, protocol=4))
        seconds = _round_trip_s(sample) - _round_trip_s(bytes(size))
    except Exception:  # the objects' own methods may raise anything
        return 0.0, 0.0
    return size / count, max(0.0, seconds) / count


def _round_trip_s(value: Any) -> float:
    """Return the seconds for pickling and unpickling a value, the least of some rounds."""
    times = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        pickle.loads(pickle.dumps(value, protocol=4))  # noqa: S301 - our own pickle
        times.append(time.perf_counter() - began)
    return min(times)

"""Tasks made to measure: of a given length, holding the GIL or not, with a payload that is sent and not looked at."""

import hashlib
import random
from collections.abc import Sequence
from typing import Any

from benchmarks.workloads.summation import my_task

# What a task is given: how much to do, and bytes that only travel.
Order = tuple[int, bytes]


def hold(order: Order) -> int:
    """Additions, one at a time: holds the GIL all the while."""
    return my_task(order[0])


def release(order: Order) -> bytes:
    """Rounds of PBKDF2 (RFC 8018): holds the GIL to begin and to end only."""
    return hashlib.pbkdf2_hmac("sha256", b"password", b"salt", order[0])


def lengths_s(task_s: float, tasks: int, uneven: float, seed: int = 0) -> list[float]:
    """Task lengths in seconds: the mean is `task_s`, the longest takes `uneven` times the shortest, in random order.

    Between the two every length is as likely as any other on a logarithmic scale.
    """
    if uneven <= 1 or tasks == 1:
        return [task_s] * tasks
    relative = [uneven ** (place / (tasks - 1)) for place in range(tasks)]
    random.Random(seed).shuffle(relative)
    mean = sum(relative) / tasks
    return [task_s * one / mean for one in relative]


def orders(amounts: Sequence[int], payload_bytes: int) -> list[Any]:
    """An order a task; payloads are objects of their own, or pickle would send one for all of a batch."""
    return [(amount, bytes(payload_bytes)) for amount in amounts]

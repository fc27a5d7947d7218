"""Tasks made to measure: of a given length, holding the GIL or not, with a payload that is sent and not looked at."""

import hashlib
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


def orders(amounts: Sequence[int], payload_bytes: int) -> list[Any]:
    """An order a task; payloads are objects of their own, or pickle would send one for all of a batch."""
    return [(amount, bytes(payload_bytes)) for amount in amounts]

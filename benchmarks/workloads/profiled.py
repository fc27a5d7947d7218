"""Tasks for the probe: of a given length, with or without the GIL, with a payload that is sent but not used."""

import hashlib
from collections.abc import Sequence
from typing import Any

from benchmarks.workloads.summation import my_task

# A task's argument: how much to do, and a payload that is only transferred.
Order = tuple[int, bytes]


def hold(order: Order) -> int:
    """Add numbers one at a time, holding the GIL throughout."""
    return my_task(order[0])


def release(order: Order) -> bytes:
    """Compute rounds of PBKDF2 (RFC 8018), holding the GIL only at the beginning and at the end."""
    return hashlib.pbkdf2_hmac("sha256", b"password", b"salt", order[0])


def orders(amounts: Sequence[int], payload_bytes: int) -> list[Any]:
    """Return one order per task. Each payload is a separate object: pickle would send a shared one once per batch."""
    return [(amount, bytes(payload_bytes)) for amount in amounts]

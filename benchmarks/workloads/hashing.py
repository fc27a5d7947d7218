"""Tasks that release the GIL while they compute, so that threads can run them in parallel."""

import hashlib

_ROUNDS = 2_000


def derive(number: int) -> str:
    """Derive a key from a number by PBKDF2 (RFC 8018); hashlib holds the GIL only at the beginning and at the end."""
    return hashlib.pbkdf2_hmac("sha256", str(number).encode(), b"salt", _ROUNDS).hex()


def numbers() -> range:
    """Return the numbers from which keys are derived."""
    return range(100)

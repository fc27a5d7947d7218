"""Tasks that release the GIL while they compute: threads can do them side by side."""

import hashlib

_ROUNDS = 2_000


def derive(number: int) -> str:
    """A key from a number by PBKDF2 (RFC 8018); hashlib holds the GIL only to begin and to end."""
    return hashlib.pbkdf2_hmac("sha256", str(number).encode(), b"salt", _ROUNDS).hex()


def numbers() -> range:
    """One number a key."""
    return range(100)

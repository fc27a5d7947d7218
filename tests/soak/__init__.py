"""The history's hard tests: small and seeded in the test command, in full with `tox run -e soak`."""

import os
from typing import TypeVar

import pytest

T = TypeVar("T")

FULL = bool(os.environ.get("SOAK"))


def size(small: T, full: T) -> T:
    """What is tried, or how much: `full` in the soak, `small` elsewhere."""
    return full if FULL else small


def full_only(reason: str, environment: str = "soak") -> pytest.MarkDecorator:
    """Skip a test outside of the soak, which is that environment of tox; `reason` says what it takes."""
    return pytest.mark.skipif(not FULL, reason=f"{reason}; tox run -e {environment}")

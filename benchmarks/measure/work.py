"""What one call has to do, and the check of its result."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

# A thinned work has one argument in so many.
_THIN = 10


class WrongResult(AssertionError):
    """A call's result differs from the sequential reference."""


@dataclass(frozen=True)
class Work:
    """A task, its arguments, and what it must return.

    `expected` gives one task's result another way than the task does; `facts` describe the work in the run file.
    `by_formula` takes the reference from `expected` alone, where the loop has confirmed it before.
    """

    task: Callable[[Any], Any]
    arguments: Sequence[Any]
    expected: Callable[[Any], Any]
    facts: Mapping[str, int | float | str]
    by_formula: bool = False

    @cached_property
    def reference(self) -> list[Any]:
        """The results of the sequential loop, themselves checked against `expected`."""
        expected = [self.expected(argument) for argument in self.arguments]
        if not self.by_formula:
            with naming("the sequential reference against the closed form"):
                compare([self.task(argument) for argument in self.arguments], expected)
        return expected

    def thinned(self) -> "Work":
        """The same task for some of the arguments, taken evenly: enough to wake whoever will do all of it."""
        return replace(self, arguments=self.arguments[::_THIN])

    def loop_s(self) -> float:
        """Seconds of one run of the direct loop, its result checked."""
        began = time.perf_counter()
        results = [self.task(argument) for argument in self.arguments]
        seconds = time.perf_counter() - began
        self.check(results)
        return seconds

    def check(self, results: Sequence[Any]) -> None:
        """Raise WrongResult where `results` are not the reference, value by value."""
        compare(results, self.reference)


def compare(results: Sequence[Any], reference: Sequence[Any]) -> None:
    """Raise WrongResult naming the first index at which the two differ, and both values."""
    if results == reference:
        return
    for index, (found, expected) in enumerate(zip(results, reference, strict=False)):
        if found != expected:
            raise WrongResult(f"index {index}: found {found!r}, expected {expected!r}{_lengths(results, reference)}")
    index = min(len(results), len(reference))
    found = repr(results[index]) if index < len(results) else "no result"
    expected = repr(reference[index]) if index < len(reference) else "no result"
    raise WrongResult(f"index {index}: found {found}, expected {expected}{_lengths(results, reference)}")


def _lengths(results: Sequence[Any], reference: Sequence[Any]) -> str:
    if len(results) == len(reference):
        return ""
    return f" ({len(results)} results for {len(reference)} tasks)"


@contextmanager
def naming(what: str) -> Iterator[None]:
    """Put `what` before the message of a WrongResult: which backend, parameters, round."""
    try:
        yield
    except WrongResult as wrong:
        raise WrongResult(f"{what}: {wrong}") from None

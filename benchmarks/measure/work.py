"""What one call has to do, and the check of its result."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pytest

from benchmarks.measure.deadline import FROM_OUTSIDE, CaseTimeout
from benchmarks.measure.sameness import equal, same

# A thinned work has one argument in so many.
_THIN = 10

_LONGEST_VALUE = 200


class WrongResult(AssertionError):
    """A call's result differs from the sequential reference."""


class TaskFailed(Exception):
    """A task raised where nothing but the plain loop ran."""


@dataclass(frozen=True)
class Work:
    """A task, its arguments, and what it must return.

    `expected` gives one task's result another way than the task does, or is the task itself where there is no other;
    `facts` describe the work in the run file. `by_formula` takes the reference from `expected` alone, where the loop
    has confirmed it before. `tolerance` is relative, None where results must be equal.
    """

    task: Callable[[Any], Any]
    arguments: Sequence[Any]
    expected: Callable[[Any], Any]
    facts: Mapping[str, int | float | str]
    by_formula: bool = False
    tolerance: float | None = None

    @property
    def reference(self) -> list[Any]:
        """The results of the sequential loop, themselves checked against `expected`.

        Raises WrongResult, TaskFailed, Incomparable or CaseTimeout, and the same at once when it is asked for again.
        """
        if isinstance(self._outcome, Exception):
            raise self._outcome.with_traceback(None)
        return self._outcome

    @cached_property
    def _outcome(self) -> list[Any] | Exception:
        try:
            expected = self._loop(self.expected)
            if not self.by_formula:
                with naming(self._confirming):
                    compare(self._loop(self.task), expected, self.tolerance)
        except pytest.exit.Exception:
            raise  # the session is being ended
        except Exception as error:
            return error
        return expected

    @property
    def _confirming(self) -> str:
        if self.expected is not self.task:
            return "the sequential reference against the closed form"
        return (
            "two runs of the plain loop differ; a task has to return the same each time and to leave its argument as"
            " it is: seed its random numbers, or allow for rounding with --tolerance"
        )

    def _loop(self, function: Callable[[Any], Any]) -> list[Any]:
        results: list[Any] = []
        try:
            # Not a comprehension: what has been done says which argument it was.
            for argument in self.arguments:
                results.append(function(argument))  # noqa: PERF401
        except CaseTimeout as cut_off:
            raise CaseTimeout(f"{cut_off}, in the plain loop") from None
        except FROM_OUTSIDE:
            raise
        except (Exception, SystemExit, pytest.skip.Exception, pytest.fail.Exception) as error:
            place, argument = len(results), shown(self.arguments[len(results)])
            said = f"the task raised {described(error)} in the plain loop"
            raise TaskFailed(f"{said}, for argument {place} of {len(self.arguments)}: {argument}") from error
        return results

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
        compare(results, self.reference, self.tolerance)


def compare(results: Sequence[Any], reference: Sequence[Any], tolerance: float | None = None) -> None:
    """Raise WrongResult naming the first index at which the two differ, and both values."""
    if len(results) == len(reference) and equal(results, reference):
        return
    for index, (found, expected) in enumerate(zip(results, reference, strict=False)):
        if not same(found, expected, tolerance):
            how = f"found {shown(found)}, expected {shown(expected)}{_lengths(results, reference)}"
            raise WrongResult(f"index {index}: {how}")
    if len(results) == len(reference):
        return
    index = min(len(results), len(reference))
    found = shown(results[index]) if index < len(results) else "no result"
    expected = shown(reference[index]) if index < len(reference) else "no result"
    raise WrongResult(f"index {index}: found {found}, expected {expected}{_lengths(results, reference)}")


def described(error: BaseException) -> str:
    """An exception in one line of bounded length."""
    try:
        return f"{type(error).__name__}: {shortened(str(error))}"
    except Exception:  # a class of the user's whose text can't be had
        return type(error).__name__


def shown(value: Any) -> str:
    """A value in one line of bounded length."""
    try:
        return shortened(repr(value))
    except Exception:
        return f"a {type(value).__name__} that can't be shown"


def shortened(text: str) -> str:
    """A text in one line of bounded length."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


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

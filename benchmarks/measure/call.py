"""One call of a pool (a task and its arguments), the results that it must have, and the check of its results."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pytest

from benchmarks.measure.deadline import FROM_OUTSIDE, CaseTimeout
from benchmarks.measure.sameness import equal, same

# `thinned` keeps one argument in this many.
_THIN = 10

_LONGEST_VALUE = 200

# The user's own function can't be checked by a formula, and is more often wrong than a backend.
_AGREED_BEFORE = (
    "two plain loops agreed before: the result may depend on the process or thread, on hashes of texts, or on what"
    " another call has left behind"
)


class WrongResult(AssertionError):
    """A result differs from the expected one."""


class TaskFailed(Exception):
    """A task raised an exception in the plain loop, where no backend is involved."""


@dataclass(frozen=True)
class Call:
    """A task, its arguments, and what it must return.

    `expected` computes one task's result independently of the task, or is the task itself if there is no other way.
    `extra_info` describes the call in the run file. If `by_formula` is true, the expected results come from `expected`
    alone, because the plain loop has confirmed it before. `tolerance` is relative; None means that results must be
    equal. `inner_threads` are the libraries in whose threads the task computes, with the number of threads that each
    has when the user runs it.
    """

    task: Callable[[Any], Any]
    arguments: Sequence[Any]
    expected: Callable[[Any], Any]
    extra_info: Mapping[str, int | float | str]
    by_formula: bool = False
    tolerance: float | None = None
    inner_threads: Mapping[str, int] = field(default_factory=dict)

    @property
    def expected_results(self) -> list[Any]:
        """The results of `expected`, confirmed by the plain loop unless `by_formula` is true.

        They are computed once. Raises WrongResult, TaskFailed, Incomparable or CaseTimeout; a failure is remembered
        and raised again on every later access, without running the loop again.
        """
        if isinstance(self._outcome, Exception):
            raise self._outcome.with_traceback(None)
        return self._outcome

    @cached_property
    def _outcome(self) -> list[Any] | Exception:
        try:
            expected_results = self._loop(self.expected)
            if not self.by_formula:
                with naming(self.confirmation):
                    compare(self._loop(self.task), expected_results, self.tolerance)
        except pytest.exit.Exception:
            raise  # the session is being ended
        except Exception as error:
            return error
        return expected_results

    @property
    def confirmation(self) -> str:
        """What a WrongResult of the plain loop means."""
        if self.expected is not self.task:
            return "the plain loop against the closed form"
        return (
            "two runs of the plain loop differ: a task must return the same result each time and must not change its"
            " argument; seed its random numbers, keep nothing between two calls, or allow for rounding with --tolerance"
        )

    def _loop(self, function: Callable[[Any], Any]) -> list[Any]:
        results: list[Any] = []
        try:
            # Not a comprehension: the number of results tells which argument failed.
            for argument in self.arguments:
                results.append(function(argument))  # noqa: PERF401
        except CaseTimeout as timeout:
            raise CaseTimeout(f"{timeout}, in the plain loop") from None
        except FROM_OUTSIDE:
            raise
        except (Exception, SystemExit, pytest.skip.Exception, pytest.fail.Exception) as error:
            index = len(results)
            raise TaskFailed(
                f"the task raised {described(error)} in the plain loop, for argument {index} of {len(self.arguments)}:"
                f" {short_repr(self.arguments[index])}"
            ) from error
        return results

    def loop_results(self) -> list[Any]:
        """Return the results of the plain loop. Raises TaskFailed or CaseTimeout."""
        return self._loop(self.task)

    def thinned(self) -> "Call":
        """Return the same call with every tenth argument: enough to wake all workers and to see what really runs."""
        return replace(self, arguments=self.arguments[::_THIN])

    def loop_s(self) -> float:
        """Run the plain loop, check its results, and return the seconds that it took."""
        began = time.perf_counter()
        results = [self.task(argument) for argument in self.arguments]
        seconds = time.perf_counter() - began
        self.check(results)
        return seconds

    def check(self, results: Sequence[Any]) -> None:
        """Raise WrongResult unless `results` are the expected ones, value by value."""
        try:
            compare(results, self.expected_results, self.tolerance)
        except WrongResult as wrong:
            if self.expected is not self.task or len(results) != len(self.expected_results):
                raise
            raise WrongResult(f"{wrong}; {_AGREED_BEFORE}") from None


def compare(results: Sequence[Any], expected_results: Sequence[Any], tolerance: float | None = None) -> None:
    """Raise WrongResult if the two differ. The message names the first differing index and both values there."""
    if len(results) == len(expected_results) and equal(results, expected_results):
        return
    for index, (result, expected) in enumerate(zip(results, expected_results, strict=False)):
        if not same(result, expected, tolerance):
            lengths = _lengths(results, expected_results)
            raise WrongResult(f"index {index}: found {short_repr(result)}, expected {short_repr(expected)}{lengths}")
    if len(results) == len(expected_results):
        return
    index = min(len(results), len(expected_results))
    result = short_repr(results[index]) if index < len(results) else "no result"
    expected = short_repr(expected_results[index]) if index < len(expected_results) else "no result"
    raise WrongResult(f"index {index}: found {result}, expected {expected}{_lengths(results, expected_results)}")


def described(error: BaseException) -> str:
    """Return an exception's class and message as one line of bounded length."""
    try:
        said = shortened(str(error))
        return f"{type(error).__name__}: {said}" if said else type(error).__name__
    except Exception:  # the __str__ of a user's class raised
        return type(error).__name__


def short_repr(value: Any) -> str:
    """Return a value's repr as one line of bounded length."""
    try:
        return shortened(repr(value))
    except Exception:  # the __repr__ of a user's class raised
        return f"a {type(value).__name__} that can't be shown"


def shortened(text: str) -> str:
    """Return a text as one line of bounded length."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


def _lengths(results: Sequence[Any], expected_results: Sequence[Any]) -> str:
    if len(results) == len(expected_results):
        return ""
    return f" ({len(results)} results for {len(expected_results)} tasks)"


@contextmanager
def naming(prefix: str) -> Iterator[None]:
    """Put `prefix`, which names the case and the round, before the message of a WrongResult from the block."""
    try:
        yield
    except WrongResult as wrong:
        raise WrongResult(f"{prefix}: {wrong}") from None

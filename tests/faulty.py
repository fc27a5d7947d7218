"""Real joblib backends that go wrong, each in one way; a pytest plugin (`-p tests.faulty`) that registers them."""

import os
import time

from joblib import register_parallel_backend
from joblib.parallel import BACKENDS

Loky, Multiprocessing, Threading = (BACKENDS[name] for name in ("loky", "multiprocessing", "threading"))


class Wrapping:
    """Passes each batch through `wrap` before it is submitted; joblib called `submit` `apply_async` before 1.5."""

    def submit(self, func, callback=None):
        return super().submit(self.wrap(func), callback)

    def apply_async(self, func, callback=None):
        return super().apply_async(self.wrap(func), callback)


class Counting(Wrapping):
    """Counts calls and the batches of a call, both from 1."""

    calls = 0
    batches = 0

    def start_call(self):
        self.calls += 1
        self.batches = 0
        super().start_call()

    def wrap(self, func):
        self.batches += 1
        return self.spoil(func)


class Dropping(Counting, Threading):
    """Loses the last task of the third batch."""

    def spoil(self, func):
        return (lambda: func()[:-1]) if self.batches == 3 else func


class Swapping(Counting, Threading):
    """Swaps the last two results of the third batch."""

    def spoil(self, func):
        return (lambda: _swapped(func())) if self.batches == 3 else func


class Stale(Counting, Threading):
    """Answers the third batch with what the second one returned in an earlier timed call.

    Untimed calls bring back who ran a task beside each result; what they return is left alone.
    """

    kept = None
    timed_calls = 0

    def spoil(self, func):
        return {2: lambda: self._keep(func()), 3: lambda: self._stale(func())}.get(self.batches, func)

    def _keep(self, results):
        if not isinstance(results[0], tuple):
            self.kept = self.kept or results
            self.timed_calls += 1
        return results

    def _stale(self, results):
        return results if isinstance(results[0], tuple) or self.timed_calls < 2 else self.kept


class Hang:
    """A batch that never returns."""

    def __init__(self, func):
        self.func = func

    def __call__(self):
        while True:
            time.sleep(0.1)


class Die:
    """A batch that ends its process."""

    def __init__(self, func):
        self.func = func

    def __call__(self):
        os._exit(3)


class HangingLoky(Wrapping, Loky):
    wrap = Hang


class HangingMultiprocessing(Wrapping, Multiprocessing):
    wrap = Hang


class HangingThreads(Wrapping, Threading):
    wrap = Hang


class DyingLoky(Wrapping, Loky):
    wrap = Die


class DyingMultiprocessing(Wrapping, Multiprocessing):
    wrap = Die


def _swapped(results):
    return [*results[:-2], results[-1], results[-2]]


for name, backend in {
    "dropping": Dropping,
    "swapping": Swapping,
    "stale": Stale,
    "hanging-loky": HangingLoky,
    "hanging-multiprocessing": HangingMultiprocessing,
    "hanging-threads": HangingThreads,
    "dying-loky": DyingLoky,
    "dying-multiprocessing": DyingMultiprocessing,
}.items():
    register_parallel_backend(name, backend)

"""A user's module, outside the suite's package: `--workload-path tests/own`."""

import asyncio
import functools
import os
import pathlib
import random
import resource
import signal
import sys
import tempfile
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy
from threadpoolctl import threadpool_info

SIZES = list(range(0, 400, 10))


def price(size, rate=1.5):
    """An ordinary function."""
    return sum(part * rate for part in range(size))


ORDERS = [(size, 1.1) for size in SIZES]


LARGE = list(range(20_000, 20_040))


@functools.cache
def remembered(size):
    """The same, once for each argument."""
    return price(size)


NAMED = [{"size": size} for size in SIZES]


def generators():
    """Arguments that can be used once."""
    return [(part for part in range(size)) for size in (3, 4, 5)]


def by_name(*, size):
    """Takes its argument by name only."""
    return price(size)


def adds_text(size):
    """Has a bug of its own."""
    return size + "1"


def orders():
    """Arguments made by a function."""
    return ({"size": size} for size in SIZES)


def total(order):
    """Its one parameter is a dictionary."""
    return order["size"]


def thirds(size):
    """An array, the first one empty."""
    return numpy.arange(size) / 3


def rounding(size):
    """Differs in the last digits from one call to the next."""
    return 1.0 + random.random() * 1e-14


halve = lambda size: size / 2  # noqa: E731 - a fault that users make


def _outer():
    def inner(size):
        return size

    return inner


local = _outer()


def random_number(size):
    """Returns something different each time."""
    return random.random()


def failing(size):
    """Raises for some of its arguments."""
    if size >= 200:
        raise KeyError("no price")
    return size


def hanging(size):
    """Never returns; the file that REACHED names says that it was called."""
    if path := os.environ.get("REACHED"):
        pathlib.Path(path).touch()
    time.sleep(1000)


def takes(lock):
    """Its argument can't be pickled."""
    return 1


LOCKS = [threading.Lock() for _ in range(4)]


def gives_a_generator(size):
    """Its result can't be pickled."""
    return iter_of(size)


class iter_of:  # noqa: N801 - it stands for a library's own class
    """Equal to others of the same size, and can't be pickled."""

    def __init__(self, size):
        self.size, self.lock = size, threading.Lock()

    def __eq__(self, other):
        return self.size == other.size

    __hash__ = None


EMPTY = []
NOT_ALIKE = [1, (2, 3)]
NO_LIST = 5


def broken():
    """Can't make its arguments."""
    raise OSError("the file is gone")


def slow(milliseconds):
    """Long enough to be interrupted."""
    time.sleep(milliseconds / 1e3)
    return milliseconds


PAUSES = [50] * 40


def leaving(size=0):
    """Ends the interpreter."""
    raise SystemExit(9)


class Mute(Exception):
    """Has no text."""

    def __str__(self):
        raise RuntimeError("mute")


def mute(size):
    """Raises what can't be shown."""
    raise Mute


class Shy:
    """Can't be shown."""

    def __repr__(self):
        raise RuntimeError("shy")


SHY = [Shy(), Shy()]


def returned(size):
    """Has to be the whole text."""
    assert size == "ab\ncd"
    return size


def skipping(size):
    """Says that there is nothing to do."""
    import pytest

    pytest.skip("hm")


def killed(size):
    """Dies like a process that the kernel kills when memory runs out."""
    if size == 30:
        os.kill(os.getpid(), signal.SIGKILL)
    return size


def exiting(size):
    """Ends the process without an exception."""
    if size == 30:
        os._exit(3)
    return size


async def fetch(size):
    """Nobody awaits it."""
    return size


LISTS = ["one", "two", [], []]


def growing(sizes):
    """Changes its argument, where it can."""
    if isinstance(sizes, list):
        sizes.extend(range(10))
    return 0


ARRAYS = [numpy.zeros(200_000) for _ in range(4)]


def in_lost_folder(size):
    """Leaves its process in a folder that is gone."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)


def without_output(size):
    """Leaves its process without a stream."""
    sys.stdout = None


def traced(size):
    """Leaves a tracer behind."""
    sys.settrace(lambda *event: None)


def with_few_files(size):
    """Leaves its process with fewer files than pools need."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def cancelled(size):
    """Raises what is no Exception."""
    raise asyncio.CancelledError


def overwriting(array):
    """Writes the same into its argument each time."""
    array[0] = 7
    return 7.0


def in_main_process(size):
    """Fails in every process but the one that imported it first."""
    if "LOADED" in os.environ and os.environ["LOADED"] != str(os.getpid()):
        raise RuntimeError("not here")
    os.environ["LOADED"] = str(os.getpid())
    return size


def long(size):
    """40 of them take two seconds."""
    time.sleep(0.05)
    return size


def warning(size):
    """Warns of something else each time."""
    warnings.warn(f"old price {size}", stacklevel=1)
    return size


FEW = [3, 4, 5, 6]


def nesting(size):
    """Starts threads of its own."""
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(abs, range(size)))


SEEDS = [1, 2, 3, 4]


def multiplying(seed):
    """Computes in the threads of numpy's BLAS."""
    matrix = numpy.random.default_rng(seed).random((300, 300))
    for _ in range(5):
        product = matrix @ matrix
    return float(product.trace().round(6))


def counting_threads(seed):
    """Its result depends on how many threads BLAS has."""
    multiplying(seed)
    return max(library["num_threads"] for library in threadpool_info())

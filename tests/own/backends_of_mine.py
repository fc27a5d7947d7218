"""A third party's backends, for `--backend-module`: one with an engine, one without, and engines that fail."""

import contextlib
import os

from joblib import register_parallel_backend
from joblib.parallel import BACKENDS as KNOWN

Threading = KNOWN["threading"]


class Rented(Threading):
    """Threads that can only be had while the engine runs."""

    supports_inner_max_num_threads = False


class Plain(Threading):
    """Needs no engine."""


register_parallel_backend("rented", Rented)
register_parallel_backend("plain", Plain)


@contextlib.contextmanager
def rented(n_jobs):
    """Says in the environment that it runs: of this process, which no other case shares."""
    os.environ["RENTED"] = str(n_jobs)
    yield
    del os.environ["RENTED"]


@contextlib.contextmanager
def refusing(n_jobs):
    """Can't start."""
    raise ConnectionRefusedError("the landlord is out")
    yield


BACKENDS = {"rented": rented, "plain": None, "refusing": refusing}

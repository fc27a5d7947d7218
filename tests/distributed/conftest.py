"""Clusters for a module's tests."""

import contextlib
import tempfile
from pathlib import Path

import pytest

from tests.distributed.clusters import RAY_SETTINGS, Dask, ray_head


@pytest.fixture
def stack():
    """Ends what a test has started."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def dask(tmp_path, stack):
    """A scheduler without workers."""
    return Dask(tmp_path, stack)


@pytest.fixture
def ray(stack, monkeypatch):
    """The address of a head with two processors; the paths of its sockets have to be short."""
    for name, value in RAY_SETTINGS.items():
        monkeypatch.setenv(name, value)
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp", ignore_cleanup_errors=True))
    return ray_head(Path(folder), stack, 2)

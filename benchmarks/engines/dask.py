"""dask.distributed: a cluster on this machine with one worker per job, or a running cluster elsewhere of any size."""

import contextlib
import hashlib
import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.engines.archive import archived, module_names
from benchmarks.engines.protocol import NoEngine, Running, require_package

_CONNECT_S = 5.0

# Packages whose versions must be the same on both ends: those that pickle, unpickle and run the batches.
_SAME = ("python", "distributed", "cloudpickle", "joblib", "numpy")


@contextmanager
def dask(n_jobs: int, cluster: str | None, paths: Sequence[str]) -> Iterator[Running]:
    """Provide a client and its cluster. Raises NoEngine if there is none, or if its versions differ from ours."""
    require_package("distributed", "dask")
    import distributed

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with contextlib.ExitStack() as stack:
        if cluster is None:
            address = stack.enter_context(
                distributed.LocalCluster(
                    n_workers=n_jobs,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    # None would take a well-known port, ":0" would listen on all interfaces.
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
            )
        else:
            address = cluster
        try:
            client = stack.enter_context(distributed.Client(address, timeout=_CONNECT_S))
        except (OSError, ValueError) as error:
            raise NoEngine(
                f"no scheduler of dask answers at {cluster} within {_CONNECT_S:g} s ({error}): check --dask-scheduler,"
                " and that the scheduler is running"
            ) from None
        workers = _workers(client)
        if not workers:
            raise NoEngine(f"the cluster of dask at {cluster} has no worker: start one with `dask worker {cluster}`")
        if cluster is not None:
            _refuse_other_versions(client)
            _send_modules(client, paths)
        yield Running(
            trouble=lambda: _lost(workers, _workers(client)),
            extra_info={
                "engine": f"dask {distributed.__version__}",
                "cluster": cluster or "embedded",
                "cluster_workers": len(workers),
                "cluster_threads": sum(workers.values()),
            },
            fatal=("KilledWorker",),
        )


def _workers(client: Any) -> dict[str, int]:
    """Return the number of threads by worker's address; a worker that was restarted has a new address."""
    return dict(client.ncores())


def _lost(before: Mapping[str, int], now: Mapping[str, int]) -> str | None:
    if gone := [address for address in before if address not in now]:
        return (
            f"a worker of dask was lost during the case ({gone[0]}; {len(before)} at its start, {len(now)} now):"
            " what was timed is not what was asked for; look at that worker's log"
        )
    return None


def _refuse_other_versions(client: Any) -> None:
    """Raise NoEngine unless client, scheduler and workers have the same versions of the packages in `_SAME`."""
    versions = client.get_versions(packages=["joblib"])
    here = _versions(versions["client"])
    for where, other_end in {"the scheduler": versions["scheduler"], **versions["workers"]}.items():
        there = _versions(other_end)
        for name in _SAME:
            # A scheduler runs no tasks, so it need not have the packages that only tasks need.
            if where == "the scheduler" and there[name] is None:
                continue
            if here[name] != there[name]:
                raise NoEngine(
                    f"versions differ: {name} is {here[name]} here and {there[name] or 'missing'} on {where}: install"
                    " the same version there"
                )


def _versions(end: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the versions of the packages in `_SAME` at one end, None for one that is missing."""
    python = ".".join(str(end["host"].get("python", "")).split(".")[:3])
    return {name: end["packages"].get(name) if name != "python" else python for name in _SAME}


def _send_modules(client: Any, paths: Sequence[str]) -> None:
    """Send the workload's modules to the scheduler and to every worker, including workers that join later."""
    from distributed.diagnostics.plugin import SchedulerUploadFile, UploadFile

    content = archived(paths)
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / f"{_ARCHIVE}{hashlib.sha256(content).hexdigest()[:16]}.zip"
        archive.write_bytes(content)
        loader = Path(folder) / f"{_LOADER_NAME}.py"
        loader.write_text(_LOADER.format(archive=archive.name, prefix=_ARCHIVE, names=module_names(content)))
        # The loader is a module of its own because dask, asked to load an archive, imports everything in it.
        for name, path, load in (("joblib-suite", archive, False), (_LOADER_NAME, loader, True)):
            for plugin in (SchedulerUploadFile, UploadFile):
                client.register_plugin(plugin(str(path), load=load), name=f"{name}-{plugin.__name__}")


_ARCHIVE, _LOADER_NAME = "joblib-suite-", "joblib_suite_modules"

# Runs on each of them: the modules of the archive replace those of an earlier session.
_LOADER = """
import os, sys

kept = [path for path in sys.path if not os.path.basename(path).startswith({prefix!r})]
sys.path[:] = [os.path.join(os.path.dirname(__file__), {archive!r}), *kept]
for name in {names!r}:
    sys.modules.pop(name, None)
"""

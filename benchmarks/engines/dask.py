"""dask.distributed: a cluster on this machine with a worker a job, or one that runs elsewhere, of whatever size."""

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

# Versions that must be the same on both ends: what pickles, what unpickles, and what runs the batches.
_SAME = ("python", "distributed", "cloudpickle", "joblib", "numpy")


@contextmanager
def dask(n_jobs: int, cluster: str | None, paths: Sequence[str]) -> Iterator[Running]:
    """A client and its cluster. Raises NoEngine where there is none, or one of other versions."""
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
                    # None would take a well-known port, ":0" would listen to everybody.
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
            )
        else:
            address = cluster
        try:
            client = stack.enter_context(distributed.Client(address, timeout=_CONNECT_S))
        except (OSError, ValueError) as error:
            said = f"no scheduler of dask answers at {cluster} within {_CONNECT_S:g} s"
            raise NoEngine(f"{said} ({error}): check --dask-scheduler, and that it runs") from None
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
    """Threads by worker's address; a worker that was started again has another one."""
    return dict(client.ncores())


def _lost(before: Mapping[str, int], now: Mapping[str, int]) -> str | None:
    if gone := [address for address in before if address not in now]:
        return (
            f"a worker of dask was lost during the case ({gone[0]}; {len(before)} at its start, {len(now)} now):"
            " what was timed is not what was asked for; look at that worker's log"
        )
    return None


def _refuse_other_versions(client: Any) -> None:
    """Raise NoEngine where client, scheduler and workers do not have the same versions of what matters."""
    found = client.get_versions(packages=["joblib"])
    here = _versions(found["client"])
    for where, other in {"the scheduler": found["scheduler"], **found["workers"]}.items():
        there = _versions(other)
        for name in _SAME:
            # A scheduler runs no tasks: it need not have what they need.
            if where == "the scheduler" and there[name] is None:
                continue
            if here[name] != there[name]:
                said = f"versions differ: {name} is {here[name]} here and {there[name] or 'missing'} on {where}"
                raise NoEngine(f"{said}: install the same there")


def _versions(found: Mapping[str, Any]) -> dict[str, str | None]:
    """By name, of one end."""
    python = ".".join(str(found["host"].get("python", "")).split(".")[:3])
    return {name: found["packages"].get(name) if name != "python" else python for name in _SAME}


def _send_modules(client: Any, paths: Sequence[str]) -> None:
    """Have the workload's modules on the scheduler and on every worker, also on those that come later."""
    from distributed.diagnostics.plugin import SchedulerUploadFile, UploadFile

    content = archived(paths)
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / f"{_ARCHIVE}{hashlib.sha256(content).hexdigest()[:16]}.zip"
        archive.write_bytes(content)
        loader = Path(folder) / f"{_LOADER_NAME}.py"
        loader.write_text(_LOADER.format(archive=archive.name, prefix=_ARCHIVE, names=module_names(content)))
        # dask's own loading of an archive would import all that is in it.
        for name, path, load in (("joblib-suite", archive, False), (_LOADER_NAME, loader, True)):
            for plugin in (SchedulerUploadFile, UploadFile):
                client.register_plugin(plugin(str(path), load=load), name=f"{name}-{plugin.__name__}")


_ARCHIVE, _LOADER_NAME = "joblib-suite-", "joblib_suite_modules"

# Run on each of them: the modules of the archive take the place of those of an earlier session.
_LOADER = """
import os, sys

kept = [path for path in sys.path if not os.path.basename(path).startswith({prefix!r})]
sys.path[:] = [os.path.join(os.path.dirname(__file__), {archive!r}), *kept]
for name in {names!r}:
    sys.modules.pop(name, None)
"""

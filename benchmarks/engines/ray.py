"""ray: a cluster on this machine with one processor per job, or a running cluster elsewhere."""

import contextlib
import io
import logging
import os
import secrets
import socket
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.engines.archive import archived
from benchmarks.engines.protocol import NoEngine, Running, require_package

# The size of ray's object store, through which arguments and results pass. ray's own default is a third of the memory.
_STORE_BYTES = 256 * 2**20

_CONNECT_S = 5.0

# An error message of ray is cut to this many characters.
_LONGEST = 300

_QUIET: dict[str, Any] = {"logging_level": logging.CRITICAL, "log_to_driver": False}


@contextmanager
def ray(n_jobs: int, cluster: str | None, paths: Sequence[str]) -> Iterator[Running]:
    """Provide a driver and its cluster. Raises NoEngine if there is none."""
    require_package("ray", "ray")
    with contextlib.ExitStack() as stack:
        library = _started(n_jobs, stack) if cluster is None else _connected(cluster, paths, stack)
        processors = int(library.cluster_resources().get("CPU", 0))
        library.util.joblib.register_ray()
        nodes = _nodes(library)
        yield Running(
            trouble=lambda: _lost(nodes, _nodes(library)),
            extra_info={
                "engine": f"ray {library.__version__}",
                "cluster": cluster or "embedded",
                "cluster_workers": len(nodes),
                "cluster_threads": processors,
            },
            most_jobs=processors,
            fatal=("ActorDiedError", "ActorUnavailableError", "WorkerCrashedError"),
        )


def _started(n_jobs: int, stack: contextlib.ExitStack) -> Any:
    """Start a cluster on this machine that contacts no other host, and end it with `stack`."""
    # TMPDIR is a folder of this process alone, see `hosted_pool`.
    folder = tempfile.gettempdir()
    home = os.environ.get("HOME", "")
    # Usage is not reported, whatever the user's configuration of ray says.
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9"}
    # ray replaces the loopback address by the machine's own unless it assumes that there is a single node only.
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    # The same token for all starts, because ray reads it once per process.
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(16))
    # Without this file, ray queries the metadata services of three clouds.
    Path(folder, "ray_bootstrap_config.yaml").write_text("{}\n")
    os.environ["HOME"] = folder
    try:
        import ray as library
        import ray.util.joblib

        library.init(
            # Not a cluster that somebody else has left running on this machine.
            address="local",
            num_cpus=n_jobs,
            include_dashboard=False,
            object_store_memory=_STORE_BYTES,
            runtime_env={"env_vars": {"HOME": home}},
            _temp_dir=folder,
            _node_ip_address="127.0.0.1",
            **_QUIET,
        )
    finally:
        os.environ["HOME"] = home
    stack.callback(library.shutdown)
    return library


def _connected(cluster: str, paths: Sequence[str], stack: contextlib.ExitStack) -> Any:
    """Connect a driver to a running cluster, and send it the workload's modules. Raises NoEngine."""
    host, _, port = cluster.rpartition("//")[2].rpartition(":")
    if port.isdecimal():
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_S).close()
        except OSError as error:
            # Checked here because ray itself would retry for minutes.
            raise NoEngine(f"no cluster of ray answers at {cluster} ({error}): check --ray-address") from None
    import ray as library
    import ray.util.joblib

    folder = stack.enter_context(tempfile.TemporaryDirectory())
    with zipfile.ZipFile(io.BytesIO(archived(paths))) as archive:
        archive.extractall(folder)
    try:
        library.init(address=cluster, runtime_env={"working_dir": folder}, **_QUIET)
    except (ConnectionError, OSError, ValueError, RuntimeError) as error:
        message = " ".join(str(error).split())[:_LONGEST]
        raise NoEngine(
            f"the cluster of ray at {cluster} can't be used ({message}): check --ray-address, and install the same"
            " Python and ray on both ends"
        ) from None
    stack.callback(library.shutdown)
    return library


def _nodes(library: Any) -> set[str]:
    return {node["NodeID"] for node in library.nodes() if node["Alive"]}


def _lost(before: set[str], now: set[str]) -> str | None:
    if before - now:
        return (
            f"a node of ray was lost during the case ({len(before)} at its start, {len(now & before)} now):"
            " what was timed is not what was asked for; look at that node's log"
        )
    return None

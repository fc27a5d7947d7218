"""ray: a cluster on this machine with a processor a job, or one that runs elsewhere."""

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

# Tasks' arguments and results pass through it; ray's own default is a third of the memory.
_STORE_BYTES = 256 * 2**20

_CONNECT_S = 5.0

# Of what ray says.
_LONGEST = 300

_QUIET: dict[str, Any] = {"logging_level": logging.CRITICAL, "log_to_driver": False}


@contextmanager
def ray(n_jobs: int, cluster: str | None, paths: Sequence[str]) -> Iterator[Running]:
    """A driver and its cluster. Raises NoEngine where there is none."""
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
    """A cluster on this machine, which talks to nobody else; ended with `stack`."""
    # This process's own, see `hosted_pool`.
    folder = tempfile.gettempdir()
    home = os.environ.get("HOME", "")
    # Whatever it would do otherwise, usage is not reported.
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9"}
    # ray takes the machine's own address instead of loopback's, except where it thinks that there can be no other node.
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    # One for all starts: ray reads it once a process.
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(16))
    # Without this file ray asks the metadata services of three clouds where it is.
    Path(folder, "ray_bootstrap_config.yaml").write_text("{}\n")
    os.environ["HOME"] = folder
    try:
        import ray as library
        import ray.util.joblib

        library.init(
            # Not one that somebody else has left running here.
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
    """A driver of a cluster that runs, whose workers find the workload's modules. Raises NoEngine."""
    host, _, port = cluster.rpartition("//")[2].rpartition(":")
    if port.isdecimal():
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_S).close()
        except OSError as error:
            # ray itself would try for minutes.
            raise NoEngine(f"no cluster of ray answers at {cluster} ({error}): check --ray-address") from None
    import ray as library
    import ray.util.joblib

    folder = stack.enter_context(tempfile.TemporaryDirectory())
    with zipfile.ZipFile(io.BytesIO(archived(paths))) as archive:
        archive.extractall(folder)
    try:
        library.init(address=cluster, runtime_env={"working_dir": folder}, **_QUIET)
    except (ConnectionError, OSError, ValueError, RuntimeError) as error:
        said = f"the cluster of ray at {cluster} can't be used ({' '.join(str(error).split())[:_LONGEST]})"
        raise NoEngine(f"{said}: check --ray-address, and install the same Python and ray on both ends") from None
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

"""Clusters on loopback whose processes are started one by one, elsewhere than in this checkout."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

PATIENCE_S = 300

RAY_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": secrets.token_hex(16),
}


@contextlib.contextmanager
def process(command, folder, log, more=None):
    """A process of a session of its own, without this checkout on its path; killed with all that it started."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "BENCHMARK_"))}
    with log.open("wb") as output:
        started = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=environment | (more or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield started
    finally:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            children = psutil.Process(started.pid).children(recursive=True)
            os.killpg(started.pid, signal.SIGKILL)
            for child in children:
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
        started.wait()


def until(condition, what):
    """Wait until a condition holds, and return its value; the bound only ends a hang."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"no {what} within {PATIENCE_S} s")


def free_port():
    """A port on loopback that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Dask:
    """A scheduler, and workers as they are added."""

    def __init__(self, folder, stack):
        self._folder, self._stack, self.workers, self.logs = folder, stack, [], []
        file = folder / "scheduler.json"
        command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
        command += ["--dashboard-address", "127.0.0.1:0", "--scheduler-file", file]
        self.scheduler = stack.enter_context(process(command, folder, folder / "scheduler.log"))
        self.address = until(lambda: file.exists() and _address(file), "scheduler")

    def add_worker(self, *options, python=sys.executable):
        """A worker of one thread."""
        log = self._folder / f"worker-{len(self.workers)}.log"
        command = [python, "-m", "distributed.cli.dask_worker", self.address, "--nthreads", "1", "--host", "127.0.0.1"]
        command += ["--no-dashboard", "--local-directory", self._folder, *options]
        self.workers.append(self._stack.enter_context(process(command, self._folder, log)))
        self.logs.append(log)
        until(lambda: b"Registered to" in log.read_bytes(), "worker")


def _address(file):
    with contextlib.suppress(ValueError):
        return json.loads(file.read_text())["address"]


def ray_head(folder, stack, processors):
    """A head of ray with so many processors; its address."""
    port, ray = free_port(), Path(sys.executable).with_name("ray")
    # As in the suite's own clusters of ray: loopback only, and no questions to clouds.
    (folder / "ray_bootstrap_config.yaml").write_text("{}\n")
    command = [ray, "start", "--head", "--node-ip-address=127.0.0.1", f"--port={port}", f"--num-cpus={processors}"]
    command += ["--include-dashboard=false", "--object-store-memory=100000000", "--disable-usage-stats", "--block"]
    command += [f"--temp-dir={folder}"]
    log = folder / "head.log"
    stack.enter_context(process(command, folder, log, {"HOME": str(folder)}))
    until(lambda: b"Ray runtime started" in log.read_bytes(), "head of ray")
    return f"127.0.0.1:{port}"

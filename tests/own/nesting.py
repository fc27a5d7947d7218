"""Tasks that start workers of their own, or use some that their module has started: `--workload-path tests/own`."""

import asyncio
import multiprocessing
import os
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from joblib import Parallel, delayed

FEW = [3, 4, 5]


def _busy(number):
    return sum(range(20_000)) + number


def in_loky(size):
    """joblib's default."""
    return sum(Parallel(n_jobs=2)(delayed(_busy)(number) for number in range(size)))


def in_threading(size):
    """joblib's threads."""
    return sum(Parallel(n_jobs=2, backend="threading")(delayed(_busy)(number) for number in range(size)))


def in_sequential(size):
    """joblib without workers."""
    return sum(Parallel(n_jobs=1)(delayed(_busy)(number) for number in range(size)))


def in_futures_threads(size):
    """Threads of the standard library."""
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(_busy, range(size)))


def in_futures_processes(size):
    """Processes of the standard library."""
    with ProcessPoolExecutor(2) as pool:
        return sum(pool.map(_busy, range(size)))


def in_pool(size):
    """The older processes of the standard library."""
    with multiprocessing.Pool(2) as pool:
        return sum(pool.map(_busy, range(size)))


def in_spawned_process(size):
    """A process that is not forked, whose start Python does not report."""
    process = multiprocessing.get_context("spawn").Process(target=abs, args=(size,))
    process.start()
    process.join()
    return process.exitcode


def in_subprocess(size):
    """Another program."""
    return int(subprocess.run(["echo", str(size)], capture_output=True, text=True, check=True).stdout)


def in_asyncio(size):
    """Another program, for which asyncio waits in a thread of its own."""

    async def run():
        process = await asyncio.create_subprocess_exec("true")
        return await process.wait()

    return asyncio.run(run())


def in_sleep(size):
    """A program that waits."""
    return subprocess.run(["sleep", f"0.{size}"], check=True).returncode


def in_computing_program(size):
    """A program that computes for some tenths of a second."""
    return subprocess.run([sys.executable, "-c", f"sum(range({size}_000_000))"], check=True).returncode


def in_shell(size):
    """A shell."""
    return os.system("true")  # noqa: S605 - no input of anybody


_POOL = ThreadPoolExecutor(2)


def in_pool_of_the_module(size):
    """A pool that is started in the first task."""
    return sum(_POOL.map(_busy, range(size)))


def plain(size):
    """No worker, although its module has a pool."""
    return _busy(size)


def in_thread_for_ever(size):
    """A thread that waits for what never comes."""
    threading.Thread(target=threading.Event().wait).start()
    return size

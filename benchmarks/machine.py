"""Facts of the machine and the software that a time depends on; a fact that can't be read is None."""

import importlib
import multiprocessing
import os
import platform
import sys
import sysconfig
from collections.abc import Iterable, Mapping, MutableMapping
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.cores import core_facts, text_of

# The variables by which numeric libraries size their thread pools (the list is joblib's, MAX_NUM_THREADS_VARS).
THREAD_POOL_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)

# What else in the environment changes what joblib does.
_JOBLIB_VARIABLES = ("JOBLIB_START_METHOD", "JOBLIB_MULTIPROCESSING", "JOBLIB_TEMP_FOLDER", "LOKY_MAX_CPU_COUNT")

# An idle machine has a load average near 0. On many cores, a single other program disturbs little.
_LEAST_LOAD, _LEAST_LOAD_PER_CORE = 0.5, 0.25

# Names the variables that `pin_thread_pools` has set: child processes inherit them, and the user has not chosen them.
_PINNED = "BENCHMARK_SUITE_PINNED"


def pin_thread_pools(environment: MutableMapping[str, str]) -> None:
    """One thread for each numeric library, unless the user chose; joblib would else derive it from n_jobs."""
    names = [name for name in THREAD_POOL_VARIABLES if name not in environment]
    environment.update(dict.fromkeys(names, "1"))
    environment[_PINNED] = ",".join([*filter(None, environment.get(_PINNED, "").split(",")), *names])


def unpinned(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment as the user has it, without what `pin_thread_pools` has set in it."""
    ours = {_PINNED, *environment.get(_PINNED, "").split(",")}
    return {name: value for name, value in environment.items() if name not in ours}


def facts(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The machine and the interpreter, as plain JSON values."""
    return {
        "cpu_model": cpu_model(),
        **core_facts(),
        "system": platform.system(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "python_implementation": platform.python_implementation(),
        "python_build": " ".join(platform.python_build()),
        "free_threading": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "gil_enabled": gil_enabled(),
        "start_method": multiprocessing.get_start_method(),
        "environment": {
            name: environment[name] for name in (*THREAD_POOL_VARIABLES, *_JOBLIB_VARIABLES) if name in environment
        },
    }


def gil_enabled() -> bool:
    """Return whether this interpreter has a GIL at present: an extension that is imported may switch it on."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def free_threaded(machine: Mapping[str, Any]) -> str | None:
    """Return a remark on a free-threaded interpreter, None for an ordinary one.

    `machine` is `facts()`, or the `machine` of a run file, which may come from anywhere. Threads rank differently if
    they run Python code in parallel, so the remark belongs beside every result.
    """
    if machine.get("free_threading") is not True:
        return None
    return "free-threaded Python, its GIL on" if machine.get("gil_enabled") is not False else "free-threaded Python"


def cpu_model() -> str | None:
    """Return the processor's name, or the numbers that identify one without a name."""
    return named_model(text_of(Path("/proc/cpuinfo")) or "") or platform.processor() or None


def named_model(cpuinfo: str) -> str | None:
    """Return the processor of a `/proc/cpuinfo`, None if it does not tell.

    ARM's has no name, but the numbers of each core's maker and design, which may differ within one processor.
    """
    lines = (line.partition(":") for line in cpuinfo.splitlines())
    fields = [(name.strip(), value.strip()) for name, _, value in lines]
    if name := next((value for field, value in fields if field in ("model name", "cpu model", "cpu")), None):
        return name
    makers, parts = ({value for field, value in fields if field == f"CPU {what}"} for what in ("implementer", "part"))
    return f"ARM {'+'.join(sorted(makers))} {'+'.join(sorted(parts))}" if makers and parts else None


def installed(packages: Iterable[str]) -> dict[str, str | None]:
    """The versions of some packages as they are installed, None for what is missing; imports none of them."""
    return {package: _version(package) for package in packages}


def load_average() -> float | None:
    """Return how many processes wanted to run in the last minute, on average; None where the system does not say."""
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None


def busy_sentence(load: float | None, cores: int) -> str | None:
    """Return a sentence that says that other programs run, None if they don't."""
    if not is_busy(load, cores):
        return None
    return f"Other programs are running: the load average is {load:.1f} on {cores} {'core' if cores == 1 else 'cores'}."


def is_busy(load: float | None, cores: int) -> bool:
    """Return whether a load average, measured before the suite itself ran anything, says that other programs run."""
    return load is not None and load >= max(_LEAST_LOAD, _LEAST_LOAD_PER_CORE * cores)


def versions(engine_packages: Iterable[str]) -> dict[str, str | None]:
    """Versions of joblib, what it carries inside, and the packages that its backends run on or that change it."""
    return {
        "joblib": _version("joblib"),
        "loky": _carried("loky"),
        "cloudpickle": _carried("cloudpickle") or _version("cloudpickle"),
        "numpy": _version("numpy"),
        "psutil": _version("psutil"),
        **installed(engine_packages),
        "pytest": _version("pytest"),
        "pytest-benchmark": _version("pytest-benchmark"),
    }


def _carried(name: str) -> str | None:
    """The version of a package that joblib carries inside; newer releases install cloudpickle beside it instead."""
    try:
        module = importlib.import_module(f"joblib.externals.{name}")
    except ImportError:
        return None
    version: str | None = getattr(module, "__version__", None)
    return version


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None

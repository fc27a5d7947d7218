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


# What `cpu_quota` is where no control group limits the CPU time.
NO_QUOTA = "none"


def pin_thread_pools(environment: MutableMapping[str, str]) -> None:
    """One thread for each numeric library, unless the user chose; joblib would else derive it from n_jobs."""
    for variable in THREAD_POOL_VARIABLES:
        environment.setdefault(variable, "1")


def facts(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The machine and the interpreter, as plain JSON values."""
    quota = cgroup_cpus(Path("/sys/fs/cgroup"), _text(Path("/proc/self/cgroup")) or "")
    return {
        "cpu_model": cpu_model(),
        "usable_cores": usable_cores(),
        "cgroup_cpus": quota,
        # A file of an older version has `cgroup_cpus` alone, and null there means that only the root was looked at.
        "cpu_quota": NO_QUOTA if quota is None else quota,
        "governor": _line(Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")),
        "system": platform.system(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "python_implementation": platform.python_implementation(),
        "python_build": " ".join(platform.python_build()),
        "free_threading": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "gil_enabled": getattr(sys, "_is_gil_enabled", lambda: True)(),
        "start_method": multiprocessing.get_start_method(),
        "environment": {
            name: environment[name] for name in (*THREAD_POOL_VARIABLES, *_JOBLIB_VARIABLES) if name in environment
        },
    }


def free_threaded(machine: Mapping[str, Any]) -> str | None:
    """Return a remark on a free-threaded interpreter, None for an ordinary one.

    `machine` is `facts()`, or the `machine` of a run file, which may come from anywhere. Threads rank differently if
    they run Python code in parallel, so the remark belongs beside every result.
    """
    if machine.get("free_threading") is not True:
        return None
    return "free-threaded Python, its GIL on" if machine.get("gil_enabled") is not False else "free-threaded Python"


def usable_cores() -> int:
    """Cores this process may run on, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cpu_model() -> str | None:
    """The processor's marketing name."""
    for line in (_text(Path("/proc/cpuinfo")) or "").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or None


def cgroup_cpus(root: Path, membership: str = "") -> float | None:
    """Return the smallest CPU quota, in cores, from this process's control group up to the root; None without any.

    `root` is where the control groups are mounted, `membership` the content of `/proc/self/cgroup`. A container, a
    systemd slice or a nested group may have the quota; each level limits all below it (kernel: cgroup-v2, sched-bwc).
    """
    quotas = [_quota_v2(root), _quota_v1(root / "cpu")]
    for line in membership.splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers and "cpu" not in controllers.split(","):
            continue
        mounts = (root / controllers, root / "cpu") if controllers else (root, root / "unified")
        read = _quota_v1 if controllers else _quota_v2
        quotas += [read(folder) for mount in mounts for folder in _up_to(mount, path)]
    return min((quota for quota in quotas if quota is not None), default=None)


def _up_to(mount: Path, path: str) -> list[Path]:
    """Return the folders of a control group and of all groups above it; a folder may not exist.

    In a container the path may be the host's, or begin with `..` if the group is outside of the container's root.
    """
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    return [mount.joinpath(*parts[:depth]) for depth in range(len(parts) + 1)]


def _quota_v2(folder: Path) -> float | None:
    quota, _, period = (_line(folder / "cpu.max") or "").partition(" ")
    return _cores(quota, period)


def _quota_v1(folder: Path) -> float | None:
    return _cores(_line(folder / "cpu.cfs_quota_us") or "", _line(folder / "cpu.cfs_period_us") or "")


def _cores(quota: str, period: str) -> float | None:
    """Return microseconds per microseconds as cores; None for `max`, -1, and what is no number."""
    try:
        return int(quota) / int(period) if int(quota) > 0 and int(period) > 0 else None
    except ValueError:
        return None


def installed(packages: Iterable[str]) -> dict[str, str | None]:
    """The versions of some packages as they are installed, None for what is missing; imports none of them."""
    return {package: _version(package) for package in packages}


def versions() -> dict[str, str | None]:
    """Versions of joblib, what it carries inside, and the packages that its backends run on or that change it."""
    return {
        "joblib": _version("joblib"),
        "loky": _carried("loky"),
        "cloudpickle": _carried("cloudpickle") or _version("cloudpickle"),
        "numpy": _version("numpy"),
        "psutil": _version("psutil"),
        "distributed": _version("distributed"),
        "ray": _version("ray"),
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


def _text(path: Path) -> str | None:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return None


def _line(path: Path) -> str | None:
    return (_text(path) or "").strip() or None

"""How many cores this process may use, and of which kind. A fact that can't be read is None."""

import math
import os
from collections import Counter
from pathlib import Path
from typing import Any

_CGROUPS = Path("/sys/fs/cgroup")
_DEVICES = Path("/sys/devices")

# The drivers of the performance counters by which Linux tells the kinds of Intel's cores apart.
_INTEL_KINDS = ("cpu_core", "cpu_atom", "cpu_lowpower")

# What `cpu_quota` is where no control group limits the CPU time, and `hypervisor` on a machine without one.
NONE = "none"


def core_facts() -> dict[str, Any]:
    """Return what limits parallel work here, as plain JSON values.

    `usable_cores` respects the quota, `affinity_cores` does not; `physical_cores` are the distinct ones among the
    latter, `logical_cores` all of the machine. `core_kinds` counts the affinity's cores by kind, if there are several.
    """
    quota, cores = cpu_quota(), affinity()
    return {
        "usable_cores": usable_cores(),
        "affinity_cores": len(cores) or os.cpu_count() or 1,
        "logical_cores": os.cpu_count(),
        "physical_cores": physical_cores(cores, _DEVICES) or _physical_cores_of_psutil(),
        "core_kinds": core_kinds(cores, _DEVICES),
        "hypervisor": hypervisor(Path("/")),
        "governor": governor(cores, _DEVICES),
        "cgroup_cpus": quota,
        # A file of an older version has `cgroup_cpus` alone, and null there means that only the root was checked.
        "cpu_quota": NONE if quota is None else quota,
    }


def usable_cores() -> int:
    """Return how many cores can compute at once: the affinity's, at most the CPU quota, rounded up as joblib does."""
    cores, quota = len(affinity()) or os.cpu_count() or 1, cpu_quota()
    return cores if quota is None else max(1, min(cores, math.ceil(quota)))


def worker_count(n_jobs: int) -> int:
    """Return joblib's meaning of `n_jobs`: -1 is one per usable core, -2 one fewer.

    `LOKY_MAX_CPU_COUNT` limits it as in `joblib.cpu_count`, which looks for a quota in the root's control group only.
    """
    if n_jobs > 0:
        return n_jobs
    try:
        most = max(1, int(os.environ["LOKY_MAX_CPU_COUNT"]))
    except (KeyError, ValueError):
        most = usable_cores()
    return max(1, min(usable_cores(), most) + 1 + n_jobs)


def affinity() -> set[int]:
    """Return the cores that this process may run on; empty on a system that can't tell (macOS, Windows)."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def cpu_quota() -> float | None:
    """Return the CPU quota of this process in cores, None without any."""
    return cgroup_cpus(_CGROUPS, text_of(Path("/proc/self/cgroup")) or "")


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
    quota, _, period = (line_of(folder / "cpu.max") or "").partition(" ")
    return _cores(quota, period)


def _quota_v1(folder: Path) -> float | None:
    return _cores(line_of(folder / "cpu.cfs_quota_us") or "", line_of(folder / "cpu.cfs_period_us") or "")


def _cores(quota: str, period: str) -> float | None:
    """Return microseconds per microseconds as cores; None for `max`, -1, and what is no number."""
    try:
        return int(quota) / int(period) if int(quota) > 0 and int(period) > 0 else None
    except ValueError:
        return None


def physical_cores(cores: set[int], devices: Path) -> int | None:
    """Return how many physical cores these logical ones are on, None if `devices` (`/sys/devices`) does not tell."""
    places = set()
    for core in cores:
        topology = devices / f"system/cpu/cpu{core}/topology"
        package_and_core = (line_of(topology / "physical_package_id"), line_of(topology / "core_id"))
        if None in package_and_core:
            return None
        places.add(package_and_core)
    return len(places) or None


def _physical_cores_of_psutil() -> int | None:
    try:
        import psutil  # where only saved runs are judged it may be missing
    except ImportError:
        return None
    return psutil.cpu_count(logical=False)


def core_kinds(cores: set[int], devices: Path) -> dict[str, int] | None:
    """Return how many of these cores are of each kind, nothing if all are alike, None if the system does not tell.

    Linux names Intel's kinds (`cpu_core`, `cpu_atom`) and gives ARM's by their relative capacity, at most 1024.
    """
    kinds = {
        core: kind for kind in _INTEL_KINDS for core in _listed(line_of(devices / kind / "cpus") or "") if core in cores
    }
    for core in cores - kinds.keys():
        if capacity := line_of(devices / f"system/cpu/cpu{core}/cpu_capacity"):
            kinds[core] = f"capacity {capacity}"
    counts = Counter(kinds.values())
    if not (devices / "system/cpu").is_dir():
        return None
    return dict(sorted(counts.items())) if len(counts) > 1 else {}


def _listed(text: str) -> set[int]:
    """Return the numbers of a kernel's list such as `0-3,8`; empty for what is none."""
    cores: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if first.isdecimal() and (last.isdecimal() or not dash):
            cores |= set(range(int(first), min(int(last or first), int(first) + 10_000) + 1))
    return cores


def governor(cores: set[int], devices: Path) -> str | None:
    """Return what chooses the clock rate of these cores, such as `powersave`; all in use if it is not one for all.

    None on a system that does not tell, such as most virtual machines.
    """
    names = {line_of(devices / f"system/cpu/cpu{core}/cpufreq/scaling_governor") for core in cores}
    return ", ".join(sorted(filter(None, names))) or None


def hypervisor(root: Path) -> str | None:
    """Return the vendor of the virtual machine, `none` on bare metal, None if the system does not tell.

    `root` is the folder of `proc` and `sys`. Only x86 has a flag for it; a vendor that is not named is `unnamed`.
    """
    flags = next((text for text in (text_of(root / "proc/cpuinfo") or "").splitlines() if text.startswith("flags")), "")
    if not flags:
        return None
    if "hypervisor" not in flags.split():
        return NONE
    return line_of(root / "sys/hypervisor/type") or line_of(root / "sys/class/dmi/id/sys_vendor") or "unnamed"


def text_of(path: Path) -> str | None:
    """Return the text of a file of the system, None if it can't be read."""
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return None


def line_of(path: Path) -> str | None:
    """Return the text of a file without its newline, None if there is no such file or nothing in it."""
    return (text_of(path) or "").strip() or None

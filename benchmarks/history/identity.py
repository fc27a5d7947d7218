"""Which machine a run belongs to: what its times depend on, without what varies from run to run."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.files.decoding import excerpt
from benchmarks.text.printable import visible

_MOST_CORES = 1e6
_LONGEST_COUNT = 7

# Conditions of a measurement. They are no part of the identity, because one machine may be used under several.
CONDITIONS = (
    "architecture",
    "cpu_quota",
    "loky_max_cpu_count",
    "thread_variables",
    "joblib_multiprocessing",
    "start_method",
    "gil_enabled",
    "physical_cores",
    "core_kinds",
    "hypervisor",
)


# The names that Windows, macOS and Linux have for one architecture.
_ARCHITECTURES = {"amd64": "x86_64", "x64": "x86_64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Identity:
    """A machine and its interpreter. None where the run file does not say.

    `usable_cores` are the cores that a process may run on, whatever quota limits the time on them: one machine may be
    used under several quotas. Not part of it: the host's name, and the clock rate, which differs from one reading to
    the next.
    """

    cpu_model: str | None
    usable_cores: int | None
    system: str | None
    python: str | None
    free_threading: bool

    @property
    def folder(self) -> str:
        """The name of this machine's folder in the store, such as `Linux-CPython-3.11.7-2-cores-AMD-EPYC-0f3a91c2`."""
        parts = (
            self.system,
            self.python,
            "free-threading" if self.free_threading else None,
            f"{self.usable_cores}-cores",
            self.cpu_model,
        )
        words = (re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-.")[:30] for part in parts if part)
        digest = hashlib.sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()[:8]
        return "-".join([*filter(None, words), digest])


def identity(document: Mapping[str, Any]) -> Identity:
    """The machine of a run file: from our key where there is one, otherwise from pytest-benchmark's facts."""
    ours, stock = suite_machine(document), _object(document, "machine_info")
    if ours:
        python = [_text(ours.get("python_implementation")), _text(ours.get("python"))]
        # Files of older versions have `usable_cores` alone, which did not respect the quota.
        cores = ours.get("affinity_cores", ours.get("usable_cores"))
        model, system = ours.get("cpu_model"), ours.get("system")
        free = ours.get("free_threading") is True
    else:
        python = [_text(stock.get("python_implementation")), _text(stock.get("python_version")), _own_version(stock)]
        cores, model, system = _stock_cores(stock), _stock_model(stock), stock.get("system")
        free = False
    return Identity(
        cpu_model=_text(model),
        usable_cores=cores if type(cores) is int else None,
        system=_text(system),
        python="-".join(filter(None, python)) or None,
        free_threading=free,
    )


def _own_version(stock: Mapping[str, Any]) -> str | None:
    """Return the version of an interpreter that is not the version of its Python, as PyPy has one."""
    own = _text(stock.get("python_implementation_version"))
    return None if stock.get("python_implementation") == "CPython" or own == _text(stock.get("python_version")) else own


def _stock_model(stock: Mapping[str, Any]) -> str | None:
    """Return the CPU in pytest-benchmark's facts, None if they do not say anything of it.

    The model has had two names in py-cpuinfo, and so have vendor and architecture, which are left where the model is
    not known. If py-cpuinfo found nothing at all, there is what `platform` knows.
    """
    cpu = stock.get("cpu")
    facts = cpu if isinstance(cpu, Mapping) else {"brand_raw": cpu}
    if model := _first_text(facts, "brand_raw", "brand"):
        return " ".join(model.split())
    parts = [
        _first_text(facts, "vendor_id_raw", "vendor_id"),
        *(f"{name} {facts[name]}" for name in ("family", "model") if type(facts.get(name)) is int),
        _first_text(facts, "arch_string_raw", "raw_arch_string", "arch"),
    ]
    return " ".join(filter(None, parts)) or _first_text(stock, "processor", "machine")


def _stock_cores(stock: Mapping[str, Any]) -> int | None:
    """Return the number of cores in pytest-benchmark's facts; a hook or a program may have made 4.0 or "4" of it."""
    count = _object(stock, "cpu").get("count")
    if isinstance(count, float) and count.is_integer():
        return int(count)
    return int(count) if isinstance(count, str) and count.isdecimal() and len(count) < _LONGEST_COUNT else count


def _first_text(facts: Mapping[str, Any], *names: str) -> str | None:
    return next((text for name in names if (text := _text(facts.get(name)))), None)


def conditions(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a file says about the conditions of its times; None for a fact that it does not have.

    A file of other origin has the `architecture` alone, which may be emulated (Rosetta, Windows on ARM).
    `thread_variables` are the values of the set ones by name, `core_kinds` the counts by kind, empty if all cores are
    alike. The start method is the one that joblib uses.
    """
    machine = suite_machine(document)
    stored = machine.get("environment")
    environment = {visible(name): _text(value) for name, value in stored.items()} if isinstance(stored, dict) else None
    quota, gil = machine.get("cpu_quota", machine.get("cgroup_cpus")), machine.get("gil_enabled")
    start_method, physical = _text(machine.get("start_method")), machine.get("physical_cores")
    kinds = machine.get("core_kinds") if isinstance(machine.get("core_kinds"), dict) else None
    architecture = _architecture(document)
    known: dict[str, Any] = dict.fromkeys(CONDITIONS)
    if environment is not None:
        known["loky_max_cpu_count"] = environment.get("LOKY_MAX_CPU_COUNT") or "not set"
        known["thread_variables"] = {name: environment[name] for name in environment if name.endswith("_THREADS")}
        # joblib takes 0 for "no processes" and has 1 as the default.
        known["joblib_multiprocessing"] = environment.get("JOBLIB_MULTIPROCESSING") or "1"
        start_method = environment.get("JOBLIB_START_METHOD") or start_method
    return known | {
        "architecture": architecture,
        "cpu_quota": quota if quota == "none" or _is_count(quota) else None,
        "start_method": start_method,
        "gil_enabled": gil if isinstance(gil, bool) else None,
        "physical_cores": physical if _is_count(physical) else None,
        "core_kinds": None if kinds is None else {visible(kind)[:40]: excerpt(count) for kind, count in kinds.items()},
        "hypervisor": _text(machine.get("hypervisor")),
    }


def _architecture(document: Mapping[str, Any]) -> str | None:
    """Return the architecture that Python was built for, as far as a file says.

    A Python of 32 bits runs on 64-bit systems as well, where py-cpuinfo and Windows' compiler give its bits away.
    """
    stock = _object(document, "machine_info")
    name = _text(suite_machine(document).get("architecture") or stock.get("machine"))
    if name is None:
        return None
    builds = f"{_object(stock, 'cpu').get('python_version')} {stock.get('python_compiler')}"
    known = _ARCHITECTURES.get(name.lower(), name.lower())
    return f"{known}, 32-bit Python" if "32 bit" in builds else known


def machine_facts(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of the machine that are shown and forbid no comparison, as far as a file has them.

    They are the `governor` of the clock rate and the number of `logical_cores` of the whole machine, which this suite
    writes, and the system's `release`, `python_build` and `python_compiler`, which pytest-benchmark writes.
    """
    machine, stock = suite_machine(document), _object(document, "machine_info")
    cores, build = machine.get("logical_cores"), stock.get("python_build")
    known = {
        "governor": _text(machine.get("governor")),
        "logical_cores": cores if _is_count(cores) else None,
        "release": _text(stock.get("release")),
        "python_build": _text(" ".join(map(str, build))) if isinstance(build, list) else None,
        "python_compiler": _text(stock.get("python_compiler")),
    }
    return {name: value for name, value in known.items() if value is not None}


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _MOST_CORES


def suite_machine(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the suite says of the machine in a run file; empty in a file of other origin."""
    return _object(document.get("joblib_suite"), "machine")


def _object(parent: object, key: str) -> dict[str, Any]:
    value = parent.get(key) if isinstance(parent, Mapping) else None
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return visible(value)[:200] if isinstance(value, str) and value else None

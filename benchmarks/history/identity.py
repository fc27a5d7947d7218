"""Which machine a run belongs to: what its times depend on, and not what jitters."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.text.printable import visible


@dataclass(frozen=True)
class Identity:
    """A machine and its interpreter. None where the run file does not say.

    Not part of it: the host's name, and the clock rate, which differs from one reading to the next.
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
    cpu = _object(stock, "cpu")
    if ours:
        python = [_text(ours.get("python_implementation")), _text(ours.get("python"))]
        cores, model, system = ours.get("usable_cores"), ours.get("cpu_model"), ours.get("system")
        free = ours.get("free_threading") is True
    else:
        python = [_text(stock.get("python_implementation")), _text(stock.get("python_version"))]
        # Older versions of py-cpuinfo say `brand`; if the model is not known, there is only the architecture.
        models = (cpu.get("brand_raw"), cpu.get("brand"), cpu.get("arch_string_raw"))
        cores, model, system = cpu.get("count"), next(filter(_text, models), None), stock.get("system")
        free = False
    return Identity(
        cpu_model=_text(model),
        usable_cores=cores if type(cores) is int else None,
        system=_text(system),
        python="-".join(filter(None, python)) or None,
        free_threading=free,
    )


def suite_machine(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the suite says of the machine in a run file; empty in a file of other origin."""
    return _object(document.get("joblib_suite"), "machine")


def _object(parent: object, key: str) -> dict[str, Any]:
    value = parent.get(key) if isinstance(parent, Mapping) else None
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return visible(value)[:200] if isinstance(value, str) and value else None

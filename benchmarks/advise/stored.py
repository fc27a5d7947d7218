"""A machine's cost model on disk, by the machine's identity; another joblib or another Python makes it stale."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.advise.errors import AdviceError
from benchmarks.advise.fitting import Check
from benchmarks.advise.model import Constants, Costs, PoolCosts
from benchmarks.history.durable import make_folder, write
from benchmarks.history.reading import read_document, visible

# Raised when a key changes its meaning or goes. 1: the first.
FORMAT = 1

# Whose versions a model depends on.
PACKAGES = ("joblib", "cloudpickle", "numpy", "psutil")


@dataclass(frozen=True)
class Probed:
    """What a probe found: on which machine (as its folder in a store is called), with which packages, when (UTC)."""

    machine: str
    versions: Mapping[str, str | None]
    when: str
    costs: Costs
    checks: tuple[Check, ...]


def place(work: Path, machine: str) -> Path:
    """Where a machine's model is kept."""
    return work / f"{machine}.json"


def keep(work: Path, found: Probed) -> Path:
    """Store a model, whole or not at all. Raises StoreTrouble."""
    path = place(work, found.machine)
    make_folder(path.parent)
    write(path, encode(found).encode(), path.with_name(f".{path.name}.writing"))
    return path


def encode(found: Probed) -> str:
    """A model as JSON."""
    return json.dumps({"format": FORMAT, **asdict(found)}, indent=1, allow_nan=False) + "\n"


def known(work: Path, machine: str) -> Probed | None:
    """The machine's model, None where there is none. Raises AdviceError where it can't be read."""
    path = place(work, machine)
    return probed_in(path) if path.exists() else None


def probed_in(path: Path) -> Probed:
    """The model in a file; raises AdviceError where it is none of this version."""
    document = read_document(path)
    try:
        if (found := document.pop("format")) != FORMAT:
            raise AdviceError(f"{visible(path)}: format {found}; expected {FORMAT}: run `probe` again")
        return _probed(document)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise AdviceError(f"{visible(path)}: {error!r}; expected a cost model: run `probe` again") from None


def _probed(document: dict[str, Any]) -> Probed:
    costs = document.pop("costs")
    pools = tuple(
        PoolCosts(
            **{
                **pool,
                "middle": Constants(**pool["middle"]),
                "draws": tuple(Constants(**draw) for draw in pool["draws"]),
            }
        )
        for pool in costs.pop("pools")
    )
    checks = tuple(Check(**check) for check in document.pop("checks"))
    return Probed(**document, costs=Costs(pools=pools, **costs), checks=checks)


def stale(found: Probed, versions: Mapping[str, str | None]) -> str | None:
    """Which package differs from those of the probe, None where none does."""
    for package in PACKAGES:
        before, now = found.versions.get(package), versions.get(package)
        if before != now:
            return f"{package} was {before or 'missing'}, now it is {now or 'missing'}"
    return None

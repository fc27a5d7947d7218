"""A machine's cost model on disk, by the machine's identity; another joblib or another Python makes it stale."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.advise.fitting import Check
from benchmarks.advise.model import Constants, Costs, PoolCosts
from benchmarks.errors import AdviceError, Unreadable
from benchmarks.files.durable import make_folder, write
from benchmarks.files.reading import read_document
from benchmarks.files.values import number, text
from benchmarks.grid import JOBLIB_BACKENDS, backend_of
from benchmarks.text.printable import unprintable, visible

# Raised when a key changes its meaning or goes. 1: the first.
FORMAT = 1

# No constant is longer than a day, and nobody probes more workers than that.
_MOST_S, _MOST_WORKERS = 86_400.0, 4096

# Beyond these a probe contradicts itself: on quiet machines 0.5 to 0.6 s, 0.05 to 0.15, and a tenth were seen.
_DISTURBED, _MOST_NOISE, _MOST_OUTSIDE = 0.8, 0.3, 0.25

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
    """The machine's model, None where there is none. Raises AdviceError where it can't be believed."""
    path = place(work, machine)
    if not path.exists():
        return None
    found = probed_in(path)
    if found.machine != machine:
        raise AdviceError(f"{visible(path)}: of another machine, {found.machine}: delete it, and probe this one")
    return found


def probed_in(path: Path) -> Probed:
    """The model in a file; raises AdviceError where it is none of this version."""
    try:
        document = read_document(path)
    except Unreadable as error:
        raise AdviceError(f"{error}; expected a cost model: delete it, and run `probe` again") from None
    try:
        if number(document.pop("format", None), "format", 0, 1e9) != FORMAT:
            raise ValueError(f"of another version of this program; expected format {FORMAT}")
        return _probed(document)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        said = f"{type(error).__name__} {visible(error)}"[:200]
        raise AdviceError(f"{visible(path)}: {said}: no cost model; delete it, and run `probe` again") from None


def _probed(document: dict[str, Any]) -> Probed:
    """A model out of its document; raises KeyError, TypeError, AttributeError or ValueError."""
    costs = document.pop("costs")
    found = Probed(
        **document | {"checks": tuple(Check(**check) for check in document.pop("checks"))},
        costs=Costs(**costs | {"pools": tuple(_pool(pool) for pool in costs.pop("pools"))}),
    )
    for name, said in (("machine", found.machine), ("when", found.when), *found.versions.items()):
        if said is not None and unprintable(text(said, name)):
            raise ValueError(f"{name}: not printable")
    number(found.costs.poll_s, "poll_s", 0, 1)
    number(found.costs.noise, "noise", 0, 5)
    _count(found.costs.cores, "cores")
    if not found.costs.pools:
        raise ValueError("pools: empty")
    for check in found.checks:
        text(check.name, "name of a check")
        for value in (check.measured_s, check.predicted_s, check.lo_s, check.hi_s):
            number(value, "a check's time", 0, _MOST_S)
    return found


def _pool(pool: dict[str, Any]) -> PoolCosts:
    middle, draws = Constants(**pool.pop("middle")), tuple(Constants(**draw) for draw in pool.pop("draws"))
    found = PoolCosts(**pool, middle=middle, draws=draws)
    if found.backend not in JOBLIB_BACKENDS:
        raise ValueError(f"backend: {visible(found.backend)!r}; expected one of {', '.join(JOBLIB_BACKENDS)}")
    _count(found.n_jobs, "n_jobs")
    if found.memory_bytes is not None:
        number(found.memory_bytes, "memory_bytes", 0, 1e18)
    if not draws:
        raise ValueError("draws: empty")
    for constants in (middle, *draws):
        for name, value in vars(constants).items():
            least = 1e-6 if name in ("held", "released") else 0.0
            number(value, name, least, _MOST_S)
    return found


def _count(value: object, what: str) -> None:
    if not isinstance(value, int):
        raise ValueError(f"{what}: expected a whole number")
    number(value, what, 1, _MOST_WORKERS)


def disturbed(found: Probed) -> str | None:
    """A sentence about a probe that contradicts itself, None about one that does not.

    Without the GIL two threads do nearly twice as much where there are two cores, and a model tells most of the cases
    that it was not made of; where neither is so, something else ran while the machine was probed.
    """
    outside = sum(not check.inside for check in found.checks)
    threads = [
        pool.middle.released
        for pool in found.costs.pools
        if backend_of(pool.backend).workers == "threads" and pool.n_jobs == 2
    ]
    slow = found.costs.cores > 1 and any(stretch > _DISTURBED for stretch in threads)
    if not slow and outside <= _MOST_OUTSIDE * len(found.checks) and found.costs.noise <= _MOST_NOISE:
        return None
    why = "two threads without the GIL were hardly faster than one" if slow else "its own checks are far off"
    return f"Do not trust this: the machine was busy while it was probed ({why}). `--probe` measures it again."


def stale(found: Probed, versions: Mapping[str, str | None]) -> str | None:
    """Which package differs from those of the probe, None where none does."""
    for package in PACKAGES:
        before, now = found.versions.get(package), versions.get(package)
        if before != now:
            return f"{package} was {before or 'missing'}, now it is {now or 'missing'}"
    return None

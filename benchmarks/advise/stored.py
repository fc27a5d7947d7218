"""A machine's cost model on disk, by the machine's identity; another joblib or another Python makes it stale."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.advise.fitting import Check
from benchmarks.advise.model import Costs
from benchmarks.errors import AdviceError, Unreadable
from benchmarks.files.decoding import decode_versioned
from benchmarks.files.durable import make_folder, write
from benchmarks.files.reading import read_document
from benchmarks.grid import JOBLIB_BACKENDS, backend_of
from benchmarks.text.printable import visible

# Raised when a key changes its meaning or goes. 1: the first.
FORMAT = 1

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
    """Return the model in a file. Raises Unreadable unless it is a whole one of this format."""
    origin = visible(path)
    try:
        model = decode_versioned(read_document(path), Probed, FORMAT, origin)
        for pool in model.costs.pools:
            if pool.backend not in JOBLIB_BACKENDS:
                raise Unreadable(f"{origin}: backend {pool.backend!r}; expected one of {', '.join(JOBLIB_BACKENDS)}")
    except Unreadable as error:
        raise Unreadable(f"{error}; expected a cost model: delete it, and run `probe` again") from None
    return model


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

"""A machine's cost model: its file, whether it is up to date, and whether it can be trusted."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from benchmarks.advise.costs import Costs, Seconds
from benchmarks.errors import AdviceError, Unreadable
from benchmarks.files.decoding import decode_versioned
from benchmarks.files.durable import make_folder, write
from benchmarks.files.reading import read_document
from benchmarks.grid import JOBLIB_BACKENDS
from benchmarks.history.comparability import different_conditions
from benchmarks.text.printable import visible

# Raised when a key changes its meaning or is removed. 1: the first.
FORMAT = 1

# The packages whose versions a model depends on.
PACKAGES = ("joblib", "cloudpickle", "numpy", "psutil")


@dataclass(frozen=True)
class HeldOutCase:
    """A case of the probe that no constant was fitted to: its measured and predicted time, in seconds."""

    name: str
    measured_s: Seconds
    predicted_s: Seconds
    lo_s: Seconds
    hi_s: Seconds

    @property
    def inside(self) -> bool:
        """Whether the measured time is in the prediction's interval."""
        return self.lo_s <= self.measured_s <= self.hi_s


@dataclass(frozen=True)
class CostModel:
    """The costs of a machine, and where they come from.

    `machine` is the name of the machine's folder in a store, `versions` are those of `PACKAGES`, `when` is the time of
    the probe (UTC). `checks` are the held-out cases. `conditions` are those of `history.identity.conditions`; a model
    that was stored before models had them has none. `without_core` is the share of the probe's plain loops in which
    they had no core because something else ran, None if that is not known.
    """

    machine: str
    versions: Mapping[str, str | None]
    when: str
    costs: Costs
    checks: tuple[HeldOutCase, ...]
    conditions: Mapping[str, Any] = field(default_factory=dict)
    without_core: Annotated[float, Meta(ge=0, le=1)] | None = None


def model_path(folder: Path, machine: str) -> Path:
    """Return the path of a machine's model."""
    return folder / f"{machine}.json"


def store_model(folder: Path, model: CostModel) -> Path:
    """Store a model by an atomic, durable write and return its path. Raises StoreTrouble."""
    path = model_path(folder, model.machine)
    make_folder(path.parent)
    write(path, encode(model).encode(), path.with_name(f".{path.name}.writing"))
    return path


def encode(model: CostModel) -> str:
    """Return a model as JSON."""
    return json.dumps({"format": FORMAT, **asdict(model)}, indent=1, allow_nan=False) + "\n"


def stored_model(folder: Path, machine: str) -> CostModel | None:
    """Return the machine's model, None if there is none. Raises Unreadable, and AdviceError if it is another's."""
    path = model_path(folder, machine)
    if not path.exists():
        return None
    model = read_model(path)
    if model.machine != machine:
        raise AdviceError(
            f"{visible(path)}: a cost model of another machine, {model.machine}; delete it and run `probe`"
        )
    return model


def read_model(path: Path) -> CostModel:
    """Return the model in a file. Raises Unreadable unless it is a complete one of this format."""
    origin = visible(path)
    try:
        document = read_document(path)
        model = decode_versioned(document, CostModel, FORMAT, origin)
        for pool in model.costs.pools:
            if pool.backend not in JOBLIB_BACKENDS:
                raise Unreadable(f"{origin}: backend {pool.backend!r}; expected one of {', '.join(JOBLIB_BACKENDS)}")
    except Unreadable as error:
        raise Unreadable(f"{error}; expected a cost model: delete it, and run `probe` again") from None
    return _with_interpreter(model, document)


def _with_interpreter(model: CostModel, document: Mapping[str, Any]) -> CostModel:
    """Complete a model that was stored before models said whether the interpreter uses a GIL."""
    if "gil" in document["costs"] or "-free-threading-" not in model.machine:
        return model
    return replace(model, costs=replace(model.costs, gil=False))


def stale(model: CostModel, versions: Mapping[str, str | None], conditions: Mapping[str, Any]) -> str | None:
    """Return which package or condition of parallel work is another than in the probe, None if none is."""
    for package in PACKAGES:
        before, now = model.versions.get(package), versions.get(package)
        if before != now:
            return f"{package} was {before or 'missing'} and is now {now or 'missing'}"
    differing = different_conditions(model.conditions, conditions)
    return str(differing[0]) if differing else None

"""Which backends of a session need an engine, and where those are."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.engines.protocol import ENGINES, EngineSpec
from benchmarks.errors import BadOption
from benchmarks.session.importing import imported

SPECS = pytest.StashKey[dict[str, EngineSpec]]()

# What says where an engine runs already.
_CLUSTERS = {"dask": "dask_scheduler", "ray": "ray_address"}

# The name by which a user's module says which engines it has.
_TABLE = "BACKENDS"


def engines_of_module(module: str | None) -> Mapping[str, str]:
    """By backend, the address of the engine, of a module of the user's; raises BadOption.

    The module has a dictionary BACKENDS: names of backends, each with the function that is its engine, or None where it
    needs none because the module has registered it with joblib.
    """
    if module is None:
        return {}
    found = imported("--backend-module", module)
    table = getattr(found, _TABLE, None)
    if not isinstance(table, dict) or not all(isinstance(name, str) and name for name in table):
        raise BadOption(f"--backend-module {module!r}: there is no dictionary {_TABLE} of backends' names in it")
    for name, engine in table.items():
        if engine is not None and getattr(found, str(_name(engine)), None) is not engine:
            raise BadOption(f"--backend-module {module!r}: the engine of {name} is no function at its top level")
    return {name: f"{module}:{_name(engine)}" for name, engine in table.items() if engine is not None}


def _name(engine: object) -> object:
    return getattr(engine, "__name__", None)


def specs(option: Callable[[str], Any], backends: Iterable[str], own: Mapping[str, str]) -> dict[str, EngineSpec]:
    """The engines of those backends that need one, by backend; raises BadOption."""
    found = {}
    paths = (str(Path(option("workload_path")).absolute()),) if option("workload_path") else ()
    addresses = {**ENGINES, **own}
    for name in backends:
        if name in addresses:
            cluster = option(_CLUSTERS[name]) if name in _CLUSTERS and name not in own else None
            found[name] = EngineSpec(name, addresses[name], cluster, paths)
    for name, other in _CLUSTERS.items():
        if option(other) is not None and name not in found:
            raise BadOption(f"--{other.replace('_', '-')}: {name} is not among the backends; add it to --backends")
    return found

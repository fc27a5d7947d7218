"""Which backends of a session need an engine, and where those are."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.backends.opening import EnginePools
from benchmarks.backends.protocol import Pool
from benchmarks.engines.opening import pools_on
from benchmarks.engines.protocol import ENGINES, EngineSpec
from benchmarks.errors import BadOption
from benchmarks.session.importing import imported

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


def engine_pools(option: Callable[[str], Any], backends: Iterable[str], own: Mapping[str, str]) -> EnginePools:
    """Return what makes pools on the engines of those backends that need one. Raises BadOption."""
    pools: dict[str, Callable[[dict[str, Any]], Pool]] = {}
    paths = (str(Path(option("workload_path")).absolute()),) if option("workload_path") else ()
    for name in backends:
        if name in own:
            pools[name] = pools_on(EngineSpec(name, own[name], None, paths))
        elif name in ENGINES:
            engine = ENGINES[name]
            pools[name] = pools_on(EngineSpec(name, engine.address, option(engine.cluster_option), paths))
    for name, engine in ENGINES.items():
        if option(engine.cluster_option) is not None and name not in pools:
            flag = f"--{engine.cluster_option.replace('_', '-')}"
            raise BadOption(f"{flag}: {name} is not among the backends; add it to --backends")
    return pools

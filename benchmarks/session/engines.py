"""The engines of a session: which backends need one, and from which module it comes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from benchmarks.backends.opening import EnginePools
from benchmarks.backends.protocol import Pool
from benchmarks.engines.protocol import EngineSpec
from benchmarks.errors import BadOption
from benchmarks.grid import ENGINES
from benchmarks.session.importing import import_named, module_folders

# The name of the dictionary in a user's module that lists its backends.
_TABLE = "BACKENDS"


def engines_of_module(module: str | None) -> Mapping[str, str]:
    """Return by backend the address of the engine in a user's module. Raises BadOption.

    The module has a dictionary BACKENDS. It maps the names of backends to the functions that are their engines, or to
    None for a backend that needs no engine because the module registers it with joblib.
    """
    if module is None:
        return {}
    user_module = import_named("--backend-module", module)
    table = getattr(user_module, _TABLE, None)
    if not isinstance(table, dict) or not all(isinstance(name, str) and name for name in table):
        raise BadOption(f"--backend-module {module!r}: it has no dictionary {_TABLE} of backend names")
    for name, engine in table.items():
        if engine is not None and getattr(user_module, str(_name(engine)), None) is not engine:
            raise BadOption(f"--backend-module {module!r}: the engine of {name} is not a function at its top level")
    return {name: f"{module}:{_name(engine)}" for name, engine in table.items() if engine is not None}


def _name(engine: object) -> object:
    return getattr(engine, "__name__", None)


def _pools_on(engine: EngineSpec) -> Callable[[dict[str, Any]], Pool]:
    """Return a function that makes a pool on an engine from the options of `joblib.Parallel`.

    The engine starts when its first pool is opened.
    """

    def make_pool(options: dict[str, Any]) -> Pool:
        # Imported late: psutil is needed only once a case runs.
        from benchmarks.engines.hosted_pool import HostedPool

        return HostedPool(engine, options)

    return make_pool


def engine_pools(option: Callable[[str], Any], backends: Iterable[str], own: Mapping[str, str]) -> EnginePools:
    """Return by backend what makes its pools, for the backends that need an engine. Raises BadOption.

    `own` are the engines of the user's module.
    """
    pools: dict[str, Callable[[dict[str, Any]], Pool]] = {}
    paths = tuple(map(str, module_folders(option("workload_path")))) if option("workload_path") else ()
    for name in backends:
        if name in own:
            pools[name] = _pools_on(EngineSpec(name, own[name], None, paths))
        elif name in ENGINES:
            engine = ENGINES[name]
            pools[name] = _pools_on(EngineSpec(name, engine.address, option(engine.cluster_option), paths))
    for name, engine in ENGINES.items():
        if option(engine.cluster_option) is not None and name not in pools:
            raise BadOption(f"{engine.cluster_flag}: {name} is not among the backends; add it to --backends")
    return pools

"""Forty functions such as people run in parallel, to try recommendations on (see `evidence.advice_for_functions`).

They were written by somebody who did not know the cost model. Each has a function of the same name with `_tasks`
behind it, which returns the arguments: one entry per task, as `--task-args` takes them. The plain loop over all of them
takes between 20 ms and 2 s on two cores, but 2 ms for the tiniest. Every module imports at its top what its functions
need, so that a fresh worker pays for it as it would for yours.
"""

from dataclasses import dataclass

# The most workers that are tried around tasks that wait.
MOST_WAITING = 32


@dataclass(frozen=True)
class RealFunction:
    """A function of one of the modules here; whether its tasks mostly wait, so that many workers pay off."""

    module: str
    name: str
    waits: bool

    @property
    def module_name(self) -> str:
        """The module as `import` takes it."""
        return f"{__name__}.{self.module}"

    @property
    def workload(self) -> str:
        """What `--workload` takes."""
        return f"{self.module_name}:{self.name}"

    @property
    def task_args(self) -> str:
        """What `--task-args` takes."""
        return f"{self.workload}_tasks"


_COMPUTING = {
    "arrays": [
        "multiply",
        "singular_values",
        "solve",
        "spectrum",
        "small_ufuncs",
        "large_ufuncs",
        "sorted_array",
        "monte_carlo",
        "bootstrap",
        "normalize_large",
        "summarize_medium",
        "window_of_shared",
        "simulate_paths",
    ],
    "stored": ["query_database", "parse_json", "write_json", "read_sources", "aggregate_csv"],
    "packed": ["deflate", "pack_lzma", "unpack_bz2", "digest", "derive_key"],
    "texts": ["tokenize", "edit_distance", "reformat", "closest_words", "sort_words", "read_xml"],
    "plain": ["decimal_root", "harmonic", "random_walk", "factorize", "queens", "add_one", "small_record"],
    "heavy": ["describe"],
    "nested": ["cross_validate"],
}
_WAITING = {"waiting": ["request", "request_and_parse"]}

FUNCTIONS = {
    name: RealFunction(module, name, waits)
    for modules, waits in ((_COMPUTING, False), (_WAITING, True))
    for module, names in modules.items()
    for name in names
}

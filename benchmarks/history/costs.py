"""What each case cost when it was last measured: only to tell how long a session will still take."""

from benchmarks.history.comparability import comparable
from benchmarks.history.index import Index

# A case opens a pool, and makes two untimed calls beside its rounds.
_UNTIMED_CALLS = 2
_POOL_S = 0.07

# So many of the newest runs are asked: a run may be of some cases only.
_RUNS = 5

_SHARD = "--shard"


def costs(index: Index, bars: str) -> dict[str, float]:
    """By case name, the seconds it took in the newest run like `bars` that has it; empty where there is none."""
    alike = [entry for entry in index.entries if entry.error is None and comparable(entry.bars, bars)]
    # A part is no history of the parts that follow it: all of them have to split the cases alike.
    whole = [entry for entry in alike if _SHARD not in str(entry.facts.get("selection"))]
    return {
        name: center_s * (rounds + _UNTIMED_CALLS) + _POOL_S
        for entry in whole[-_RUNS:]
        for name, center_s, rounds in index.centers(entry.id)
    }


def weighed(rough: dict[str, float], known: dict[str, float]) -> dict[str, float]:
    """Costs of all cases of `rough`: what is known, and rough weights in the same unit for the others."""
    both = [name for name in rough if name in known]
    unit = sum(known[name] for name in both) / sum(rough[name] for name in both) if both else 1.0
    return {name: known.get(name, weight * unit) for name, weight in rough.items()}

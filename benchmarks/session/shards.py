"""`--shard 2/4`: splitting a session's cases into shards of about the same cost."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.session.options import Shard


def split(costs: Mapping[str, float], parts: int) -> list[list[str]]:
    """Split the names of cases into `parts` lists of about the same total cost.

    The most expensive case comes first, and each goes to the list that is cheapest so far (the LPT rule: R. L. Graham,
    "Bounds on multiprocessing timing anomalies", 1969). The lists don't depend on the order of `costs`.
    """
    lists: list[list[str]] = [[] for _ in range(parts)]
    totals = [0.0] * parts
    for name in sorted(costs, key=lambda name: (-costs[name], name)):
        cheapest = totals.index(min(totals))
        lists[cheapest].append(name)
        totals[cheapest] += costs[name]
    return lists


def shard_info(shard: Shard, lists: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return what the run file says about its shard; `split` is equal in the shards of one split only."""
    text = json.dumps([sorted(names) for names in lists])
    return {"number": shard.number, "of": shard.of, "split": hashlib.sha256(text.encode()).hexdigest()[:16]}

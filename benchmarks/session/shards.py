"""`--shard 2/4`: one of several parts of a session's cases, all of about the same cost."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.session.options import Shard


def split(costs: Mapping[str, float], parts: int) -> list[list[str]]:
    """The names in `parts` lists: the dearest first, each to what is cheapest so far (R. Graham's LPT rule, 1969).

    The same costs make the same lists, whatever their order.
    """
    lists: list[list[str]] = [[] for _ in range(parts)]
    totals = [0.0] * parts
    for name in sorted(costs, key=lambda name: (-costs[name], name)):
        place = totals.index(min(totals))
        lists[place].append(name)
        totals[place] += costs[name]
    return lists


def described(shard: Shard, lists: Sequence[Sequence[str]]) -> dict[str, Any]:
    """What the run file says of its part. `split` is the same in parts that belong together, and in no others."""
    text = json.dumps([sorted(names) for names in lists])
    return {"number": shard.number, "of": shard.of, "split": hashlib.sha256(text.encode()).hexdigest()[:16]}

"""Advice held against the truth: recorded profiles, each run in the whole grid (see `held_out`).

python -m evidence.advice_table RECORDED [MODEL]     MODEL: the stored cost model (default: this machine's)

What is best is chosen by every second round and timed by the others, so that luck does not make a best one. Times are
medians. The task time that is asked about is what the plain loop took, as its user would have measured it.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.advise.cost_model import model_path, read_model
from benchmarks.advise.costs import Costs
from benchmarks.advise.probe_session import MODELS, this_machine
from benchmarks.advise.recommendation import recommend
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.grid import LOOP

# What people do without advice.
HABITS = {"joblib's default": ("loky", "auto"), "threading, auto": ("threading", "auto")}

Times = Mapping[str, list[float]]


@dataclass(frozen=True)
class Outcome:
    """One profile: over the best measured time, what was recommended, and what habits take. `inside`: its interval."""

    profile: TaskProfile
    best: str
    chosen: str
    regret: float
    measured_s: float
    predicted_s: float
    inside: bool
    habits: Mapping[str, float]


def outcomes(recorded: Path, costs: Costs, warm: bool) -> Iterator[Outcome]:
    """One for each profile; `warm` calls in an open pool, or whole blocks."""
    for line in recorded.read_text().splitlines():
        document = json.loads(line)
        yield outcome(document, costs, warm)


def outcome(document: Mapping[str, Any], costs: Costs, warm: bool) -> Outcome:
    """Held against one recorded profile."""
    what = "warm_s" if warm else "cold_s"
    times: Times = {name: found[what] for name, found in document["times"].items()}
    asked = document["profile"]
    loops = [*document["times"][LOOP]["cold_s"], *document["times"][LOOP]["warm_s"]]
    profile = TaskProfile(
        task_s=median(loops) / asked["tasks"],
        tasks=asked["tasks"],
        uneven=asked["uneven"],
        releases_gil=float(asked["releases_gil"]),
        payload_bytes=float(asked["payload_bytes"]),
    )
    found = recommend(costs, profile, warm)
    chosen = found.best
    best = min(times, key=lambda name: _half(times[name], 0))
    least = min(_half(times[best], 1), _half(times[chosen.case.id], 1))
    measured = median(times[chosen.case.id])
    cores = document["cores"]
    habits = {
        name: _half(times[f"{backend}-n{cores}-b{size}"], 1) / _half(times[chosen.case.id], 1)
        for name, (backend, size) in HABITS.items()
    }
    regret = _half(times[chosen.case.id], 1) / least
    inside = chosen.lo_s <= measured <= chosen.hi_s
    return Outcome(profile, best, chosen.case.id, regret, measured, chosen.time_s, inside, habits)


def _half(rounds: list[float], part: int) -> float:
    """The median of every second round; of a configuration that was hopeless the only one."""
    return median(rounds[part::2] or rounds)


def summary(found: list[Outcome]) -> list[str]:
    """The figures that count, of all profiles and of those for which a pool is best."""
    inside = sum(one.inside for one in found)
    pays = [one for one in found if one.best != LOOP]
    said = [
        f"within 10 % of the best: {_near(found)}; where a pool is best: {_near(pays)}",
        f"measured time in its 90 % interval: {inside} of {len(found)} ({inside / len(found):.0%})",
    ]
    for name in HABITS:
        ratios, own = (sorted(one.habits[name] for one in some) for some in (found, pays))
        better, worse = sum(ratio > 1.05 for ratio in ratios), sum(ratio < 0.95 for ratio in ratios)
        said.append(
            f"{name} takes {median(ratios):.2f}x as long (median; {median(own):.2f}x where a pool is best; "
            f"{ratios[0]:.2f}x to {ratios[-1]:.1f}x): more than 5 % slower in {better}, faster in {worse}"
        )
    return said


def _near(found: list[Outcome]) -> str:
    within = sum(one.regret <= 1.10 for one in found)
    return f"{within} of {len(found)} ({within / len(found):.0%}), worst {max(one.regret for one in found):.2f}x"


def row(one: Outcome) -> str:
    """A row of the table."""
    asked = one.profile
    kind = "released" if asked.releases_gil else "held"
    cells: tuple[object, ...] = (
        f"{asked.task_s * 1e6:,.1f}",
        asked.tasks,
        f"{asked.uneven:g}x",
        kind,
        f"{asked.payload_bytes / 1e3:,.0f}",
        one.chosen,
        one.best,
        f"{one.regret:.2f}",
        f"{one.measured_s * 1e3:,.1f}",
        f"{one.predicted_s * 1e3:,.1f}",
        "yes" if one.inside else "no",
        *(f"{ratio:.2f}" for ratio in one.habits.values()),
    )
    return f"| {' | '.join(map(str, cells))} |"


TITLES = (
    *("us a task", "tasks", "uneven", "GIL", "kB sent", "recommended", "best", "over best"),
    *("ms measured", "ms predicted", "in interval", *HABITS),
)


def main(write: Callable[[str], object] = print) -> None:
    """Print both tables and their summaries."""
    recorded = Path(sys.argv[1])
    model = Path(sys.argv[2]) if len(sys.argv) > 2 else model_path(MODELS, this_machine().folder)
    costs = read_model(model).costs
    for warm in (False, True):
        found = list(outcomes(recorded, costs, warm))
        write(f"\n### {'A call in an open pool' if warm else 'A whole block from a cold start'}\n")
        for line in summary(found):
            write(f"- {line}")
        write(f"\n| {' | '.join(TITLES)} |\n|{'---|' * len(TITLES)}")
        for one in found:
            write(row(one))


if __name__ == "__main__":
    main()

"""Validate recommendations with recorded profiles, each measured in the whole grid (see `held_out`).

python -m evidence.advice_table RECORDED [MODEL]     MODEL: the stored cost model (default: this machine's)

Every second round chooses the best configuration and the others time it, so that no configuration is best by luck.
Times are medians. The task time given to the model is what the plain loop took, as a user would have measured it.
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

# What people use without a recommendation: (backend, batch_size), with one worker per core.
HABITS = {"joblib's default": ("loky", "auto"), "threading, auto": ("threading", "auto")}

Times = Mapping[str, list[float]]


@dataclass(frozen=True)
class Outcome:
    """One profile: the recommended configuration `chosen`, and the `best` measured one.

    `regret` is the measured time of the recommended configuration over the best one's, `habits` are the times of the
    habits over the recommended one's. `inside` says whether the measured time is in the predicted interval.
    """

    profile: TaskProfile
    best: str
    chosen: str
    regret: float
    measured_s: float
    predicted_s: float
    inside: bool
    habits: Mapping[str, float]


def outcomes(recorded: Path, costs: Costs, warm: bool) -> Iterator[Outcome]:
    """Yield the outcome of each profile, for calls in an open pool (`warm`) or for whole blocks."""
    for line in recorded.read_text().splitlines():
        document = json.loads(line)
        yield outcome(document, costs, warm)


def outcome(document: Mapping[str, Any], costs: Costs, warm: bool) -> Outcome:
    """Compare the recommendation for one recorded profile with its measured times."""
    key = "warm_s" if warm else "cold_s"
    times: Times = {name: rounds[key] for name, rounds in document["times"].items()}
    asked = document["profile"]
    loops = [*document["times"][LOOP]["cold_s"], *document["times"][LOOP]["warm_s"]]
    profile = TaskProfile(
        task_s=median(loops) / asked["tasks"],
        tasks=asked["tasks"],
        uneven=asked["uneven"],
        releases_gil=float(asked["releases_gil"]),
        payload_bytes=float(asked["payload_bytes"]),
    )
    chosen = recommend(costs, profile, warm).first
    best = min(times, key=lambda name: _half(times[name], 0))
    best_s = min(_half(times[best], 1), _half(times[chosen.case.id], 1))
    measured = median(times[chosen.case.id])
    cores = document["cores"]
    habits = {
        name: _half(times[f"{backend}-n{cores}-b{size}"], 1) / _half(times[chosen.case.id], 1)
        for name, (backend, size) in HABITS.items()
    }
    regret = _half(times[chosen.case.id], 1) / best_s
    inside = chosen.lo_s <= measured <= chosen.hi_s
    return Outcome(profile, best, chosen.case.id, regret, measured, chosen.time_s, inside, habits)


def _half(rounds: list[float], part: int) -> float:
    """Return the median of every second round, or of the only round of a configuration that was hopeless."""
    return median(rounds[part::2] or rounds)


def summary(outcomes: list[Outcome]) -> list[str]:
    """Summarize all profiles, and those for which a pool is best."""
    inside, count = sum(outcome.inside for outcome in outcomes), len(outcomes)
    pays = [outcome for outcome in outcomes if outcome.best != LOOP]
    lines = [
        f"within 10 % of the best: {_near(outcomes)}; where a pool is best: {_near(pays)}",
        f"measured time in its 90 % interval: {inside} of {count} ({inside / count:.0%})",
    ]
    for name in HABITS:
        ratios, own = (sorted(outcome.habits[name] for outcome in some) for some in (outcomes, pays))
        better, worse = sum(ratio > 1.05 for ratio in ratios), sum(ratio < 0.95 for ratio in ratios)
        lines.append(
            f"{name} takes {median(ratios):.2f}x as long (median; {median(own):.2f}x where a pool is best; "
            f"{ratios[0]:.2f}x to {ratios[-1]:.1f}x): more than 5 % slower in {better}, faster in {worse}"
        )
    return lines


def _near(outcomes: list[Outcome]) -> str:
    within, count = sum(outcome.regret <= 1.10 for outcome in outcomes), len(outcomes)
    worst = max(outcome.regret for outcome in outcomes)
    return f"{within} of {count} ({within / count:.0%}), worst {worst:.2f}x"


def row(outcome: Outcome) -> str:
    """Format a row of the table."""
    asked = outcome.profile
    kind = "released" if asked.releases_gil else "held"
    cells: tuple[object, ...] = (
        f"{asked.task_s * 1e6:,.1f}",
        asked.tasks,
        f"{asked.uneven:g}x",
        kind,
        f"{asked.payload_bytes / 1e3:,.0f}",
        outcome.chosen,
        outcome.best,
        f"{outcome.regret:.2f}",
        f"{outcome.measured_s * 1e3:,.1f}",
        f"{outcome.predicted_s * 1e3:,.1f}",
        "yes" if outcome.inside else "no",
        *(f"{ratio:.2f}" for ratio in outcome.habits.values()),
    )
    return f"| {' | '.join(map(str, cells))} |"


TITLES = (
    *("us a task", "tasks", "uneven", "GIL", "kB sent", "recommended", "best", "over best"),
    *("ms measured", "ms predicted", "in interval", *HABITS),
)


def main(write: Callable[[str], object] = print) -> None:
    """Print both tables with their summaries."""
    recorded = Path(sys.argv[1])
    model = Path(sys.argv[2]) if len(sys.argv) > 2 else model_path(MODELS, this_machine().folder)
    costs = read_model(model).costs
    for warm in (False, True):
        profiles = list(outcomes(recorded, costs, warm))
        write(f"\n### {'A call in an open pool' if warm else 'A whole block from a cold start'}\n")
        for line in summary(profiles):
            write(f"- {line}")
        write(f"\n| {' | '.join(TITLES)} |\n|{'---|' * len(TITLES)}")
        for profile in profiles:
            write(row(profile))


if __name__ == "__main__":
    main()

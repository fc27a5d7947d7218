"""Ask `recommend` about real functions as a user would, and measure what it recommends beside all it considered.

python -m evidence.advice_for_functions --file FILE [--only NAME,...]     about a minute per function

FILE (JSON lines) gets a line per function; those that have one are not measured again, so that a run that was ended
can go on. Then all lines of FILE are printed: a table with a row per function, and what it shows in all.

Each function of `evidence.real_functions` is measured in a process of its own (see `function_rounds`): all
configurations that the answer ranks, with up to 32 workers; the plain loop; joblib's default, n_jobs=-1; and as many
threads as cores. Every call is cold, as the question says, and times are medians. `over best` is the measured time of
the recommended configuration over that of the best one. If the answer names none because the machine was disturbed,
the row is about the one that the model prefers, in parentheses. A time that was measured in both levels of a nested
task has no interval.

That process is a plain interpreter: in one that multiprocessing has spawned, calls of multiprocessing took 0.3 to
0.4 s longer.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from benchmarks.cores import usable_cores
from benchmarks.grid import LOOP, Case
from evidence.function_rounds import Request
from evidence.real_functions import FUNCTIONS, MOST_WAITING, RealFunction

ROOT = Path(__file__).parent.parent

# What people use without a recommendation.
HABITS = {
    "n_jobs=-1": Case("loky", usable_cores(), "auto"),
    "threads = cores": Case("threading", usable_cores(), "auto"),
    "plain loop": Case(LOOP, 1, None),
}

# The first answer on a machine takes at most this long, seconds.
_MOST_ANSWER_S = 90.0

# A prediction may be so much better than what is possible by rounding.
_ROUNDING = 1.001

Document = Mapping[str, Any]


def record(function: RealFunction) -> dict[str, Any]:
    """Ask about a function and measure it; if there is no answer, or a task raises where it is measured, return why."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "answer.json")
        command = [sys.executable, "-m", "benchmarks", "recommend", "--json", str(path)]
        command += ["--workload", function.workload, "--task-args", function.task_args]
        asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        answer_s = time.perf_counter() - began
        if asked.returncode:
            return {"name": function.name, "answer_s": answer_s, "failed": asked.stderr[-1000:]}
        answer = json.loads(path.read_text())
    ranked = [case_of(each) for each in answer.get("ranked") or _fastest_first(answer["pools"])]
    preferred = case_of(answer["best"]) if answer["best"] else ranked[0]
    candidates = [case for case in ranked if case.n_jobs <= MOST_WAITING]
    request = msgspec.json.encode(Request(candidates, [preferred, *HABITS.values()]))
    command = [sys.executable, "-m", "evidence.function_rounds", function.name]
    measured = subprocess.run(command, cwd=ROOT, capture_output=True, input=request)
    if measured.returncode:  # Python 3.11's `ast.parse`, for example, fails now and then in threads
        failed = f"not measured: {measured.stderr.decode()[-1000:]}"
        return {"name": function.name, "answer_s": answer_s, "failed": failed}
    return {
        "name": function.name,
        "answer_s": answer_s,
        "named": answer["best"] is not None,
        "preferred": preferred.label,
        "interval_s": _interval_s(answer, preferred),
        "disturbed": answer.get("disturbed"),
        "tried": answer.get("tried"),
        "impossible": impossible(answer),
        "candidates": len(candidates),
        "times": json.loads(measured.stdout),
    }


def _fastest_first(pools: list[Document]) -> list[Document]:
    """Return the pools that were measured around a nested task, in the order of their times."""
    return sorted(pools, key=lambda pool: median(pool["calls_s"]))


def case_of(found: Document) -> Case:
    """Return the configuration that an answer names; nested tasks are sent one by one."""
    batch_size = None if found["backend"] == LOOP else found.get("batch_size", 1)
    return Case(found["backend"], found["n_jobs"], batch_size, inner_threads=found.get("inner_threads"))


def _interval_s(answer: Document, case: Case) -> list[float] | None:
    """Return the 90 % interval of a configuration's predicted time, None if it was not predicted."""
    return next((each["interval_s"] for each in answer.get("ranked", ()) if case_of(each) == case), None)


def impossible(answer: Document) -> list[str]:
    """Return the predictions of tasks that do not wait which are better than the interpreter or the cores allow."""
    profile, ranked = answer.get("profile"), answer.get("ranked", ())
    if profile is None or profile["waits"]:
        return []
    loop_s = min(each["time_s"] for each in ranked if each["backend"] == LOOP)
    most = {each["name"]: usable_cores() for each in ranked}
    if not profile["releases_gil"] and not profile["inner_threads"]:
        most |= {each["name"]: 1 for each in ranked if each["backend"] == "threading"}
    return [each["name"] for each in ranked if loop_s / each["time_s"] > most[each["name"]] * _ROUNDING]


@dataclass(frozen=True)
class Outcome:
    """A function: what is recommended, whether the answer `named` it, and the best configuration that was measured.

    `regret` is the measured time of the recommended configuration over the best one's, `inside` whether its time is in
    its predicted interval (None if it has none), `habits` the times of the habits over its time.
    """

    name: str
    named: bool
    preferred: str
    best: str
    regret: float
    measured_s: float
    interval_s: list[float] | None
    habits: Mapping[str, float]

    @property
    def inside(self) -> bool | None:
        """Whether the measured time is in the predicted interval."""
        return None if self.interval_s is None else self.interval_s[0] <= self.measured_s <= self.interval_s[1]


def outcome(line: Document) -> Outcome:
    """Compare what was recommended with what was measured."""
    screening = {label: median(rounds) for label, rounds in line["times"]["screening"].items()}
    final = {label: median(rounds) for label, rounds in line["times"]["final"].items()}
    best, own_s = min(final, key=lambda label: screening[label]), final[line["preferred"]]
    return Outcome(
        line["name"],
        line["named"],
        line["preferred"],
        best,
        own_s / final[best],
        own_s,
        line["interval_s"],
        {name: final[case.label] / own_s for name, case in HABITS.items()},
    )


TITLES = ("function", "recommended", "best", "over best", "ms measured", "ms predicted", "in interval", *HABITS)


def table(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield f"| {' | '.join(TITLES)} |"
    yield f"|{'---|' * len(TITLES)}"
    for each in outcomes:
        predicted = "" if each.interval_s is None else " to ".join(f"{bound * 1e3:,.1f}" for bound in each.interval_s)
        cells = (
            each.name,
            each.preferred if each.named else f"({each.preferred})",
            each.best,
            f"{each.regret:.2f}",
            f"{each.measured_s * 1e3:,.1f}",
            predicted,
            {True: "yes", False: "no", None: ""}[each.inside],
            *(f"{ratio:.2f}" for ratio in each.habits.values()),
        )
        yield f"| {' | '.join(cells)} |"


def summary(lines: list[Document], outcomes: list[Outcome]) -> Iterator[str]:
    """Yield what all functions show together."""
    named, others = ([each for each in outcomes if each.named is kept] for kept in (True, False))
    if named:
        within, worst = sum(each.regret <= 1.1 for each in named), max(named, key=lambda each: each.regret)
        yield f"within 10 % of the best: {within} of {len(named)}; worst {worst.regret:.2f}x ({worst.name})"
        for habit in HABITS:
            ratios = sorted(each.habits[habit] for each in named)
            better, worse = sum(ratio > 1.05 for ratio in ratios), sum(ratio < 0.95 for ratio in ratios)
            spread = f"median {median(ratios):.2f}x, {ratios[0]:.2f}x to {ratios[-1]:.2f}x"
            yield f"{habit} over the recommended one: {spread}; more than 5 % slower in {better}, faster in {worse}"
    if others:
        off = sum(each.regret > 1.5 for each in others)
        yield f"no best named: {len(others)}; the preferred one would have been off by more than 1.5x in {off}"
    insides = [each.inside for each in outcomes if each.inside is not None]
    yield f"measured time in its 90 % interval: {sum(insides)} of {len(insides)}"
    late = [line["name"] for line in lines if line["answer_s"] > _MOST_ANSWER_S]
    yield f"answers after more than {_MOST_ANSWER_S:g} s: {', '.join(late) or 'none'}"
    yield f"impossible predictions: {', '.join(line['name'] for line in lines if line.get('impossible')) or 'none'}"
    yield f"no answer: {', '.join(line['name'] for line in lines if 'failed' in line) or 'none'}"


def main() -> None:
    """Measure the functions that the file lacks, then print the table and the summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, required=True, help="JSON lines, a line per function")
    parser.add_argument("--only", metavar="NAME,...", default=",".join(FUNCTIONS), help="leave the other functions out")
    options = parser.parse_args()
    lines = [json.loads(line) for line in options.file.read_text().splitlines()] if options.file.exists() else []
    done = {line["name"] for line in lines}
    for number, name in enumerate(names := options.only.split(","), start=1):
        if name in done:
            continue
        sys.stderr.write(f"{number} of {len(names)}: {name}\n")
        lines.append(record(FUNCTIONS[name]))
        with options.file.open("a") as file:
            file.write(json.dumps(lines[-1]) + "\n")
    outcomes = [outcome(line) for line in lines if "failed" not in line]
    print(*table(outcomes), "", *(f"- {line}" for line in summary(lines, outcomes)), sep="\n")


if __name__ == "__main__":
    main()

"""What years of history cost: the verbs over 10,000 runs of 100 cases, pytest-benchmark's own compare, and saving.

python -m evidence.history_scale [--runs N] [--repeat N] [--keep DIR]

It takes 3 GB of disk and about ten minutes; --keep leaves the built history in DIR, and uses what is there. Each
command is a process of its own with its output thrown away; commands that are compared with each other take turns. The
targets are meant for the default number of runs.
"""

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.history.index import Index
from benchmarks.history.store import Store
from evidence.built_history import SEED, built, part

ROOT = Path(__file__).parent.parent
CASE = "loky-n2-b7"
SAVES = 30
SMALL = 10

# 1: a regression, after which the newest run would be marked rejected and the next comparison be another one.
GOOD_EXITS = (0, 3)


@dataclass(frozen=True)
class Cost:
    """One process: seconds from start to end, and its peak resident memory in MB (10**6 bytes)."""

    wall_s: float
    peak_mb: float


@dataclass
class Table:
    """The figures so far, each printed at once because the next may take minutes."""

    began: float = field(default_factory=time.perf_counter)

    def head(self) -> None:
        """Print the first lines of the table."""
        print("| figure | median | least to most | peak memory | target | met |\n|---|---|---|---|---|---|", flush=True)

    def costs(
        self, name: str, found: Sequence[Cost], most_s: float | None = None, most_mb: float | None = None
    ) -> None:
        """Print a line for the processes of one command."""
        wall, peak = [cost.wall_s for cost in found], max(cost.peak_mb for cost in found)
        target = f"< {most_s:g} s, < {most_mb:g} MB" if most_s and most_mb else ""
        met = (median(wall) < most_s and peak < most_mb) if most_s and most_mb else None
        # The kernel counts a parent's peak as its child's, from before the child became another program.
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
        self._line(name, *_spread(wall, _seconds), f"{'at most ' if peak <= own else ''}{peak:.0f} MB", target, met)

    def seconds(self, name: str, found: Sequence[float]) -> None:
        """Print a line for times taken within this process."""
        self._line(name, *_spread(found, _seconds), "", "", None)

    def ratio(self, over: Sequence[float], under: Sequence[float], least: float = 0, most: float = 0) -> None:
        """Print a line for the ratios of pairs, each measured within a minute because the machine changes its speed."""
        ratios = [above / below for above, below in zip(over, under, strict=True)]
        target = f">= {least:g}x" if least else f"<= {most:g}x" if most else ""
        met = (median(ratios) >= least and median(ratios) <= (most or median(ratios))) if target else None
        self._line("the former over the latter", *_spread(ratios, lambda value: f"{value:.3g}x"), "", target, met)

    def _line(self, *cells: str | bool | None) -> None:
        words = {None: "", True: "yes", False: "NO"}
        print(f"| {' | '.join(words[c] if c is None or isinstance(c, bool) else c for c in cells)} |", flush=True)


def main() -> None:
    """Build what is not there, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=10_000, help="runs of the large history (default: 10000)")
    parser.add_argument("--repeat", type=int, default=11, help="processes a command (default: 11)")
    parser.add_argument("--keep", metavar="DIR", type=Path, help="build in DIR, or use what was built there")
    args = parser.parse_args()
    if args.runs < 5 * SMALL:
        parser.error(f"--runs {args.runs}: expected {5 * SMALL} or more")
    with tempfile.TemporaryDirectory() as folder:
        scale = Scale((args.keep or Path(folder)).absolute(), args.runs, args.repeat, Path(folder))
        print(f"building took {_seconds(scale.building_s)}\n")
        table = Table()
        table.head()
        scale.verbs(table)
        scale.beside_stock(table)
        scale.saving(table)
        print(f"\n{_seconds(time.perf_counter() - table.began)} in all, building not counted")


class Scale:
    """The histories of all three sizes under `base`, and the measurements; `scratch` is a folder for bytecode."""

    def __init__(self, base: Path, runs: int, repeat: int, scratch: Path) -> None:
        began = time.perf_counter()
        self.repeat = repeat
        self.runs = runs
        self.large = built(base / "large", runs)
        self.middle = part(self.large, base / "middle", runs // 5)
        self.small = part(self.large, base / "small", SMALL)
        # What is not on disk yet would be written while something is measured.
        os.sync()
        self.building_s = time.perf_counter() - began
        self.empty = scratch / "empty"
        self.empty.mkdir()
        # Bytecode is kept, as on any installation, whatever this environment says; each command runs once for it.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.environment = {**kept, "PYTHONPYCACHEPREFIX": str(scratch / "bytecode")}
        for command in (["runs"], ["trend", CASE], ["compare", "latest~1", "latest"]):
            self.ours(self.small, *command)
        self.stock(self.small)

    def ours(self, root: Path, *args: str) -> Cost:
        """Run one of our verbs and return its cost."""
        return self._child([sys.executable, "-m", "benchmarks", *args, "--history", str(root)], ROOT)

    def stock(self, root: Path, *args: str) -> Cost:
        """Run pytest-benchmark's own compare, in a folder without a conftest.py, which it would import."""
        command = [sys.executable, "-m", "pytest_benchmark", f"--storage={root}", "compare", *args]
        return self._child(command, self.empty)

    def verbs(self, table: Table) -> None:
        """Measure the verbs on the large history: without an index, then with it."""
        count = f"{self.runs:,} runs: "
        shutil.rmtree(Store(self.large).own("index"), ignore_errors=True)
        table.costs(f"{count}first indexing (`runs`)", [self.ours(self.large, "runs")])
        commands = (("runs",), ("trend", CASE), ("compare", "latest~1", "latest"))
        found = turns([lambda command=command: self.ours(self.large, *command) for command in commands], self.repeat)
        for command, costs in zip(commands, found, strict=True):
            table.costs(f"{count}`{' '.join(command)}`", costs, most_s=0.5, most_mb=150)

    def beside_stock(self, table: Table) -> None:
        """Measure our compare and the stock one on the middle history: all runs, then two."""
        runs = self.runs // 5
        self.ours(self.middle, "runs")
        # Stock takes long over all runs: fewer repetitions.
        few = (self.repeat + 1) // 2
        stock, ours = turns([lambda: self.stock(self.middle), lambda: self.ours(self.middle, "trend", CASE)], few)
        table.costs(f"{runs:,} runs: stock `compare` of all", stock)
        table.costs(f"{runs:,} runs: `trend {CASE}`", ours)
        table.ratio(_walls(stock), _walls(ours), least=50)
        pair = f"{runs - 1:04}", f"{runs:04}"
        both = [lambda: self.ours(self.middle, "compare", *pair), lambda: self.stock(self.middle, *pair)]
        ours, stock = turns(both, self.repeat)
        table.costs(f"{runs:,} runs: `compare {' '.join(pair)}`", ours)
        table.costs(f"{runs:,} runs: stock `compare {' '.join(pair)}`", stock)
        table.ratio(_walls(ours), _walls(stock), most=1)

    def saving(self, table: Table) -> None:
        """Measure adding a run to a small and to the large history and to the index; remove it afterwards."""
        stores = [Store(self.large), Store(self.small)]
        counts = [f"{self.runs:,} runs: ", f"{SMALL} runs: "]
        document = json.loads(stores[0].files()[-1].path.read_bytes())
        for store in stores:
            Index(store).close()
        added: list[Path] = []
        found = turns([lambda store=store: adding(store, document, added) for store in stores], SAVES)
        for path in added:
            path.unlink()
        for store in stores:
            Index(store).close()
        for what, place, most in (("saving one more", 0, 2), ("the index's refresh after it", 1, 0)):
            large, small = ([times[place] for times in of_store] for of_store in found)
            for count, seconds in zip(counts, (large, small), strict=True):
                table.seconds(f"{count}{what}", seconds)
            table.ratio(large, small, most=most)

    def _child(self, command: Sequence[str], folder: Path) -> Cost:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=self.environment, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in GOOD_EXITS:
            raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}; expected one of {GOOD_EXITS}")
        return Cost(wall_s, used.ru_maxrss * 1024 / 1e6)


def adding(store: Store, document: Mapping[str, Any], added: list[Path]) -> tuple[float, float]:
    """Return the seconds of saving a run, and of refreshing the index afterwards."""
    began = time.perf_counter()
    added.append(store.save(document, "added"))
    saved = time.perf_counter()
    with closing(Index(store)):
        return saved - began, time.perf_counter() - saved


def turns(jobs: Sequence[Callable[[], Any]], count: int) -> list[list[Any]]:
    """Do each job `count` times, in rounds of random order; return the results by job."""
    rng, found = random.Random(SEED), [[] for _ in jobs]
    for _ in range(count):
        for place in rng.sample(range(len(jobs)), len(jobs)):
            found[place].append(jobs[place]())
    return found


def _walls(costs: Sequence[Cost]) -> list[float]:
    return [cost.wall_s for cost in costs]


def _spread(values: Sequence[float], shown: Callable[[float], str]) -> tuple[str, str]:
    return shown(median(values)), f"{shown(min(values))} to {shown(max(values))}" if len(values) > 1 else "once"


def _seconds(value: float) -> str:
    return f"{value * 1e3:.3g} ms" if value < 1 else f"{value:.3g} s"


if __name__ == "__main__":
    main()

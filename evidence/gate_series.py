"""Live gates, one after the other: identical code, known changes, injected delays. Each result is written as it comes.

python -m evidence.gate_series RESULTS.jsonl [--kinds aa,null,...] [--minutes N] [--budget 10m]
python -m evidence.gate_series RESULTS.jsonl --table

Kinds: `aa` joblib 1.6.0 against itself; `null` 1.5.3 to 1.6.0; `known` 1.2.0 to 1.3.2, `known-few` only the cases that
became much slower and much faster there; `case5` and `case10`: a busy loop of 2 or 4 ms at the beginning of every call
of two cases, about 5 and 10 % of them; `dispatch5`: of 2 ms where the first batch of every call of them is dispatched;
`backend3`: of 1.2 ms in every call of loky; `memory`: 15 MB held in two cases, and `aa-resources` identical code, both
with `--resources`. The gates are the verb's own; their records stay in `.gate/series`.
"""

import argparse
import json
import math
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from benchmarks.analysis.paired import assess
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.record import read_record
from evidence.proportions import wilson

ROOT = Path(__file__).parents[1]

# Where a parallel call begins, and where a batch is dispatched, in joblib 1.6.
CALL = "        output = self._get_outputs(iterator, pre_dispatch)"
DISPATCH = "        dispatch_timestamp = time.time()"

# All loky cases with two workers and batches of 100.
CASES = ("test_summation[loky-n2-b100]", "test_no_op[loky]")
LOKY = 'type(self._backend).__name__ == "LokyBackend"'
SOME = f"{LOKY} and self.batch_size == 100 and self.n_jobs == 2"


def losing(seconds: float) -> str:
    """Return statements that take so long."""
    loop = "            while time.perf_counter() < end:\n                pass\n"
    return f"            end = time.perf_counter() + {seconds}\n{loop}"


HOLDING = '            self._held_for_a_figure = b"x" * 15_000_000\n'


@dataclass(frozen=True)
class Harm:
    """Statements that joblib executes before the line `before` where `condition` is true."""

    condition: str
    statements: str
    before: str = CALL


@dataclass(frozen=True)
class Kind:
    """What is compared. `head` is a requirement, or what is done to joblib; `where` are the rows that should fail."""

    base: str
    head: str | Harm
    where: tuple[str, ...]
    options: tuple[str, ...] = ()


KINDS = {
    "aa": Kind("joblib==1.6.0", "joblib==1.6.0", ()),
    "null": Kind("joblib==1.5.3", "joblib==1.6.0", ()),
    "known": Kind("joblib==1.2.0", "joblib==1.3.2", ("test_two_tasks",)),
    "known-few": Kind("joblib==1.2.0", "joblib==1.3.2", ("test_two_tasks",), ("-k", "test_no_op or test_two_tasks")),
    "case5": Kind("joblib==1.6.0", Harm(SOME, losing(0.002)), CASES),
    "case10": Kind("joblib==1.6.0", Harm(SOME, losing(0.004)), CASES),
    "dispatch5": Kind(
        "joblib==1.6.0", Harm(f"{SOME} and self.n_dispatched_batches == 1", losing(0.002), before=DISPATCH), CASES
    ),
    "backend3": Kind("joblib==1.6.0", Harm(LOKY, losing(0.0012)), ("loky", "LokyBackend")),
    "memory": Kind("joblib==1.6.0", Harm(SOME, HOLDING), tuple(f"{case} peak PSS" for case in CASES), ("--resources",)),
    "aa-resources": Kind("joblib==1.6.0", "joblib==1.6.0", (), ("--resources",)),
}


def project(folder: Path, harm: Harm) -> Path:
    """Return a project that installs as joblib 1.6.0 and does harm in some calls."""
    found = find_spec("joblib")
    if found is None or found.origin is None or not version("joblib").startswith("1.6."):
        sys.exit("the delays are written for joblib 1.6; install it")
    if not folder.exists():
        source = Path(found.origin).parent
        shutil.copytree(source, folder / "joblib", ignore=shutil.ignore_patterns("__pycache__", "test"))
        (folder / "pyproject.toml").write_text(
            '[build-system]\nrequires = ["setuptools>=61"]\nbuild-backend = "setuptools.build_meta"\n'
            f'[project]\nname = "joblib"\nversion = "{version("joblib")}"\ndependencies = ["cloudpickle", "loky"]\n'
            '[tool.setuptools.packages.find]\ninclude = ["joblib*"]\n'
        )
        path = folder / "joblib" / "parallel.py"
        text = path.read_text()
        if text.count(harm.before) != 1:
            sys.exit(f"joblib {version('joblib')} does not have this line once: {harm.before}")
        path.write_text(text.replace(harm.before, f"        if {harm.condition}:\n{harm.statements}{harm.before}"))
    return folder


def gate(kind: str, folder: Path, budget: str) -> dict[str, Any]:
    """Run a gate and return its result in plain values."""
    asked = KINDS[kind]
    head = asked.head if isinstance(asked.head, str) else str(project(folder / "projects" / kind, asked.head))
    record = folder / f"{kind}-{time.strftime('%Y%m%d-%H%M%S')}"
    command = [sys.executable, "-m", "benchmarks", "gate", "--base", asked.base, "--head", head, "--budget", budget]
    began = time.time()
    done = subprocess.run(
        [*command, "--record", str(record), "--json", f"{record}.json", *asked.options],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    result = {"kind": kind, "when": began, "exit": done.returncode, "minutes": round((time.time() - began) / 60, 2)}
    if done.returncode not in (0, 1, 3):
        return {**result, "error": done.stderr[-2000:]}
    rows = json.loads(Path(f"{record}.json").read_text())["cases"]
    pairs = [pair for pair in json.loads((record / "gate.json").read_text())["pairs"] if not pair["why"]]
    return {
        **result,
        "pairs": len(pairs),
        "cases": len(pairs[0]["cases"]) if pairs else 0,
        "verdicts": Counter(row["verdict"] for row in rows),
        "rows": {row["name"]: [row["verdict"], row["ratio"], row["p_slower"], row["n_head"]] for row in rows},
        "wealths": wealths(record),
    }


def wealths(folder: Path) -> dict[str, tuple[float, float]]:
    """Return by case the logarithms of the wealth of the bet "slower" at the gate's end, and of the greatest one."""
    record = read_record(folder)
    found = {}
    for name, log_ratios in Measurements(folder, record).log_ratios.items():
        if rounds := [pair for pair in log_ratios if pair]:
            wealth = assess(rounds, math.log1p(record.min_effect)).wealth_slower
            found[name] = round(wealth[-1], 3), round(max(0.0, *wealth), 3)
    return found


def fairness(results: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield lines about identical code: a fair bet's wealth is 1 on average, and 1 / its greatest is a p-value."""
    found = [both for gate in results if gate["kind"] in ("aa", "null") for both in gate.get("wealths", {}).values()]
    if not found:
        return
    last = [math.exp(wealth) for wealth, _ in found]
    error = stdev(last) / math.sqrt(len(last)) if len(last) > 1 else math.inf
    yield f"Identical code and null pair: {len(found)} bets, mean wealth {fmean(last):.2f} +- {error:.2f} (fair: 1)."
    for level in (0.5, 0.2, 0.05, 0.01):
        share = sum(math.exp(-most) <= level for _, most in found) / len(found)
        yield f"p <= {level:g}: {share:.1%} (at most {level:.0%})"


def table(results: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield a row per kind: how many gates failed where they should, and elsewhere."""
    yield "| kind | gates | seen | alarms elsewhere | at most (95 %) | minutes | pairs | exit codes |"
    yield "|---|---|---|---|---|---|---|---|"
    for kind, asked in KINDS.items():
        gates = [gate for gate in results if gate["kind"] == kind and "rows" in gate]
        if not gates:
            continue
        failing = [[name for name, row in gate["rows"].items() if row[0] in ("REGRESSION", "BROKEN")] for gate in gates]
        seen = sum(any(part in name for name in names for part in asked.where) for names in failing)
        # The grid and the backend hold the slower case too.
        elsewhere = sum(any(not _touched(name, asked) for name in names) for names in failing)
        most = wilson(elsewhere, len(gates))[1]
        minutes = sorted(gate["minutes"] for gate in gates)
        pairs = sorted(gate["pairs"] for gate in gates)
        codes = ", ".join(f"{code}: {n}" for code, n in sorted(Counter(gate["exit"] for gate in gates).items()))
        yield (
            f"| {kind} | {len(gates)} | {seen if asked.where else ''} | {elsewhere} | {most:.0%} "
            f"| {minutes[0]:.1f} to {minutes[-1]:.1f} | {pairs[0]} to {pairs[-1]} | {codes} |"
        )


def _touched(name: str, asked: Kind) -> bool:
    slower = bool(asked.where) and (not name.startswith("test_") or any(part in name for part in asked.where))
    return slower or (asked.base == KINDS["known"].base and "sequential" not in name)


def main() -> None:
    """Run gates until the time is over, or print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("results", metavar="RESULTS", type=Path)
    parser.add_argument("--kinds", default=",".join(KINDS), help="in this order, again and again")
    parser.add_argument("--minutes", type=float, default=60.0, help="begin no gate after that (default: 60)")
    parser.add_argument("--budget", default="10m", help="of each gate (default: 10m)")
    parser.add_argument("--table", action="store_true", help="print what was found so far, and stop")
    args = parser.parse_args()
    if not args.table:
        end, folder = time.monotonic() + 60 * args.minutes, ROOT / ".gate" / "series"
        kinds, number = args.kinds.split(","), 0
        while time.monotonic() < end:
            folder.mkdir(parents=True, exist_ok=True)
            result = gate(kinds[number % len(kinds)], folder, args.budget)
            with args.results.open("a") as file:
                file.write(json.dumps(result) + "\n")
            number += 1
    results = [json.loads(line) for line in args.results.read_text().splitlines()]
    for line in [*table(results), "", *fairness(results)]:
        print(line)


if __name__ == "__main__":
    main()

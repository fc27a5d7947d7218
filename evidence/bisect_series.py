"""Live searches for a slow commit: a clone of joblib in which one commit of many makes every call a little longer.

python -m evidence.bisect_series RESULTS.jsonl [--searches N] [--commits 30] [--slower 8%] [-k CASE] [--seed N]
python -m evidence.bisect_series RESULTS.jsonl --table

Each search has a clone of its own. A coin chooses the slow commit; the other commits change a text file. From the slow
one on, a parallel call works on for 8 % of its own time before it returns, however long it takes. The search is the
verb's own, on the whole clone; its record stays in `.gate/bisect-series`. Each result is written as it comes.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.text.parsing import parse_percent
from evidence.proportions import wilson

ROOT = Path(__file__).parents[1]

# What becomes slower: `Parallel.__call__`, whose class begins here in joblib 1.6.
CALL, RENAMED = "    def __call__(self, iterable):\n", "    def _timed_call(self, iterable):\n"
SLOWER = """    def __call__(self, iterable):
        began = time.perf_counter()
        output = self._timed_call(iterable)
        end = time.perf_counter() + {slower} * (time.perf_counter() - began)
        while time.perf_counter() < end:
            pass
        return output

"""

PROJECT = """[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"
[project]
name = "joblib"
version = "{version}"
dependencies = ["cloudpickle", "loky"]
[tool.setuptools.packages.find]
include = ["joblib*"]
"""

TITLE = "Return later"


def git(clone: Path, *args: str) -> None:
    """Run git in the clone."""
    identity = ("-c", "user.name=Jo", "-c", "user.email=jo@example.org")
    subprocess.run([shutil.which("git") or "git", *identity, *args], cwd=clone, check=True, capture_output=True)


def make_clone(clone: Path, commits: int, slow: int, slower: float) -> None:
    """Make a repository of joblib with a commit `good` and so many after it; number `slow` of these is the slow one."""
    found = find_spec("joblib")
    if found is None or found.origin is None or not version("joblib").startswith("1.6."):
        sys.exit("the slowdown is written for joblib 1.6; install it")
    source = Path(found.origin).parent
    shutil.copytree(source, clone / "joblib", ignore=shutil.ignore_patterns("__pycache__", "test"))
    (clone / "pyproject.toml").write_text(PROJECT.format(version=version("joblib")))
    git(clone, "init", "--quiet", "--initial-branch=main")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "-m", "Begin")
    git(clone, "tag", "good")
    for number in range(1, commits + 1):
        (clone / "NOTES").write_text(f"{number}\n")
        if number == slow:
            make_slower(clone / "joblib" / "parallel.py", slower)
        git(clone, "add", "--all")
        git(clone, "commit", "--quiet", "-m", TITLE if number == slow else f"Note {number}")


def make_slower(path: Path, slower: float) -> None:
    """Let every call take longer by this fraction. The last `__call__` of the file is that of `Parallel`."""
    before, call, after = path.read_text().rpartition(CALL)
    if not call:
        sys.exit(f"{path}: joblib has no {CALL.strip()} any more")
    path.write_text(before + SLOWER.format(slower=slower) + RENAMED + after)


def search(number: int, args: argparse.Namespace) -> dict[str, Any]:
    """Search once; return what was found in plain values."""
    folder = ROOT / ".gate" / "bisect-series" / time.strftime("%Y%m%d-%H%M%S")
    clone, record = folder / "clone", folder / "bisection"
    slow = random.Random(f"bisect {args.seed} {number}").randint(1, args.commits)
    make_clone(clone, args.commits, slow, args.slower)
    url = f"git+file://{clone}"
    sides = ("--good", f"{url}@good", "--bad", f"{url}@main", "-k", args.keyword)
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "bisect", *sides, "--budget", args.budget, "--folder", str(record)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "when": began,
        "commits": args.commits,
        "slower": args.slower,
        "keyword": args.keyword,
        "slow": slow,
        "exit": done.returncode,
        "found": done.stdout.startswith("FOUND: ") and done.stdout.partition("\n")[0].endswith(f" {TITLE}"),
        "minutes": round((time.time() - began) / 60, 2),
        "steps": steps_of(record),
        "said": (done.stdout or done.stderr[-2000:]).splitlines()[:3],
    }


def steps_of(record: Path) -> list[tuple[int, str, str]]:
    """Return the candidates in the order in which they were tried, with the answer and its reason."""
    path = record / "bisect.json"
    steps = json.loads(path.read_text())["steps"] if path.exists() else []
    return [(step["candidate"], step["answer"], step["reason"]) for step in steps]


def table(results: Sequence[dict[str, Any]]) -> list[str]:
    """Return a line for each kind of search."""
    lines = [
        "| commits | slower | case | found | 95 % interval | minutes | wrong commit |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind in dict.fromkeys((one["commits"], one["slower"], one["keyword"]) for one in results):
        alike = [one for one in results if (one["commits"], one["slower"], one["keyword"]) == kind]
        hits, wrong = sum(one["found"] for one in alike), sum(one["exit"] == 0 and not one["found"] for one in alike)
        low, high = wilson(hits, len(alike))
        minutes = sorted(one["minutes"] for one in alike)
        lines.append(
            f"| {kind[0]} | {kind[1]:.0%} | {kind[2]} | {hits} of {len(alike)} | {low:.0%} to {high:.0%} "
            f"| {minutes[0]:.1f} to {minutes[-1]:.1f} | {wrong} |"
        )
    return lines


def main() -> None:
    """Search as often as asked, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("results", metavar="RESULTS", type=Path)
    parser.add_argument("--searches", type=int, default=10)
    parser.add_argument("--commits", type=int, default=30)
    parser.add_argument("--slower", type=parse_percent, default=0.08, help="by how much (default: 8%%)")
    parser.add_argument("-k", dest="keyword", default="test_no_op and sequential", help="the case, as pytest's -k")
    parser.add_argument("--budget", default="5m", help="of each step (default: 5m)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="print what was found so far, and stop")
    args = parser.parse_args()
    for number in range(0 if args.table else args.searches):
        result = search(number, args)
        with args.results.open("a") as file:
            file.write(json.dumps(result) + "\n")
    print("\n".join(table([json.loads(line) for line in args.results.read_text().splitlines()])))


if __name__ == "__main__":
    main()

"""Check what sessions expect of the notebook against the notebook itself, measured on the same machine.

python -m evidence.notebook_prediction [SESSIONS] [NOTEBOOKS] (default 10, 2), in the environment `bench`. The notebook
is measured before, between and after the sessions; each session measures just the cases that the expectation needs.
"""

import sys
from statistics import fmean

from benchmarks.advise.session_costs import Outlook, outlook
from evidence.sessions import measured_run

BACKENDS = ("threading", "loky")
CASES = "notebook_sample or no_op or n4-b1] or (n4 and (warm_call or whole_block)) or loop"


def notebook_s() -> dict[str, float]:
    """Return the seconds of the notebook's blocks by backend."""
    document = measured_run("--profile=notebook", "-k", " or ".join(BACKENDS))
    return {entry["params"]["backend"]: entry["stats"]["median"] for entry in document["benchmarks"]}


def expected() -> Outlook:
    """Return what one session expects."""
    document = measured_run(f"--backends={','.join(BACKENDS)}", "-k", CASES)
    machine = document["joblib_suite"]["machine"]
    found = outlook(document["benchmarks"], machine["usable_cores"], machine["cgroup_cpus"], machine["gil_enabled"])
    if found is None:
        raise SystemExit("a session lacks a case")
    return found


def main() -> None:
    """Print a row per backend."""
    sessions, notebooks = map(int, [*sys.argv[1:], *("10", "2")[len(sys.argv) - 1 :]])
    measured, outlooks = [], []
    for number in range(notebooks):
        measured.append(notebook_s())
        outlooks += [expected() for _ in range(number * sessions // notebooks, (number + 1) * sessions // notebooks)]
    measured.append(notebook_s())
    print("| backend | notebook | expected | in the interval | within 15 % |\n|---|---|---|---|---|")
    for backend in BACKENDS:
        truth = [times[backend] for times in measured]
        predictions = [p for found in outlooks for p in found.notebook if p.case.backend == backend]
        inside = sum(p.lo_s <= fmean(truth) <= p.hi_s for p in predictions)
        near = sum(abs(p.time_s / fmean(truth) - 1) <= 0.15 for p in predictions)
        times = [p.time_s for p in predictions]
        row = [
            backend,
            f"{fmean(truth):.1f} s ({min(truth):.1f} to {max(truth):.1f})",
            f"{fmean(times):.1f} s ({min(times):.1f} to {max(times):.1f})",
            f"{inside} of {len(predictions)}",
            f"{near} of {len(predictions)}",
        ]
        print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()

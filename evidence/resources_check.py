"""What `--resources` says of a known 200 MB, beside what other sources say of the same processes.

python -m evidence.resources_check [TIMES] (default 3), as root for the column of the control group

A process calls a task that holds 200 MB for a while, and once more one that holds nothing: the difference is compared,
because each source counts shared pages and caches in its own way. With two workers both hold theirs at the same time.
"""

import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

HELD_BYTES = 200_000_000
_CGROUPS = Path("/sys/fs/cgroup")


def hold(held_bytes: int) -> int:
    """Hold so many bytes, each page of them touched, for 0.4 s; the PSS that smaps_rollup tells meanwhile, in bytes."""
    held = bytearray(held_bytes)
    for page in range(0, held_bytes, 4096):
        held[page] = 1
    time.sleep(0.4)
    told = re.search(r"^Pss:\s+(\d+) kB", Path("/proc/self/smaps_rollup").read_text(), re.MULTILINE)
    assert told is not None
    return int(told[1]) * 1024


def inside(where: str, held_bytes: int) -> None:
    """In a process of its own: measure, and print what was found."""
    from joblib import Parallel, delayed

    from benchmarks.measure.resources import Meter

    meter = Meter()
    told: list[int] = []
    if where == "parent":
        found = meter.measure(lambda: told.append(hold(held_bytes)), pipes=False)
    else:
        with Parallel(n_jobs=2, backend=where, batch_size=1) as pool:
            pool([delayed(time.sleep)(0.1)] * 4)
            found = meter.measure(lambda: told.extend(pool([delayed(hold)(held_bytes)] * 2)), pipes=False)
    meter.close()
    print(json.dumps({"ours": found["peak_pss_bytes"], "smaps_rollup": sum(told)}))


@contextmanager
def control_group() -> Iterator[Path | None]:
    """A control group of its own, and where its peak is told; None where it can't be made."""
    memory = _CGROUPS / "memory" if (_CGROUPS / "memory").is_dir() else _CGROUPS
    group = memory / f"resources-check-{time.monotonic_ns()}"
    try:
        group.mkdir()
    except OSError:
        yield None
        return
    try:
        yield group
    finally:
        with contextlib.suppress(OSError):
            group.rmdir()


def once(where: str, held_bytes: int) -> dict[str, float]:
    """What each source says of one process tree, in bytes."""
    command = ["/usr/bin/time", "-v", sys.executable, "-m", "evidence.resources_check", where, str(held_bytes)]
    with control_group() as group:
        joining = f"echo $$ > {group}/cgroup.procs; " if group else ""
        done = subprocess.run(
            ["/bin/sh", "-c", f'{joining}exec "$@"', "sh", *command], capture_output=True, text=True, check=True
        )
        found: dict[str, float] = json.loads(done.stdout)
        if where == "parent":
            told = re.search(r"Maximum resident set size \(kbytes\): (\d+)", done.stderr)
            assert told is not None
            found["GNU time"] = int(told[1]) * 1024
        for name in ("memory.peak", "memory.max_usage_in_bytes"):
            if group and (group / name).exists():
                found["control group"] = int((group / name).read_text())
    return found


def main() -> None:
    """Print a row for each place and source."""
    if len(sys.argv) == 3:
        inside(sys.argv[1], int(sys.argv[2]))
        return
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print("| where | held | source | more than without it | off |\n|---|---|---|---|---|")
    for where in ("parent", "loky", "multiprocessing"):
        held = HELD_BYTES if where == "parent" else 2 * HELD_BYTES
        pairs = [(once(where, HELD_BYTES), once(where, 4096)) for _ in range(times)]
        for source in pairs[0][0]:
            more = median(full[source] - empty[source] for full, empty in pairs)
            print(
                f"| {where} | {held / 1e6:.0f} MB | {source} | {more / 1e6:.1f} MB | {more / held - 1:+.1%} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

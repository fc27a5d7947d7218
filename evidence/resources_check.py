"""Check `--resources` on a known 200 MB against what other sources report on the same processes.

python -m evidence.resources_check [TIMES] (default 3), as root for the column of the control group

A process calls a task that holds 200 MB for a while, and another process one that holds nothing. The differences are
compared, because each source counts shared pages and caches in its own way. Two workers hold 200 MB each at once.
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
    """Touch and hold so many bytes for 0.4 s; return the PSS that smaps_rollup reports meanwhile, in bytes."""
    held = bytearray(held_bytes)
    for page in range(0, held_bytes, 4096):
        held[page] = 1
    time.sleep(0.4)
    pss = re.search(r"^Pss:\s+(\d+) kB", Path("/proc/self/smaps_rollup").read_text(), re.MULTILINE)
    assert pss is not None
    return int(pss[1]) * 1024


def inside(where: str, held_bytes: int) -> None:
    """Measure in this process and print the result as JSON; `where` is the backend, or "parent" for no worker."""
    from joblib import Parallel, delayed

    from benchmarks.measure.resources import Meter

    meter = Meter()
    rollups: list[int] = []
    if where == "parent":
        measured = meter.measure(lambda: rollups.append(hold(held_bytes)), pipes=False)
    else:
        with Parallel(n_jobs=2, backend=where, batch_size=1) as pool:
            pool([delayed(time.sleep)(0.1)] * 4)
            measured = meter.measure(lambda: rollups.extend(pool([delayed(hold)(held_bytes)] * 2)), pipes=False)
    meter.close()
    print(json.dumps({"ours": measured["peak_pss_bytes"], "smaps_rollup": sum(rollups)}))


@contextmanager
def control_group() -> Iterator[Path | None]:
    """Create a control group and yield its folder, None if it can't be created."""
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


def report_sources(where: str, held_bytes: int) -> dict[str, float]:
    """Return what each source reports on one process tree, in bytes."""
    command = ["/usr/bin/time", "-v", sys.executable, "-m", "evidence.resources_check", where, str(held_bytes)]
    with control_group() as group:
        joining = f"echo $$ > {group}/cgroup.procs; " if group else ""
        done = subprocess.run(
            ["/bin/sh", "-c", f'{joining}exec "$@"', "sh", *command], capture_output=True, text=True, check=True
        )
        reported: dict[str, float] = json.loads(done.stdout)
        if where == "parent":
            peak = re.search(r"Maximum resident set size \(kbytes\): (\d+)", done.stderr)
            assert peak is not None
            reported["GNU time"] = int(peak[1]) * 1024
        for name in ("memory.peak", "memory.max_usage_in_bytes"):
            if group and (group / name).exists():
                reported["control group"] = int((group / name).read_text())
    return reported


def main() -> None:
    """Print a row per backend and source."""
    if len(sys.argv) == 3:
        inside(sys.argv[1], int(sys.argv[2]))
        return
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print("| where | held | source | more than without it | off |\n|---|---|---|---|---|")
    for where in ("parent", "loky", "multiprocessing"):
        held = HELD_BYTES if where == "parent" else 2 * HELD_BYTES
        pairs = [(report_sources(where, HELD_BYTES), report_sources(where, 4096)) for _ in range(times)]
        for source in pairs[0][0]:
            more = median(full[source] - empty[source] for full, empty in pairs)
            print(
                f"| {where} | {held / 1e6:.0f} MB | {source} | {more / 1e6:.1f} MB | {more / held - 1:+.1%} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

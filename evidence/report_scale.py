"""Measure the report: time, memory, size, delays for the reader, and change points against another library.

python -m evidence.report_scale [--runs N] [--keep DIR]
python -m evidence.report_scale --site [--runs N] [--gates N] [--keep DIR]

It takes two minutes and 300 MB of disk. Peak memory is the PSS of all its processes, sampled every 50 ms. The delays
need playwright and Chromium, the other library is ruptures; figures whose packages are missing are left out.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

import psutil

from benchmarks.analysis.change_points import change_points
from benchmarks.history.store import Store
from evidence.built_history import built
from tests.gate.records import measured
from tests.report.html.runs import grid_run

ROOT = Path(__file__).parents[1]
BACKENDS = ("sequential", "threading", "loky", "multiprocessing")
SIZES = ("1", "10", "100", "1000", "auto")

# Set a filter, clear it, sort by two columns: milliseconds until the next frame is drawn.
ACTIONS = """async () => {
  const input = document.querySelector("#comparison .filter input");
  const titles = document.querySelectorAll("#comparison thead button");
  const type = (text) => { input.value = text; input.dispatchEvent(new Event("input")); };
  const found = [];
  for (const act of [() => type("loky"), () => type(""), () => titles[3].click(), () => titles[0].click()]) {
    const began = performance.now();
    act();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    found.push(performance.now() - began);
  }
  return found;
}"""


def report(history: Path, page: Path) -> tuple[float, float]:
    """Return the seconds and MB that a report takes, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks", "report", "--history", str(history), "-o", str(page)]
    began, peak = time.perf_counter(), 0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, _pss(process.pid))
            time.sleep(0.05)
    if process.returncode:
        sys.exit(f"report failed with exit code {process.returncode}")
    return time.perf_counter() - began, peak / 1e6


def _pss(pid: int) -> int:
    total = 0
    try:
        for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
            total += process.memory_full_info().pss
    except psutil.Error:
        pass  # the process has just ended
    return total


def longest_delay(page: Path) -> str:
    """Return the longest delay of ACTIONS, such as `36 ms`, or why there is none."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return "playwright is not installed"
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        return "no browser"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        opened = browser.new_page(viewport={"width": 1200, "height": 900})
        opened.goto(page.as_uri())
        opened.locator("#comparison").scroll_into_view_if_needed()
        delays_ms = opened.evaluate(ACTIONS)
        browser.close()
    return f"{max(delays_ms):.0f} ms"


def site(history: Path, records: Path, folder: Path) -> str:
    """Return how long a site takes, its size, and the longest time until one of its pages is loaded in Chromium."""
    command = [sys.executable, "-m", "benchmarks", "report", "--history", str(history), "--records", str(records)]
    began = time.perf_counter()
    subprocess.run([*command, "--site", str(folder)], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    seconds = time.perf_counter() - began
    pages = [*folder.rglob("*.html")]
    size_mb = sum(path.stat().st_size for path in pages) / 1e6
    return f"{seconds:.0f} s, {len(pages)} pages, {size_mb:.1f} MB; each opens in at most {longest_load(pages)}"


def longest_load(pages: Sequence[Path]) -> str:
    """Return the longest time until a page is loaded, such as `310 ms`, or why there is none."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return "(playwright is not installed)"
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        return "(no browser)"
    loads_ms = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        opened = browser.new_page(viewport={"width": 1280, "height": 900})
        for one in pages:
            opened.goto(one.as_uri())
            loads_ms.append(opened.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
        browser.close()
    return f"{max(loads_ms):.0f} ms"


def change_point_times() -> Iterator[str]:
    """Time our search and those of ruptures, in turns, in a series of 1,000 values with three changes."""
    rng = random.Random(1)
    levels = [0.0, 0.1, -0.1, -0.05]
    values = [levels[sum(place >= at for at in (200, 500, 800))] + rng.gauss(0, 0.05) for place in range(1000)]
    searches: dict[str, Callable[[], object]] = {"E-divisive (ours)": lambda: change_points(values)}
    try:
        import numpy
        import ruptures

        array = numpy.array(values)
        searches["ruptures Pelt, rbf"] = lambda: ruptures.Pelt(model="rbf").fit(array).predict(pen=10)
        searches["ruptures KernelCPD, rbf (C)"] = lambda: ruptures.KernelCPD(kernel="rbf").fit(array).predict(pen=10)
    except ImportError:
        yield "ruptures is not installed"
    times: dict[str, list[float]] = {name: [] for name in searches}
    for _ in range(9):
        for name, search in searches.items():
            began = time.perf_counter()
            search()
            times[name].append(time.perf_counter() - began)
    for name, times_s in times.items():
        ratio = median(other / ours for other, ours in zip(times_s, times["E-divisive (ours)"], strict=True))
        yield f"{name}: {median(times_s):.3f} s ({min(times_s):.3f} to {max(times_s):.3f}), {ratio:.2f} of ours"


def main() -> None:
    """Print each figure as soon as it is known."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1000, help="runs in the long history (default: 1000)")
    parser.add_argument("--keep", metavar="DIR", type=Path, help="build the history in this folder and keep it")
    parser.add_argument("--site", action="store_true", help="measure a site instead of pages")
    parser.add_argument("--gates", type=int, default=50, help="with --site: gate records (default: 50)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if args.site:
            history = built((args.keep or scratch / "many").absolute(), args.runs, moving=30)
            for number in range(args.gates):
                measured(scratch / "records" / f"2026-{number:04}", (0.01, 0.02, 0.05, 0.01), pairs=20)
            found = site(history, scratch / "records", scratch / "site")
            print(f"a site of {args.runs:,} runs of 100 cases and {args.gates} gates: {found}")
            return
        Store(scratch / "one").save(grid_run(backends=BACKENDS, sizes=SIZES), "one")
        costs = [report(scratch / "one", scratch / "one.html") for _ in range(5)]
        seconds = [cost[0] for cost in costs]
        size = (scratch / "one.html").stat().st_size / 1e3
        spread = f"{median(seconds):.1f} s ({min(seconds):.1f} to {max(seconds):.1f})"
        print(f"one run of 60 cases: {spread}, {size:.0f} kB", flush=True)
        history = built((args.keep or scratch / "many").absolute(), args.runs, moving=30)
        # The first one reads every file.
        shutil.rmtree(Store(history).own("index"), ignore_errors=True)
        for what in ("nothing indexed", "indexed"):
            wall, peak = report(history, scratch / "many.html")
            size = (scratch / "many.html").stat().st_size / 1e6
            print(f"{args.runs:,} runs of 100 cases, {what}: {wall:.1f} s, {peak:.0f} MB, {size:.1f} MB", flush=True)
        print(f"filtering and sorting there: at most {longest_delay(scratch / 'many.html')}", flush=True)
    for line in change_point_times():
        print(f"1,000 values: {line}", flush=True)


if __name__ == "__main__":
    main()

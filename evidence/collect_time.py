"""Time the collection of this suite against that of a bare pytest-benchmark project with 60 no-op cases.

python evidence/collect_time.py [PAIRS]
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
BARE = """import pytest

@pytest.mark.parametrize("case", range(60))
def test_nothing(benchmark, case):
    benchmark(lambda: None)
"""


def seconds(folder: Path) -> float:
    """Return the wall time (s) of `pytest --collect-only -q` in `folder`."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def main(pairs: int) -> None:
    """Time both in turns and print the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder)
        (bare / "test_bare.py").write_text(BARE)
        seconds(ROOT), seconds(bare)
        times = [(seconds(ROOT), seconds(bare)) for _ in range(pairs)]
    ratios = sorted(suite / other for suite, other in times)
    print(f"suite {statistics.median(t[0] for t in times):.2f} s, bare {statistics.median(t[1] for t in times):.2f} s")
    print(f"ratio: median {statistics.median(ratios):.2f}, {ratios[0]:.2f} to {ratios[-1]:.2f}, {pairs} pairs")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 11)

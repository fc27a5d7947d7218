"""Print the share of a session's wall time that was spent in timed rounds and untimed calls, from saved runs.

python evidence/time_inside.py FILE...
"""

import json
import sys
from pathlib import Path


def main(paths: list[str]) -> None:
    """Print a line per run file."""
    for path in paths:
        suite = json.loads(Path(path).read_text())["joblib_suite"]
        times_s = suite["time_s"]
        share = (times_s["rounds"] + times_s["untimed_calls"]) / times_s["session"]
        cases = suite["cases"]["completed"]
        print(f"{Path(path).name}: {times_s['session']:.0f} s, {share:.0%} inside calls, {cases} cases")


if __name__ == "__main__":
    main(sys.argv[1:])

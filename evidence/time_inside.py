"""How much of a session's wall time was spent inside timed rounds and untimed calls, from saved runs.

python evidence/time_inside.py FILE...
"""

import json
import sys
from pathlib import Path


def main(paths: list[str]) -> None:
    """A line a run file."""
    for path in paths:
        record = json.loads(Path(path).read_text())["joblib_suite"]
        spent = record["time_s"]
        share = (spent["rounds"] + spent["untimed_calls"]) / spent["session"]
        cases = record["cases"]["completed"]
        print(f"{Path(path).name}: {spent['session']:.0f} s, {share:.0%} inside calls, {cases} cases")


if __name__ == "__main__":
    main(sys.argv[1:])

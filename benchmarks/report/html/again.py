"""The command that measures a run again, made to be pasted into a shell: nothing from the file is a word of its own."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.grid import PROFILES
from benchmarks.history.run import Run
from benchmarks.options import SELECTING, SESSION_OPTIONS

_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def command(run: Run, ours: Mapping[str, Any]) -> str:
    """As far as the file knows it; `ours` is our key of the run file. A commit that is none is left out."""
    checkout = f"git checkout {run.commit} && " if run.commit and _COMMIT.fullmatch(run.commit) else ""
    if run.profile not in PROFILES:
        return f"{checkout}pytest --benchmark-only"
    return checkout + shlex.join(["tox", "run", "-e", "bench", "--", f"--profile={run.profile}", *_options(run, ours)])


def _options(run: Run, ours: Mapping[str, Any]) -> Iterator[str]:
    """Sizes that are not the profile's, the cases' selection, and the order."""
    profile, seeds, grid = PROFILES[str(run.profile)], ours.get("seeds"), ours.get("grid")
    sizes: dict[str, Any] = grid if isinstance(grid, dict) else {}
    for option in SESSION_OPTIONS:
        size = sizes.get(option.name)
        if option.size and isinstance(size, int) and size != getattr(profile, option.name):
            yield f"{option.flag}={size}"
    for name, value in json.loads(run.selection).items():
        values = value if isinstance(value, list) else [value]
        if name == "paths":
            yield from map(str, values)
        elif name in ("-k", "-m"):
            yield from (name, str(value))
        elif name in SELECTING.values():
            yield from (f"{name}={one}" for one in values)
    if isinstance(seeds, dict) and isinstance(seeds.get("shuffle"), int):
        yield f"--shuffle={seeds['shuffle']}"

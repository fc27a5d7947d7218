"""The shell commands that measure the cases of a run again, as far as its file says how they were measured.

They can be pasted into a shell: every text from the file is quoted.
"""

import json
import shlex
from collections.abc import Iterator

from benchmarks.history.run import Run
from benchmarks.options import DEFAULT_PROFILE, SELECTING, SESSION_OPTIONS
from benchmarks.profiles import PROFILES
from benchmarks.text.node_ids import parse_node_id
from benchmarks.text.printable import visible

# A command with more files than this is too long to read.
_MOST_FILES = 5


def remeasuring_command(run: Run, repeat: int | None = None) -> str:
    """Return the command that measures the cases of a run of this suite again, `repeat` times if it is given."""
    notebook = run.profile == "notebook"
    environment = "bench-notebook" if notebook else "distributed" if _has_clusters(run) else "bench"
    words = [] if notebook or run.profile in (None, DEFAULT_PROFILE) else [f"--profile={visible(run.profile)}"]
    words += [*_sizes(run), *_selection(run)]
    words += [] if repeat is None else [f"--repeat={repeat}"]
    return shlex.join(["tox", "run", "-e", environment, *(["--", *words] if words else [])])


def files_command(run: Run) -> str:
    """Return the command that measures a run of another suite again, into again.json, with pytest-benchmark alone."""
    files = list(dict.fromkeys(parse_node_id(case.fullname).file for case in run.cases.values()))
    # A case without a file may be in any of them.
    named = files if all(files) and len(files) <= _MOST_FILES else []
    return shlex.join(["pytest", "--benchmark-only", "--benchmark-json=again.json", *map(visible, named)])


def _has_clusters(run: Run) -> bool:
    return any(case.facts.get("engine") for case in run.cases.values())


def _sizes(run: Run) -> Iterator[str]:
    """Yield the options of sizes that are not the profile's, and of the order."""
    profile = PROFILES.get(run.profile or "")
    for option in SESSION_OPTIONS:
        size = run.sizes.get(option.name)
        if option.size and profile is not None and size is not None and size != getattr(profile, option.name):
            yield f"{option.flag}={size}"
    if run.shuffle is not None:
        yield f"--shuffle={run.shuffle}"


def _selection(run: Run) -> Iterator[str]:
    """Yield the options and paths that selected the run's cases."""
    selection = json.loads(run.selection)
    for flag, value in selection.items():
        texts = [visible(text) for text in (value if isinstance(value, list) else [value])]
        if flag == "paths":
            yield from texts
        elif flag in SELECTING.values():
            # pytest takes -k and -m only in two parts or glued to the value, and --long=value as one.
            yield from (f"{flag}={text}" if flag.startswith("--") else f"{flag}{text}" for text in texts)

"""The facts of a run: where and how it was measured, what it lacks, and the command that measures it again."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.grid import PROFILES
from benchmarks.history.run import Run
from benchmarks.machine import free_threaded
from benchmarks.options import SELECTING, SESSION_OPTIONS
from benchmarks.report.html.figures import Cell, Section, Table
from benchmarks.text.formatting import counted, duration
from benchmarks.text.printable import visible

_MOST_CASES = 50
_LONGEST_FACT = 500

_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def facts_section(run: Run, document: Mapping[str, Any]) -> Section:
    """Return the section on the facts of a run; `document` is its file."""
    suite = _object(document, "joblib_suite")
    times, seeds = _object(suite, "time_s"), _object(suite, "seeds")
    commit = f"{run.commit}{', with uncommitted changes' if run.dirty else ''}" if run.commit else None
    session_s = times.get("session")
    facts = {
        "Run": run.origin,
        "Measured": f"{run.when:%Y-%m-%d %H:%M} UTC" if run.when else None,
        "Took": duration(session_s) if isinstance(session_s, float) and 0 < session_s < 1e7 else None,
        "Machine": run.identity.folder,
        "Processor": run.identity.cpu_model,
        "Usable cores": run.identity.usable_cores,
        "Physical cores": run.conditions.get("physical_cores"),
        "Logical cores of the machine": run.machine_facts.get("logical_cores"),
        "CPU frequency governor": run.machine_facts.get("governor"),
        "Python": ", ".join(filter(None, [run.identity.python, free_threaded(_object(suite, "machine"))])) or None,
        "Versions": ", ".join(f"{name} {version}" for name, version in run.versions.items()) or None,
        "Commit": commit,
        "Profile": run.profile,
        "State": f"{run.state}: {len(run.cases)} of {counted(run.asked, 'case')} have a time",
        "Chosen by": run.selection if run.selection != "{}" else None,
        "Seeds": ", ".join(f"{name} {value}" for name, value in seeds.items() if value is not None) or None,
        "Measure it again": measuring_command(run, suite),
    }
    shown = [(term, visible(text)[:_LONGEST_FACT]) for term, text in facts.items() if text is not None]
    return Section("facts", "Facts", tables=_cases_without_time(run), facts=shown)


def _cases_without_time(run: Run) -> list[Table]:
    reasons = list(run.without_time.items())
    if not reasons:
        return []
    more = f"; the first {_MOST_CASES}" if len(reasons) > _MOST_CASES else ""
    rows = [[Cell(nodeid.rpartition("::")[2]), Cell(why)] for nodeid, why in reasons[:_MOST_CASES]]
    return [Table(f"{counted(len(reasons), 'case')} without a time{more}", ("case", "why"), rows)]


def _object(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a JSON object, an empty one if the file has none there."""
    child = parent.get(name)
    return child if isinstance(child, dict) else {}


def measuring_command(run: Run, suite: Mapping[str, Any]) -> str:
    """Return the command that measures a run again, as far as its file says how; `suite` is its key joblib_suite.

    It can be pasted into a shell: every text from the file is quoted, and a commit that is not a hash is left out.
    """
    checkout = f"git checkout {run.commit} && " if run.commit and _COMMIT.fullmatch(run.commit) else ""
    if run.profile not in PROFILES:
        return f"{checkout}pytest --benchmark-only"
    words = ["tox", "run", "-e", "bench", "--", f"--profile={run.profile}", *_options(run, suite)]
    return checkout + shlex.join(words)


def _options(run: Run, suite: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sizes that differ from the profile's, the options that selected the cases, and the order's seed."""
    profile, seeds, sizes = PROFILES[str(run.profile)], _object(suite, "seeds"), _object(suite, "grid")
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
            yield from (f"{name}={value}" for value in values)
    if isinstance(seeds.get("shuffle"), int):
        yield f"--shuffle={seeds['shuffle']}"

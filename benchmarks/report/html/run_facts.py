"""The facts of a run: where and how it was measured, what it lacks, and the command that measures it again."""

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.history.remeasuring import files_command, remeasuring_command
from benchmarks.history.run import Run
from benchmarks.machine import free_threaded
from benchmarks.report.html.figures import Cell, Section, Table
from benchmarks.text.formatting import counted, duration
from benchmarks.text.node_ids import parse_node_id
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
        "State": f"{run.state}: {len(run.cases)} of {counted(run.asked, 'case')} {_have(run.asked)} a time",
        "Chosen by": run.selection if run.selection != "{}" else None,
        "Seeds": ", ".join(f"{name} {value}" for name, value in seeds.items() if value is not None) or None,
        "Measure it again": _measuring_command(run),
    }
    shown = [(term, visible(text)[:_LONGEST_FACT]) for term, text in facts.items() if text is not None]
    return Section("facts", "Facts", tables=_cases_without_time(run), facts=shown)


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _cases_without_time(run: Run) -> list[Table]:
    reasons = list(run.without_time.items())
    if not reasons:
        return []
    more = f"; the first {_MOST_CASES}" if len(reasons) > _MOST_CASES else ""
    rows = [[Cell(parse_node_id(nodeid).name), Cell(why)] for nodeid, why in reasons[:_MOST_CASES]]
    return [Table(f"{counted(len(reasons), 'case')} without a time{more}", ("case", "why"), rows)]


def _object(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a JSON object, an empty one if the file has none there."""
    child = parent.get(name)
    return child if isinstance(child, dict) else {}


def _measuring_command(run: Run) -> str:
    """Return the command that measures a run again; a commit that is not a hash is left out."""
    checkout = f"git checkout {run.commit} && " if run.commit and _COMMIT.fullmatch(run.commit) else ""
    return checkout + (remeasuring_command(run) if run.is_own else files_command(run))

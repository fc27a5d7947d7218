"""The facts of a gate record, for its page."""

import shlex
from pathlib import Path

from benchmarks.gate.differences import side_label
from benchmarks.gate.record import Record
from benchmarks.text.formatting import counted, minutes
from benchmarks.text.printable import visible


def facts_of_record(folder: Path, record: Record) -> dict[str, str | None]:
    """Return the facts as texts by term, None where there is nothing to say."""
    complete = len(record.complete_pairs)
    return {
        "Record": visible(folder),
        "State": "done" if record.state == "done" else "interrupted",
        "Pairs": f"{counted(complete, 'complete pair')}, {len(record.pairs) - complete} void",
        "Time": f"{minutes(record.spent_s)} of {minutes(record.budget_s)}",
        "Seed": str(record.seed),
        "Base": side_label(record, "base"),
        "Head": side_label(record, "head"),
        "Base's packages": _versions(record.sides.base.packages),
        "Head's packages": _versions(record.sides.head.packages),
        "Judge it again": f"python -m benchmarks gate --recompute {shlex.quote(visible(folder))}",
    }


def _versions(packages: dict[str, str]) -> str | None:
    return ", ".join(f"{visible(name)} {visible(version)}" for name, version in packages.items()) or None

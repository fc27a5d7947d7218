"""Remarks below a comparison of saved runs: what it can't show, what helps, and what changed."""

from collections.abc import Sequence

from benchmarks.analysis.judgement import Row, detectable_effects
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.unpaired import Shortage, TooFewStored, TooFewUnits
from benchmarks.analysis.verdict import FAILING, Verdict
from benchmarks.compare.next_step import gate_step
from benchmarks.compare.sides import Sides
from benchmarks.text.formatting import counted

# What a change of the machine that forbids no comparison is called.
_MACHINE_FACTS = {
    "governor": "CPU frequency governor",
    "logical_cores": "logical cores of the machine",
    "release": "release of the system",
    "python_build": "build of Python",
    "python_compiler": "compiler of Python",
}

_LONGEST_FACT = 60

_MORE_RUNS = "More runs of both sides, measured in turns, show smaller slowdowns."


def remarks_on(sides: Sides, rows: Sequence[Row]) -> list[str]:
    """Return the sentences below the table."""
    tested = [row for row in rows if row.comparison and not row.comparison.shortage]
    remarks = [*_few_sittings(sides, rows), *(_detectable(rows) if tested else []), *_changed(sides)]
    if any(row.verdict in FAILING | {Verdict.INCONCLUSIVE} for row in tested):
        remarks.append(
            "Saved runs were measured apart: REGRESSION means a slowdown beyond the usual differences between this "
            f"machine's sittings, caused by the code or by the machine. {gate_step(sides) or _MORE_RUNS}"
        )
    return remarks


def shortage_note(shortage: Shortage | None) -> str:
    """Return what kept a case from being tested, and what helps; empty if nothing did."""
    match shortage:
        case TooFewStored(stored, needed):
            return (
                f"with one or two sittings per side, a verdict takes {needed} or more comparable stored sittings; "
                f"there {'is' if stored == 1 else 'are'} {stored or 'none'}"
            )
        case TooFewUnits(needed):
            return f"measured in fewer than {needed} sittings of a side, which is too few for a verdict"
    return ""


def _few_sittings(sides: Sides, rows: Sequence[Row]) -> list[str]:
    runs = [len(side.runs) for side in (sides.base, sides.head)]
    units = [len(sides.units(side)) for side in (sides.base, sides.head)]
    remarks = []
    if units != runs:
        dated = all(run.when for run in sides.runs)
        why = "runs within an hour share the machine's state" if dated else "not every file says when it was measured"
        remarks.append(
            f"{counted(runs[0], 'run')} against {runs[1]} count as {counted(units[0], 'sitting')} against {units[1]}, "
            f"because {why}. Measure base and head in turns, or at different times."
        )
    notes = {shortage_note(row.comparison.shortage) for row in rows if row.comparison} - {""}
    return remarks + [f"{note[0].upper()}{note[1:]}." for note in sorted(notes)]


def _detectable(rows: Sequence[Row]) -> list[str]:
    if effects := detectable_effects(rows):
        typical, noisiest = effects
        return [
            f"Smallest slowdown seen in 80 % of such comparisons: {typical:+.0%} for the typical case, "
            f"{noisiest:+.0%} for the noisiest."
        ]
    if any(row.comparison for row in rows if row.quantity is Quantity.TIME):
        return ["No slowdown of any size could have been called a REGRESSION."]
    return []


def _changed(sides: Sides) -> list[str]:
    before, after = sides.base.runs[-1], sides.head.runs[-1]
    changed = [
        f"{name} {before.versions.get(name, 'none')} to {after.versions.get(name, 'none')}"
        for name in sorted({*before.versions, *after.versions})
        if before.versions.get(name) != after.versions.get(name)
    ]
    if before.commit != after.commit and (before.commit or after.commit):
        changed.append(f"commit {(before.commit or 'none')[:10]} to {(after.commit or 'none')[:10]}")
    for name, words in _MACHINE_FACTS.items():
        old, new = before.machine_facts.get(name), after.machine_facts.get(name)
        if old is not None and new is not None and old != new:
            changed.append(f"{words} {str(old)[:_LONGEST_FACT]} to {str(new)[:_LONGEST_FACT]}")
    return [f"Changed from base to head: {', '.join(changed)}."] if changed else []

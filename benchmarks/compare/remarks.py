"""Remarks below a comparison of saved runs: what it can't show, what helps, and what changed."""

from collections.abc import Sequence

from benchmarks.analysis.judgement import Row, detectable_effects
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.unpaired import Shortage, TooFewStored, TooFewUnits
from benchmarks.analysis.verdict import FAILING, Verdict
from benchmarks.compare.sides import Sides


def remarks_on(sides: Sides, rows: Sequence[Row]) -> list[str]:
    """Return the sentences below the table."""
    remarks = [*_few_sittings(sides, rows), *_detectable(rows), *_changed_versions(sides)]
    if any(row.verdict in FAILING | {Verdict.INCONCLUSIVE} and row.comparison for row in rows):
        remarks.append(
            "Saved runs were measured apart: REGRESSION means slower than this machine's sittings usually differ, by "
            f"the code or by the machine. To decide a merge, measure in turns: {gate_command(sides)}"
        )
    return remarks


def gate_command(sides: Sides) -> str:
    """Return the command that measures what changed between the newest runs of both sides in turns."""
    before, after = sides.base.runs[-1], sides.head.runs[-1]
    packages = [name for name in ("joblib", "numpy", "loky") if before.versions.get(name) != after.versions.get(name)]
    if packages and before.versions.get(packages[0]) and after.versions.get(packages[0]):
        name = packages[0]
        return f"tox run -e gate -- --base {name}=={before.versions[name]} --head {name}=={after.versions[name]}"
    commits = [run.commit[:12] if run.commit else "REF" for run in (before, after)]
    return f"tox run -e gate -- --base git:{commits[0]} --head git:{commits[1]}"


def shortage_note(shortage: Shortage | None) -> str:
    """Return what kept a case from being tested, and what helps; empty if nothing did."""
    match shortage:
        case TooFewStored(stored, needed):
            return (
                f"one or two sittings per side can show a slowdown only against {needed} or more comparable stored "
                f"sittings, and there are {stored}: name 3 or more sittings per side (12..18), or use a gate"
            )
        case TooFewUnits(needed):
            return f"measured in fewer than {needed} sittings of a side"
    return ""


def _few_sittings(sides: Sides, rows: Sequence[Row]) -> list[str]:
    runs = [len(side.runs) for side in (sides.base, sides.head)]
    units = [len(sides.units(side)) for side in (sides.base, sides.head)]
    remarks = []
    if units != runs:
        remarks.append(
            f"{runs[0]} against {runs[1]} runs count as {units[0]} against {units[1]} sittings, because runs within an "
            "hour share the machine's state. Measure base and head in turns, or at different times."
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


def _changed_versions(sides: Sides) -> list[str]:
    before, after = sides.base.runs[-1], sides.head.runs[-1]
    changed = [
        f"{name} {before.versions.get(name, 'none')} to {after.versions.get(name, 'none')}"
        for name in sorted({*before.versions, *after.versions})
        if before.versions.get(name) != after.versions.get(name)
    ]
    if before.commit != after.commit and (before.commit or after.commit):
        changed.append(f"commit {(before.commit or 'none')[:10]} to {(after.commit or 'none')[:10]}")
    return [f"Changed from base to head: {', '.join(changed)}."] if changed else []

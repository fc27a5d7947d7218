"""What a comparison of saved runs can't say, and what to do about it."""

from collections.abc import Sequence

from benchmarks.analysis.judgement import Row
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.verdict import FAILING, Verdict
from benchmarks.compare.sides import Side, interleaved


def advice(base: Side, head: Side, rows: Sequence[Row]) -> list[str]:
    """Sentences below the table."""
    said = [*_few_sessions(base, head, rows), *_sees(rows), *_changed_versions(base, head)]
    if any(row.verdict in FAILING | {Verdict.INCONCLUSIVE} and row.comparison for row in rows):
        said.append(
            "Saved runs were measured apart: REGRESSION means slower than this machine's sessions usually differ, by "
            f"the code or by the machine. To decide a merge, measure in turns: {gate_command(base, head)}"
        )
    return said


def gate_command(base: Side, head: Side) -> str:
    """The command that measures what these runs differ in."""
    before, after = base.runs[-1], head.runs[-1]
    packages = [name for name in ("joblib", "numpy", "loky") if before.versions.get(name) != after.versions.get(name)]
    if packages and before.versions.get(packages[0]) and after.versions.get(packages[0]):
        name = packages[0]
        return f"tox run -e gate -- --base {name}=={before.versions[name]} --head {name}=={after.versions[name]}"
    commits = [run.commit[:12] if run.commit else "REF" for run in (before, after)]
    return f"tox run -e gate -- --base git:{commits[0]} --head git:{commits[1]}"


def _few_sessions(base: Side, head: Side, rows: Sequence[Row]) -> list[str]:
    units = [len(side.runs) if interleaved(base, head) else len(side.sittings) for side in (base, head)]
    runs = [len(side.runs) for side in (base, head)]
    said = []
    if units != runs:
        said.append(
            f"{runs[0]} against {runs[1]} runs count as {units[0]} against {units[1]} sessions: runs in a row share "
            "the machine's state; measure base and head in turns, or at different times."
        )
    warnings = {warning for row in rows if row.comparison for warning in row.comparison.warnings}
    return said + [warning[0].upper() + warning[1:] + "." for warning in sorted(warnings)]


def _sees(rows: Sequence[Row]) -> list[str]:
    rows = [row for row in rows if row.quantity is Quantity.TIME]
    sees = sorted(
        row.comparison.detectable_effect
        for row in rows
        if row.comparison and row.comparison.detectable_effect is not None
    )
    if not sees:
        return (
            ["No slowdown of any size could have been called a REGRESSION."] if any(r.comparison for r in rows) else []
        )
    return [
        f"Smallest slowdown seen in 80 % of such comparisons: {sees[len(sees) // 2]:+.0%} for the typical case, "
        f"{sees[-1]:+.0%} for the noisiest."
    ]


def _changed_versions(base: Side, head: Side) -> list[str]:
    before, after = base.runs[-1], head.runs[-1]
    changed = [
        f"{name} {before.versions.get(name, 'none')} to {after.versions.get(name, 'none')}"
        for name in sorted({*before.versions, *after.versions})
        if before.versions.get(name) != after.versions.get(name)
    ]
    if before.commit != after.commit and (before.commit or after.commit):
        changed.append(f"commit {(before.commit or 'none')[:10]} to {(after.commit or 'none')[:10]}")
    return [f"Changed from base to head: {', '.join(changed)}."] if changed else []

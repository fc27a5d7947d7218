"""What differs between base and head beside what they were asked to be: interpreters, variables, packages."""

from benchmarks.gate.record import Record, RecordedSide, SideName
from benchmarks.gate.specs import project_name
from benchmarks.text.printable import visible


def side_label(record: Record, name: SideName) -> str:
    """Return a side as a judgement names it: what was asked for, the commits it was made from, and the versions.

    Versions are those of joblib and of the projects that were built here.
    """
    side = record.side(name)
    spec = " ".join(side.spec) or "this checkout"
    commits = f" at {', '.join(side.commits)}" if side.commits else ""
    built = {project for project, version in side.packages.items() if "://" in version}
    shown = sorted({"joblib", *built} & side.packages.keys() - {each.partition("==")[0] for each in side.spec})
    versions = ", ".join(f"{project} {_version(side, project)}" for project in shown)
    return f"{spec}{commits}{f' ({versions})' if versions else ''}{setting(record, name)}"


def setting(record: Record, name: SideName) -> str:
    """Return what a side has that the other has not, such as ` on CPython 3.13.0 with OMP_NUM_THREADS=2`."""
    ours, other = record.side(name), record.side("head" if name == "base" else "base")
    words = f" on {ours.interpreter_name}" if ours.interpreter_name != other.interpreter_name else ""
    differing = {key: value for key, value in ours.variables.items() if other.variables.get(key) != value}
    variables = [f"{key}={visible(value)}" for key, value in differing.items()]
    return f"{words} with {', '.join(variables)}" if variables else words


def difference_remarks(record: Record) -> list[str]:
    """Return remarks on variables that both sides have, and on packages that differ although nobody asked for it."""
    base, head = record.sides.base, record.sides.head
    common = [f"{key}={visible(value)}" for key, value in base.variables.items() if head.variables.get(key) == value]
    remarks = [f"Set for both sides: {', '.join(common)}."] if common else []
    packages = [
        f"{name} {_version(base, name)} in base, {_version(head, name)} in head"
        for name in sorted({*base.packages, *head.packages} - _asked(base) - _asked(head))
        if base.packages.get(name) != head.packages.get(name)
    ]
    if packages and not any(spec.startswith("git:") for side in (base, head) for spec in side.spec):
        remarks.append(f"These differ as well, and part of any difference may be theirs: {'; '.join(packages)}.")
    return remarks


def _asked(side: RecordedSide) -> set[str]:
    """Return the projects that a side was asked for; one that was built here has a URL in place of a version."""
    built = {name for name, version in side.packages.items() if "://" in version}
    return built | {project_name(spec) for spec in side.spec}


def _version(side: RecordedSide, name: str) -> str:
    """Return a project's version; of a project that was built here, that of its wheel (PEP 427)."""
    version = side.packages.get(name, "missing")
    if "://" in version:
        parts = version.rpartition("/")[2].split("-")
        version = parts[1] if len(parts) > 1 else version
    return visible(version)

"""The one command that brings a reader from an undecided comparison closer to a verdict."""

import re
import shlex
from dataclasses import dataclass

from benchmarks.compare.sides import Sides
from benchmarks.history.remeasuring import files_command, remeasuring_command
from benchmarks.history.run import Run

# What a gate can install by version; the others come with joblib or do not affect it.
_PACKAGES = ("joblib", "numpy")

# A version that a package index may have (PEP 440), unlike 1.7.dev0 or 1.6.0+local.
_RELEASE = re.compile(r"\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?", re.ASCII)

_COMMIT_LENGTH = 12


@dataclass(frozen=True)
class NextStep:
    """A sentence that ends in a colon, and the shell command that it announces."""

    sentence: str
    command: str

    def __str__(self) -> str:
        return f"{self.sentence}\n{self.command}"


def next_step(sides: Sides) -> NextStep:
    """Return a gate where both sides say what to gate and differ in it, and otherwise the command to measure again."""
    base, head = sides.base.runs[-1], sides.head.runs[-1]
    if gate := gate_step(sides):
        return gate
    if not head.is_own:
        return NextStep(
            "For a verdict, measure base and head in turns, at least three times each, and compare the files of one "
            "side with those of the other, separated by commas. Each time:",
            files_command(head),
        )
    if _same_code(base, head):
        return NextStep(
            f"Both sides are commit {_commit(head)} with the same packages: as far as the files say, only the machine "
            "has changed. To see how much it varies from run to run, measure it again:",
            remeasuring_command(head, repeat=5),
        )
    return NextStep(
        "For a verdict, measure base, head, base and head again and compare all runs of one side with all of the "
        "other. Each time:",
        remeasuring_command(head, repeat=2),
    )


def gate_step(sides: Sides) -> NextStep | None:
    """Return the gate of both sides; None if they do not say what they measured, or measured the same."""
    arguments = _gate_arguments(sides.base.runs[-1], sides.head.runs[-1])
    if not arguments:
        return None
    command = " ".join(["tox run -e gate --", *arguments])
    return NextStep("A gate measures both sides in turns and gives a verdict:", command)


def _gate_arguments(base: Run, head: Run) -> list[str]:
    """Return the sides of a gate as options, empty if there is nothing to gate."""
    if not (base.is_own and head.is_own):
        return []
    changed = [name for name in _PACKAGES if base.versions.get(name) != head.versions.get(name)]
    if not all(_RELEASE.fullmatch(run.versions.get(name, "")) for name in changed for run in (base, head)):
        return []
    commits_differ = bool(base.commit and head.commit) and not _same_commit(base, head)
    if not changed and not (commits_differ and _are_clean(base, head)):
        return []
    # What else a dirty working tree had in it is not known; the packages are.
    with_commits = commits_differ and _are_clean(base, head)
    arguments = []
    for option, run in (("--base", base), ("--head", head)):
        arguments += [option, shlex.quote(f"git:{_commit(run)}")] if with_commits else []
        arguments += [part for name in changed for part in (option, f"{name}=={run.versions[name]}")]
    return arguments


def _same_code(base: Run, head: Run) -> bool:
    """Return whether both runs are known to have measured the same commit with the same packages."""
    return _same_commit(base, head) and _are_clean(base, head) and base.versions == head.versions


def _same_commit(base: Run, head: Run) -> bool:
    """Return whether both runs name the same commit, one of them possibly by its first characters."""
    if not base.commit or not head.commit:
        return False
    return base.commit.startswith(head.commit) or head.commit.startswith(base.commit)


def _are_clean(*runs: Run) -> bool:
    return not any(run.dirty for run in runs)


def _commit(run: Run) -> str:
    return (run.commit or "")[:_COMMIT_LENGTH]

"""The requirements of a side: its own, the repository's pins, and the harness that measures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import GateError
from benchmarks.gate.specs import SideSpec, project_name
from benchmarks.gate.trees import MODULES_PROJECT, Files, dependency_group

# The dependency groups of what is measured, and of what measures.
MEASURED, HARNESS = "measured", "harness"

# What joblib uses where it is installed, beside the repository's pins.
_USED_BY_JOBLIB = frozenset({"cloudpickle", "loky"})


@dataclass(frozen=True)
class Wanted:
    """A side's requirements: its `own`, the repository's pins that these leave, and the harness.

    `interpreter` is the path of the interpreter that they are for.
    """

    interpreter: str
    own: tuple[str, ...]
    pinned: tuple[str, ...]
    harness: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """All requirements, as in a requirements file."""
        return [*self.own, *self.pinned, *self.harness]


def wanted_by(side: SideSpec, interpreter: str, wheels: Sequence[Path], tree: Files, harness: Sequence[str]) -> Wanted:
    """Return a side's requirements; `wheels` were built for it, and `tree` has the pins."""
    own = [*side.requirements, *(f"{project_name(wheel.name.split('-')[0])} @ {wheel.as_uri()}" for wheel in wheels)]
    names = {project_name(line) for line in own}
    pinned = [line for line in dependency_group(tree, MEASURED) if project_name(line) not in names]
    return Wanted(interpreter, tuple(own), tuple(pinned), tuple(harness))


def of_backends(tree: Files, backends: Iterable[str]) -> list[str]:
    """Return the requirements of backends that have a dependency group of their own name."""
    return [line for name in backends for line in dependency_group(tree, name, optional=True)]


def differing(wanted: Sequence[Wanted]) -> set[str]:
    """Return those of the repository's pins that are not the same on all sides."""
    pinned = [set(side.pinned) for side in wanted]
    return set().union(*pinned) - pinned[0].intersection(*pinned)


def refuse_unmeasured(wanted: Sequence[Wanted], pins: Sequence[str]) -> None:
    """Raise GateError if a side brings a package that nothing would import: such a gate could only pass."""
    imported = {project_name(line) for line in (*pins, *(line for side in wanted for line in side.harness))}
    for side in wanted:
        for name in map(project_name, side.own):
            if name not in imported | _USED_BY_JOBLIB:
                what, package = name, f"{name.replace('-', '_')}."
                if name == MODULES_PROJECT:
                    what, package = "the modules of this side", ""
                raise GateError(
                    f"nothing that is measured here imports {what}: this gate could only pass. Say what calls it: "
                    f"--workload {package}MODULE:FUNCTION --task-args MODULE:NAME --workload-path DIR, "
                    "see docs/own-function.md"
                )

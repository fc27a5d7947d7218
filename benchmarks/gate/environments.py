"""Both sides as they are measured: an environment and a source tree each, built before anything is measured."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import GateError
from benchmarks.files.durable import locked, make_folder
from benchmarks.gate.builder import Builder
from benchmarks.gate.commits import commits_of
from benchmarks.gate.interpreters import interpreter_name
from benchmarks.gate.requirements import HARNESS, MEASURED, of_backends, refuse_unmeasured, wanted_by
from benchmarks.gate.specs import SideSpec
from benchmarks.gate.trees import compile_tree, dependency_group, keep_tree, suite_files, with_workloads, workload_files

# How long another gate may take to build.
_PATIENCE_S = 900.0


@dataclass(frozen=True)
class BuiltSide:
    """A side that can be measured: its interpreter, its sessions' tree, and the versions of its packages.

    `interpreter_name` is such as `CPython 3.13.0`; `variables` are set in the sessions' environment. `commits` are
    those that the side was made from, as they are shown.
    """

    python: Path
    tree: Path
    packages: dict[str, str]
    interpreter_name: str
    variables: Mapping[str, str]
    commits: tuple[str, ...]

    @property
    def identity(self) -> str:
        """The names of environment and tree, which are digests of their content."""
        return f"{self.python.parent.parent.name} {self.tree.name}"


@dataclass(frozen=True)
class Use:
    """What sessions will do with the sides.

    `backends` are those that were asked for, since some need packages of their own; `own_code` says that the sessions
    run a function or a backend of the user's, which may import any package.
    """

    backends: Sequence[str] = ()
    own_code: bool = False


def build(
    base: SideSpec, head: SideSpec, root: Path, cache: Path, interpreter: str | None, use: Use
) -> tuple[BuiltSide, BuiltSide]:
    """Build both sides, or find them under `cache`. Raises GateError if one can't be built, or can't be measured.

    `interpreter` is for a side that asks for none, `root` is this repository. Head's suite measures both sides, so the
    harness comes from head's pyproject.toml as well; a commit given as base contributes its pins and its workloads.
    """
    if os.name != "posix":
        raise GateError("a gate needs Linux or macOS: its two sides take turns over a socket that they inherit")
    cache = make_folder(cache.absolute())
    # Two gates that start at the same time build once.
    with locked(cache / "lock", timeout_s=_PATIENCE_S):
        builder = Builder(cache)
        default = builder.interpreter("--python", interpreter or sys.executable)
        interpreters = [
            builder.interpreter(f"--{name}-python", side.python) if side.python else default
            for name, side in (("base", base), ("head", head))
        ]
        return _build(base, head, root, builder, interpreters, use)


def _build(
    base: SideSpec, head: SideSpec, root: Path, builder: Builder, interpreters: Sequence[str], use: Use
) -> tuple[BuiltSide, BuiltSide]:
    suite = suite_files(root, head.ref)
    trees = suite_files(root, base.ref) if base.ref else suite, suite
    harness = dependency_group(suite, HARNESS)
    wanted = [
        wanted_by(side, python, builder.wheels(side, python), tree, [*harness, *of_backends(tree, use.backends)])
        for side, python, tree in zip((base, head), interpreters, trees, strict=True)
    ]
    if not use.own_code:
        refuse_unmeasured(wanted, dependency_group(suite, MEASURED))
    base_side, head_side = (
        BuiltSide(
            python := builder.environment(lock, interpreter),
            compile_tree(keep_tree(with_workloads(suite, tree), builder.cache / "trees"), python),
            builder.installed(python),
            interpreter_name(python),
            side.variables,
            commits_of(side, root, builder.cloned),
        )
        for side, interpreter, lock, tree in zip((base, head), interpreters, builder.lock(wanted), trees, strict=True)
    )
    return base_side, head_side


def nothing_differs(base: SideSpec, head: SideSpec, root: Path) -> bool:
    """Return whether nothing that is measured differs: no pins, workloads, packages, interpreters or variables."""
    if base.python != head.python or base.variables != head.variables:
        return False
    if any(side.requirements or side.paths or side.repositories for side in (base, head)):
        return False
    base_files, head_files = suite_files(root, base.ref), suite_files(root, head.ref)
    same_pins = dependency_group(base_files, MEASURED) == dependency_group(head_files, MEASURED)
    return same_pins and workload_files(base_files) == workload_files(head_files)

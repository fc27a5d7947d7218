"""The virtual environments of both sides: built by uv before anything is measured, and cached by content."""

import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import GateError
from benchmarks.files.durable import locked, make_folder
from benchmarks.files.temporary import TemporaryFolder
from benchmarks.gate.commands import output_of
from benchmarks.gate.commits import checked_out, short
from benchmarks.gate.interpreters import find_interpreter, interpreter_name
from benchmarks.gate.specs import GitSource, SideSpec, project_name
from benchmarks.gate.trees import (
    Files,
    clone,
    commit_of,
    copy_project,
    dependency_group,
    digest_of,
    keep_tree,
    suite_files,
    with_workloads,
    workload_files,
)

# How long another gate may take to build.
_PATIENCE_S = 900.0

# What is measured, and what measures.
_MEASURED, _HARNESS = "measured", "harness"

# What joblib uses where it is installed, beside the repository's pins.
_USED_BY_JOBLIB = frozenset({"cloudpickle", "loky"})


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
    base: SideSpec, head: SideSpec, root: Path, builder: "Builder", interpreters: Sequence[str], use: Use
) -> tuple[BuiltSide, BuiltSide]:
    suite = suite_files(root, head.ref)
    trees = suite_files(root, base.ref) if base.ref else suite, suite
    harness = dependency_group(suite, _HARNESS)
    wanted = [
        _wanted(side, python, builder.wheels(side, python), tree, [*harness, *_of_backends(tree, use.backends)])
        for side, python, tree in zip((base, head), interpreters, trees, strict=True)
    ]
    if not use.own_code:
        _refuse_unmeasured(wanted, dependency_group(suite, _MEASURED))
    base_side, head_side = (
        BuiltSide(
            python := builder.environment(lock, interpreter),
            builder.compiled(keep_tree(with_workloads(suite, tree), builder.cache / "trees"), python),
            builder.installed(python),
            interpreter_name(python),
            side.variables,
            builder.commits(side, root),
        )
        for side, interpreter, lock, tree in zip((base, head), interpreters, builder.lock(wanted), trees, strict=True)
    )
    return base_side, head_side


def _refuse_unmeasured(wanted: Sequence[Wanted], pins: Sequence[str]) -> None:
    """Raise GateError if a side brings a package that nothing would import: such a gate could only pass."""
    imported = {project_name(line) for line in (*pins, *(line for side in wanted for line in side.harness))}
    for side in wanted:
        for name in map(project_name, side.own):
            if name not in imported | _USED_BY_JOBLIB:
                raise GateError(
                    f"nothing that is measured here imports {name}: this gate could only pass. Say what calls it: "
                    f"--workload {name.replace('-', '_')}.MODULE:FUNCTION --task-args MODULE:NAME --workload-path DIR, "
                    "see docs/own-function.md"
                )


def same_tree(base: SideSpec, head: SideSpec, root: Path) -> bool:
    """Return whether nothing that is measured differs: no pins, workloads, packages, interpreters or variables."""
    if base.python != head.python or base.variables != head.variables:
        return False
    if any(side.requirements or side.paths or side.repositories for side in (base, head)):
        return False
    base_files, head_files = suite_files(root, base.ref), suite_files(root, head.ref)
    same_pins = dependency_group(base_files, _MEASURED) == dependency_group(head_files, _MEASURED)
    return same_pins and workload_files(base_files) == workload_files(head_files)


def _of_backends(tree: Files, backends: Iterable[str]) -> list[str]:
    """Return the requirements of backends that have a dependency group of their own name."""
    return [line for name in backends for line in dependency_group(tree, name, optional=True)]


def _wanted(side: SideSpec, interpreter: str, wheels: Sequence[Path], tree: Files, harness: Sequence[str]) -> Wanted:
    own = [*side.requirements, *(f"{project_name(wheel.name.split('-')[0])} @ {wheel.as_uri()}" for wheel in wheels)]
    names = {project_name(line) for line in own}
    pinned = [line for line in dependency_group(tree, _MEASURED) if project_name(line) not in names]
    return Wanted(interpreter, tuple(own), tuple(pinned), tuple(harness))


class Builder:
    """uv and its cache: everything is built once, and named after what it is made of."""

    def __init__(self, cache: Path) -> None:
        try:
            from uv import find_uv_bin
        except ImportError:
            raise GateError("uv is not installed: run the gate with `tox run -e gate`, or `pip install uv`") from None
        self._uv = find_uv_bin()
        self._cloned: dict[GitSource, str] = {}
        self.cache = cache
        for name in ("wheels", "locks", "environments", "trees"):
            (cache / name).mkdir(parents=True, exist_ok=True)

    def interpreter(self, option: str, wanted: str) -> str:
        """Return the path of the interpreter that `option` asks for. Raises GateError if there is none."""
        return find_interpreter(self._uv, option, wanted, self.cache)

    def wheels(self, side: SideSpec, interpreter: str) -> list[Path]:
        """Build a wheel of each local project and each commit of another repository. Raises GateError."""
        wheels = [self._wheel(path, digest_of(path), interpreter) for path in side.paths]
        for source in side.repositories:
            with TemporaryFolder("side-") as folder:
                checkout = folder.path / "checkout"
                self._cloned[source] = commit = clone(source.url, source.ref, checkout)
                wheels.append(self._wheel(checkout, commit[:16], interpreter))
        return wheels

    def commits(self, side: SideSpec, root: Path) -> tuple[str, ...]:
        """Return the commits that a side was made from; its wheels must have been built. `root` is this repository."""
        commits: list[str | None] = [short(self._cloned[source]) for source in side.repositories]
        commits += [checked_out(path) for path in side.paths if path.is_dir()]
        if side.ref is not None:
            commits.append(short(commit_of(root, side.ref)))
        elif not (side.repositories or side.paths or side.requirements):
            commits.append(checked_out(root))
        return tuple(commit for commit in commits if commit is not None)

    def _wheel(self, project: Path, digest: str, interpreter: str) -> Path:
        if project.is_file():
            if project.suffix != ".whl":
                raise GateError(f"{project}: a file; expected a wheel (.whl) or a project's folder")
            return project
        # A wheel with compiled code is for one interpreter only.
        target = self.cache / "wheels" / _digest(f"{digest} {interpreter}")
        if not target.exists():
            with TemporaryFolder("side-") as folder:
                copy, writing = folder.path / "project", target.with_suffix(".writing")
                copy_project(project, copy)
                shutil.rmtree(writing, ignore_errors=True)
                command = [self._uv, "build", "--quiet", "--wheel", "--python", interpreter, "--out-dir"]
                output_of(f"building {project}", [*command, str(writing), str(copy)], self.cache)
                writing.rename(target)
        wheel = next(target.glob("*.whl"), None)
        if wheel is None:
            raise GateError(f"building {project} made no wheel; expected a Python project")
        return wheel

    def lock(self, wanted: Sequence[Wanted]) -> list[Path]:
        """Pin every requirement of the sides, and return the file of each side's pins. Raises GateError.

        What the sides do not ask for differently gets the same version in all.
        """
        key = _digest(json.dumps([[side.interpreter, *side.lines] for side in wanted]))
        targets = [self.cache / "locks" / f"{key}-{number}.txt" for number in range(len(wanted))]
        own = {project_name(line) for side in wanted for line in (*side.own, *_differing(wanted))}
        for number, (side, target) in enumerate(zip(wanted, targets, strict=True)):
            if not target.exists():
                common = targets[0].read_text().splitlines() if number else []
                kept = [line for line in common if line and project_name(line) not in own]
                target.with_suffix(".writing").write_text(self._compiled(side, kept))
                target.with_suffix(".writing").rename(target)
        return targets

    def _compiled(self, side: Wanted, constraints: Iterable[str]) -> str:
        with TemporaryFolder("side-") as folder:
            wanted, kept = folder.path / "wanted.in", folder.path / "kept.txt"
            wanted.write_text("\n".join(side.lines) + "\n")
            kept.write_text("\n".join(constraints) + "\n")
            command = [self._uv, "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python"]
            command += [side.interpreter, "--constraint", str(kept), str(wanted)]
            return output_of("resolving a side's requirements", command, self.cache).decode()

    def environment(self, lock: Path, interpreter: str) -> Path:
        """Build the environment that holds exactly what a lock names, and return its interpreter. Raises GateError."""
        target = self.cache / "environments" / _digest(lock.read_text() + interpreter)
        python = target / "bin" / "python"
        # Written last: an environment without it was interrupted.
        whole = target / "whole"
        if not whole.exists():
            shutil.rmtree(target, ignore_errors=True)
            venv = [self._uv, "venv", "--quiet", "--python", interpreter, str(target)]
            output_of("creating an environment", venv, self.cache)
            install = [self._uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python)]
            output_of("installing a side", [*install, "--no-deps", "--requirement", str(lock)], self.cache)
            whole.touch()
        return python

    def compiled(self, tree: Path, python: Path) -> Path:
        """Compile a tree's modules for an interpreter, and return the tree.

        Sessions would do it, each of them anew where PYTHONDONTWRITEBYTECODE is set.
        """
        done = python.parent.parent / f"compiled-{tree.name}"
        if not done.exists():
            # What can't be compiled is told by the session that needs it.
            with contextlib.suppress(GateError):
                output_of("compiling the suite", [str(python), "-m", "compileall", "-q", str(tree)], self.cache)
            done.touch()
        return tree

    def installed(self, python: Path) -> dict[str, str]:
        """Return the installed versions by project; a project that was built here has its wheel's URL instead."""
        freeze = [self._uv, "pip", "freeze", "--python", str(python)]
        versions = {}
        for line in output_of("uv pip freeze", freeze, self.cache).decode().splitlines():
            name, separator, rest = line.partition("==") if "==" in line else line.partition(" @ ")
            if separator:
                versions[project_name(name)] = rest
        return versions


def _differing(wanted: Sequence[Wanted]) -> set[str]:
    """Return those of the repository's pins that are not the same on all sides."""
    pinned = [set(side.pinned) for side in wanted]
    return set().union(*pinned) - pinned[0].intersection(*pinned)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]

"""The two sides' environments: built by uv before anything is measured, cached by what they are made of."""

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import GateError
from benchmarks.files.durable import locked, make_folder
from benchmarks.gate.processes import output_of
from benchmarks.gate.specs import SideSpec, project_name
from benchmarks.gate.trees import Files, clone, copy_project, digest_of, keep_tree, pins, suite_files, with_workloads

# How long another gate may take to build.
_PATIENCE_S = 900.0


@dataclass(frozen=True)
class BuiltSide:
    """A side that can be measured: its interpreter, the tree it is run in, and what is installed (name: version)."""

    python: Path
    tree: Path
    packages: dict[str, str]

    @property
    def identity(self) -> str:
        """Names what it is: environment and tree are named after their content."""
        return f"{self.python.parent.parent.name} {self.tree.name}"


def build(
    base: SideSpec, head: SideSpec, root: Path, cache: Path, interpreter: str | None, backends: Sequence[str] = ()
) -> tuple[BuiltSide, BuiltSide]:
    """Both sides, built or found under `cache`; `root` is this repository. Raises GateError.

    `backends` are those that a session is asked for: some need packages of their own.

    Head's suite measures both; of base's commit come the pins and the workloads.
    """
    cache = make_folder(cache.absolute())
    # Two gates that begin at once build once.
    with locked(cache / "lock", timeout_s=_PATIENCE_S):
        return _build(base, head, root, Builder(cache, interpreter or sys.executable), backends)


def _build(
    base: SideSpec, head: SideSpec, root: Path, builder: "Builder", backends: Sequence[str]
) -> tuple[BuiltSide, BuiltSide]:
    suite = suite_files(root, head.ref)
    trees = suite_files(root, base.ref) if base.ref else suite, suite
    wheels = [builder.wheels(side) for side in (base, head)]
    wanted = [
        _wanted(side, pins(tree, backends), own) for side, tree, own in zip((base, head), trees, wheels, strict=True)
    ]
    locks = builder.lock(wanted)
    base_side, head_side = (
        BuiltSide(
            python := builder.environment(lock),
            keep_tree(with_workloads(suite, tree), builder.cache / "trees"),
            builder.installed(python),
        )
        for lock, tree in zip(locks, trees, strict=True)
    )
    return base_side, head_side


def same_tree(base: SideSpec, head: SideSpec, root: Path) -> bool:
    """Whether nothing that is measured differs: no pins, no workloads, no package of a side's own."""
    if any(side.requirements or side.paths or side.repositories for side in (base, head)):
        return False
    one, other = suite_files(root, base.ref), suite_files(root, head.ref)
    return pins(one) == pins(other) and _workloads(one) == _workloads(other)


def _workloads(files: Files) -> Files:
    return {path: content for path, content in files.items() if path.startswith("benchmarks/workloads/")}


def _wanted(side: SideSpec, groups: dict[str, list[str]], wheels: Sequence[Path]) -> "Wanted":
    own = [*side.requirements, *(f"{project_name(wheel.name.split('-')[0])} @ {wheel.as_uri()}" for wheel in wheels)]
    names = {project_name(line) for line in own}
    return Wanted(
        tuple(own),
        tuple(line for line in groups["measured"] if project_name(line) not in names),
        tuple(groups["harness"]),
    )


@dataclass(frozen=True)
class Wanted:
    """A side's requirements: its `own`, the repository's pins that these leave, and what measures."""

    own: tuple[str, ...]
    pinned: tuple[str, ...]
    harness: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """All of them, as in a requirements file."""
        return [*self.own, *self.pinned, *self.harness]


class Builder:
    """uv, and where it puts what it builds: everything is named after what it is made of, and made once."""

    def __init__(self, cache: Path, interpreter: str) -> None:
        try:
            from uv import find_uv_bin
        except ImportError:
            raise GateError("uv is not installed: run the gate with `tox run -e gate`, or `pip install uv`") from None
        self._uv = find_uv_bin()
        self.cache = cache
        for name in ("wheels", "locks", "environments", "trees"):
            (cache / name).mkdir(parents=True, exist_ok=True)
        found = output_of("--python", [self._uv, "python", "find", interpreter], cache)
        self.interpreter = found.decode().strip()

    def wheels(self, side: SideSpec) -> list[Path]:
        """A wheel for each project of the side that is no released version."""
        found = [self._wheel(path, digest_of(path)) for path in side.paths]
        for source in side.repositories:
            with tempfile.TemporaryDirectory() as folder:
                checkout = Path(folder) / "checkout"
                commit = clone(source.url, source.ref, checkout)
                found.append(self._wheel(checkout, commit[:16]))
        return found

    def _wheel(self, project: Path, digest: str) -> Path:
        if project.is_file():
            if project.suffix != ".whl":
                raise GateError(f"{project}: a file; expected a wheel (.whl) or a project's folder")
            return project
        target = self.cache / "wheels" / digest
        if not target.exists():
            with tempfile.TemporaryDirectory() as folder:
                copy, writing = Path(folder) / "project", target.with_suffix(".writing")
                copy_project(project, copy)
                shutil.rmtree(writing, ignore_errors=True)
                command = [self._uv, "build", "--quiet", "--wheel", "--python", self.interpreter, "--out-dir"]
                output_of(f"building {project}", [*command, str(writing), str(copy)], self.cache)
                writing.rename(target)
        wheel = next(target.glob("*.whl"), None)
        if wheel is None:
            raise GateError(f"building {project} made no wheel; expected a Python project")
        return wheel

    def lock(self, wanted: Sequence[Wanted]) -> list[Path]:
        """Every requirement of both sides pinned: what neither asks for differently is the same in both."""
        key = _digest(json.dumps([[side.lines for side in wanted], self.interpreter]))
        targets = [self.cache / "locks" / f"{key}-{place}.txt" for place in range(len(wanted))]
        own = {project_name(line) for side in wanted for line in (*side.own, *_differing(wanted))}
        for place, (side, target) in enumerate(zip(wanted, targets, strict=True)):
            if not target.exists():
                common = targets[0].read_text().splitlines() if place else []
                kept = [line for line in common if line and project_name(line) not in own]
                target.with_suffix(".writing").write_text(self._compiled(side.lines, kept))
                target.with_suffix(".writing").rename(target)
        return targets

    def _compiled(self, lines: Iterable[str], constraints: Iterable[str]) -> str:
        with tempfile.TemporaryDirectory() as folder:
            wanted, kept = Path(folder) / "wanted.in", Path(folder) / "kept.txt"
            wanted.write_text("\n".join(lines) + "\n")
            kept.write_text("\n".join(constraints) + "\n")
            command = [self._uv, "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python"]
            command += [self.interpreter, "--constraint", str(kept), str(wanted)]
            return output_of("resolving what a side needs", command, self.cache).decode()

    def environment(self, lock: Path) -> Path:
        """The interpreter of an environment that holds exactly what a lock names."""
        target = self.cache / "environments" / _digest(lock.read_text() + self.interpreter)
        python = target / "bin" / "python"
        # The last thing written: an environment without it was cut off.
        whole = target / "whole"
        if not whole.exists():
            shutil.rmtree(target, ignore_errors=True)
            venv = [self._uv, "venv", "--quiet", "--python", self.interpreter, str(target)]
            output_of("making an environment", venv, self.cache)
            install = [self._uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python)]
            output_of("installing a side", [*install, "--no-deps", "--requirement", str(lock)], self.cache)
            whole.touch()
        return python

    def installed(self, python: Path) -> dict[str, str]:
        """Versions by project; of one that was built here, its wheel."""
        freeze = [self._uv, "pip", "freeze", "--python", str(python)]
        found = {}
        for line in output_of("uv pip freeze", freeze, self.cache).decode().splitlines():
            name, separator, rest = line.partition("==") if "==" in line else line.partition(" @ ")
            if separator:
                found[project_name(name)] = rest
        return found


def _differing(wanted: Sequence[Wanted]) -> set[str]:
    """The repository's own pins that are not the same on all sides."""
    pinned = [set(side.pinned) for side in wanted]
    return set().union(*pinned) - pinned[0].intersection(*pinned)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]

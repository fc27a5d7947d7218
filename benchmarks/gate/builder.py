"""uv and its cache: wheels, locks and environments, each built once and named after what it is made of."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.errors import GateError
from benchmarks.files.temporary import TemporaryFolder
from benchmarks.gate.commands import output_of
from benchmarks.gate.commits import clone
from benchmarks.gate.interpreters import find_interpreter
from benchmarks.gate.requirements import Wanted, differing
from benchmarks.gate.specs import GitSource, SideSpec, project_name
from benchmarks.gate.trees import copy_project, digest_of, is_project, make_project


class Builder:
    """What uv builds for the sides, under `cache`. `cloned` are the commits of other repositories, once built."""

    def __init__(self, cache: Path) -> None:
        try:
            from uv import find_uv_bin
        except ImportError:
            raise GateError("uv is not installed: run the gate with `tox run -e gate`, or `pip install uv`") from None
        self._uv = find_uv_bin()
        self.cloned: dict[GitSource, str] = {}
        self.cache = cache
        for name in ("wheels", "locks", "environments", "trees"):
            (cache / name).mkdir(parents=True, exist_ok=True)

    def interpreter(self, option: str, wanted: str) -> str:
        """Return the path of the interpreter that `option` asks for. Raises GateError if there is none."""
        return find_interpreter(self._uv, option, wanted, self.cache)

    def wheels(self, side: SideSpec, interpreter: str) -> list[Path]:
        """Build a wheel of each local project and each commit of another repository. Raises GateError."""
        wheels = [self._wheel(str(path), path, digest_of(path), interpreter) for path in side.paths]
        for source in side.repositories:
            with TemporaryFolder("side-") as folder:
                checkout = folder.path / "checkout"
                self.cloned[source] = commit = clone(source.url, source.ref, checkout)
                spec = f"git+{source.url}@{source.ref}"
                wheels.append(self._wheel(spec, checkout, commit[:16], interpreter))
        return wheels

    def _wheel(self, shown: str, project: Path, digest: str, interpreter: str) -> Path:
        if project.is_file():
            if project.suffix != ".whl":
                raise GateError(f"{shown}: a file; expected a wheel (.whl) or a project's folder")
            return project
        # A wheel with compiled code is for one interpreter only.
        target = self.cache / "wheels" / _digest(f"{digest} {interpreter}")
        if not target.exists():
            with TemporaryFolder("side-") as folder:
                copy, writing = folder.path / "project", target.with_suffix(".writing")
                copy_project(project, copy)
                if not (is_project(copy) or make_project(copy)):
                    what = "no pyproject.toml, setup.py or Python module in its root folder"
                    raise GateError(f"{shown}: {what}; expected a Python project or a folder of modules")
                shutil.rmtree(writing, ignore_errors=True)
                command = [self._uv, "build", "--wheel", "--python", interpreter, "--out-dir"]
                # Builders leave files there.
                variables = {"TMPDIR": str(folder.path)}
                output_of(f"building {shown}", [*command, str(writing), str(copy)], self.cache, variables)
                writing.rename(target)
        wheel = next(target.glob("*.whl"), None)
        if wheel is None:
            raise GateError(f"building {shown} made no wheel; expected a Python project")
        return wheel

    def lock(self, wanted: Sequence[Wanted]) -> list[Path]:
        """Pin every requirement of the sides, and return the file of each side's pins. Raises GateError.

        What the sides do not ask for differently gets the same version in all.
        """
        key = _digest(json.dumps([[side.interpreter, *side.lines] for side in wanted]))
        targets = [self.cache / "locks" / f"{key}-{number}.txt" for number in range(len(wanted))]
        own = {project_name(line) for side in wanted for line in (*side.own, *differing(wanted))}
        for number, (side, target) in enumerate(zip(wanted, targets, strict=True)):
            if not target.exists():
                common = targets[0].read_text().splitlines() if number else []
                kept = [line for line in common if line and project_name(line) not in own]
                target.with_suffix(".writing").write_text(self._resolved(side, kept))
                target.with_suffix(".writing").rename(target)
        return targets

    def _resolved(self, side: Wanted, constraints: Iterable[str]) -> str:
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

    def installed(self, python: Path) -> dict[str, str]:
        """Return the installed versions by project; a project that was built here has its wheel's URL instead."""
        freeze = [self._uv, "pip", "freeze", "--python", str(python)]
        versions = {}
        for line in output_of("uv pip freeze", freeze, self.cache).decode().splitlines():
            name, separator, rest = line.partition("==") if "==" in line else line.partition(" @ ")
            if separator:
                versions[project_name(name)] = rest
        return versions


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]

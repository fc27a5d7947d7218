"""Source trees: the suite that a side is measured with, and the projects it is built from."""

import contextlib
import hashlib
import io
import json
import shutil
import tarfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

from benchmarks.errors import GateError
from benchmarks.gate.commands import output_of
from benchmarks.gate.commits import commit_of

# What a session needs of this repository.
_SUITE = ("benchmarks", "conftest.py", "pytest.ini", "pyproject.toml")
_WORKLOADS = "benchmarks/workloads/"
_CACHES = shutil.ignore_patterns(
    "__pycache__", "*.pyc", ".tox", ".nox", ".venv", ".gate", ".benchmarks", ".mypy_cache", ".ruff_cache"
)

# A folder of modules that is no project is built as this one, without dependencies.
MODULES_PROJECT = "modules-without-a-project"
_PYPROJECT = """\
[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "0"

[tool.setuptools]
py-modules = {modules}
packages = {packages}

[tool.setuptools.package-data]
"*" = ["*"]
"""

# Contents by path, relative to the tree's root.
Files = dict[str, bytes]


def suite_files(root: Path, ref: str | None) -> Files:
    """Return the files that a session needs: of commit `ref`, or of the checkout at `root` as it is.

    Raises GateError if there is no such commit.
    """
    if ref is not None:
        return _archived(root, ref, _SUITE)
    files = {}
    for name in _SUITE:
        for path in [root / name] if (root / name).is_file() else sorted((root / name).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                files[path.relative_to(root).as_posix()] = path.read_bytes()
    return files


def workload_files(files: Files) -> Files:
    """Return the tree's workloads only."""
    return {path: content for path, content in files.items() if path.startswith(_WORKLOADS)}


def with_workloads(suite: Files, other: Files) -> Files:
    """Return the suite with another commit's workloads: they are the side's own, how they are measured is head's."""
    own = {path: content for path, content in suite.items() if not path.startswith(_WORKLOADS)}
    return own | workload_files(other)


def dependency_group(files: Files, name: str, optional: bool = False) -> list[str]:
    """Return the requirements in a dependency group of a tree's pyproject.toml, without the groups it includes.

    Raises GateError if the group is missing, unless it is `optional`.
    """
    try:
        groups = tomllib.loads(files["pyproject.toml"].decode())["dependency-groups"]
        lines = groups.get(name, []) if optional else groups[name]
        return [line for line in lines if isinstance(line, str)]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise GateError(f"pyproject.toml: {error!r}; expected a dependency group named {name}") from None


def keep_tree(files: Files, folder: Path) -> Path:
    """Write the files to a folder under `folder` that is named after their content, and return it."""
    digest = hashlib.sha256()
    for path, content in sorted(files.items()):
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    target = folder / digest.hexdigest()[:16]
    if not target.exists():
        writing = folder / f"{target.name}.writing"
        shutil.rmtree(writing, ignore_errors=True)
        for path, content in files.items():
            (writing / path).parent.mkdir(parents=True, exist_ok=True)
            (writing / path).write_bytes(content)
        writing.rename(target)
    return target


def compile_tree(tree: Path, python: Path) -> Path:
    """Compile a tree's modules for the interpreter of an environment, once, and return the tree.

    Sessions would do it, each of them anew where PYTHONDONTWRITEBYTECODE is set.
    """
    done = python.parent.parent / f"compiled-{tree.name}"
    if not done.exists():
        # What can't be compiled is told by the session that needs it.
        with contextlib.suppress(GateError):
            output_of("compiling the suite", [str(python), "-m", "compileall", "-q", str(tree)], tree.parent)
        done.touch()
    return tree


def digest_of(source: Path) -> str:
    """Return a digest of a project's source files, or of a wheel."""
    if source.is_file():
        return hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    digest = hashlib.sha256()
    for path in sorted(_sources(source, source)):
        digest.update(f"{path.relative_to(source)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def copy_project(source: Path, target: Path) -> None:
    """Copy a project without its caches: a build writes next to the sources, and these belong to the user."""
    shutil.copytree(source, target, symlinks=True, ignore=lambda folder, names: _not_source(source, folder, names))


def is_project(folder: Path) -> bool:
    """Return whether a folder says how it is built."""
    return any((folder / name).is_file() for name in ("pyproject.toml", "setup.py"))


def make_project(folder: Path) -> bool:
    """Make a project of the modules and packages in a folder; return whether there are any."""
    modules = sorted(path.stem for path in folder.glob("*.py") if path.stem.isidentifier())
    inits = sorted(path.relative_to(folder).parent for path in folder.rglob("__init__.py") if path.parent != folder)
    packages = [".".join(path.parts) for path in inits if all(part.isidentifier() for part in path.parts)]
    # JSON's lists of names are TOML's as well.
    content = _PYPROJECT.format(name=MODULES_PROJECT, modules=json.dumps(modules), packages=json.dumps(packages))
    (folder / "pyproject.toml").write_text(content)
    return bool(modules or packages)


def _not_source(project: Path, folder: str, names: list[str]) -> set[str]:
    """Return those of the names in a folder of the project that are no sources of it."""
    left_out = _CACHES(folder, names) | {name for name in names if _is_special(Path(folder, name))}
    # What setuptools built; a package may have the same name.
    if Path(folder) == project and not (project / "build" / "__init__.py").exists():
        left_out.add("build")
    return left_out


def _is_special(path: Path) -> bool:
    """Return whether a path is a socket, a pipe or a device, which can't be copied."""
    return not (path.is_symlink() or path.is_file() or path.is_dir())


def _sources(project: Path, folder: Path) -> Iterable[Path]:
    paths = [*folder.iterdir()]
    left_out = _not_source(project, str(folder), [path.name for path in paths])
    for path in paths:
        if path.name in left_out or path.name == ".git":
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _sources(project, path)
        elif path.is_file():
            yield path


def _archived(root: Path, ref: str, names: Iterable[str]) -> Files:
    commit = commit_of(root, ref)
    content = output_of(f"git:{ref}", ["git", "archive", "--format=tar", commit, *names], root)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        return {member.name: file.read() for member in members if (file := archive.extractfile(member)) is not None}

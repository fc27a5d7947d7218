"""Source trees: what a side measures with, and what it is built from."""

import hashlib
import io
import shutil
import tarfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.errors import GateError
from benchmarks.gate.processes import output_of

# What a session needs of this repository.
_SUITE = ("benchmarks", "conftest.py", "pytest.ini", "pyproject.toml")
_NOT_SOURCE = shutil.ignore_patterns(
    "__pycache__", "*.pyc", ".tox", ".nox", ".venv", ".gate", ".benchmarks", ".mypy_cache", ".ruff_cache", "build"
)

Files = dict[str, bytes]


def suite_files(root: Path, ref: str | None) -> Files:
    """What a session needs, by path: of the checkout at `root` as it is, or of a commit. Raises GateError."""
    if ref is not None:
        return _archived(root, ref, _SUITE)
    found = {}
    for name in _SUITE:
        for path in [root / name] if (root / name).is_file() else sorted((root / name).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                found[path.relative_to(root).as_posix()] = path.read_bytes()
    return found


def with_workloads(suite: Files, other: Files) -> Files:
    """The suite with another commit's workloads: what runs is a side's own, how it is measured is head's."""
    own = {path: content for path, content in suite.items() if not path.startswith("benchmarks/workloads/")}
    return own | {path: content for path, content in other.items() if path.startswith("benchmarks/workloads/")}


def pins(files: Files, backends: Iterable[str] = ()) -> dict[str, list[str]]:
    """The requirements of a tree's pyproject.toml that name projects: measured, and harness; raises GateError.

    With the harness come those of `backends` that need packages of their own: groups of the backends' names.
    """
    try:
        groups = tomllib.loads(files["pyproject.toml"].decode())["dependency-groups"]
        found = {name: [line for line in groups[name] if isinstance(line, str)] for name in ("measured", "harness")}
        for name in backends:
            found["harness"] += [line for line in groups.get(name, ()) if isinstance(line, str)]
        return found
    except (KeyError, TypeError, ValueError) as error:
        raise GateError(f"pyproject.toml: {error!r}; expected the dependency groups measured and harness") from None


def keep_tree(files: Files, folder: Path) -> Path:
    """The files in a folder under `folder` that is named after their content."""
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


def commit_of(repository: Path, ref: str) -> str:
    """The full hash of a commit; raises GateError."""
    what = f"git: {ref} is no commit of {repository}"
    return output_of(what, ["git", "rev-parse", "--verify", f"{ref}^{{commit}}"], repository).decode().strip()


def merge_base(root: Path, environment: Mapping[str, str]) -> str:
    """Where head left the pull request's target branch in CI, else the default branch. Raises GateError."""
    target = environment.get("GITHUB_BASE_REF") or environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
    names = [f"origin/{target}"] if target else ["origin/HEAD", "main"]
    for name in names:
        try:
            return output_of("", ["git", "merge-base", "HEAD", name], root).decode().strip()
        except GateError:
            continue
    raise GateError(f"no --base, and no merge base with {' or '.join(names)} in {root}; give --base SPEC")


def digest_of(folder: Path) -> str:
    """A digest of a project's files, or of a wheel."""
    if folder.is_file():
        return hashlib.sha256(folder.read_bytes()).hexdigest()[:16]
    digest = hashlib.sha256()
    for path in sorted(_sources(folder)):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def copy_project(source: Path, target: Path) -> None:
    """A project without its caches: building writes beside the sources, which are not ours."""
    shutil.copytree(source, target, symlinks=True, ignore=_NOT_SOURCE)


def clone(url: str, ref: str, target: Path) -> str:
    """Check a commit of another repository out; its hash. Raises GateError."""
    what = f"git+{url}@{ref}"
    output_of(what, ["git", "clone", "--quiet", "--no-checkout", url, str(target)], target.parent)
    for name in (ref, f"origin/{ref}"):
        try:
            commit = commit_of(target, name)
        except GateError:
            continue
        output_of(what, ["git", "checkout", "--quiet", "--detach", commit], target)
        return commit
    raise GateError(f"{what}: no such commit, branch or tag")


def _sources(folder: Path) -> Iterable[Path]:
    for path in folder.iterdir():
        if path.name in _NOT_SOURCE(str(folder), [path.name]) or path.name == ".git":
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _sources(path)
        elif path.is_file():
            yield path


def _archived(root: Path, ref: str, names: Iterable[str]) -> Files:
    commit = commit_of(root, ref)
    content = output_of(f"git:{ref}", ["git", "archive", "--format=tar", commit, *names], root)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        return {member.name: file.read() for member in members if (file := archive.extractfile(member)) is not None}

"""What lies between good and bad: the commits of a local clone, or the releases of a project."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.version import InvalidVersion, Version

from benchmarks.errors import GateError
from benchmarks.gate.commands import output_of
from benchmarks.gate.commits import commit_of
from benchmarks.gate.specs import SideSpec, parse_side, project_name
from benchmarks.text.printable import visible

_FORMS = "expected two releases (joblib==1.2.0) or two commits of a local clone (git+file:///path@v1, git:v1)"

_RELEASE = re.compile(r"([A-Za-z0-9._-]+)==([^,]+)", re.ASCII)


@dataclass(frozen=True)
class Candidate:
    """A commit or a release: its spec as a side, and what a reader calls it."""

    spec: str
    title: str


def candidates(good: str, bad: str, root: Path) -> list[Candidate]:
    """Return good, what lies between, and bad, oldest first. Raises GateError if nothing does, or can't be listed."""
    releases = [_RELEASE.fullmatch(spec) for spec in (good, bad)]
    if releases[0] and releases[1]:
        if project_name(releases[0][1]) != project_name(releases[1][1]):
            raise GateError(f"--good {visible(good)} and --bad {visible(bad)}: two projects; expected one")
        return _releases(releases[0][1], releases[0][2], releases[1][2])
    before, after = _repository("--good", good, root), _repository("--bad", bad, root)
    if before is None or after is None or before[:2] != after[:2]:
        raise GateError(f"--good {visible(good)} and --bad {visible(bad)}: {_FORMS}")
    return _commits(before[0], before[1], before[2], after[2])


def _repository(option: str, spec: str, root: Path) -> tuple[Path, str, str] | None:
    """Return the local repository of a spec, what precedes the commit in it, and the commit; None for other specs."""
    side: SideSpec = parse_side(option, [spec])
    if side.ref:
        return root, "git:", side.ref
    for source in side.repositories:
        url = urlsplit(source.url)
        if url.scheme == "file":
            return Path(unquote(url.path)), f"git+{source.url}@", source.ref
    return None


def _commits(repository: Path, prefix: str, good: str, bad: str) -> list[Candidate]:
    first, last = commit_of(repository, good), commit_of(repository, bad)
    # Of a merge, only the merge itself: what it brought was measured nowhere else in this order.
    command = ["git", "rev-list", "--first-parent", "--reverse", f"{first}..{last}", "--"]
    between = output_of("git rev-list", command, repository).decode().split()
    behind = output_of("git rev-list", ["git", "rev-list", "--count", first, "--not", last, "--"], repository)
    if not between or behind.strip() != b"0":
        raise GateError(f"--good {visible(good)}: not an ancestor of --bad {visible(bad)}; expected an earlier commit")
    return [Candidate(f"{prefix}{commit}", _subject(repository, commit)) for commit in (first, *between)]


def _subject(repository: Path, commit: str) -> str:
    form = ["git", "show", "--no-patch", "--format=%h %s", commit, "--"]
    return visible(output_of("git show", form, repository).decode(errors="replace").strip())


def message_of(candidate: Candidate, root: Path) -> list[str]:
    """Return the lines of a commit's author, date and whole message; the title of a release."""
    repository = None if _RELEASE.fullmatch(candidate.spec) else _repository("--bad", candidate.spec, root)
    if repository is None:
        return [candidate.title]
    form = ["git", "show", "--no-patch", "--format=commit %H%nauthor %an, %as%n%n%B", repository[2], "--"]
    lines = output_of("git show", form, repository[0]).decode(errors="replace").strip().splitlines()
    return [visible(line) for line in lines]


def _releases(project: str, good: str, bad: str) -> list[Candidate]:
    command = [sys.executable, "-m", "pip", "index", "versions", project, "--disable-pip-version-check"]
    text = output_of(f"listing the releases of {project}", command, Path.cwd()).decode()
    listed = re.search(r"^Available versions: (.*)$", text, re.MULTILINE)
    versions = _between(listed[1].split(", ") if listed else [], good, bad)
    return [Candidate(f"{project}=={version}", f"{project} {version}") for version in versions]


def _between(listed: Sequence[str], good: str, bad: str) -> list[str]:
    """Return good, the versions between, and bad, oldest first."""
    try:
        first, last = Version(good), Version(bad)
    except InvalidVersion as error:
        raise GateError(f"{error}; expected a release such as joblib==1.2.0") from None
    if first >= last:
        raise GateError(f"--good {good} and --bad {bad}: expected the older release as --good")
    known = sorted({Version(text) for text in listed} | {first, last})
    return [str(version) for version in known if first <= version <= last]

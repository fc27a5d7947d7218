"""Whether base contains a release or a commit: then what came with it is no change between the two sides."""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from benchmarks.acceptance.entries import release
from benchmarks.errors import GateError
from benchmarks.gate.commands import output_of
from benchmarks.gate.commits import commit_of
from benchmarks.gate.record import Record
from benchmarks.gate.specs import SideSpec, parse_side, project_name
from benchmarks.text.printable import visible


def base_contains(since: str, record: Record, root: Path) -> bool:
    """Return whether base contains `since`, a release or a commit; `root` is this repository.

    Raises GateError with the reason if that can't be told.
    """
    base = record.sides.base
    return contains(since, base.packages, lambda: _commit(parse_side("--base", base.spec), root))


def contains(since: str, packages: Mapping[str, str], commit: Callable[[], tuple[Path, str]]) -> bool:
    """Return whether a release is among these packages, or a commit among those that lead to `commit`.

    `packages` are versions by project, `commit` returns a repository and a commit of it. Raises GateError with the
    reason if that can't be told.
    """
    if named := release(since):
        project, version = named
        return _version(packages, project) >= version
    repository, ref = commit()
    # The commits of `since` that base lacks. A ref from a run file might look like an option otherwise.
    command = ["git", "rev-list", "--count", since, f"^{ref}", "--"]
    try:
        return output_of("", command, repository).strip() == b"0"
    except GateError:
        raise GateError(f"{since} or base's commit is not in {visible(repository)}") from None


def origin_of_head(record: Record, root: Path) -> str | None:
    """Return the release or the commit that head is and base does not contain, as `since` of an entry.

    None for a checkout, or if that can't be told.
    """
    spec = record.sides.head.spec
    try:
        head = parse_side("--head", spec)
        is_release = len(spec) == 1 and head.requirements and "==" in spec[0] and "===" not in spec[0]
        since = spec[0] if is_release else commit_of(*_commit(head, root)) if not head.paths else None
        return since if since and not base_contains(since, record, root) else None
    except (GateError, InvalidVersion):
        return None


def _version(packages: Mapping[str, str], project: str) -> Version:
    text = packages.get(project_name(project))
    if text is None:
        raise GateError(f"{project} is not installed in base")
    try:
        # A project that was built here has its wheel's URL in place of a version.
        return parse_wheel_filename(Path(unquote(urlsplit(text).path)).name)[1] if "://" in text else Version(text)
    except (InvalidVersion, InvalidWheelFilename):
        raise GateError(f"base's {project} has no version") from None


def _commit(side: SideSpec, root: Path) -> tuple[Path, str]:
    """Return the repository on this machine that a side is a commit of, and the commit."""
    if side.ref:
        return root, side.ref
    if folder := next((path for path in side.paths if path.is_dir()), None):
        return folder, "HEAD"
    for source in side.repositories:
        url = urlsplit(source.url)
        if url.scheme == "file":
            return Path(unquote(url.path)), source.ref
        raise GateError("base's repository is not on this machine")
    raise GateError("base is not a commit")

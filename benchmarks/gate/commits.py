"""Commits of git repositories: finding them, checking them out, and which ones a side was made from."""

from collections.abc import Mapping
from pathlib import Path

from benchmarks.errors import GateError
from benchmarks.gate.commands import output_of
from benchmarks.gate.specs import GitSource, SideSpec
from benchmarks.text.printable import visible

# As many digits as name a commit of any repository for a reader.
_DIGITS = 10


def short(commit: str) -> str:
    """Return a commit's hash as it is shown."""
    return commit[:_DIGITS]


def checked_out(folder: Path) -> str | None:
    """Return the commit that a folder is a checkout of, and whether files differ from it; None without git."""
    try:
        commit = output_of("git rev-parse", ["git", "rev-parse", "--verify", "HEAD"], folder).decode().strip()
        status = ["git", "status", "--porcelain", "--", ".", ":(exclude,glob)**/__pycache__/**"]
        changes = output_of("git status", status, folder)
    except GateError:
        return None
    return f"{short(commit)} with uncommitted changes" if changes.strip() else short(commit)


def commits_of(side: SideSpec, root: Path, cloned: Mapping[GitSource, str]) -> tuple[str, ...]:
    """Return the commits that a side was made from, so that a verdict about `@main` can be understood next month.

    `root` is this repository; `cloned` are the commits of the other repositories that the side names.
    """
    commits: list[str | None] = [short(cloned[source]) for source in side.repositories]
    commits += [checked_out(path) for path in side.paths if path.is_dir()]
    if side.ref is not None:
        commits.append(short(commit_of(root, side.ref)))
    elif not (side.repositories or side.paths or side.requirements):
        commits.append(checked_out(root))
    return tuple(commit for commit in commits if commit is not None)


def commit_of(repository: Path, ref: str) -> str:
    """Return the full hash of a commit. Raises GateError if `ref` names none."""
    command = ["git", "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"]
    try:
        return output_of("git rev-parse", command, repository).decode().strip()
    except GateError:
        expected = f"expected a branch, a tag or a hash{_hint_of_shallow(repository)}"
        raise GateError(f"git:{ref}: not a commit of {visible(repository)}; {expected}") from None


def merge_base(root: Path, environment: Mapping[str, str]) -> str:
    """Return the commit where head left its target: the pull request's branch in CI, else the default branch.

    Raises GateError if there is none.
    """
    target = environment.get("GITHUB_BASE_REF") or environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
    names = [f"origin/{target}"] if target else ["origin/HEAD", "main"]
    for name in names:
        try:
            return output_of("", ["git", "merge-base", "HEAD", name], root).decode().strip()
        except GateError:
            continue
    where = f"{root}{_hint_of_shallow(root)}"
    raise GateError(f"no --base, and no merge base with {' or '.join(names)} in {where}; give --base SPEC")


def clone(url: str, ref: str, target: Path) -> str:
    """Check out a commit of another repository and return its hash. Raises GateError."""
    what = f"git+{url}@{ref}"
    output_of(what, ["git", "clone", "--quiet", "--no-checkout", url, str(target)], target.parent)
    for name in (ref, f"origin/{ref}"):
        try:
            commit = commit_of(target, name)
        except GateError:
            continue
        output_of(what, ["git", "checkout", "--quiet", "--detach", commit], target)
        # A checkout has them as well, and a build may need them.
        if (target / ".gitmodules").exists():
            submodules = ["git", "submodule", "update", "--quiet", "--init", "--recursive"]
            output_of(f"{what}: its submodules", submodules, target)
        return commit
    raise GateError(f"{what}: no such commit, branch or tag{_hint_of_shallow(target)}")


def _hint_of_shallow(repository: Path) -> str:
    """Return what to do if a repository lacks commits because its clone is shallow, as most CI systems make it."""
    try:
        answer = output_of("git", ["git", "rev-parse", "--is-shallow-repository"], repository)
    except GateError:  # no repository
        return ""
    if answer.strip() != b"true":
        return ""
    return " in this shallow clone; get all commits with `git fetch --unshallow` (on GitHub, fetch-depth: 0)"

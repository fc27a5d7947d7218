"""The commits that a side was made from, so that a verdict about `@main` can still be understood next month."""

from pathlib import Path

from benchmarks.errors import GateError
from benchmarks.gate.commands import output_of

# As many digits as name a commit of any repository for a reader.
_DIGITS = 10


def short(commit: str) -> str:
    """Return a commit's hash as it is shown."""
    return commit[:_DIGITS]


def checked_out(folder: Path) -> str | None:
    """Return the commit that a folder is a checkout of, and whether files differ from it; None without git."""
    try:
        commit = output_of("git rev-parse", ["git", "rev-parse", "--verify", "HEAD"], folder).decode().strip()
        changes = output_of("git status", ["git", "status", "--porcelain", "--", "."], folder)
    except GateError:
        return None
    return f"{short(commit)} with uncommitted changes" if changes.strip() else short(commit)

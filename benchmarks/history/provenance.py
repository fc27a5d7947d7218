"""Which commit a run is of, and when it was saved: as this suite writes it, or as any project's hook does."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from benchmarks.errors import Unreadable
from benchmarks.files.decoding import convert
from benchmarks.text.printable import visible


class Commit(msgspec.Struct):
    """A commit; each part is None where the file does not say it."""

    id: str | int | None = None
    dirty: bool | None = None

    @classmethod
    def of_foreign_file(cls, value: Any) -> "Commit":
        """Return what can be used of a commit that a project's own hook wrote, as for Subversion."""
        fields = value if isinstance(value, dict) else {}
        id_, dirty = fields.get("id"), fields.get("dirty")
        return cls(id_ if type(id_) in (str, int) else None, dirty if isinstance(dirty, bool) else None)


class _Provenance(msgspec.Struct):
    """Where a run of this suite came from."""

    commit_info: Commit | None = None
    datetime: str | None = None


def provenance(commit_info: Any, when: Any, is_own: bool, origin: str) -> tuple[Commit, datetime | None]:
    """Return commit and time of a run. Raises Unreadable for a file of this suite that has them in another form.

    In any other file a project's hook may have replaced them: then they are unknown, and the run is usable.
    """
    if not is_own:
        commit = Commit.of_foreign_file(commit_info)
        try:
            return commit, _when(when)
        except (TypeError, ValueError, OverflowError):
            return commit, None
    own = convert({"commit_info": commit_info, "datetime": when}, _Provenance, origin)
    try:
        return own.commit_info or Commit(), _when(own.datetime)
    except (ValueError, OverflowError):
        raise Unreadable(f"{origin}: datetime is '{visible(str(own.datetime))[:60]}'; expected ISO 8601") from None


def _when(text: str | None) -> datetime | None:
    """Return the time (UTC). Raises ValueError or OverflowError."""
    if text is None:
        return None
    when = datetime.fromisoformat(text)
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)

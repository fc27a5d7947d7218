"""The status file of a session: its progress, what failed, and why it refused to start.

A verb that starts a session passes `--status-file=PATH` and reads the file, instead of scraping what pytest prints. The
file holds one JSON object per line, in the order of events; its key `event` says which of the classes below it is.
"""

from pathlib import Path

import msgspec

from benchmarks.errors import Unreadable
from benchmarks.files.reading import parse_document
from benchmarks.text.printable import visible


class ProgressEvent(msgspec.Struct, tag_field="event", tag="progress", frozen=True):
    """`done` of `total` cases have ended; `left_s` estimates the seconds left, None if nothing is known yet."""

    done: int
    total: int
    left_s: float | None


class FailureEvent(msgspec.Struct, tag_field="event", tag="failure", frozen=True):
    """A case failed, or a file could not be collected; `reason` is one line."""

    nodeid: str
    reason: str


class UsageErrorEvent(msgspec.Struct, tag_field="event", tag="usage_error", frozen=True):
    """The session refused its command line."""

    message: str


Event = ProgressEvent | FailureEvent | UsageErrorEvent


def append_event(path: Path, event: Event) -> None:
    """Append an event and close the file, so that a reader sees it at once. Raises OSError."""
    with path.open("ab") as file:
        file.write(msgspec.json.encode(event) + b"\n")


def read_status(path: Path) -> list[Event]:
    """Return the events so far, oldest first; none if the session has not written any.

    A session may be killed while it writes: lines that are not complete events are skipped.
    """
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    events: list[Event] = []
    for line in lines:
        try:
            events.append(msgspec.convert(parse_document(line, visible(path)), Event))
        except (msgspec.DecodeError, Unreadable):
            continue
    return events

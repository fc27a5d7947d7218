"""The status file: what a session appends is what a verb reads."""

from benchmarks.files.status import FailureEvent, ProgressEvent, UsageErrorEvent, append_event, read_status


def test_events_are_read_in_the_order_in_which_they_were_appended(tmp_path):
    """Every kind of event survives the round trip; what a terminal would obey is escaped."""
    events = [
        UsageErrorEvent("--backends: unknown backend 'lokky'"),
        ProgressEvent(0, 3, None),
        FailureEvent("f.py::test_a[x]", "WrongResult: index 3 \U0001f600"),
        ProgressEvent(1, 3, 4.5),
    ]
    for event in (*events, UsageErrorEvent("a\u2028b\x1b[2J")):
        append_event(tmp_path / "status", event)
    assert read_status(tmp_path / "status") == [*events, UsageErrorEvent("a\\u2028b\\x1b[2J")]


def test_a_session_that_wrote_nothing_has_no_events(tmp_path):
    """A session may end before it reads its options."""
    assert read_status(tmp_path / "status") == []


def test_an_incomplete_line_is_skipped(tmp_path):
    """A killed session's last line, and anything that is no event, does not hide the events before it."""
    path = tmp_path / "status"
    append_event(path, ProgressEvent(1, 3, 4.5))
    with path.open("ab") as file:
        file.write(b'{"event": "rumour"}\n[1]\n\xff\xfe\n{"event": "progress", "done": 2')
    assert read_status(path) == [ProgressEvent(1, 3, 4.5)]


def test_the_format_on_disk(tmp_path):
    """One JSON object per line; `event` names its kind."""
    append_event(tmp_path / "status", ProgressEvent(1, 3, 4.5))
    assert (tmp_path / "status").read_text() == '{"event":"progress","done":1,"total":3,"left_s":4.5}\n'

"""What makes no sense is refused before anything runs."""

import pytest

from benchmarks.files.status import UsageErrorEvent, read_status
from tests.run_session import session


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (
            ("--backends", "lokky"),
            "ERROR: --backends: unknown backend 'lokky'; expected one of sequential, threading, loky,",
        ),
        (("--benchmark-only", "-n", "2"), "ERROR: pytest-xdist runs cases in parallel"),
    ],
)
def test_a_refusal_is_a_usage_error_before_anything_runs(tmp_path, args, line):
    """Exit code 4 and one line, no traceback."""
    refused = session(tmp_path, *args)
    assert refused.exit_code == 4
    assert refused.output.startswith(line)
    assert "Traceback" not in refused.output
    assert "collected" not in refused.output


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--backends", "lokky"), "--backends: unknown backend 'lokky'"),
        (("-k", "and and"), "Wrong expression passed to '-k'"),
        (("no_such_file.py",), "file or directory not found: no_such_file.py"),
    ],
)
def test_a_refusal_is_in_the_status_file(tmp_path, args, message):
    """The verb that started the session reads it there, whether we or pytest refused."""
    refused = session(tmp_path / "history", f"--status-file={tmp_path / 'status'}", *args)
    assert refused.exit_code == 4
    (event,) = read_status(tmp_path / "status")
    assert isinstance(event, UsageErrorEvent)
    assert message in event.message

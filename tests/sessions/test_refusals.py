"""What makes no sense is refused before anything runs."""

import pytest

from tests.run_session import session


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (
            ("--backends", "lokky"),
            "ERROR: --backends: unknown backend 'lokky'; there are sequential, threading, loky, multiprocessing,",
        ),
        (("--benchmark-only", "-n", "2"), "ERROR: pytest-xdist runs cases side by side"),
    ],
)
def test_a_refusal_is_a_usage_error_before_anything_runs(tmp_path, args, line):
    """Exit code 4 and one line, no traceback."""
    refused = session(tmp_path, *args)
    assert refused.exit_code == 4
    assert refused.output.startswith(line)
    assert "Traceback" not in refused.output
    assert "collected" not in refused.output

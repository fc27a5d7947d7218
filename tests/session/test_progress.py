"""How progress reaches a log."""

import io

from _pytest.terminal import TerminalReporter

from benchmarks.session.progress import line_writer


def test_a_line_is_in_the_log_before_the_next_case(pytestconfig):
    """A pipe is written in blocks of 8 kB, so that a watched log would show nothing for minutes."""
    log = io.BytesIO()
    reporter = TerminalReporter(pytestconfig, io.TextIOWrapper(io.BufferedWriter(log)))
    line_writer(reporter)("1/3, about 0:20 left")
    assert log.getvalue() == b"1/3, about 0:20 left\n"

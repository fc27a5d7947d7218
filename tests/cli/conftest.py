"""Fixtures that call verbs in this process."""

import pytest

from benchmarks.__main__ import main


@pytest.fixture(autouse=True)
def not_in_ci(monkeypatch):
    """Unset CI, which refuses runs of a dirty tree; a test sets it where that is what it is about."""
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def call(tmp_path, capsys):
    """Call a verb on the history in `tmp_path / "h"`; it returns (exit code, stdout, stderr)."""

    def verb(*args):
        try:
            code = main([args[0], "--history", str(tmp_path / "h"), *args[1:]])
        except SystemExit as left:
            code = left.code
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return verb

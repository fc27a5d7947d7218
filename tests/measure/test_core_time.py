"""How long a thread waited for a core."""

import pytest

from benchmarks.measure import core_time
from benchmarks.measure.core_time import since, waited_for_core_s


def test_the_second_number_is_the_time_on_the_run_queue(tmp_path, monkeypatch):
    """The kernel counts nanoseconds of CPU time, then of waiting, then time slices."""
    path = tmp_path / "schedstat"
    monkeypatch.setattr(core_time, "_STATISTICS", path)
    path.write_text("125538756 874549258 47\n")
    before_s = waited_for_core_s()
    assert before_s == pytest.approx(0.874549258)
    path.write_text("225538756 974549258 50\n")
    assert since(before_s) == pytest.approx(0.1)


@pytest.mark.parametrize("content", [None, "", "1 2", "a b c"])
def test_a_system_that_does_not_say_is_no_error(content, tmp_path, monkeypatch):
    """Without such a file, or with another content, nothing is known."""
    path = tmp_path / "schedstat"
    monkeypatch.setattr(core_time, "_STATISTICS", path)
    if content is not None:
        path.write_text(content)
    assert waited_for_core_s() is None
    assert since(0.1) is since(None) is None

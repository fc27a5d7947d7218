"""What a fresh worker needs: importing the task's module takes time, and its tasks memory."""

import pytest

from benchmarks.measure import fresh_worker as module
from benchmarks.measure.call import Call
from benchmarks.measure.fresh_worker import fresh_worker, importing_backends
from tests.own import memory_hungry


def test_the_peak_of_the_tasks_is_measured_in_a_worker():
    """A task that fills 60 MB adds so much to its worker, whatever this process holds; its module sleeps 50 ms."""
    call = Call(memory_hungry.fill, [60_000_000] * 3, memory_hungry.fill, {})
    found = fresh_worker(call, 0.01)
    assert found.peak_bytes == pytest.approx(60e6, rel=0.3)
    assert found.import_s >= 0.05
    assert found.importing[0] == "loky"


def test_what_can_not_be_sent_is_not_measured():
    """A lambda can't be pickled, and nothing fails."""
    assert fresh_worker(Call(lambda n: n, [1], None, {}), 0.01) is None


@pytest.mark.parametrize(
    ("method", "expected"), [("fork", ("loky",)), ("spawn", ("loky", "multiprocessing")), ("forkserver", None)]
)
def test_forked_workers_import_nothing(method, expected, monkeypatch):
    """loky's workers always import; those of multiprocessing do unless they are forked."""
    monkeypatch.delenv("JOBLIB_START_METHOD", raising=False)
    monkeypatch.setattr(module.multiprocessing, "get_start_method", lambda: method)
    assert importing_backends() == (expected or ("loky", "multiprocessing"))
    monkeypatch.setenv("JOBLIB_START_METHOD", "spawn")
    assert importing_backends() == ("loky", "multiprocessing")

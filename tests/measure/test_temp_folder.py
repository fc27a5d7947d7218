"""A temporary folder that joblib can't write to is named as such."""

from contextlib import suppress

import numpy
import pytest

from benchmarks.backends.joblib_pool import JoblibPool
from benchmarks.grid import Case
from benchmarks.measure.call import Call, TaskFailed
from benchmarks.measure.deadline import CaseTimeout, guarded
from benchmarks.measure.pickling import explained
from benchmarks.measure.temp_folder import TempFolderTrouble


def total(array):
    """Return the sum of an array."""
    return float(array.sum())


def missing(array):
    """Open a file that is not there."""
    with open("/no/such/file"):  # noqa: PTH123 - as a user would
        return 0


@pytest.fixture
def arrays():
    """Provide arrays that joblib writes to files for its processes."""
    return [numpy.zeros(200_000) for _ in range(4)]


def error_of(task, arguments, backend):
    """Return what a call of a real pool of joblib's raises in a case."""
    pool = JoblibPool(backend=backend, n_jobs=2, batch_size=1)
    call = Call(task, arguments, task, {})
    pool.open()
    with pytest.raises((TempFolderTrouble, TaskFailed)) as raised, explained(Case(backend, 2, 1), call):
        pool.call(call.task, call.arguments)
    # A multiprocessing pool may hang when it is terminated; the deadline of a case ends that, as in a session.
    with suppress(CaseTimeout), guarded(10.0, pool.dead_worker, pool.unblock):
        pool.kill()
    return raised.value


@pytest.mark.parametrize("backend", ["loky", "multiprocessing"])
def test_the_folder_and_the_refusal_are_named(tmp_path, monkeypatch, arrays, backend):
    """With the variable that changes the folder; nobody is told that results can't be pickled."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("JOBLIB_TEMP_FOLDER", str(tmp_path / "file" / "in"))
    error = error_of(total, arrays, backend)
    assert isinstance(error, TempFolderTrouble)
    message = str(error)
    assert message.startswith(
        f"{backend} can't write arrays over 1 MB to joblib's temporary folder, {tmp_path}/file/in ("
    )
    assert "NotADirectoryError: [Errno 20] Not a directory" in message
    assert "set JOBLIB_TEMP_FOLDER to a folder with enough room" in message


@pytest.mark.parametrize("backend", ["loky", "multiprocessing"])
def test_a_file_that_the_task_misses_is_the_task_s_own_matter(arrays, backend):
    """Its error is another one."""
    error = error_of(missing, arrays, backend)
    assert isinstance(error, TaskFailed)
    assert "FileNotFoundError: [Errno 2] No such file or directory: '/no/such/file'" in str(error)

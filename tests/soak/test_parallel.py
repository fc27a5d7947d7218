"""Many sessions saving at once."""

import os

from benchmarks.cli.check import verify
from benchmarks.history.marks import read_marks, reject
from benchmarks.history.run import read_run
from benchmarks.history.store import Store
from tests.documents import document
from tests.soak import size


def test_processes_that_save_at_once(tmp_path):
    """Whole, distinct, readable runs; no number twice, none left out."""
    processes, each = size(4, 8), size(10, 50)
    children = []
    for process in range(processes):
        if (child := os.fork()) == 0:
            saver(tmp_path, process, each)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * processes
    store = Store(tmp_path)
    files = store.files()
    assert [file.number for file in files] == list(range(1, processes * each + 1))
    assert [verify(file) for file in files] == [None] * len(files)
    assert len({read_run(file.path).session for file in files}) == processes * each
    assert len(read_marks(store).rejected) == processes * each
    assert list(store.own("writing").iterdir()) == []


def saver(root, process, each):
    """Save `each` runs and mark them, then end."""
    status = 1
    try:
        store = Store(root)
        for number in range(each):
            path = store.save(document(session=f"{process}-{number}"), f"p{process}")
            reject(store, f"{path.parent.name}/{path.name}", "for the test")
        status = 0
    finally:
        os._exit(status)

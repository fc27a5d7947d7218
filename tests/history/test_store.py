"""The store: whole or not at all, distinct numbers, nothing outside of it."""

import json
import os
import subprocess
import sys

import pytest

from benchmarks.errors import StoreTrouble
from benchmarks.files.durable import locked
from benchmarks.history.index import Index
from benchmarks.history.journal import Journal
from benchmarks.history.marks import pin
from benchmarks.history.store import Store, refuse_name
from tests.documents import document, entry, stored, write
from tests.run_session import ROOT, environment


def test_runs_are_numbered_over_all_machines(tmp_path):
    """So that a number names one run."""
    store = stored(tmp_path, document(), document(machine={"python": "3.12.1"}), document())
    files = store.files()
    assert [file.number for file in files] == [1, 2, 3]
    assert files[0].folder == files[2].folder != files[1].folder


def test_numbers_go_on_beyond_9999(tmp_path):
    """Where pytest-benchmark's own storage breaks."""
    store = stored(tmp_path, document())
    store.files()[0].path.rename(store.files()[0].path.with_name("9999_old.json"))
    assert store.save(document(), "a").name == "10000_a.json"
    assert store.save(document(), "b").name == "10001_b.json"


def test_a_quarantined_number_is_not_given_again(tmp_path):
    """What was said of run 2 must not hold for another."""
    store = stored(tmp_path, document())
    (tmp_path / "store/quarantine/Linux").mkdir(parents=True)
    write(tmp_path / "store/quarantine/Linux/0002_bad.json", "")
    assert store.next_number() == 3


def test_a_number_that_is_only_marked_is_not_given_again(tmp_path):
    """A run that is gone must not hand its pinned name on to the next one."""
    store = stored(tmp_path, document(), document())
    pin(store, "main", store.files()[1])
    store.files()[1].path.unlink()
    assert store.save(document(), "new").name == "0003_new.json"


def test_the_last_number_is_refused_not_reused(tmp_path):
    """A longer one would be read as a name, and every next run would get it again."""
    store = stored(tmp_path, document())
    store.files()[0].path.rename(store.files()[0].path.with_name("999999999999999_x.json"))
    with pytest.raises(StoreTrouble, match="the highest possible number"):
        store.save(document(), "a")


def test_a_file_name_that_is_no_text(tmp_path):
    """One clear refusal, wherever it would have to be printed or indexed."""
    store = stored(tmp_path, document())
    folder = store.files()[0].path.parent
    (folder / os.fsdecode(b"0002_\xff.json")).write_bytes(b"{}")
    with pytest.raises(StoreTrouble, match="not UTF-8"):
        store.files()


def test_a_value_that_json_cannot_hold_leaves_nothing(tmp_path):
    """pytest-benchmark would leave a numbered file of 0 bytes."""
    store = stored(tmp_path, document())
    for value in (float("nan"), object(), {1, 2}):
        with pytest.raises(StoreTrouble, match="can't be saved as JSON"):
            store.save(document(entry(note=value)), "bad")
    assert len(store.files()) == 1
    assert not list((tmp_path / "store/writing").iterdir())


def test_only_runs_end_in_json_where_stock_tools_look(tmp_path):
    """In the store's folder and one folder down."""
    store = stored(tmp_path, document(), document())
    Index(store).close()
    (tmp_path / "store/marks").mkdir()
    seen = [*tmp_path.glob("*.json"), *tmp_path.glob("*/*.json")]
    assert sorted(path.name for path in seen) == ["0001_run1.json", "0002_run2.json"]


def test_a_linked_folder_is_not_followed(tmp_path):
    """What is saved would lie outside of the store."""
    store = stored(tmp_path / "store", document())
    folder = store.files()[0].path.parent
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreTrouble, match="a symbolic link; the store only writes to its own folders"):
        store.save(document(), "x")
    assert store.files() == []
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["0001_run1.json"]


def test_a_linked_lock_is_not_followed(tmp_path):
    """Nor written through."""
    store = stored(tmp_path / "store", document())
    precious = write(tmp_path / "precious", "text")
    store.own("lock").unlink()
    store.own("lock").symlink_to(precious)
    with pytest.raises(StoreTrouble, match="lock: Too many levels of symbolic links"):
        store.save(document(), "x")
    assert precious.read_text() == "text"


def test_a_lock_that_another_process_holds_is_waited_for_and_then_named(tmp_path):
    """In bounded time."""
    lock = tmp_path / "lock"
    code = (
        "import sys; from pathlib import Path; from benchmarks.files.durable import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, lock], cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(StoreTrouble, match=r"another process has held the store's lock for 0\.2 s"),
            locked(lock, timeout_s=0.2),
        ):
            pass
        holder.stdin.close()
        with locked(lock, timeout_s=120):
            pass


def test_a_store_that_cannot_be_a_folder(tmp_path):
    """One line that says so."""
    with pytest.raises(StoreTrouble, match="the store must be a writable folder"):
        Store(write(tmp_path / "file", "")).save(document(), "x")


def test_a_saved_run_is_stock_json(tmp_path):
    """Nothing of it is lost or renamed."""
    store = stored(tmp_path, document())
    assert json.loads(store.files()[0].path.read_text()) == document()


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a\nb", "x" * 101, "a\0b", "*"])
def test_names_that_make_no_file(name):
    """Nothing that leads out of the folder, or that a shell or terminal would obey."""
    assert "expected 1 to 100 letters" in refuse_name(name)


def test_names_that_do():
    """As people write them."""
    assert [refuse_name(name) for name in ("main", "joblib==1.6.0", "fix of (12)")] == [None, None, None]


def test_runs_in_a_shared_history_are_shared_whatever_the_umask(tmp_path):
    """A new run and everything that colleagues need to save theirs have the folder's permissions."""
    shared, private, everybody = (tmp_path / name for name in ("shared", "private", "everybody"))
    for folder, mode in ((shared, 0o2775), (private, 0o700), (everybody, 0o1777)):
        folder.mkdir()
        folder.chmod(mode)
    before = os.umask(0o077)
    try:
        for folder in (shared, private, everybody):
            store = Store(folder)
            store.save(document(), "x")
            Index(store).close()
            Journal(store, document(), "one").close(keep=True)
    finally:
        os.umask(before)
    for folder, files, folders in ((shared, 0o664, 0o775), (private, 0o600, 0o700), (everybody, 0o600, 0o700)):
        for path in folder.rglob("*"):
            assert path.stat().st_mode & 0o777 == (folders if path.is_dir() else files), path


def test_hidden_files_are_no_runs(tmp_path):
    """macOS leaves a file beside each one on other disks, and editors leave folders."""
    store = stored(tmp_path, document())
    folder = store.files()[0].path.parent
    write(folder / "._0001_run1.json", b"\0\5\x16\7")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    write(tmp_path / ".ipynb_checkpoints" / "0001_run1-checkpoint.json", document())
    assert len(store.files()) == 1

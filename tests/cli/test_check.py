"""`check`: every stored file is verified, and broken ones are put aside."""

import errno
import json
import os
from pathlib import Path

import pytest

from tests.documents import noisy_run, stored, write


def test_check_puts_broken_files_aside(tmp_path, call):
    """`check` moves broken files to the quarantine and says why; the others stay."""
    store = stored(tmp_path / "h", *(noisy_run(n) for n in range(4)))
    files = [file.path for file in store.files()]
    files[1].write_text("{")
    edited = json.loads(files[2].read_text())
    times = edited["benchmarks"][0]["stats"]["data"]
    times[times.index(sorted(times)[1])] = min(times)  # the range stays
    files[2].write_text(json.dumps(edited))
    code, out, _ = call("check")
    assert code == 2
    assert "not JSON" in out
    assert "stats.mean is not the mean of stats.data; was it edited?" in out
    assert [file.number for file in store.files()] == [1, 4]
    assert sorted(path.name for path in store.own("quarantine").glob("*/*")) == ["0002_run2.json", "0003_run3.json"]
    code, out, _ = call("check")
    assert (code, out) == (0, "2 whole runs; 0 broken files put aside; the index was rebuilt\n")


def test_files_of_others_stay_where_they_are(tmp_path, call):
    """A folder that is no history has .json files that no session saved; rounded statistics are no damage."""
    store = stored(tmp_path / "h", noisy_run(1))
    other = write(tmp_path / "h" / "package.json", '{"name": "x"}')
    rounded = {**noisy_run(2), "joblib_suite": None}
    for one in rounded["benchmarks"]:
        one["stats"]["mean"] = float(f"{one['stats']['mean']:.4g}")
    write(tmp_path / "h" / "0007_x.json", rounded)
    code, out, _ = call("check")
    assert code == 2
    assert "it stays where it is: its name has no number, so no session saved it; move it elsewhere" in out
    assert "2 whole runs; 0 broken files put aside" in out
    assert other.exists()
    assert not store.own("quarantine").exists()


def test_an_output_that_cannot_be_written_is_refused_before_anything_is_done(tmp_path, call):
    """If the output can't be written, nothing is put aside."""
    store = stored(tmp_path / "h", noisy_run(1), noisy_run(2))
    write(store.files()[0].path.with_name("0003_broken.json"), "{")
    assert call("check", "--json", "/nowhere/at/all")[0] == 2
    assert len(store.files()) == 3


def test_broken_marks_are_put_aside_by_check(tmp_path, call):
    """`check` puts broken marks aside; every other verb refuses them."""
    store = stored(tmp_path / "h", noisy_run(1), noisy_run(2))
    store.own("marks").mkdir()
    write(store.own("marks", "marks.json"), "[]")
    assert call("runs")[0] == 2
    code, out, _ = call("check")
    assert code == 2
    assert "pin the baselines again" in out
    assert call("runs")[0] == 0


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE])
@pytest.mark.parametrize("call_that_fails", ["open", "read"])
def test_a_file_that_the_system_does_not_give_stays_where_it_is(tmp_path, call, monkeypatch, number, call_that_fails):
    """The file may be sound: `check` names it and moves nothing, and the file is read again when it can be."""
    store = stored(tmp_path / "h", noisy_run(1), noisy_run(2))
    path = store.files()[0].path
    inode, real = path.stat().st_ino, getattr(os, call_that_fails)

    def fail(target, *args, **options):
        if target == path or (isinstance(target, int) and os.fstat(target).st_ino == inode):
            raise OSError(number, os.strerror(number), str(path))
        return real(target, *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(os, call_that_fails, fail)
        code, out, _ = call("check")
        assert code == 2
        assert f"{path}: {os.strerror(number)}\n  the file may be intact and stays where it is\n" in out
        assert "1 whole run; 0 broken files put aside" in out
        assert call("runs")[0] == 2
    assert path.exists()
    assert not store.own("quarantine").exists()
    assert [call(verb)[0] for verb in ("runs", "check")] == [0, 0]


def test_marks_that_the_system_does_not_give_stay_where_they_are(tmp_path, call, monkeypatch):
    """Baselines are not forgotten because a colleague may not read them."""
    store = stored(tmp_path / "h", noisy_run(1))
    call("baseline", "set", "1")
    path, real = store.own("marks", "marks.json"), os.open

    def fail(target, *args, **options):
        if target == path:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(target, *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", fail)
        code, out, _ = call("check")
    assert (code, "the marks may be intact" in out, path.exists()) == (2, True, True)


@pytest.mark.parametrize("broken", [False, True])
def test_a_read_only_history_is_verified(tmp_path, call, monkeypatch, broken):
    """`check` verifies every file, and says what could not be written."""
    store = stored(tmp_path / "h", noisy_run(1), noisy_run(2))
    if broken:
        store.files()[0].path.write_text("{")

    def read_only(*args, **options):
        raise OSError(errno.EROFS, "Read-only file system")

    for module, name in [(Path, "mkdir"), (Path, "unlink"), (Path, "rename")]:
        monkeypatch.setattr(module, name, read_only)
    code, out, _ = call("check")
    assert "the index could not be written (Read-only file system)" in out
    assert code == (2 if broken else 0)
    assert ("1 whole run; " if broken else "2 whole runs; ") in out
    if broken:
        assert "not JSON" in out
        assert "it stays where it is: " in out
    assert len(store.files()) == 2


def test_an_odd_case_in_a_file_of_other_origin_is_no_reason_to_move_it(tmp_path, call):
    """Other tools write such cases; the suite never does, so that in its own file it is damage."""
    documents = [noisy_run(1), noisy_run(2)]
    for one in documents:
        one["benchmarks"][0]["stats"]["min"] = 0.0
    del documents[1]["joblib_suite"]
    store = stored(tmp_path / "h", *documents)
    code, out, _ = call("check")
    assert (code, [file.number for file in store.files()]) == (2, [2])
    assert "stats.min is 0.0" in out


def test_a_run_of_a_newer_version_stays_where_it_is(tmp_path, call):
    """The newer version can read it: an older checkout takes nothing out of a shared history."""
    store = stored(tmp_path / "h", noisy_run(1), noisy_run(2))
    path = store.files()[1].path
    newer = json.loads(path.read_text())
    newer["joblib_suite"]["format"] += 1
    path.write_text(json.dumps(newer))
    code, out, _ = call("check")
    assert code == 2
    assert "use a newer one\n  the file may be intact and stays where it is" in out
    assert path.exists()

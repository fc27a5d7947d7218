"""`check`: every stored file is verified, and broken ones are put aside."""

import json

from tests.documents import noisy_run, stored, write


def test_check_puts_broken_files_aside(tmp_path, call):
    """`check` moves broken files to the quarantine and says why; the others stay."""
    store = stored(tmp_path / "h", *(noisy_run(n) for n in range(4)))
    files = [file.path for file in store.files()]
    files[1].write_text("{")
    edited = json.loads(files[2].read_text())
    edited["benchmarks"][0]["stats"]["data"][0] *= 0.5
    files[2].write_text(json.dumps(edited))
    code, out, _ = call("check")
    assert code == 2
    assert "not JSON" in out
    assert "stats.mean is not the mean of stats.data; was it edited?" in out
    assert [file.number for file in store.files()] == [1, 4]
    assert sorted(path.name for path in store.own("quarantine").glob("*/*")) == ["0002_run2.json", "0003_run3.json"]
    code, out, _ = call("check")
    assert (code, out) == (0, "2 whole runs; 0 broken files put aside; the index was rebuilt\n")


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

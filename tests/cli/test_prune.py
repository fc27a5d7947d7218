"""`prune`: old runs are deleted, pinned baselines stay."""

from tests.documents import noisy_run, stored


def test_prune(tmp_path, call):
    """`prune` only lists what it would delete unless `--delete` is given, and keeps pinned baselines."""
    store = stored(tmp_path / "h", *(noisy_run(n) for n in range(5)), noisy_run(5, machine={"python": "3.12.1"}))
    call("baseline", "set", "1")
    code, out, _ = call("prune", "--keep", "2")
    assert code == 0
    assert "0001_run1.json: pinned: kept" in out
    assert out.endswith("would delete 2 runs: add --delete to do it\n")
    assert len(store.files()) == 6
    assert call("prune", "--keep", "2", "--delete")[1].endswith("deleted 2 runs\n")
    assert [file.number for file in store.files()] == [1, 4, 5, 6]
    assert call("prune", "--keep", "0")[0] == 2

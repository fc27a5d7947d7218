"""The grid: its cells, their names, and the references beside them."""

from benchmarks.grid import BATCH_SIZES, JOBLIB_BACKENDS, N_JOBS, Case, grid, references, rough_weight
from benchmarks.profiles import PROFILES


def test_the_default_grid_has_sixty_cells_with_distinct_ids():
    """4 backends x 3 n_jobs x 5 batch sizes, none left out."""
    cases = grid(JOBLIB_BACKENDS, N_JOBS, BATCH_SIZES)
    assert len(cases) == 60
    assert len({case.id for case in cases}) == 60
    assert Case("loky", 4, 1000) in cases


def test_ids():
    """A case is called after its three values; the loop has none."""
    assert Case("loky", 4, 1000).id == "loky-n4-b1000"
    assert Case("threading", -1, "auto").id == "threading-n-1-bauto"
    assert Case("loop", 1, None).id == "loop"


def test_inner_threads_are_an_axis_only_where_they_are_asked_for():
    """Other cases keep their names."""
    cases = [*references(["loky"], [2], [1], [1, 2]), *grid(["loky"], [2], [1], [1, 2])]
    assert [case.id for case in cases] == [
        *("loop-t1", "loop-t2", "futures-processes-n2-b1-t1", "futures-processes-n2-b1-t2"),
        *("loky-n2-b1-t1", "loky-n2-b1-t2"),
    ]
    assert Case("loky", 2, 1, "my:task").id == "my:task-loky-n2-b1"


def test_references_accompany_the_backends_they_explain():
    """Only what a standard pool can do as well: more than one worker, a batch size that is a number."""
    assert references(["threading"], [1, 2], [10, "auto"]) == [Case("loop", 1, None), Case("futures-threads", 2, 10)]
    assert references(["loky", "multiprocessing"], [4], [1]) == [
        Case("loop", 1, None),
        Case("futures-processes", 4, 1),
    ]
    assert references(["sequential"], [1, 2], [1]) == [Case("loop", 1, None)]


def test_every_profile_that_measures_the_grid_has_batches_of_1000():
    """With 4,008 tasks or fewer and n_jobs=4, joblib never forms one."""
    assert all(profile.tasks >= 5_000 for profile in PROFILES.values())


def test_weights_are_larger_for_more_batches_between_processes():
    """Only the order matters, and that unknown cases count as one."""
    assert rough_weight(None, 5_000) == rough_weight({"backend": "loky"}, 5_000) == 1.0
    one, ten = (rough_weight({"backend": "loky", "n_jobs": 2, "batch_size": size}, 5_000) for size in (1, 10))
    assert one > ten > rough_weight({"backend": "loky", "n_jobs": 1, "batch_size": 1}, 5_000)

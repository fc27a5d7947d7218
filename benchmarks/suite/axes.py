"""The cases of the grid as parameters of a test."""

from benchmarks.grid import distinct, grid, references
from benchmarks.session.state import suite_session


def parametrize_with_grid(metafunc):
    """Make one test per case that the options ask for, with the parameters `backend`, `n_jobs` and `batch_size`.

    `inner_threads` is a parameter only if the options ask for it, so that other cases keep their names. The parameters
    are plain values, so that pytest-benchmark's own tools can group by them.
    """
    session = suite_session(metafunc.config)
    settings = session.settings
    axes = settings.backends, settings.n_jobs, settings.batch_sizes, settings.inner_threads or (None,)
    # A gate compares two versions of joblib, so that it needs no cases without joblib.
    without_joblib = [] if settings.profile == "gate" else references(*axes)
    cases = session.own_grid or distinct([*without_joblib, *grid(*axes)])
    names = ["backend", "n_jobs", "batch_size", *(["inner_threads"] if settings.inner_threads else [])]
    values = [[getattr(case, name) for name in names] for case in cases]
    metafunc.parametrize(names, values, ids=[case.label for case in cases])

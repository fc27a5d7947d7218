"""The cases of the grid as parameters of a test."""

from benchmarks.grid import distinct, grid, references
from benchmarks.session.state import suite_session


def grid_cases(config):
    """Return (backend, n_jobs, batch size) of each case that the options ask for, and the cases' ids.

    The parameters are plain values, so that pytest-benchmark's own tools can group by them.
    """
    settings = suite_session(config).settings
    axes = settings.backends, settings.n_jobs, settings.batch_sizes
    # A gate compares two versions of joblib, so that it needs no cases without joblib.
    without_joblib = [] if settings.profile == "gate" else references(*axes)
    cases = distinct([*without_joblib, *grid(*axes)])
    return [(case.backend, case.n_jobs, case.batch_size) for case in cases], [case.label for case in cases]

"""The cells of the grid as parameters of a test."""

from benchmarks.grid import distinct, grid, references
from benchmarks.session.state import suite_session


def cells(config):
    """Backend, n_jobs and batch size of each cell that the options ask for, and the cells' ids.

    The parameters are plain values, so that stock tools can group by them.
    """
    settings = suite_session(config).settings
    axes = settings.backends, settings.n_jobs, settings.batch_sizes
    # A gate asks about joblib; the references are what it is measured against elsewhere.
    beside = [] if settings.profile == "gate" else references(*axes)
    cases = distinct([*beside, *grid(*axes)])
    return [(case.backend, case.n_jobs, case.batch_size) for case in cases], [case.label for case in cases]

"""What the interpreter and the machine allow: no prediction may be faster, and no undisturbed probe is."""

from benchmarks.grid import backend_of

# A constant of an undisturbed probe is at most this much better than possible: in recorded probes of quiet machines,
# two threads took 0.99 to 1.3 s per second of work that holds the GIL.
TOLERANCE = 0.15


def least_held(backend: str, n_jobs: int, cores: float, gil: bool) -> float:
    """Return the least seconds that pass per second of work that holds the GIL, in a pool of this kind."""
    return 1.0 if gil and backend_of(backend).workers == "threads" else least_released(n_jobs, cores)


def least_released(n_jobs: int, cores: float) -> float:
    """Return the least seconds that pass per second of work that needs a core and no GIL."""
    return 1 / min(n_jobs, max(1.0, cores))


def possible(stretch: float, least: float) -> float:
    """Return a measured stretch, raised to the least possible one if noise explains the difference.

    A stretch that contradicts physics stays as it is, so that the probe can be recognized as disturbed.
    """
    return max(stretch, least) if stretch >= least * (1 - TOLERANCE) else stretch


def contradicts(stretch: float, least: float) -> bool:
    """Whether a measured stretch is better than possible by more than noise explains."""
    return stretch < least * (1 - TOLERANCE)

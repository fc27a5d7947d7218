"""A configuration as lines of Python to paste."""

from collections.abc import Sequence

from benchmarks.grid import LOOP, Case, backend_of

# The variables by which libraries size their pools of threads; others are called after their library.
_VARIABLES = {"openmp": "OMP_NUM_THREADS"}


def paste(case: Case, libraries: Sequence[tuple[str, int]] = ()) -> str:
    """Return the lines to paste, including imports.

    `libraries` are the numeric libraries in whose threads the tasks compute, with their usual numbers of threads.
    """
    if case.backend == LOOP:
        return f"{_limits(case, libraries)}results = [function(argument) for argument in arguments]"
    batch_size = f'"{case.batch_size}"' if isinstance(case.batch_size, str) else str(case.batch_size)
    tasks = "(delayed(function)(argument) for argument in arguments)"
    if case.inner_threads is not None and backend_of(case.backend).sets_inner_threads:
        return (
            "from joblib import Parallel, delayed, parallel_config\n\n"
            f'with parallel_config(backend="{case.backend}", inner_max_num_threads={case.inner_threads}):\n'
            f"    results = Parallel(n_jobs={case.n_jobs}, batch_size={batch_size}){tasks}"
        )
    options = f'n_jobs={case.n_jobs}, backend="{case.backend}", batch_size={batch_size}'
    return f"{_limits(case, libraries)}from joblib import Parallel, delayed\n\nresults = Parallel({options}){tasks}"


def _limits(case: Case, libraries: Sequence[tuple[str, int]]) -> str:
    """Return a comment with the variables that limit the inner threads, empty if the user's program needs none."""
    threads = case.inner_threads
    if threads is None or all(count == threads for _, count in libraries):
        return ""
    variables = " ".join(f"{_VARIABLES.get(name, name.upper() + '_NUM_THREADS')}={threads}" for name, _ in libraries)
    return f"# In the environment, before Python starts: {variables}\n"

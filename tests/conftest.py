"""Fixtures that several folders share."""

import psutil
import pytest


def pytest_xdist_auto_num_workers():
    """One process more than cores: many tests wait for a session's workers, its timeouts or its disk."""
    return (psutil.cpu_count() or 1) + 1


# From the longest: gates and the user's functions take five minutes each.
_LONGEST = ("sessions/test_gate.py", "sessions/test_workloads.py", "sessions", "report/html", "soak")


def pytest_collection_modifyitems(items):
    """Begin with the files that take longest, so that no process ends with one of them alone."""

    def place(item):
        path = item.path.as_posix()
        return next((number for number, name in enumerate(_LONGEST) if f"/tests/{name}" in path), len(_LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def released():
    """Build both released joblibs once; skip the test where no package index can be reached."""
    from tests.run_gate import gate

    code, _, err = gate("--base", "joblib==1.5.3", "--head", "joblib==1.6.0", "--build-only")
    if code and any(words in err for words in ("Failed to fetch", "error sending request", "dns error", "offline")):
        pytest.skip(f"no package index can be reached: {err.splitlines()[-1]}")
    assert code == 0, err

"""Fixtures that several folders share."""

import pytest


@pytest.fixture(scope="session")
def released():
    """Released joblibs can be installed here; both environments are built once."""
    from tests.run_gate import gate

    code, _, err = gate("--base", "joblib==1.5.3", "--head", "joblib==1.6.0", "--build-only")
    if code and any(words in err for words in ("Failed to fetch", "error sending request", "dns error", "offline")):
        pytest.skip(f"no package index can be reached: {err.splitlines()[-1]}")
    assert code == 0, err

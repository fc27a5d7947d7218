"""What is said of the interpreter."""

import pytest

from benchmarks.report.interpreter import free_threaded


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        ({"free_threading": False, "gil_enabled": True}, None),
        ({}, None),
        ({"free_threading": "yes"}, None),
        ({"free_threading": True, "gil_enabled": False}, "free-threaded Python"),
        ({"free_threading": True, "gil_enabled": True}, "free-threaded Python, its GIL on"),
    ],
)
def test_free_threading_is_said_where_there_is_any(machine, said):
    """And that a module or a variable has switched the GIL on."""
    assert free_threaded(machine) == said

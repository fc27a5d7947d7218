"""Node ids: the parts of pytest's, and of texts that are only like them."""

import pytest

from benchmarks.text.node_ids import parse_node_id


@pytest.mark.parametrize(
    ("text", "file", "classes", "function", "params"),
    [
        ("a/test_x.py::test_y", "a/test_x.py", "", "test_y", ""),
        ("a/test_x.py::test_y[loky-n2]", "a/test_x.py", "", "test_y", "loky-n2"),
        ("a/test_x.py::TestA::TestB::test_y[1]", "a/test_x.py", "TestA::TestB", "test_y", "1"),
        ("test_x.py::test_y[a::b]", "test_x.py", "", "test_y", "a::b"),
        ("test_x.py::test_y[a[0]]", "test_x.py", "", "test_y", "a[0]"),
        ("v[1]/test_x.py::test_y[2]", "v[1]/test_x.py", "", "test_y", "2"),
        ("test_y[a::b]", "", "", "test_y", "a::b"),
        ("test_y", "", "", "test_y", ""),
        ("all loky", "", "", "all loky", ""),
        ("", "", "", "", ""),
    ],
)
def test_parts(text, file, classes, function, params):
    """The name is the last part, whatever a parameter or a folder contains."""
    parsed = parse_node_id(text)
    assert parsed == (file, classes, function, params)
    assert text.endswith(parsed.name)
    assert parsed.module == "::".join(filter(None, (file, classes)))

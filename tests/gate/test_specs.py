"""What a side may be asked to be."""

import pytest

from benchmarks.errors import GateError
from benchmarks.gate.specs import GitSource, parse_side, project_name


def test_every_kind(tmp_path):
    """Requirements, a path, a commit here, a commit elsewhere: one side may be several."""
    side = parse_side("--base", ["joblib==1.5.3", "numpy>=2,<3", str(tmp_path), "git:main", "git+file:///a/b@v1.0"])
    assert side.requirements == ("joblib==1.5.3", "numpy>=2,<3")
    assert side.paths == (tmp_path.resolve(),)
    assert side.ref == "main"
    assert side.repositories == (GitSource("file:///a/b", "v1.0"),)


def test_an_address_with_a_user():
    """The last @ is the ref's."""
    (source,) = parse_side("--head", ["git+ssh://git@host/joblib.git@feature"]).repositories
    assert source == GitSource("ssh://git@host/joblib.git", "feature")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["joblib"], "no such path, and no requirement"),
        (["joblib==1.5; python_version>'3'"], "no such path, and no requirement"),
        (["git:"], "no such path"),
        (["git:a", "git:b"], "2 times git:REF"),
        (["git:--upload-pack=x"], "is no commit"),
        (["git+file:///x@-y"], "is no commit"),
        (["\x1b[31m"], r"\x1b[31m"),
        (["a\0b"], "no such path"),
    ],
)
def test_what_is_no_side(texts, expected):
    """One line that says what was expected."""
    with pytest.raises(GateError) as refused:
        parse_side("--base", texts)
    assert expected in str(refused.value)


def test_names_are_normalized():
    """As PEP 503 has it."""
    assert [project_name(text) for text in ("Joblib_X==1", "ray[default]>=2", "a.b @ file:///x")] == [
        "joblib-x",
        "ray",
        "a-b",
    ]

"""Parsing of what a user asks a side to be."""

import pytest

from benchmarks.errors import GateError
from benchmarks.gate.specs import GitSource, parse_side, project_name


def test_every_kind(tmp_path):
    """A side may combine requirements, a path, a commit of this repository and one of another."""
    side = parse_side("--base", ["joblib==1.5.3", "numpy>=2,<3", str(tmp_path), "git:main", "git+file:///a/b@v1.0"])
    assert side.requirements == ("joblib==1.5.3", "numpy<3,>=2")
    assert side.paths == (tmp_path.resolve(),)
    assert side.ref == "main"
    assert side.repositories == (GitSource("file:///a/b", "v1.0"),)


def test_an_address_with_a_user():
    """In a URL with a user, the last @ separates the ref."""
    (source,) = parse_side("--head", ["git+ssh://git@host/joblib.git@feature"]).repositories
    assert source == GitSource("ssh://git@host/joblib.git", "feature")


@pytest.mark.parametrize("folder", ["/a b/c", "/a/b@c d", "/ä@b/c@d"])
def test_a_folder_of_any_name(folder):
    """The last @ of a local address separates the ref."""
    (source,) = parse_side("--base", [f"git+file://{folder}@main"]).repositories
    assert source == GitSource(f"file://{folder}", "main")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["joblib"], "neither an existing path nor a requirement"),
        (["joblib==1.5; python_version>'3'"], "neither an existing path nor a requirement"),
        (["git:"], "neither an existing path"),
        (["git:a", "git:b"], "git:REF is given 2 times"),
        (["git:--upload-pack=x"], "is not a commit"),
        (["git+file:///x@-y"], "is not a commit"),
        (["git+file:///x"], "expected git+URL@REF"),
        (["git+https://host/a b@main"], "expected git+URL@REF"),
        (["\x1b[31m"], r"\x1b[31m"),
        (["a\0b"], "unprintable characters"),
        (["joblib==1.5.3\n--index-url http://x"], "unprintable characters"),
        (["joblib==1.5.3\n"], "unprintable characters"),
        (["joblib===1.5.3\r-r other.txt"], "unprintable characters"),
        (["joblib==1.5.3 --hash=sha256:00"], "neither an existing path nor a requirement"),
        (["--index-url=http://x"], "neither an existing path nor a requirement"),
        (["joblib @ https://host/joblib.whl"], "neither an existing path nor a requirement"),
    ],
)
def test_what_is_no_side(texts, expected):
    """A value that has no known form is refused with the forms that were expected."""
    with pytest.raises(GateError) as refused:
        parse_side("--base", texts)
    assert expected in str(refused.value)


def test_names_are_normalized():
    """Project names are normalized as in PEP 503."""
    assert [project_name(text) for text in ("Joblib_X==1", "ray[default]>=2", "a.b @ file:///x")] == [
        "joblib-x",
        "ray",
        "a-b",
    ]

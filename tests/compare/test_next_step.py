"""The command that a comparison without a verdict ends in."""

import pytest

from benchmarks.compare.next_step import next_step
from benchmarks.compare.sides import Side, Sides
from benchmarks.history.run import parse_run
from tests.documents import document, entry

OTHER = "b" * 40


def command(base, head):
    """Return the command after a comparison of these documents."""
    return next_step(Sides(*(Side((parse_run(one, "x.json"),), False) for one in (base, head)))).command


def test_two_commits_of_the_suite_are_gated():
    """Clean runs of two commits give a gate between them."""
    assert (
        command(document(), document(commit=OTHER))
        == "tox run -e gate -- --base git:aaaaaaaaaaaa --head git:bbbbbbbbbbbb"
    )


def test_two_releases_are_gated():
    """Packages that differ are named; loky is a part of joblib, and no package to install."""
    base, head = (document(versions={"joblib": joblib, "loky": joblib}) for joblib in ("1.5.3", "1.6.0"))
    assert command(base, head) == "tox run -e gate -- --base joblib==1.5.3 --head joblib==1.6.0"


def test_commits_and_packages_that_differ_are_both_named():
    """A side that differs in both has both."""
    head = document(commit=OTHER, versions={"numpy": "2.5.0"})
    assert command(document(), head) == (
        "tox run -e gate -- --base git:aaaaaaaaaaaa --base numpy==2.4.6 --head git:bbbbbbbbbbbb --head numpy==2.5.0"
    )


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (document(), document()),
        (document(), document(commit="a" * 10)),
        (document(commit=""), document(commit="")),
        (document(commit=None), document(commit=OTHER)),
        (document(commit=None), document(commit=None)),
        (document(), document(commit=OTHER, dirty=True)),
        (document(versions={"joblib": "1.6.dev0"}), document()),
    ],
    ids=[
        "the same commit",
        "its first characters",
        "no commit",
        "unknown base",
        "unknown commits",
        "a dirty tree",
        "no release",
    ],
)
def test_nothing_is_gated_against_itself_or_against_the_unknown(base, head):
    """Where no two known sides differ, the command measures the cases again."""
    assert command(base, head).startswith("tox run -e bench -- --repeat=")


def test_the_same_commit_is_named_as_such():
    """A reader of two runs of the same code learns that only the machine is known to have changed."""
    same = next_step(Sides(*(Side((parse_run(document(), "x.json"),), False),) * 2))
    assert same.sentence.startswith("Both sides are commit aaaaaaaaaaaa with the same packages")


def test_the_cases_of_the_run_are_selected_again():
    """Profile, sizes, axes, keyword and paths are those of head's run, quoted for a shell."""
    selection = {"--n-jobs": "2,4", "-k": "loky and not b1", "--deselect": ["a b.py"], "paths": ["benchmarks/suite"]}
    head = document(profile="standard", selection=selection, grid={"tasks": 77, "longest": 3500, "backends": []})
    assert command(document(), head) == (
        "tox run -e bench -- --profile=standard --tasks=77 '--deselect=a b.py' --n-jobs=2,4 '-kloky and not b1' "
        "benchmarks/suite --repeat=5"
    )


@pytest.mark.parametrize(
    ("changed", "start"),
    [({"profile": "notebook"}, "tox run -e bench-notebook -- --repeat="), ({}, "tox run -e distributed -- --repeat=")],
)
def test_the_environment_that_has_the_cases_is_used(changed, start):
    """The notebook and clusters have environments of their own."""
    head = document(entry(engine="dask 2026.8.0") if not changed else entry(), **changed)
    assert command(document(), head).startswith(start)


def test_files_of_other_origin_are_measured_with_pytest():
    """A stranger's suite is measured by its own files, which are quoted; very many are left to pytest."""

    def stranger(*files):
        cases = [entry() | {"fullname": f"{file}::test_x", "name": "test_x"} for file in files]
        return {key: value for key, value in document(*cases).items() if key != "joblib_suite"}

    assert command(stranger("a.py"), stranger("a.py", "b c/d.py")) == (
        "pytest --benchmark-only --benchmark-json=again.json a.py 'b c/d.py'"
    )
    many = stranger(*(f"t{number}.py" for number in range(9)))
    assert command(many, many) == "pytest --benchmark-only --benchmark-json=again.json"

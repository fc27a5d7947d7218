"""The search for the commit since which a case is slower: what is tried, what is passed over, what is refused."""

import subprocess

import pytest

from benchmarks.__main__ import main
from benchmarks.errors import GateError
from benchmarks.gate.bisect_record import BisectRecord, Step, read_bisection
from benchmarks.gate.bisection import Answer, Search
from benchmarks.gate.candidates import _between, candidates, message_of
from tests.run_session import ROOT


def searched(last, first_bad, skipped=()):
    """Search among candidates 0 to `last`; return the finished search and the number of candidates tried."""
    answers = {}
    while (number := Search(last, answers).following) is not None:
        known = Answer.BAD if number >= first_bad else Answer.GOOD
        answers[number] = Answer.SKIPPED if number in skipped else known
    return Search(last, answers), len(answers)


@pytest.mark.parametrize("first_bad", range(1, 31))
def test_the_first_bad_one_of_thirty_is_found_in_five_steps(first_bad):
    """Each step halves what is left."""
    search, tried = searched(30, first_bad)
    assert [*search.suspects] == [first_bad]
    assert tried <= 5


def test_what_cannot_be_decided_is_passed_over():
    """A skipped candidate far from the first bad one costs a step and nothing else."""
    search, _ = searched(30, 20, skipped={15, 7, 8})
    assert [*search.suspects] == [20]


def test_skipped_ones_before_the_first_bad_one_are_suspects():
    """One of them may be the first bad one: that is said, as git does."""
    search, _ = searched(30, 20, skipped={18, 19})
    assert [*search.suspects] == [18, 19, 20]
    assert [*searched(3, 3, skipped={1, 2})[0].suspects] == [1, 2, 3]


def test_neighbours_need_no_step():
    """If nothing lies between good and bad, bad is the first bad one."""
    assert Search(1, {}).following is None
    assert [*Search(1, {}).suspects] == [1]


@pytest.fixture
def clone(tmp_path):
    """A repository of four commits and a branch that was merged: `commits` by subject."""

    def git(*args):
        command = ["git", "-c", "user.name=Jo", "-c", "user.email=jo@example.org", *args]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip()

    def commit(subject):
        git("commit", "--quiet", "--allow-empty", "-m", f"{subject}\n\nIn more words.")
        commits[subject] = git("rev-parse", "HEAD")

    commits = {}
    git("init", "--quiet", "--initial-branch=main")
    commit("one")
    git("checkout", "--quiet", "-b", "side")
    commit("aside")
    git("checkout", "--quiet", "main")
    commit("two")
    git("merge", "--quiet", "--no-ff", "-m", "three", "side")
    commit("four")
    return tmp_path, commits


def test_commits_between_good_and_bad_are_those_of_the_first_parent(clone):
    """A merge stands for what it brought; titles are hash and subject."""
    path, commits = clone
    found = candidates(f"git+file://{path}@{commits['one']}", f"git+file://{path}@main", ROOT)
    assert [candidate.title.partition(" ")[2] for candidate in found] == ["one", "two", "three", "four"]
    assert found[0].spec == f"git+file://{path}@{commits['one']}"
    assert message_of(found[-1], ROOT)[3:] == ["four", "", "In more words."]


def test_good_has_to_come_before_bad(clone):
    """Swapped commits, and a branch that bad does not have, are refused."""
    path, commits = clone
    for good, bad in (("four", "one"), ("two", "aside"), ("one", "one")):
        with pytest.raises(GateError, match="not an ancestor of --bad"):
            candidates(f"git+file://{path}@{commits[good]}", f"git+file://{path}@{commits[bad]}", ROOT)


def test_releases_between_good_and_bad():
    """They are in the order of versions, whatever order the index has; good and bad need not be listed."""
    assert _between(["1.10.0", "1.4.0", "1.2.0", "1.3.2"], "1.3.0", "1.10.0") == ["1.3.0", "1.3.2", "1.4.0", "1.10.0"]
    with pytest.raises(GateError, match="expected the older release as --good"):
        _between([], "1.4.0", "1.2.0")
    with pytest.raises(GateError, match="expected a release such as"):
        _between([], "1.4.x", "1.5.0")


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ((), "--good: missing"),
        (("--good", "joblib==1.2.0"), "--bad: missing"),
        (("--good", "joblib==1.2.0", "--bad", "numpy==2.0.0"), "two projects"),
        (("--good", "joblib==1.2.0", "--bad", "git:main"), "expected two releases"),
        (("--good", "joblib>=1.2.0", "--bad", "joblib>=1.3"), "expected two releases"),
        (("--resume", "nowhere"), "nowhere: no bisect.json"),
        (("--resume", "nowhere", "--good", "joblib==1.2.0"), "--good and --resume"),
    ],
)
def test_what_cannot_be_searched_is_refused(capsys, monkeypatch, tmp_path, args, why):
    """With exit code 2 and one line."""
    monkeypatch.chdir(tmp_path)
    assert main(["bisect", *args]) == 2
    err = capsys.readouterr().err
    assert why in err
    assert len(err.splitlines()) == 1


def test_a_bisection_is_read_back(tmp_path):
    """What was answered is not asked again."""
    record = BisectRecord(
        good="a==1",
        bad="a==9",
        alpha=0.01,
        min_effect=0.05,
        budget_s=300.0,
        keyword=None,
        interpreter=None,
        session_options=[],
        specs=[f"a=={number}" for number in range(9)],
        titles=["a"] * 9,
        steps=[Step(4, Answer.GOOD, "UNCHANGED"), Step(6, Answer.SKIPPED, "no wheel")],
    )
    record.save(tmp_path)
    found = read_bisection(tmp_path)
    assert found.search == Search(8, {4: Answer.GOOD, 6: Answer.SKIPPED})
    assert found.search.following in (5, 7)

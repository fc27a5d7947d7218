"""Parts joined into one run, and what does not belong together."""

import pytest

from benchmarks.__main__ import main
from benchmarks.errors import BadReference, Unreadable
from benchmarks.history.merging import Part, merge
from benchmarks.history.run import parse_run
from tests.documents import document, entry, stored

ONE, TWO, THREE = (entry(name) for name in ("loky-n2-b1", "loky-n2-b10", "loky-n2-b100"))


def shard(number, of=2, split="same"):
    """What a part says of itself."""
    return {"number": number, "of": of, "split": split}


def part(*entries, label="part", **more):
    """A part as it is read."""
    found = document(*entries, **more)
    return Part(label, found, parse_run(found, label))


def test_all_parts_make_the_whole():
    """Its cases, its counts, its state; no trace of the parts but their sessions."""
    first = part(ONE, TWO, shard=shard(1), selection={"--shard": "1/2", "-k": "loky"}, day=1.0)
    second = part(THREE, shard=shard(2), selection={"--shard": "2/2", "-k": "loky"}, failed={"f.py::x": "no"}, day=2.0)
    whole = merge([first, second], (), allow_partial=False)
    run = parse_run(whole, "whole")
    assert {case.param for case in run.cases.values()} == {"loky-n2-b1", "loky-n2-b10", "loky-n2-b100"}
    assert (run.state, run.asked, run.failed) == ("complete", 4, {"f.py::x": "no"})
    assert run.selection == '{"-k": "loky"}'
    assert run.when == second.run.when
    assert whole["joblib_suite"]["merged"] == [first.run.session, second.run.session]
    assert "shard" not in whole["joblib_suite"]
    assert run.session not in whole["joblib_suite"]["merged"]


def test_the_parts_stay_as_they_are():
    """What is joined is a copy."""
    first, second = part(ONE, shard=shard(1)), part(TWO, shard=shard(2), day=1.0)
    merge([first, second], (), allow_partial=False)
    assert first.document == document(ONE, shard=shard(1))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([part(ONE)], "only one part; name two or more"),
        ([part(ONE), part(ONE, label="again", day=1.0)], "is in part and in again"),
        ([part(ONE), part(TWO, machine={"cpu_model": "M2"})], "cpu_model: EPYC against M2; --force cpu_model"),
        ([part(ONE), part(TWO, commit="b" * 40)], "commit: aaaa"),
        ([part(ONE), part(TWO, versions={"joblib": "1.5.3"})], "versions: "),
        ([part(ONE, shard=shard(1, 3)), part(TWO, shard=shard(3, 3))], "part 2 is missing"),
        ([part(ONE, shard=shard(1)), part(TWO, shard=shard(2, 2, "other"))], "are not parts of the same whole"),
        ([part(ONE, shard=shard(1)), part(TWO, label="other")], "other is not a shard, but others are"),
        ([part(ONE, failed={TWO["fullname"]: "died"}), part(TWO)], "is in part and in part"),
        (
            [part(ONE), part(TWO, versions={"joblib": "1.5.3"}, machine={"cpu_quota": 2.0, "cpu_model": "M2"})],
            "versions: joblib=1.6.0 against joblib=1.5.3; --force cpu_model --force versions joins them",
        ),
    ],
)
def test_what_is_not_joined(parts, said):
    """The message names what differs, and how to join it all the same where one can."""
    with pytest.raises(BadReference) as refusal:
        merge(parts, (), allow_partial=False)
    assert said in str(refusal.value)


@pytest.mark.parametrize("odd", ["x", [1], {}, shard("1"), shard(1, 0), shard(1, 10**9), shard(1, split=None)], ids=str)
def test_a_shard_that_no_session_writes_is_refused(odd):
    """In one line, whatever the file was made to say."""
    with pytest.raises(Unreadable, match=r"^part: joblib_suite\.shard: "):
        merge([part(ONE, shard=odd), part(TWO, shard=shard(2))], (), allow_partial=False)


def test_what_disturbed_a_part_disturbed_the_whole():
    """A run that may be no baseline does not become one by being joined."""
    quiet = part(ONE, shard=shard(1), load_average=0.1, time_s={"measuring": 1.0, "other": 2.0})
    busy = part(TWO, shard=shard(2), other_sessions=["z"], load_average=3.5, recovered=True, time_s={"measuring": "x"})
    whole = merge([quiet, busy], (), allow_partial=False)["joblib_suite"]
    assert (whole["other_sessions"], whole["load_average"], whole["recovered"]) == (["z"], 3.5, True)
    assert whole["time_s"] == {"measuring": 1.0, "other": 2.0}


def test_what_was_forced_is_said(tmp_path, capsys):
    """A run has one commit, which is that of the first part."""
    stored(tmp_path, document(ONE, shard=shard(1)), document(TWO, shard=shard(2), commit="b" * 40))
    assert main(["merge", "1..2", "--force", "commit", "--history", str(tmp_path)]) == 0
    assert "commit: aaa" in (said := capsys.readouterr().err)
    assert said.endswith("; the run has the value of the first\n")


def test_who_insists():
    """On another machine's part, or without one."""
    joined = merge([part(ONE), part(TWO, machine={"cpu_model": "M2"})], {"cpu_model"}, allow_partial=False)
    assert len(joined["benchmarks"]) == 2
    joined = merge([part(ONE, shard=shard(1, 3)), part(TWO, shard=shard(3, 3))], (), allow_partial=True)
    assert joined["joblib_suite"]["state"] == "partial"


def test_the_verb_saves_the_whole(tmp_path, capsys):
    """Under the next number; the parts stay."""
    store = stored(tmp_path, document(ONE, shard=shard(1)), document(TWO, shard=shard(2), day=1.0))
    assert main(["merge", "1..2", "--history", str(tmp_path)]) == 0
    assert "2 parts joined as" in capsys.readouterr().out
    assert [file.name for file in store.files()] == ["run1", "run2", "merged"]
    assert main(["merge", "1", "3", "--history", str(tmp_path)]) == 2
    assert "is in 0001 run1 and in 0003 merged" in capsys.readouterr().err
    for bad, said in ((["--force", "tea"], "no such field"), (["--name", "a/b"], "--name")):
        assert main(["merge", "1", "2", "--history", str(tmp_path), *bad]) == 2
        assert said in capsys.readouterr().err

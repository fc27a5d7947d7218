"""The journal: what a dead session had measured is found again, once, and nothing else is believed."""

import os

import pytest

from benchmarks.errors import StoreTrouble
from benchmarks.history.journal import Journal
from benchmarks.history.recovery import recover
from benchmarks.history.run import read_run
from benchmarks.history.store import Store
from tests.documents import document, entry


def header(*names, session="one"):
    """A session that was asked for these cases and has none yet."""
    empty = document(session=session, state="partial")
    fullnames = {entry(name)["fullname"]: "the session ended" for name in names}
    empty["benchmarks"] = []
    params = {entry(name)["fullname"]: entry(name)["params"] for name in names}
    empty["joblib_suite"]["cases"] = {"asked": len(names), "completed": 0, "failed": {}, "not_run": fullnames}
    empty["joblib_suite"]["cases"]["params"] = params
    return empty


def died(store, *lines, session="one", asked=("loky-n2-b10", "loky-n2-b100", "loky-n2-b1000")):
    """The journal of a session that wrote these lines and is gone: its lock went with it."""
    journal = Journal(store, header(*asked, session=session), session)
    for line in lines:
        journal.append(line)
    journal.close(keep=True)
    return journal.path


def test_finished_cases_are_recovered_as_a_partial_run(tmp_path):
    """With what failed and what never ran."""
    store = Store(tmp_path)
    path = died(store, entry("loky-n2-b10"), {"failed": {entry("loky-n2-b100")["fullname"]: "CaseTimeout: 3 s"}})
    (said,) = recover(store)
    (file,) = store.files()
    run = read_run(file.path)
    assert said == f"recovered 1 finished case of a session that died; saved as {file.path} (partial)"
    assert (run.state, run.asked, len(run.cases), run.session) == ("partial", 3, 1, "one")
    assert list(run.failed.values()) == ["CaseTimeout: 3 s"]
    assert list(run.not_run) == [entry("loky-n2-b1000")["fullname"]]
    assert run.params == {entry(name)["fullname"]: entry(name)["params"] for name in ("loky-n2-b100", "loky-n2-b1000")}
    assert not path.exists()
    assert recover(store) == []


def test_a_journal_that_was_cut_off_loses_its_last_line_only(tmp_path):
    """Cut at many a byte, as by a power cut, also with a tail of zeros: the lines before it are whole runs' cases."""
    whole = died(Store(tmp_path / "whole"), entry("loky-n2-b10"), entry("loky-n2-b100")).read_bytes()
    ends = [
        place for place in range(len(whole)) if whole[place : place + 1] == b"\n" and whole[place - 1 : place] == b"}"
    ]
    assert len(ends) == 3
    near = {place + step for place in ends for step in (-1, 0, 1)} - {ends[0] - 1}
    for end in sorted({*range(ends[0], len(whole), 97), *near}):
        for tail in (b"", b"\0" * 100):
            store = Store(tmp_path / f"{end}-{len(tail)}")
            store.own("journal").mkdir(parents=True)
            (store.own("journal") / "one.jsonl").write_bytes(whole[:end] + tail)
            recover(store)
            done = sum(len(read_run(file.path).cases) for file in store.files())
            assert done == sum(end > last or (end == last and not tail) for last in ends[1:])


def test_a_line_that_was_damaged_is_left_out_and_counted(tmp_path):
    """The others count."""
    store = Store(tmp_path)
    path = died(store, entry("loky-n2-b10"), entry("loky-n2-b100"), entry("loky-n2-b1000"))
    lines = path.read_bytes().split(b"\n")
    damaged = next(place for place, line in enumerate(lines) if line.startswith(b'{"group"') and b"b100]" in line)
    lines[damaged] = lines[damaged].replace(b"0.011", b"NaN")
    path.write_bytes(b"\n".join(lines))
    (said,) = recover(store)
    assert "(partial); 1 damaged line left out; the journal is kept as" in said
    assert (store.own("quarantine") / "one.jsonl").exists()
    assert {case.param for case in read_run(store.files()[0].path).cases.values()} == {"loky-n2-b10", "loky-n2-b1000"}


def test_a_line_that_was_written_again_counts_once(tmp_path):
    """After a write that was cut off, the same case follows whole."""
    store = Store(tmp_path)
    died(store, entry("loky-n2-b10", (0.5, 0.5)), entry("loky-n2-b10"))
    recover(store)
    (case,) = read_run(store.files()[0].path).cases.values()
    assert case.rounds_s == (0.010, 0.011, 0.012)


def test_a_session_that_lives_is_left_alone(tmp_path):
    """Its journal is locked; asking from another process shows it."""
    store = Store(tmp_path)
    journal = Journal(store, header("loky-n2-b10"), "one")
    journal.append(entry())
    child = os.fork()
    if child == 0:
        os._exit(len(recover(store)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    journal.close(keep=True)
    assert len(recover(store)) == 1


def test_a_run_that_was_saved_just_before_death_is_not_saved_twice(tmp_path):
    """The journal says where the run went."""
    store = Store(tmp_path)
    saved = store.save(document(session="one"), "x")
    path = died(store, entry(), {"saving": saved.name})
    assert recover(store) == ["session one ended just after its run was saved; nothing to recover"]
    assert len(store.files()) == 1
    assert not path.exists()


@pytest.mark.parametrize("name", ["0009_x.json", "../../../etc/passwd", "0001_x.json"])
def test_a_run_that_was_announced_and_never_saved_is_recovered(tmp_path, name):
    """Nor does the name of a file make it this session's."""
    store = Store(tmp_path)
    store.save(document(session="other"), "x")
    died(store, entry(), {"saving": name})
    recover(store)
    assert len(store.files()) == 2


def test_a_journal_without_a_first_line_is_put_aside(tmp_path):
    """It can't be believed, and is not deleted."""
    store = Store(tmp_path)
    path = died(store)
    path.write_text('{"benchmarks": 3}')
    (said,) = recover(store)
    assert "benchmarks is 3; expected `array`, got `int`; put aside as" in said
    assert (store.own("quarantine") / "one.jsonl").read_text() == '{"benchmarks": 3}'
    assert store.files() == []


def test_a_journal_that_cannot_be_begun_is_one_clear_line(tmp_path):
    """Before anything is measured."""
    (tmp_path / "store").mkdir()
    (tmp_path / "store/journal").write_text("")
    with pytest.raises(StoreTrouble, match="journal"):
        Journal(Store(tmp_path), header(), "one")


def test_a_session_that_ends_before_the_other_leaves_a_note_in_its_journal(tmp_path):
    """Locks belong to processes, so the earlier session is another process, which answers at its end."""
    store = Store(tmp_path)
    to_child, to_parent = os.pipe(), os.pipe()
    if (child := os.fork()) == 0:
        status = 1
        try:
            journal = Journal(store, header("loky-n2-b10", session="early"), "early")
            os.write(to_parent[1], b"x")
            os.read(to_child[0], 1)
            status = 0 if journal.other_sessions() == ["late"] else 2
            journal.append(entry("loky-n2-b10"))
        finally:
            os._exit(status)
    os.read(to_parent[0], 1)
    late = Journal(store, header(session="late"), "late")
    assert late.other_sessions() == ["early"]
    late.close(keep=False)
    os.write(to_child[1], b"x")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    recover(store)
    (file,) = store.files()
    assert read_run(file.path).other_sessions == ("late",)


def test_a_dead_session_and_one_that_takes_turns_disturb_nobody(tmp_path):
    """A journal that nobody holds is of the past; the sides of a gate measure into one store in turns."""
    store = Store(tmp_path)
    died(store, entry("loky-n2-b10"))
    assert Journal(store, header(session="two"), "two").other_sessions() == []
    assert Journal(store, header(session="three"), "three", alone=False).other_sessions() == []


def test_a_side_of_a_gate_does_not_wait_for_the_disk(tmp_path, monkeypatch):
    """Its unfinished pair is measured again; what it wrote can be read all the same."""
    store = Store(tmp_path)
    alone = Journal(store, header("loky-n2-b10", session="one"), "one")
    in_turns = Journal(store, header("loky-n2-b10", session="two"), "two", alone=False)

    def no_disk(descriptor):
        raise OSError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", no_disk)
        with pytest.raises(StoreTrouble, match="the disk is gone"):
            alone.append(entry("loky-n2-b10"))
        in_turns.append(entry("loky-n2-b10"))
    in_turns.close(keep=True)
    alone.close(keep=False)
    assert len(recover(store)) == 1
    (file,) = store.files()
    assert len(read_run(file.path).cases) == 1


def test_a_session_that_has_measured_is_disturbed_no_more(tmp_path):
    """It still holds its journal while it saves its run; neither session then names the other."""
    store = Store(tmp_path)
    to_child, to_parent = os.pipe(), os.pipe()
    if (child := os.fork()) == 0:
        status = 1
        try:
            journal = Journal(store, header("loky-n2-b10", session="early"), "early")
            journal.append(entry("loky-n2-b10"))
            journal.end_measuring()
            os.write(to_parent[1], b"x")
            os.read(to_child[0], 1)
            status = 0 if journal.other_sessions() == [] else 2
        finally:
            os._exit(status)
    os.read(to_parent[0], 1)
    assert Journal(store, header(session="late"), "late").other_sessions() == []
    os.write(to_child[1], b"x")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

"""Every system call by which the store writes, failing in every way: nothing whole is lost, nothing false gets in."""

import errno
import os
import random
import signal

import pytest

from benchmarks.cli.check import verify
from benchmarks.errors import SuiteError
from benchmarks.history.journal import Journal
from benchmarks.history.marks import pin, read_marks
from benchmarks.history.recovery import recover
from benchmarks.history.run import read_run
from benchmarks.history.store import Store
from tests.documents import document, entry, stored
from tests.history.test_journal import header
from tests.soak import size

CALLS = ("open", "write", "fsync", "rename", "unlink", "mkdir", "close")
CASES = ("loky-n2-b10", "loky-n2-b100")
MOST_CALLS = 500


class Fault:
    """Has the `number`th writing system call of this process go wrong, counted from 0 over all kinds."""

    def __init__(self, number, how):
        self.number, self.how, self.count = number, how, -1
        for name in CALLS:
            setattr(os, name, self.wrapped(name, getattr(os, name)))

    def wrapped(self, name, original):
        """A system call that may be the one."""

        def call(*args, **kwargs):
            self.count += 1
            if self.count != self.number:
                return original(*args, **kwargs)
            partial = (args[0], bytes(args[1])[: len(args[1]) // 2]) if name == "write" else args
            return self.spoilt(name, lambda: original(*args, **kwargs), lambda: original(*partial, **kwargs))

        return call

    def spoilt(self, name, whole, half):
        """The call that goes wrong, which `whole` would make, and `half` with half of what is written."""
        if self.how in ("disk full", "broken"):
            if name == "write":
                half()
            raise OSError(number := errno.ENOSPC if self.how == "disk full" else errno.EIO, os.strerror(number))
        if self.how == "short":
            return half()
        if self.how != "killed before":
            (whole if self.how == "killed after" else half)()
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")


def one_session(store, tell):
    """What a session writes: its journal, its run, and a baseline's name; `tell` is told what is done."""
    journal = Journal(store, header(*CASES), "one")
    for name in CASES:
        journal.append(entry(name))
        tell(b"c")
    path = store.save(document(*map(entry, CASES), session="one"), "x", lambda p: journal.append({"saving": p.name}))
    tell(b"s")
    journal.close(keep=False)
    pin(store, "main", next(file for file in store.files() if file.path == path))
    tell(b"p")


def in_a_child(store, number, how):
    """Run the session in a process of its own that fails there: (what it told, exit status)."""
    reading, writing = os.pipe()
    write = os.write
    if (child := os.fork()) == 0:
        status = 0
        try:
            fault = Fault(number, how)
            try:
                one_session(store, lambda word: write(writing, word))
            except SuiteError as error:
                status = 4 if "\n" not in str(error) and str(error) else 5
            write(writing, b"!" if fault.count < number else b"")
        except BaseException:
            status = 6
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read().decode()
    return told, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize(
    "how", ["killed before", "killed after", "killed in the middle", "disk full", "broken", "short"]
)
def test_at_every_system_call(tmp_path, how):
    """After each: earlier runs intact, the store verifies, every finished case is in a run, and in one only."""
    # Elsewhere a fifth of them, others for each way of failing.
    for number in range(size(len(how) % 5, 0), MOST_CALLS, size(5, 1)):
        store = stored(tmp_path / str(number), document(day=1), document(day=2, session="other"))
        before = {file.path: file.path.read_bytes() for file in store.files()}
        told, status = in_a_child(store, number, how)
        assert status in (0, 4, -signal.SIGKILL), (number, status)
        if status == 0 and "!" not in told:
            assert told == "ccsp" or how in ("broken", "disk full")
        survives(store, before, told)
        if "!" in told:
            assert number > 30
            return
    raise AssertionError(f"more than {MOST_CALLS} system calls for one small session")


def survives(store, before, told):
    """What must hold after any death."""
    recover(store)
    assert {path: path.read_bytes() for path in before} == before
    files = store.files()
    assert [verify(file) for file in files] == [None] * len(files)
    ours = [run for file in files if (run := read_run(file.path)).session == "one"]
    assert len(ours) <= 1
    cases = len(ours[0].cases) if ours else 0
    assert told.count("c") <= cases <= told.count("c") + 1
    assert ("s" in told) <= (len(ours) == 1 and ours[0].state == "complete")
    assert set(read_marks(store).baselines) >= ({"main"} if "p" in told else set())
    assert len({file.number for file in files}) == len(files)
    assert recover(store) == []
    # And it goes on.
    assert Store(store.root).save(document(), "next").exists()


def test_random_bytes_of_a_journal_are_lost(tmp_path):
    """A damaged sector: the other lines are recovered, and nothing is believed that does not parse."""
    generator = random.Random(11)
    for number in range(size(30, 2000)):
        store = Store(tmp_path / str(number))
        journal = Journal(store, header(*CASES), "one")
        for name in CASES:
            journal.append(entry(name))
        journal.close(keep=True)
        content = bytearray(journal.path.read_bytes())
        start = generator.randrange(len(content))
        length = generator.choice([1, 16, 512])
        content[start : start + length] = generator.randbytes(len(content[start : start + length]))
        journal.path.write_bytes(content)
        recover(store)
        files = store.files()
        assert [verify(file) for file in files] == [None] * len(files)
        # What was hit is neither believed nor deleted.
        assert len(files) <= 1
        assert files or list(store.own("quarantine").glob("*"))

"""Taking turns with another session, from the session's end of the socket."""

import json
import os
import signal
import socket

import pytest

from benchmarks.measure.deadline import guarded
from benchmarks.measure.turns import Turns


class Gate:
    """The gate's end of a socket, the session's turns, and what forked workers of the session would run first."""

    def __init__(self, monkeypatch):
        hooks = []
        # A real hook would stay in this process and close descriptors in the workers of other tests.
        monkeypatch.setattr(os, "register_at_fork", lambda after_in_child: hooks.append(after_in_child))
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(60)  # it only ends a hang
        self.turns = Turns(theirs.detach())
        (self.in_worker,) = hooks


@pytest.fixture
def gate(monkeypatch):
    """Provide a gate and a session that takes turns."""
    gate = Gate(monkeypatch)
    yield gate
    gate.socket.close()
    gate.turns._lines.close()
    gate.turns._socket.close()


def test_a_session_says_where_it_is_and_goes_on_when_told_to(gate):
    """The session sends a line of JSON with the case and the round, and continues after the line `go`."""
    gate.socket.sendall(b"go\ngo\n")
    gate.turns.wait(0, 0)
    gate.turns.wait(3, 12)
    said = gate.socket.recv(1000).decode().splitlines()
    assert [json.loads(line) for line in said] == [[0, 0], [3, 12]]


@pytest.mark.parametrize("told", [b"stop\n", b"g", b""])
def test_a_session_ends_when_nobody_gives_turns(gate, told):
    """A different answer, an incomplete answer and a closed socket all end the session."""
    gate.socket.sendall(told)
    gate.socket.shutdown(socket.SHUT_WR)
    with pytest.raises(pytest.exit.Exception, match="the gate that gives the turns has ended") as ended:
        gate.turns.wait(0, 1)
    assert ended.value.returncode == pytest.ExitCode.INTERRUPTED


def test_a_session_whose_gate_was_killed_ends(gate):
    """Writing to a socket whose other end is closed ends the session in the same way."""
    gate.socket.close()
    with pytest.raises(pytest.exit.Exception):
        gate.turns.wait(0, 1)


def test_the_deadline_stands_still_while_a_session_waits(gate, monkeypatch):
    """No alarm is set during the wait, and what was left of the deadline is set again afterwards."""
    alarms_s = []

    class Watched:
        def readline(self):
            alarms_s.append(signal.getitimer(signal.ITIMER_REAL)[0])
            return "go\n"

    with monkeypatch.context() as patched, guarded(3600, lambda: None, bool):
        patched.setattr(gate.turns, "_lines", Watched())
        gate.turns.wait(0, 1)
        left_s = signal.getitimer(signal.ITIMER_REAL)[0]
    assert alarms_s == [0.0]
    assert 0 < left_s <= 3600


def test_workers_keep_no_copy_of_the_socket(gate):
    """A worker that held the socket open would hide from the gate that the session has died."""
    descriptor = gate.turns._socket.fileno()
    assert not os.get_inheritable(descriptor)
    worker = os.fork()
    if worker == 0:
        gate.in_worker()
        try:
            os.fstat(descriptor)
        except OSError:
            os._exit(0)
        os._exit(1)
    assert os.waitpid(worker, 0)[1] == 0

"""Measuring in turns with another session: this process works only while it has the turn.

The gate holds the other end of a socket; each message is a line. Before each case, before each round and at its end,
this session sends its position as JSON and waits for the answer "go". Two sessions that do so run like coroutines:
whatever one of them does after a round has begun (time it, check results, close the pool, write the journal), it does
while the other one waits. Only what precedes a case's rounds (open a pool, wake its workers) both do at the same time.
"""

import json
import os
import socket

import pytest

from benchmarks.measure.deadline import paused


class Turns:
    """The session's end of the socket `descriptor`."""

    def __init__(self, descriptor: int) -> None:
        os.set_inheritable(descriptor, False)
        self._socket = socket.socket(fileno=descriptor)
        self._lines = self._socket.makefile("r", encoding="utf-8")
        # A forked worker that held the socket open would hide from the gate that this process has died.
        os.register_at_fork(after_in_child=lambda: os.close(descriptor))

    def wait(self, case: int, round_number: int) -> None:
        """Send this session's position, and wait for the turn. The case's deadline is paused meanwhile.

        `case` counts from 0; it is the number of cases at the session's end. Round 0 is what precedes the rounds of a
        case. Ends the session if the gate has gone.
        """
        with paused():
            try:
                self._socket.sendall(json.dumps([case, round_number]).encode() + b"\n")
                answer = self._lines.readline()
            except OSError:
                answer = ""
        if answer != "go\n":
            pytest.exit("the gate that gives the turns has ended", returncode=pytest.ExitCode.INTERRUPTED)

"""Measuring in turns with another session: this process works only while it has the turn.

The gate holds the other end of a socket, a line of JSON a message. Before a case, before each round and at its end this
session says where it is, and goes on when it is told to. Two sessions that do so run like coroutines: whatever one does
between two questions (opening a pool, a timed round, a check, a line of the journal) it does alone.
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
        # A forked worker that held the socket would hide from the gate that this process has died.
        os.register_at_fork(after_in_child=lambda: os.close(descriptor))

    def wait(self, case: int, round_number: int) -> None:
        """Say where this session is and give the turn away until it comes back. The case's deadline stands still.

        `case` counts from 0 and is the number of cases at the session's end; round 0 is what precedes the rounds.
        Ends the session where nobody gives turns any more.
        """
        with paused():
            try:
                self._socket.sendall(json.dumps([case, round_number]).encode() + b"\n")
                told = self._lines.readline()
            except OSError:
                told = ""
        if told != "go\n":
            pytest.exit("nobody gives turns any more", returncode=pytest.ExitCode.INTERRUPTED)

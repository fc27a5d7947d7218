"""The referee: one side works at a time, a coin breaks ties, and no wait lasts for ever."""

import json
import random
import socket
import threading
import time

import pytest

from benchmarks.gate.referee import Peer, Referee, Silent


class Session(threading.Thread):
    """A side that asks for each of its turns and notes when it had them."""

    def __init__(self, name, end, cases, rounds, log, dies_at=None):
        super().__init__(daemon=True)
        self.label, self.end, self.log = name, end, log
        self.stops = [(case, number) for case in range(cases) for number in range(rounds + 1)] + [(cases, 0)]
        self.dies_at = dies_at

    def run(self):
        lines = self.end.makefile("r")
        for stop in self.stops:
            if stop == self.dies_at:
                break
            self.end.sendall(json.dumps(stop).encode() + b"\n")
            if lines.readline() != "go\n":
                return
            self.log.append((self.label, stop, "begins"))
            time.sleep(0.001)
            self.log.append((self.label, stop, "ends"))
        lines.close()
        self.end.close()


def play(seed=1, cases=3, rounds=2, dies_at=None):
    """A whole session of two; the referee, and the log of both sides."""
    log, peers, sessions = [], [], []
    for name in ("base", "head"):
        ours, theirs = socket.socketpair()
        peers.append(Peer(name, ours))
        sessions.append(Session(name, theirs, cases, rounds, log, dies_at if name == "head" else None))
    referee = Referee(tuple(peers), cases, random.Random(seed))
    for session in sessions:
        session.start()
    referee.run(silence_s=120, until=time.monotonic() + 300)
    for peer in peers:
        peer.socket.close()
    for session in sessions:
        session.join(60)
        assert not session.is_alive()
    return referee, log


@pytest.mark.parametrize("said", [b"nonsense\n", b"[1]\n", b'["a", "b"]\n', b"null\n", b"\xff\n"])
def test_what_is_not_ours_ends_the_conversation(said):
    """A side that sends anything but a position counts as gone."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        peer = Peer("head", ours)
        theirs.sendall(said)
        peer.receive()
        assert peer.gone
        assert peer.at is None


def test_nothing_runs_beside_a_round():
    """A round ends before anything else begins; round 0, which prepares a case, is not timed."""
    referee, log = play()
    assert referee.complete
    timed = [entry for entry in log if entry[1][1] > 0]
    assert len(timed) == 2 * 2 * 3 * 2
    for begin, end in zip(timed[::2], timed[1::2], strict=True):
        assert begin[:2] == end[:2]
        assert (begin[2], end[2]) == ("begins", "ends")


def test_both_sides_prepare_a_case_at_the_same_time():
    """Neither gets the turn for a case before both wait for it, and then both get it at once."""
    pairs = [socket.socketpair() for _ in range(2)]
    referee = Referee(tuple(Peer(name, ours) for name, (ours, _) in zip("bh", pairs, strict=True)), 2, random.Random(1))
    for _, theirs in pairs:
        theirs.sendall(b"[1, 0]\n")
    with pytest.raises(Silent):
        referee.run(silence_s=0.05, until=time.monotonic() + 60)
    assert [theirs.recv(100) for _, theirs in pairs] == [b"go\n", b"go\n"]
    assert not referee.complete


def test_nobody_gets_ahead():
    """The two sides are never more than one position apart."""
    _, log = play()
    at = {"base": [], "head": []}
    for name, stop, what in log:
        if what == "begins":
            at[name].append(stop)
            assert abs(len(at["base"]) - len(at["head"])) <= 1


def test_the_coin_is_recorded_and_can_be_thrown_again():
    """The record says who went first in each round, and the same seed repeats it."""
    one, other, third = (play(seed)[0].first for seed in (1, 1, 2))
    assert set(one) == {(case, number) for case in range(3) for number in (1, 2)}
    assert one == other != third
    assert set(one.values()) == {"base", "head"}


def test_a_side_that_dies_is_noticed_at_once():
    """A side that dies ends the pair at once."""
    referee, _ = play(dies_at=(1, 1))
    assert not referee.complete
    assert referee.last_positions()["head"] == (1, 0)


def test_silence_ends():
    """The referee gives up after the silence it was told to bear."""
    pairs = [socket.socketpair() for _ in range(2)]
    referee = Referee(tuple(Peer(name, ours) for name, (ours, _) in zip("bh", pairs, strict=True)), 1, random.Random(1))
    with pytest.raises(Silent):
        referee.run(silence_s=0.05, until=time.monotonic() + 5)

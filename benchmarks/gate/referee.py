"""The referee: gives the turn to one of two sessions at a time, so that only one side ever works.

`measure/turns.py` is the other end. Whoever is behind goes first; where both are as far, a coin decides, and the coin
is recorded: a fixed order would favour one side.
"""

import json
import random
import selectors
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

# Where a session is: case and round, both counted from 0.
Position = tuple[int, int]


class Silent(Exception):
    """Neither side has said anything for too long."""


@dataclass
class Peer:
    """One side's end: `at` is where it waits, None while it works; `gone` once it has hung up."""

    name: str
    socket: socket.socket
    at: Position | None = None
    last: Position | None = None
    gone: bool = False
    _received: bytes = b""

    def receive(self) -> None:
        """Take in what it says; what is not ours ends the conversation."""
        try:
            content = self.socket.recv(4096)
        except OSError:
            content = b""
        self._received += content
        line, newline, rest = self._received.partition(b"\n")
        if newline and (said := _position(line)):
            self.at = self.last = said
            self._received = rest
        elif newline or not content:
            self.gone = True

    def go(self) -> None:
        """Give it the turn."""
        self.at = None
        try:
            self.socket.sendall(b"go\n")
        except OSError:
            self.gone = True


def _position(line: bytes) -> Position | None:
    """What a session says of itself; None where it says something else."""
    try:
        case, round_number = json.loads(line)
        return int(case), int(round_number)
    except (ValueError, TypeError):
        return None


@dataclass
class Referee:
    """Gives turns until both sides have reached `cases`, the number of cases, or one of them is gone.

    `first` is, by case and round, the side that the coin let go first; `complete` says that both came to their end.
    """

    peers: tuple[Peer, Peer]
    cases: int
    coin: random.Random
    first: dict[Position, str] = field(default_factory=dict)
    complete: bool = False

    def run(self, silence_s: float, until: float) -> None:
        """Give turns; raises Silent after `silence_s` without a word, or at `until` (monotonic seconds)."""
        with selectors.DefaultSelector() as selector:
            for peer in self.peers:
                selector.register(peer.socket, selectors.EVENT_READ, peer)
            while not self.over:
                self._give()
                left = min(silence_s, until - time.monotonic())
                events = selector.select(max(0.0, left))
                if not events and not self.over:
                    raise Silent
                for key, _ in events:
                    key.data.receive()

    @property
    def over(self) -> bool:
        """Whether there is no turn left to give."""
        return self.complete or any(peer.gone for peer in self.peers)

    def where(self) -> Mapping[str, Position | None]:
        """Where each side was last heard of."""
        return {peer.name: peer.last for peer in self.peers}

    def _give(self) -> None:
        one, other = self.peers
        if one.at is None or other.at is None:
            return
        if min(one.at, other.at) >= (self.cases, 0):
            # Nothing is timed any more: both may save what they have.
            self.complete = True
            one.go()
            other.go()
        elif one.at != other.at:
            (one if one.at < other.at else other).go()
        else:
            chosen = one if self.coin.random() < 0.5 else other
            self.first.setdefault(one.at, chosen.name)
            chosen.go()

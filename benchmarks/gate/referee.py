"""The referee: give the turn to one of two sessions at a time, so that nothing runs beside a timed round.

`measure/turns.py` is the other end of the connection. The side that is behind goes first. If both are about to do the
same round, a coin decides, and the coin is recorded: a fixed order would favour one side. Both prepare a case at the
same time, because nothing is timed then, and much of it is waiting: for workers, and for joblib's poll.
"""

import json
import random
import selectors
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.gate.record import SideName

# A session's position: case and round, both counted from 0.
Position = tuple[int, int]


class Silent(Exception):
    """Neither side has sent anything for too long, or the time is up."""


@dataclass
class Peer:
    """The connection to one side.

    `at` is the position where it waits, None while it works; `last` is the last position it reported; `gone` is true
    once it has closed the connection.
    """

    name: SideName
    socket: socket.socket
    at: Position | None = None
    last: Position | None = None
    gone: bool = False
    _received: bytes = b""

    def receive(self) -> None:
        """Receive a position; anything else ends the connection."""
        try:
            content = self.socket.recv(4096)
        except OSError:
            content = b""
        self._received += content
        line, newline, rest = self._received.partition(b"\n")
        if newline and (position := _position(line)):
            self.at = self.last = position
            self._received = rest
        elif newline or not content:
            self.gone = True

    def go(self) -> None:
        """Give this side the turn."""
        self.at = None
        try:
            self.socket.sendall(b"go\n")
        except OSError:
            self.gone = True


def _position(line: bytes) -> Position | None:
    """Parse a session's position; None if the line is something else."""
    try:
        case, round_number = json.loads(line)
        return int(case), int(round_number)
    except (ValueError, TypeError):
        return None


@dataclass
class Referee:
    """Gives turns until both sides have done all cases (`cases` is their number), or one of them is gone.

    `first` holds, by position, the side that the coin let go first, from round 1 on; `complete` is true once both came
    to their end.
    """

    peers: tuple[Peer, Peer]
    cases: int
    coin: random.Random
    first: dict[Position, SideName] = field(default_factory=dict)
    complete: bool = False

    def run(self, silence_s: float, until: float) -> None:
        """Give turns. Raises Silent after `silence_s` seconds without a message, or at `until` (monotonic seconds)."""
        with selectors.DefaultSelector() as selector:
            for peer in self.peers:
                selector.register(peer.socket, selectors.EVENT_READ, peer)
            while not self.over:
                self._give_turn()
                left = min(silence_s, until - time.monotonic())
                events = selector.select(max(0.0, left))
                if not events and not self.over:
                    raise Silent
                for key, _ in events:
                    key.data.receive()

    @property
    def over(self) -> bool:
        """Whether no turn is left to give."""
        return self.complete or any(peer.gone for peer in self.peers)

    def last_positions(self) -> Mapping[SideName, Position | None]:
        """Return the last position that each side reported."""
        return {peer.name: peer.last for peer in self.peers}

    def _give_turn(self) -> None:
        first, second = self.peers
        if first.at is None or second.at is None:
            return
        if first.at != second.at:
            (first if first.at < second.at else second).go()
        elif first.at[1] == 0:
            # Nothing is timed: both prepare the next case, or save their runs.
            self.complete = first.at[0] >= self.cases
            first.go()
            second.go()
        else:
            chosen = first if self.coin.random() < 0.5 else second
            self.first.setdefault(first.at, chosen.name)
            chosen.go()

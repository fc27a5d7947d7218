"""Progress of a measuring session. It has no thread: what is shown changes only when a case starts or ends."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol, TextIO

from benchmarks.text.formatting import clock, duration
from benchmarks.text.node_ids import parse_node_id
from benchmarks.text.width import WIDTH


class Progress(Protocol):
    """The interface by which a session reports its progress."""

    def start(self, name: str) -> None:
        """Report that a case starts."""

    def finish(self, name: str, outcome: str, result: float | str) -> None:
        """Report the end of a case: "measured" with its median (s), or "failed" or "not run" with a reason."""

    def close(self) -> None:
        """End the display."""


class Estimate:
    """Estimate the time left from the time that finished cases took and the rough weight of each case."""

    def __init__(self, weights: Mapping[str, float], now: Callable[[], float] = time.monotonic) -> None:
        self._weights = dict(weights)
        self._now = now
        self._began = now()
        self._done = 0.0
        self.total = len(weights)
        self.count = 0

    def finish(self, name: str) -> None:
        """Count a case as finished."""
        self._done += self._weights.pop(name, 0.0)
        self.count += 1

    def left_s(self) -> float | None:
        """Return the seconds left, None before the first case has ended."""
        if not self._done:
            return None
        return (self._now() - self._began) / self._done * sum(self._weights.values())

    def text(self) -> str:
        """Return the count and the estimate, such as `12/76, about 1:05 left`."""
        left = self.left_s()
        return f"{self.count}/{self.total}" + ("" if left is None else f", about {clock(left)} left")


class Lines:
    """Progress in a log: a line for each finished case."""

    def __init__(self, estimate: Estimate, write_line: Callable[[str], None]) -> None:
        self._estimate = estimate
        self._write_line = write_line

    def start(self, name: str) -> None:
        """Do nothing: a log has only finished cases."""

    def finish(self, name: str, outcome: str, result: float | str) -> None:
        """Write a line: count, estimate, case, result."""
        self._estimate.finish(name)
        self._write_line(
            fitting(f"{self._estimate.text():<28} {parse_node_id(name).name}  {result_text(outcome, result)}")
        )

    def close(self) -> None:
        """Do nothing: a log has nothing to end."""


class Bar:
    """Progress on a terminal: a bar in the last line, redrawn between cases; failures stay above it."""

    def __init__(self, estimate: Estimate, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as RichProgress

        self._estimate = estimate
        # No automatic refresh: its thread would draw during timed rounds.
        self._progress = RichProgress(
            BarColumn(bar_width=24),
            TextColumn("{task.description}"),
            console=Console(file=stream, force_terminal=True, highlight=False),
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("", total=estimate.total)
        self._progress.start()

    def start(self, name: str) -> None:
        """Show the running case."""
        self._show(parse_node_id(name).name)

    def finish(self, name: str, outcome: str, result: float | str) -> None:
        """Count the case; one without a time leaves a line above the bar."""
        from rich.text import Text

        self._estimate.finish(name)
        if outcome != "measured":
            case = f"{parse_node_id(name).name}  {result_text(outcome, result)}"
            self._progress.console.print(Text(fitting(case)))
        self._show("")

    def close(self) -> None:
        """Remove the bar."""
        self._progress.stop()

    def _show(self, running: str) -> None:
        from rich.markup import escape

        text = f"{self._estimate.text()}  {escape(running)}"
        self._progress.update(self._task, completed=self._estimate.count, description=text)
        self._progress.refresh()


def result_text(outcome: str, result: float | str) -> str:
    """Return the result of a finished case in a few words."""
    return duration(result) if isinstance(result, float) else f"{outcome}: {result}"


def fitting(line: str) -> str:
    """Return a line of at most 100 characters; what failed is told in full at the end."""
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..."

"""The progress of a session: shown on a terminal or in a log, and written for the verb that started it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.files.status import Event, FailureEvent, ProgressEvent, append_event
from benchmarks.report.progress import Bar, Estimate, Lines, Progress


class SessionProgress:
    """Several kinds of progress as one; `shown` says whether one of them replaces pytest's own on the screen."""

    def __init__(self, kinds: Sequence[Progress], shown: bool) -> None:
        self._kinds = kinds
        self.shown = shown

    def start(self, name: str) -> None:
        """Report that a case begins."""
        for kind in self._kinds:
            kind.start(name)

    def finish(self, name: str, outcome: str, result: float | str) -> None:
        """Report that a case has ended: "measured" with a median in s, or "failed" or "not run" with a reason."""
        for kind in self._kinds:
            kind.finish(name, outcome, result)

    def close(self) -> None:
        """Stop: nothing is shown from now on."""
        for kind in self._kinds:
            kind.close()
        self.shown = False


class StatusLines:
    """Progress as events in a status file, see `benchmarks.files.status`. Raises OSError if it can't be written."""

    def __init__(self, estimate: Estimate, path: Path) -> None:
        self._estimate = estimate
        self._path = path

    def start(self, name: str) -> None:
        """Write nothing: only a case that has ended changes the progress."""

    def finish(self, name: str, outcome: str, result: float | str) -> None:
        """Append the failure, if it is one, then the progress."""
        self._estimate.finish(name)
        if outcome == "failed":
            self._append(FailureEvent(name, str(result)))
        self._append(ProgressEvent(self._estimate.count, self._estimate.total, self._estimate.left_s()))

    def close(self) -> None:
        """Every event is in the file already."""

    def _append(self, event: Event) -> None:
        append_event(self._path, event)


def line_writer(reporter: Any) -> Callable[[str], None]:
    """Return a function that writes a line at once: a log with a buffer of 8 kB would show nothing for minutes."""

    def write_line(line: str) -> None:
        reporter.write_line(line)
        reporter.flush()

    return write_line


def session_progress(config: Any, costs: Mapping[str, float], status_file: str | None, quiet: bool) -> SessionProgress:
    """Return the progress of cases, given by node id with what each should cost.

    It is shown as a bar on a terminal and as lines elsewhere, not at all if `quiet`; it is written to the status file
    if there is one.
    """
    kinds: list[Progress] = [StatusLines(Estimate(costs), Path(status_file))] if status_file else []
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    # With --verbose, pytest names each case itself.
    if shown := reporter is not None and not quiet and config.get_verbosity() <= 0:
        reporter.showfspath = False  # pytest's own progress
        # pytest's own output stream, which capturing leaves alone.
        stream = reporter._tw._file
        kinds.append(Bar(Estimate(costs), stream) if stream.isatty() else Lines(Estimate(costs), line_writer(reporter)))
    return SessionProgress(kinds, shown)

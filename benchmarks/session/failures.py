"""Why a case failed or could not be collected: in one line for the report, the run file and the status file."""

import copy
import re
import textwrap
from collections.abc import Collection, Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.files.status import FailureEvent, append_event
from benchmarks.grid import BACKENDS
from benchmarks.measure.call import shortened
from benchmarks.text.printable import visible
from benchmarks.text.width import WIDTH

# Failures whose message says all there is to say; a traceback through joblib would only bury it.
_SPEAK_FOR_THEMSELVES = {"WrongResult", "CaseTimeout", "WorkerDied", "TerminatedWorkerError", "BrokenProcessPool"}
_SPEAK_FOR_THEMSELVES |= {"TaskFailed", "NotPicklable", "Incomparable", "EngineTrouble", "NoEngine", "HostFailed"}
_SPEAK_FOR_THEMSELVES |= {"TempFolderTrouble"}

# loky and the standard library know only the exit codes of such workers.
_WORKER_ENDED = {"TerminatedWorkerError", "BrokenProcessPool"}

# What differs between the messages of one fault in several cases, beside the names of their backends.
_ADDRESS_OR_NUMBER = re.compile(r"0x[0-9a-f]+|\d+|(?<=b)auto\b|(?<=batch_size=)auto\b")


def reason(report: Any) -> str:
    """Return in one line why a report failed or was skipped."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    lines = str(text).strip().removeprefix("Skipped: ").splitlines()
    return lines[0] if lines else str(report.outcome)


def shorten(report: Any, error: BaseException) -> None:
    """Report a failed case by its message alone if that says enough."""
    if type(error).__name__ not in _SPEAK_FOR_THEMSELVES:
        return
    said = str(error).partition("\nDetailed tracebacks")[0].strip()
    if type(error).__name__ in _WORKER_ENDED and (words := _last_words(report.sections)):
        said += f"\nThe last line that a worker wrote is: {words}"
    report.longrepr = f"{type(error).__name__}: {said}"
    # Nothing but tracebacks through joblib, and what the task printed.
    report.sections = []


def _last_words(sections: Sequence[tuple[str, str]]) -> str:
    """Return the last line that was written to stderr during the call: of a traceback, the exception."""
    texts = [text for name, text in sections if name == "Captured stderr call"]
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    return visible(shortened(lines[-1])) if lines else ""


def report_uncollected(status_file: str | None, report: Any) -> None:
    """Write to the status file, if there is one, that a file could not be collected."""
    if status_file and report.failed:
        append_event(Path(status_file), FailureEvent(report.nodeid, reason(report)))


class EachFaultOnce:
    """A plugin that has pytest show a fault once, with the number of cases that it hit, but count every case.

    `cases` are the node ids of failed cases; other tests are shown as they are. `backends` are those of the session.
    """

    def __init__(self, cases: Collection[str], backends: Sequence[str]) -> None:
        self._cases = cases
        self._backends = (*backends, *BACKENDS)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> Generator[None, object, object]:
        """Leave one report per fault to pytest's sections, and all of them to its last line."""
        stats, option = terminalreporter.stats, terminalreporter.config.option
        before = {category: stats[category] for category in ("failed", "error") if category in stats}
        stats |= {category: self.folded(reports) for category, reports in before.items()}
        asked, told = option.force_short_summary, bool(self._cases) and option.tbstyle != "no"
        # In CI, pytest's last section would tell every fault again, in lines of any length.
        option.force_short_summary = asked or told
        try:
            return (yield)
        finally:
            stats |= before
            option.force_short_summary = asked

    def folded(self, reports: Sequence[Any]) -> list[Any]:
        """Return the first report of each fault; its name says how many other cases failed alike."""
        alike: dict[str, list[Any]] = {}
        for report in reports:
            key = fault(reason(report), self._backends) if report.nodeid in self._cases else report.nodeid
            alike.setdefault(key, []).append(report)
        return [_of_several(group[0], len(group) - 1) for group in alike.values()]


def fault(message: str, backends: Sequence[str]) -> str:
    """Return what a failure's message has in common with those of other cases that failed alike.

    Wrong results are a fault of the backend that returns them, so that those of another one are another fault.
    """
    if message.startswith("WrongResult"):
        return _ADDRESS_OR_NUMBER.sub("#", message)
    names = "|".join(re.escape(name) for name in sorted(backends, key=len, reverse=True))
    return _ADDRESS_OR_NUMBER.sub("#", re.sub(rf"\b({names})\b", "BACKEND", message))


def _of_several(report: Any, others: int) -> Any:
    """Return a copy of a report that names the number of others, with its message in lines that fit."""
    shown = copy.copy(report)
    if isinstance(shown.longrepr, str):
        lines = shown.longrepr.splitlines()
        shown.longrepr = "\n".join(textwrap.fill(line, WIDTH, break_on_hyphens=False) for line in lines)
    if others:
        shown.nodeid = _and_more(report.nodeid, others)
        path, line, name = report.location
        shown.location = path, line, _and_more(name, others)
    return shown


def _and_more(name: str, others: int) -> str:
    # Behind the bracket, pytest would take it for a part of the parameters.
    return f"{name.removesuffix(']')} and {others} more" + ("]" if name.endswith("]") else "")

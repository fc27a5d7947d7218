"""Why a case failed or could not be collected: in one line for the report, the run file and the status file."""

from pathlib import Path
from typing import Any

from benchmarks.files.status import Failure, append_event

# Failures whose message says all there is to say; a traceback through joblib would only bury it.
_SPEAK_FOR_THEMSELVES = {"WrongResult", "CaseTimeout", "WorkerDied", "TerminatedWorkerError", "BrokenProcessPool"}
_SPEAK_FOR_THEMSELVES |= {"TaskFailed", "NotPicklable", "Incomparable", "EngineTrouble", "NoEngine", "HostFailed"}


def reason(report: Any) -> str:
    """Return in one line why a report failed or was skipped."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    lines = str(text).strip().removeprefix("Skipped: ").splitlines()
    return lines[0] if lines else str(report.outcome)


def shorten(report: Any, error: BaseException) -> None:
    """Report a failed case by its message alone if that says enough."""
    if type(error).__name__ in _SPEAK_FOR_THEMSELVES:
        report.longrepr = f"{type(error).__name__}: {error}"


def report_uncollected(status_file: str | None, report: Any) -> None:
    """Write to the status file, if there is one, that a file could not be collected."""
    if status_file and report.failed:
        append_event(Path(status_file), Failure(report.nodeid, reason(report)))

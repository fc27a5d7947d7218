"""What else ran on the machine: said before the cases, and beside the headline, because it may explain it."""

from collections.abc import Sequence

from benchmarks.machine import busy_sentence, is_busy


def busy_warning(load: float | None, cores: int) -> str | None:
    """Return what to expect of a session that begins while other programs run, None if none do."""
    sentence = busy_sentence(load, cores)
    return sentence and f'{sentence} The answer may be "undecided".'


def disturbances(load: float | None, cores: int, other_sessions: Sequence[str]) -> list[str]:
    """Return a sentence on the load average when the session began, and one on sessions that measured meanwhile."""
    said = []
    if is_busy(load, cores):
        on = "one core" if cores == 1 else f"{cores} cores"
        said.append(f"The machine was not idle in the minute before this session: load average {load:g} on {on}.")
    if other_sessions:
        said.append(f"{other_session_measures(other_sessions).capitalize()}.")
    return said


def other_session_measures(ids: Sequence[str]) -> str:
    """Return what it means that other sessions measure into the same store."""
    names = ", ".join(session[:8] for session in ids)
    return f"another session ({names}) is measuring into this store: neither run can be a baseline"

"""What can keep a gate from deciding; every message says what, found, expected, and what to do next."""

from benchmarks.history.errors import HistoryError


class GateError(HistoryError):
    """The gate can't do what it was asked to do: exit code 2, never a regression."""

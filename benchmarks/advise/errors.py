"""What keeps advice from being given."""

from benchmarks.history.errors import HistoryError


class AdviceError(HistoryError):
    """Something is missing or makes no sense; the message says what to do."""

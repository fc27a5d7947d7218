"""What can go wrong with stored runs; every message says what, found, expected, and what to do next."""


class HistoryError(Exception):
    """The history can't do what it was asked to do."""


class Unreadable(HistoryError):
    """A file is not a run file that can be believed; the message names the file."""


class StoreTrouble(HistoryError):
    """The store can't be written or locked; nothing in it was changed."""


class BadReference(HistoryError):
    """What was said of a run fits none, or several."""

"""What can go wrong with stored runs; every message says what, found, expected, and what to do next."""


class SuiteError(Exception):
    """The history can't do what it was asked to do."""


class Unreadable(SuiteError):
    """A file is not a run file that can be believed; the message names the file."""


class NoAccess(Unreadable):
    """The system did not give a file's content: it may be sound, and the message names it with the system's reason."""


class NewerFormat(NoAccess):
    """A newer version of this suite wrote a file, which may be sound; the message names it and both formats."""


class StoreTrouble(SuiteError):
    """The store can't be written or locked; nothing in it was changed."""


class BadReference(SuiteError):
    """What was said of a run fits none, or several."""


class GateError(SuiteError):
    """The gate can't do what it was asked to do: exit code 2, never a regression."""


class AdviceError(SuiteError):
    """Something is missing or makes no sense; the message says what to do."""


class BadOption(ValueError):
    """An option's value makes no sense; the message names option, value and what was expected."""

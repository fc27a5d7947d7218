"""Errors for the user; every message says what is wrong, what was found and expected, and what to do next."""


class SuiteError(Exception):
    """An error whose message is for the user."""


class Unreadable(SuiteError):
    """A file is broken or is not what was expected; the message names the file."""


class NoAccess(Unreadable):
    """The system refused to read a file, which may be intact; the message names the file and the system's reason."""


class NewerFormat(NoAccess):
    """A newer version of this suite wrote a file, which may be intact; the message names it and both formats."""


class StoreTrouble(SuiteError):
    """The store can't be written or locked; it is unchanged."""


class BadReference(SuiteError):
    """A reference matches no run, or several."""


class GateError(SuiteError):
    """A gate can't measure or judge: exit code 2, never a regression."""


class AdviceError(SuiteError):
    """A recommendation is impossible because something is missing or invalid; the message says what to do."""


class BadOption(ValueError):
    """An option's value is invalid; the message names the option, the value and what was expected."""

"""Values of options that several verbs take."""

from collections.abc import Callable

from benchmarks.errors import SuiteError
from benchmarks.text.parsing import parse_percent, parse_span


def told(option: str, text: str, parse: Callable[[str], float]) -> float:
    """What `parse` makes of an option's value; raises SuiteError, naming the option."""
    try:
        return parse(text)
    except ValueError as error:
        raise SuiteError(f"{option}: {error}") from None


def percent(option: str, text: str, most: float = 10.0) -> float:
    """A share such as 5%; raises SuiteError, naming the option."""
    value = told(option, text, parse_percent)
    if value > most:
        raise SuiteError(f"{option} {text}: expected at most {most:.0%}")
    return value


def span(option: str, text: str) -> float:
    """A time such as 10m, in seconds; raises SuiteError, naming the option."""
    return told(option, text, parse_span)


def alpha(text: str) -> float:
    """The value of --alpha, the chance of a false alarm; raises SuiteError."""
    return percent("--alpha", text, most=0.5)


def min_effect(text: str) -> float:
    """The value of --min-effect; raises SuiteError."""
    return percent("--min-effect", text)

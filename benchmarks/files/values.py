"""Values from files that anybody may have changed: each is what it should be, or a ValueError says what it is."""

from collections.abc import Mapping


def number(value: object, what: str, least: float = 0.0, most: float = 1e9) -> float:
    """A finite number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ValueError(f"{what}: {_short(value)}; expected a number from {least:g} to {most:g}")
    return float(value)


def text(value: object, what: str) -> str:
    """Text."""
    if not isinstance(value, str):
        raise ValueError(f"{what}: {_short(value)}; expected text")
    return value


def texts(value: object, what: str) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"{what}: {_short(value)}; expected a list of texts")
    return tuple(text(one, what) for one in value)


def mapping(value: object, what: str) -> Mapping[str, object]:
    """An object with text for keys."""
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ValueError(f"{what}: {_short(value)}; expected an object")
    return value


def _short(value: object) -> str:
    # The digits of a huge integer take for ever.
    return "a huge number" if isinstance(value, int) and abs(value) > 10**30 else repr(value)[:60]

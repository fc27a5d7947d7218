"""Environment variables that a side is given: `--base-env`, `--head-env` and `--both-env NAME=VALUE`."""

import re
from collections.abc import Sequence

from benchmarks.errors import GateError
from benchmarks.gate.sessions import is_left_out
from benchmarks.text.printable import unprintable, visible

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def parse_variables(option: str, texts: Sequence[str]) -> dict[str, str]:
    """Return the variables that an option's values set. Raises GateError if one can't be set, or is set twice."""
    variables: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not _NAME.fullmatch(name):
            raise GateError(f"{option} '{visible(text)}': expected NAME=VALUE, such as OMP_NUM_THREADS=2")
        if name == "PYTHONHASHSEED" or is_left_out(name):
            drawn, tied = "the gate draws it for each pair", "it would tie a side to another interpreter or tree"
            raise GateError(f"{option} {name}: {drawn if name == 'PYTHONHASHSEED' else tied}; leave it out")
        if unprintable(value):
            raise GateError(f"{option} {name}: '{visible(value)}' can't be printed; expected one line of text")
        if variables.setdefault(name, value) != value:
            raise GateError(f"{option} {name}: given twice, as '{visible(variables[name])}' and '{visible(value)}'")
    return variables

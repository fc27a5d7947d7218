"""The cases of a run file. Entries of `benchmarks` are decoded one by one: an invalid case never affects the others."""

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

import msgspec

from benchmarks.errors import Unreadable
from benchmarks.files.decoding import convert
from benchmarks.files.rounds import RoundsSummary, summarize_rounds
from benchmarks.text.formatting import counted
from benchmarks.text.node_ids import parse_node_id
from benchmarks.text.printable import visible

# Bencher takes names of 1 to 1024 characters; so do we.
LONGEST_NAME = 1024

# More invalid cases than that are no accident, and would cost memory.
_MOST_UNUSABLE = 1000

# The address in the default text of an object; Windows writes 16 digits, in capitals.
_ADDRESS = re.compile(r"(?<= at )0x[0-9a-fA-F]{6,16}\b")

# Of a name that is too long, so much is shown.
_LONGEST_SHOWN = 100

# No call of a benchmark takes longer than four months, and no clock shows a picosecond; quotients stay finite.
_SHORTEST_S, _LONGEST_S = 1e-12, 1e7

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]
_Seconds = Annotated[float, msgspec.Meta(gt=_SHORTEST_S, lt=_LONGEST_S)]


@dataclass(frozen=True)
class CaseTimes:
    """The times of one case in one run.

    `key` identifies the case in any run. In a file of this suite it is the function's name without parameters, and the
    parameters' values; in any other file it is the full name without addresses in memory, because a parameter that is
    an object is stored as text with its address in it.

    `rounds_s` is empty if the file keeps statistics only, and if it has more rounds than `files.rounds.MOST_ROUNDS`;
    `many_rounds` then is their summary, and None otherwise. `facts` are the case's extra_info in a file of this suite,
    empty in any other.
    """

    key: str
    name: str
    fullname: str
    param: str | None
    rounds_s: tuple[float, ...]
    mean_s: float
    median_s: float
    rounds: int
    facts: Mapping[str, Any]
    many_rounds: RoundsSummary | None = None

    @cached_property
    def summary(self) -> RoundsSummary | None:
        """The summary of the rounds, None if the file has none."""
        return self.many_rounds or (summarize_rounds(self.rounds_s) if self.rounds_s else None)

    @property
    def work(self) -> tuple[Any, ...]:
        """What decides how much is done in a call and where, besides the parameters."""
        return tuple(
            self.facts.get(name) for name in ("phase", "workload", "tasks", "arguments", "longest", "calls", "cluster")
        )

    @cached_property
    def loop_log(self) -> float | None:
        """The mean logarithm of the seconds of the plain loops beside the case, None if there are none."""
        loops_s = self.facts.get("loop_s")
        if not isinstance(loops_s, list) or not loops_s or not all(map(_is_time, loops_s)):
            return None
        return math.fsum(map(math.log, loops_s)) / len(loops_s)

    @property
    def center_s(self) -> float:
        """The geometric mean of the rounds, or the stored arithmetic mean if the file has no rounds."""
        return self.summary.geometric_mean_s if self.summary else self.mean_s

    @property
    def fastest_s(self) -> float:
        """The fastest round, or the stored mean if the file has no rounds."""
        return self.summary.fastest_s if self.summary else self.mean_s

    @property
    def slowest_s(self) -> float:
        """The slowest round, or the stored mean if the file has no rounds."""
        return self.summary.slowest_s if self.summary else self.mean_s


@dataclass(frozen=True)
class UnusableCase:
    """A case whose numbers can't be used, and the reason, which is one line. It has no time and can't be compared."""

    key: str
    name: str
    fullname: str
    param: str | None
    reason: str


class _Statistics(msgspec.Struct):
    min: _Seconds
    max: _Seconds
    mean: _Seconds
    median: _Seconds
    rounds: Annotated[int, msgspec.Meta(ge=1, le=10**12)]


class _Entry(msgspec.Struct):
    """An entry as every pytest-benchmark writes it. The other keys hold anything, and nothing of it is read."""

    fullname: _Name
    name: _Name
    stats: _Statistics
    param: Any = None


class _OwnEntry(_Entry):
    """An entry of this suite."""

    params: dict[str, Any] | None = None
    extra_info: dict[str, Any] | None = None


def parse_cases(entries: list[Any], own: bool) -> tuple[dict[str, CaseTimes], dict[str, UnusableCase]]:
    """Return the usable and the unusable cases of `benchmarks`, by key; `own` says that this suite wrote the file.

    Raises Unreadable for too many unusable ones.
    """
    usable: dict[str, CaseTimes] = {}
    unusable: dict[str, UnusableCase] = {}
    for index, entry in enumerate(entries):
        case = _parse_case(entry, f"benchmarks[{index}]", own)
        if isinstance(case, UnusableCase):
            unusable[case.key] = case
            if len(unusable) > _MOST_UNUSABLE:
                raise Unreadable(f"more than {_MOST_UNUSABLE:,} cases are unusable; the first: {_first(unusable)}")
        elif twin := usable.pop(case.key, None) or unusable.get(case.key):
            # Nobody can tell which of the two counts.
            name = visible(twin.fullname)[:200]
            reason = f"the file has two cases with the name {name}"
            if case.fullname != twin.fullname:
                reason = f"the names of two cases differ only in a memory address ({name}): give them ids"
            unusable[case.key] = UnusableCase(case.key, case.name, case.fullname, case.param, reason)
        else:
            usable[case.key] = case
    for key in unusable:
        usable.pop(key, None)
    return usable, unusable


def _first(unusable: Mapping[str, UnusableCase]) -> str:
    case = next(iter(unusable.values()))
    return f"{case.name}: {case.reason}"


def _parse_case(entry: Any, where: str, own: bool) -> CaseTimes | UnusableCase:
    try:
        return _case(entry, where, own)
    except Unreadable as refusal:
        return _unusable(entry, where, own, str(refusal).removeprefix(where).lstrip(".: "))


def _case(entry: Any, where: str, own: bool) -> CaseTimes:
    """Return a case. Raises Unreadable with the first value of the entry that makes it unusable."""
    case = convert(entry, _OwnEntry if own else _Entry, where)
    many_rounds, rounds_s = _rounds(entry["stats"], where)
    count = many_rounds.rounds if many_rounds else len(rounds_s)
    if count and count != case.stats.rounds:
        raise Unreadable(f"{where}: stats.rounds is {case.stats.rounds}, but its data has {counted(count, 'time')}")
    _refuse_odd_statistics(entry["stats"], where)
    return CaseTimes(
        key=_key(entry, own),
        name=case.name,
        fullname=case.fullname,
        param=_param(entry),
        rounds_s=rounds_s,
        mean_s=float(case.stats.mean),
        median_s=float(case.stats.median),
        rounds=case.stats.rounds,
        facts=(case.extra_info or {}) if isinstance(case, _OwnEntry) else {},
        many_rounds=many_rounds,
    )


def _rounds(stats: Mapping[str, Any], where: str) -> tuple[RoundsSummary | None, tuple[float, ...]]:
    """Return the summary of a case's rounds if they are too many to be kept, and the rounds if they are not."""
    data = stats.get("data")
    if isinstance(data, list) and data and isinstance(data[0], RoundsSummary):
        (summary,) = data
        for name, value in (("the fastest", summary.fastest_s), ("the slowest", summary.slowest_s)):
            if not _SHORTEST_S < value < _LONGEST_S:
                raise Unreadable(
                    f"{where}: {name} time in stats.data is {value}; "
                    f"expected seconds, above {_SHORTEST_S:g} and below {_LONGEST_S:g}"
                )
        return summary, ()
    return None, tuple(convert({"data": data or []}, _Data, f"{where}.stats").data)


class _Data(msgspec.Struct):
    data: list[_Seconds]


def _refuse_odd_statistics(stats: Mapping[str, Any], where: str) -> None:
    """Raise Unreadable for a statistic that no measurement has, although a comparison would not use it."""
    for name, value in stats.items():
        if isinstance(value, float) and not (math.isfinite(value) and value >= 0):
            raise Unreadable(f"{where}: stats.{visible(name)[:60]} is {value}; expected a finite number, not negative")


def _unusable(entry: Any, where: str, own: bool, reason: str) -> UnusableCase:
    """Return an entry as an unusable case. It goes by its place in the file if it does not have a name."""
    parts = entry if isinstance(entry, Mapping) else {}
    fullname = parts.get("fullname")
    if not isinstance(fullname, str) or not fullname:
        return UnusableCase(where, where, where, None, reason)
    name = parts.get("name")
    if not isinstance(name, str) or not name:
        name = parse_node_id(fullname).name
    return UnusableCase(
        key=_key(parts, own),
        name=_shortened(name),
        fullname=_shortened(fullname),
        param=_param(parts),
        reason=reason,
    )


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and _SHORTEST_S < value < _LONGEST_S


def _shortened(name: str) -> str:
    text = visible(name)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _key(entry: Mapping[str, Any], own: bool) -> str:
    """Return what identifies a case in any run; see CaseTimes."""
    fullname, params = str(entry["fullname"]), entry.get("params")
    if not own:
        return _without_accidents(fullname)
    if not params or not isinstance(params, Mapping):
        return fullname
    # A folder's name may have a bracket in it, and so may a parameter: only the case's own name is looked at.
    name = str(entry.get("name"))
    if fullname.endswith(name):
        function = fullname.removesuffix(name) + name.partition("[")[0]
    else:
        function = fullname.partition("[")[0]
    values = json.dumps(params, sort_keys=True, ensure_ascii=False)
    # The index can't store half of a surrogate pair.
    return f"{function}[{values.encode(errors='backslashreplace').decode()}"


def _without_accidents(fullname: str) -> str:
    """Return a full name without what differs between two runs of one case: addresses in memory, forms of Unicode.

    A parameter whose id is its `repr` has an address in it; macOS may spell an accented letter with two characters.
    """
    name = fullname if fullname.isascii() else unicodedata.normalize("NFC", fullname)
    return _ADDRESS.sub("0x...", name)


def _param(entry: Mapping[str, Any]) -> str | None:
    param = entry.get("param")
    return visible(param)[:LONGEST_NAME] if isinstance(param, str) else None

"""The cases of a run file. Entries of `benchmarks` are decoded one by one: an invalid case never affects the others."""

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from benchmarks.errors import Unreadable
from benchmarks.files.decoding import convert
from benchmarks.files.rounds import RoundsSummary
from benchmarks.history.case_times import LONGEST_NAME, LONGEST_S, SHORTEST_S, CaseTimes, UnusableCase
from benchmarks.text.formatting import counted
from benchmarks.text.node_ids import parse_node_id
from benchmarks.text.printable import visible

# More invalid cases than that are no accident, and would cost memory.
_MOST_UNUSABLE = 1000

# The address in the default text of an object; Windows writes 16 digits, in capitals, and mocks write it as a number.
_ADDRESS = re.compile(r"(?<= at )0x[0-9a-fA-F]{6,16}\b|(?<= id=')[0-9]{6,20}(?=')")

# Of a name that is too long, so much is shown.
_LONGEST_SHOWN = 100

# What pytest-benchmark writes beside the statistics that are used here.
_STATISTICS = ("stddev", "iqr", "q1", "q3", "ld15iqr", "hd15iqr", "ops", "total", "iterations")

# Statistics may be rounded, but not contradict each other.
_ROUNDING = 1e-3

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]
_Seconds = Annotated[float, msgspec.Meta(gt=SHORTEST_S, lt=LONGEST_S)]


class _Statistics(msgspec.Struct):
    min: _Seconds
    max: _Seconds
    mean: _Seconds
    median: _Seconds
    # Programs that know one kind of number write 7.0.
    rounds: Annotated[float, msgspec.Meta(ge=1, le=10**12, multiple_of=1)]


class _Entry(msgspec.Struct, kw_only=True):
    """An entry as every pytest-benchmark writes it. The other keys hold anything, and nothing of it is read.

    The full name ends in the name, which a filter may have left out.
    """

    fullname: _Name
    name: _Name | None = None
    stats: _Statistics
    param: Any = None


class _OwnEntry(_Entry, kw_only=True):
    """An entry of this suite."""

    name: _Name
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
            if unicodedata.normalize("NFC", case.fullname) != unicodedata.normalize("NFC", twin.fullname):
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
        raise Unreadable(f"{where}: stats.rounds is {case.stats.rounds:.0f}, but its data has {counted(count, 'time')}")
    _refuse_odd_statistics(entry["stats"], where)
    _refuse_contradictions(case.stats, _ends_s(many_rounds, rounds_s), where)
    return CaseTimes(
        key=_key(entry, own),
        name=case.name or parse_node_id(case.fullname).name,
        fullname=case.fullname,
        param=_param(entry),
        rounds_s=rounds_s,
        mean_s=float(case.stats.mean),
        median_s=float(case.stats.median),
        rounds=int(case.stats.rounds),
        facts=(case.extra_info or {}) if isinstance(case, _OwnEntry) else {},
        timing=_timing(entry.get("options")),
        many_rounds=many_rounds,
    )


def _timing(options: Any) -> dict[str, Any]:
    """Return what pytest-benchmark's options say about how the times were taken, as far as they are there."""
    given = options if isinstance(options, Mapping) else {}
    timer, disable_gc = given.get("timer"), given.get("disable_gc")
    known = {"timer": timer} if isinstance(timer, str) and timer.isidentifier() else {}
    return known | ({"disable_gc": disable_gc} if isinstance(disable_gc, bool) else {})


def _rounds(stats: Mapping[str, Any], where: str) -> tuple[RoundsSummary | None, tuple[float, ...]]:
    """Return the summary of a case's rounds if they are too many to be kept, and the rounds if they are not."""
    data = stats.get("data")
    if isinstance(data, list) and data and isinstance(summary := data[0], RoundsSummary):
        if len(data) > 1:
            raise Unreadable(f"{where}: stats.data has something else among its numbers; expected seconds")
        for name, value in (("the fastest", summary.fastest_s), ("the slowest", summary.slowest_s)):
            if not SHORTEST_S < value < LONGEST_S:
                raise Unreadable(
                    f"{where}: {name} time in stats.data is {value}; "
                    f"expected seconds, above {SHORTEST_S:g} and below {LONGEST_S:g}"
                )
        return summary, ()
    return None, tuple(convert({"data": data or []}, _Data, f"{where}.stats").data)


class _Data(msgspec.Struct):
    data: list[_Seconds]


def _refuse_odd_statistics(stats: Mapping[str, Any], where: str) -> None:
    """Raise Unreadable for a statistic that no measurement has, although a comparison would not use it.

    A project's hook may add others, which can be negative.
    """
    for name in _STATISTICS:
        value = stats.get(name)
        if isinstance(value, int | float) and not 0 <= value < math.inf:
            raise Unreadable(f"{where}: stats.{name} is {value}; expected a finite number, not negative")


def _ends_s(many_rounds: RoundsSummary | None, rounds_s: tuple[float, ...]) -> dict[str, float]:
    """Return the fastest and the slowest of a case's rounds by the names of their statistics, none without rounds."""
    if many_rounds:
        return {"min": many_rounds.fastest_s, "max": many_rounds.slowest_s}
    return {"min": min(rounds_s), "max": max(rounds_s)} if rounds_s else {}


def _refuse_contradictions(stats: _Statistics, ends_s: Mapping[str, float], where: str) -> None:
    """Raise Unreadable if an average is outside of the range, or the range is not that of the rounds."""
    for name, value in (("mean", stats.mean), ("median", stats.median)):
        if not stats.min * (1 - _ROUNDING) <= value <= stats.max * (1 + _ROUNDING):
            raise Unreadable(
                f"{where}: stats.{name} is {value}; expected a time from stats.min, {stats.min}, "
                f"to stats.max, {stats.max}"
            )
    for name, value in (("min", stats.min), ("max", stats.max)):
        if not math.isclose(value, found := ends_s.get(name, value), rel_tol=_ROUNDING):
            raise Unreadable(f"{where}: stats.{name} is {value}, but the {name} of stats.data is {found}")


def _unusable(entry: Any, where: str, own: bool, reason: str) -> UnusableCase:
    """Return an entry as an unusable case. It goes by its place in the file if it does not have a name."""
    parts = entry if isinstance(entry, Mapping) else {}
    fullname = parts.get("fullname")
    if not isinstance(fullname, str) or not fullname:
        return UnusableCase(where, where, where, None, reason, has_name=False)
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
    values = json.dumps(params, sort_keys=True, ensure_ascii=False, default=str)
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

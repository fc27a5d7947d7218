"""Remarks on the files that were compared: without a case, measured from another folder, with very many rounds."""

import json
import re
import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from benchmarks.compare.sides import Side, Sides
from benchmarks.history.run import Run
from benchmarks.text.formatting import counted
from benchmarks.text.node_ids import parse_node_id
from benchmarks.text.printable import visible

# More files or folders than that make a remark unreadable.
_MOST_NAMED = 3


def file_remarks(sides: Sides) -> list[str]:
    """Return the sentences about the files of both sides."""
    return [
        *_empty(sides),
        *_of_other_tools(sides),
        *_of_unknown_machines(sides),
        *_copies(sides),
        *_moved(sides),
        *_summarised(sides),
    ]


def _empty(sides: Sides) -> list[str]:
    """Name the files without a case. pytest-benchmark writes one if its plugin is disabled, also by pytest-xdist."""
    empty = [run.origin for run in sides.runs if not (run.cases or run.unusable or run.without_time)]
    if not empty:
        return []
    more = f" and {len(empty) - _MOST_NAMED} more" if len(empty) > _MOST_NAMED else ""
    what = "the file has no cases. Was it" if len(empty) == 1 else "the files have no cases. Were they"
    return [
        f"{', '.join(empty[:_MOST_NAMED])}{more}: {what} made under pytest-xdist (-n) or with --benchmark-disable? "
        "Measure again without them."
    ]


def _of_other_tools(sides: Sides) -> list[str]:
    """Name the files whose entries all have no name that pytest-benchmark would give: other tools have such a list."""
    return [
        f"{run.origin}: no entry of `benchmarks` has a `fullname`, as all of pytest-benchmark have; did another tool "
        "write the file?"
        for run in sides.runs
        if run.unusable and not run.cases and not any(case.has_name for case in run.unusable.values())
    ]


def _of_unknown_machines(sides: Sides) -> list[str]:
    """Say so if no file names its machine, as where a project's hook has replaced pytest-benchmark's facts."""
    if any(run.identity.cpu_model or run.identity.usable_cores for run in sides.runs):
        return []
    return ["No file names the machine on which it was measured, so base and head may be of different ones."]


def _copies(sides: Sides) -> list[str]:
    """Name two runs that have the same times at the same moment: nobody wants to compare a run with itself."""
    first: dict[object, Run] = {}
    for run in sides.runs:
        times = frozenset((key, case.mean_s, case.median_s) for key, case in run.cases.items())
        other = first.setdefault((run.identity, run.when, times), run)
        if times and other is not run:
            return [f"{other.origin} and {run.origin} have the same date and the same times: is one a copy?"]
    return []


def _moved(sides: Sides) -> list[str]:
    """Say that missing cases have the names of new ones under another folder or with other separators."""
    gone, new = _only_in(sides.base, sides.head), _only_in(sides.head, sides.base)
    common = [name for name in gone if name in new]
    folders = Counter(
        (before, after) for name in common for before, after in [(gone[name], new[name])] if before != after
    )
    if not folders:
        return []
    (before, after), _ = folders.most_common(1)[0]
    named = [pair for pair, _ in folders.most_common(_MOST_NAMED)]
    commands = " ".join(f"-e {expression}" for pair in named for expression in _substitutions(*pair))
    return [
        f"{counted(len(common), 'missing case')} of base and new cases of head have the same names under another "
        f"folder or separator: {_folder(before)} against {_folder(after)}. Measure both sides from the same folder "
        "(pytest's --rootdir) on the same system; or rename the cases in a copy of head's file, and compare that:\n"
        f"sed {commands} {shlex.quote(sides.head.runs[-1].origin)} > renamed.json"
    ]


def _only_in(side: Side, other: Side) -> dict[str, str]:
    """Return the folders of the cases that only one side has, by file and test; ambiguous names are left out."""
    places = [_split(case.fullname) for key, case in side.cases.items() if key not in other.cases]
    count = Counter(name for _, name in places)
    return {name: folder for folder, name in places if count[name] == 1}


def _split(fullname: str) -> tuple[str, str]:
    """Return the folder of a case's file, up to and with the last separator, and the rest of its full name."""
    file = parse_node_id(fullname).file
    folder = file.removesuffix(PurePosixPath(file.replace("\\", "/")).name)
    return folder, fullname.removeprefix(folder)


def _folder(folder: str) -> str:
    return visible(folder) or "no folder"


def _substitutions(before: str, after: str) -> list[str]:
    """Return the quoted sed expressions that put the cases of folder `after` into folder `before`.

    They are two if the folder's name is not ASCII: pytest-benchmark escapes such letters, other programs do not.
    """
    return list(dict.fromkeys(_substitution(before, after, ascii_only) for ascii_only in (True, False)))


def _substitution(before: str, after: str, ascii_only: bool) -> str:
    old, new = (f'"{json.dumps(folder, ensure_ascii=ascii_only)[1:-1]}' for folder in (after, before))
    pattern, replacement = re.sub(r"([\\.*\[\]^$#])", r"\\\1", old), re.sub(r"([\\&#])", r"\\\1", new)
    # Only where a file follows: a folder may be the beginning of another one.
    return shlex.quote(rf's#{pattern}\([^/\\"[]*\.py::\)#{replacement}\1#g')


def _summarised(sides: Sides) -> Sequence[str]:
    names = {case.name for run in sides.runs for case in run.cases.values() if case.many_rounds}
    if not names:
        return []
    return [
        f"{counted(len(names), 'case')} with very many rounds: the rounds were summarised while the file was read "
        "(means, fastest and slowest), which changes no verdict."
    ]

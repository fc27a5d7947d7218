"""Short names of cases for tables: as short as they can be while each is the name of one case only."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.analysis.judgement import Row
from benchmarks.analysis.quantity import Quantity
from benchmarks.text.node_ids import parse_node_id

_SUMMATION, _WORKLOAD = "test_summation", "test_workload"


def labelled(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with the labels of their cases as names; a row about a resource names it as well."""
    labels = case_labels([row.fullname for row in rows])
    return [
        replace(row, name=label if row.quantity is Quantity.TIME else f"{label} {row.quantity.value}")
        for row, label in zip(rows, labels, strict=True)
    ]


def case_labels(fullnames: Sequence[str]) -> list[str]:
    """Return a label for each full name (node id), such as `threading-n2-b100` or `no_op loky`.

    Cases of the grid are called by their parameters, with the workload's name if the names contain several workloads.
    Where two cases would have the same label, both are called by their full names. Names that are not node ids of
    tests, such as those of a gate's groups, stay as they are.
    """
    several_workloads = len({_workload(name) for name in fullnames} - {None}) > 1
    labels = {name: _label(name, several_workloads) for name in fullnames}
    uses = Counter(labels.values())
    return [labels[name] if uses[labels[name]] == 1 else name for name in fullnames]


def fitted(names: Sequence[str], longest: int) -> list[str]:
    """Return the names, in at most `longest` characters if they can still be told apart.

    What all names have in common goes first, then the middle of those that are too long.
    """
    if len(set(names)) < 2 or max(map(len, names)) <= longest:
        return list(names)
    # No letter is shared behind the end of the shortest name.
    shared = next((position for position, letters in enumerate(zip(*names, strict=False)) if len(set(letters)) > 1), 0)
    drop = len(re.sub(r"[^-\[ .:_]*$", "", names[0][:shared]))
    short = [f"…{name[drop:]}" for name in names] if drop > 1 else list(names)
    for end in range(longest - 4, 2, -1):
        cut = [name if len(name) <= longest else f"{name[: longest - 1 - end]}…{name[-end:]}" for name in short]
        if len(set(cut)) == len(set(names)):
            return cut
    return short


def _label(fullname: str, with_workload: bool) -> str:
    _, _, function, params = parse_node_id(fullname)
    if not function.startswith("test_"):
        return fullname
    if not params:
        return function.removeprefix("test_")
    if function == _SUMMATION or (function == _WORKLOAD and with_workload):
        return params
    if function == _WORKLOAD:
        return params.partition("-")[2] or params
    return f"{function.removeprefix('test_')} {params}"


def _workload(fullname: str) -> str | None:
    """Return the workload of a case of the grid, None for any other case. No workload's name contains "-"."""
    _, _, function, params = parse_node_id(fullname)
    if function == _SUMMATION:
        return "summation"
    return params.partition("-")[0] if function == _WORKLOAD else None

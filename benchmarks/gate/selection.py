"""Which cases a gate measures if its budget is too short to decide all of them: the most informative ones first."""

import re
from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from benchmarks.gate.record import GateCase, Record
from benchmarks.gate.schedule import PAIR_S, case_s
from benchmarks.grid import informative_rank
from benchmarks.report.case_labels import case_labels
from benchmarks.text.formatting import counted, minutes

# A verdict takes seven pairs at the least (UNCHANGED; a REGRESSION twelve and more), so that with fewer pairs of all
# cases most of them would stay undecided.
_DECIDING_PAIRS = 8

# How many of the cases that are left out are named.
_MOST_NAMES = 3

# The parameters of a case of the grid, see `grid.Case.label`.
_CELL = re.compile(r"-n(\d+)-b(\d+|auto)\]$")


class Selection(NamedTuple):
    """The cases that a gate measures, and those that its budget leaves no time for."""

    chosen: list[GateCase]
    left_out: list[GateCase]


def affordable(
    cases: Sequence[GateCase], call_s: Mapping[str, float], duplicates: Set[str], cores: int, left_s: float
) -> Selection:
    """Select the most informative cases that `left_s` seconds suffice to decide; `call_s` are a call's seconds.

    `duplicates` are node ids of cases that probably repeat another one. There is always one case. Both lists keep the
    order of `cases`.
    """
    chosen: set[str] = set()
    pair_s = PAIR_S
    for case in sorted(cases, key=lambda case: (case.nodeid in duplicates, _rank(case, cores))):
        pair_s += case_s(call_s[case.nodeid])
        if chosen and pair_s * _DECIDING_PAIRS > left_s:
            break
        chosen.add(case.nodeid)
    return Selection(
        [case for case in cases if case.nodeid in chosen], [case for case in cases if case.nodeid not in chosen]
    )


def seconds_for_all(cases: Sequence[GateCase], call_s: Mapping[str, float]) -> float:
    """Return how long a gate needs to decide all these cases."""
    return _DECIDING_PAIRS * (PAIR_S + sum(case_s(call_s[case.nodeid]) for case in cases))


def left_out_sentence(record: Record) -> str:
    """Say which cases a gate left out, and how to ask for them."""
    labels = case_labels(record.left_out)
    some = ", ".join(labels[:_MOST_NAMES]) + (", ..." if len(labels) > _MOST_NAMES else "")
    cases = counted(len(record.cases) + len(labels), "case")
    return (
        f"{minutes(record.budget_s)} can decide {len(record.cases)} of {cases}, the most informative ones. "
        f"Left out: {some}; ask for others with -k."
    )


def _rank(case: GateCase, cores: int) -> tuple[int, int]:
    cell = _CELL.search(case.nodeid)
    return informative_rank(case.workers, cell[2] if cell else None, cores)

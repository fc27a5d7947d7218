"""What may be expected of a gate before its time is spent. Nothing here has a say in any verdict."""

import math
from collections.abc import Sequence
from statistics import median

from benchmarks.analysis.evidence import smallest_seen
from benchmarks.analysis.turns_verdict import CASES_SHARE, needed
from benchmarks.gate.calibration import Calibration
from benchmarks.gate.record import Record

# The noise of a pair (standard deviation of its log-ratio) of the median case on the recordings, for a machine that was
# not calibrated.
NOISE = 0.05

# Pairs of all cases until most of them wait, and the part of the cases that goes on from then on.
_WHOLE_PAIRS, _STAYING = 4, 1 / 8


def expected_pairs(cases: int, pair_s: float, case_s: float, left_s: float) -> int:
    """In how many pairs a suspicious case of so many is measured in the time that is left."""
    all_s = pair_s + case_s * cases
    whole = min(_WHOLE_PAIRS, int(left_s / all_s))
    return whole + max(0, int((left_s - whole * all_s) / (pair_s + case_s * max(1.0, cases * _STAYING))))


def smallest_visible(record: Record, cases: int, pairs: int, noise: float) -> float | None:
    """The slowdown (0.05 is 5 %) of one case with this noise that 80 % of gates would see; None if they see none."""
    enough = needed(record.alpha, CASES_SHARE, max(1, cases))
    found = smallest_seen(noise * noise, pairs, enough, math.log1p(record.min_effect))
    return None if found is None else max(math.expm1(found), record.min_effect / 2)


def expectation(record: Record, pairs: int, calibration: Calibration | None) -> str:
    """What the gate says of itself at its start."""
    names = [case.nodeid for case in record.cases]
    found = calibration.of(names) if calibration else []
    if not found:
        said = f"this machine is not calibrated; with a noise of {NOISE:.0%} a pair"
        return f"{said}, {_seen([NOISE], record, len(names), pairs)}"
    noises, when = [case.noise for case in found], max(case.when for case in found)
    said = f"calibrated {when[:10]}, median noise of a pair {median(noises):.1%}"
    return f"{said}: {_seen(noises, record, len(names), pairs)}"


def _seen(noises: Sequence[float], record: Record, cases: int, pairs: int) -> str:
    found = [smallest_visible(record, cases, pairs, noise) for noise in noises]
    visible = sorted(one for one in found if one is not None)
    if not visible:
        return "no slowdown of one case can be seen: give it more time or fewer cases"
    if len(noises) == 1:
        return f"a case slower by {visible[0]:.0%} or more should be seen"
    aimed = sum(one <= record.min_effect for one in visible)
    middle = visible[min(len(visible) - 1, len(found) // 2)]
    return (
        f"{record.min_effect:.0%} should be seen in {aimed} of {len(noises)} cases, {middle:.0%} in half of them; "
        f"{len(found) - len(visible)} can show nothing"
    )

"""Whether this machine is quiet enough to prove most cases unchanged: said before the budget is spent."""

import math
from collections.abc import Sequence

from benchmarks.analysis.pair_ratios import PairRatios
from benchmarks.analysis.paired import PROOF_LOG, assess
from benchmarks.analysis.power import chance
from benchmarks.analysis.scores import Score
from benchmarks.gate.record import Record
from benchmarks.machine import busy_sentence
from benchmarks.text.formatting import minutes

# The share of the cases that a gate should prove unchanged if the code does not differ.
_MOST = 0.8

# Beyond that a budget has to be confirmed with --long.
_LONG_MINUTES = 20

# More pairs than fit into any budget.
_MOST_PAIRS = 1000


def busy_warning(load: float | None, cores: int) -> str | None:
    """Return a warning if other programs are running when a gate begins, None if they are not."""
    sentence = busy_sentence(load, cores)
    advice = "Expect rows without a verdict. What helps: stop them, more time (--budget), or fewer cases (-k)."
    return sentence and f"{sentence} {advice}"


def noise_warning(
    record: Record, log_ratios: Sequence[Sequence[PairRatios | None]], pair_s: float, left_s: float
) -> str | None:
    """Return a warning if noise leaves most cases undecided, None if it does not.

    `log_ratios` are the cases' pairs so far, `pair_s` the seconds of a pair of all cases, `left_s` those of the budget.
    """
    effect = math.log1p(record.min_effect)
    means = [assess(pairs, effect).mean for track in log_ratios if (pairs := [pair for pair in track if pair])]
    if not means:
        return None
    in_budget = 1 + int(left_s / pair_s)
    proved = _proved(means, in_budget, effect)
    if proved >= _MOST * len(means):
        return None
    enough = next((pairs for pairs in _doubled(in_budget) if _proved(means, pairs, effect) >= _MOST * len(means)), None)
    cases = "the case would hardly" if len(means) == 1 else f"about {proved} of {len(means)} cases would"
    return (
        f"This machine is too noisy for {minutes(record.budget_s)}: with identical code, {cases} be proved unchanged "
        f"to {record.min_effect * 100:g} %. What helps: stop other programs, {_more_time(enough, pair_s)}, "
        "or fewer cases (-k)."
    )


def _more_time(pairs: int | None, pair_s: float) -> str:
    if pairs is None:
        return "a quieter machine"
    needed_minutes = math.ceil(pairs * pair_s / 60)
    return f"--budget {needed_minutes}m" + (" --long" if needed_minutes > _LONG_MINUTES else "")


def _doubled(pairs: int) -> Sequence[int]:
    return [pairs * 2**power for power in range(1, 10) if pairs * 2**power <= _MOST_PAIRS]


def _proved(means: Sequence[Score], pairs: int, effect: float) -> int:
    """Return in how many cases it is more likely than not that so many pairs prove identical code unchanged."""
    return sum(chance(effect, mean.variance, pairs, PROOF_LOG, effect) >= 0.5 for mean in means)

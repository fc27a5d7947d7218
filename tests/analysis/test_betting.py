"""The gate's test by betting: what it may never do, what it sees, and what it leaves to the coin."""

import math
import random

import pytest

from benchmarks.analysis.betting import Values, log_wealth, variances
from benchmarks.analysis.grouped import CaseValues, assess_together, case_values
from benchmarks.analysis.pair_ratios import pair_ratios
from benchmarks.analysis.paired import assess
from benchmarks.analysis.power import detectable_log_ratio
from benchmarks.analysis.scores import mean as mean_of
from benchmarks.analysis.scores import typical

EFFECT = math.log(1.05)


def pair(returned, completed=None):
    """A pair of these log-ratios: base's rounds take one second."""
    base = (1.0,) * len(returned)
    return pair_ratios(base, list(map(math.exp, returned)), completed and (base, list(map(math.exp, completed))))


def returned(rounds):
    """Pairs of which only the times until joblib returned are known."""
    return [pair(each) for each in rounds]


def plain(values, priors):
    """Pairs of one case."""
    return Values(tuple(values), tuple(priors), (1.0,) * len(values))


def test_a_variance_that_seemed_too_small_is_found_out():
    """The first pair's rounds agreed by chance; from the second pair on the pairs themselves tell."""
    agreed = plain([0.05, 0.05, 0.06, 0.05], [1e-8, 1e-4, 1e-4, 1e-4])
    assert max(variances(agreed)[1:]) < 2e-4
    differing = plain([0.05, -0.05, 0.05, -0.05, 0.05, -0.05], [1e-8] * 6)
    assert variances(differing)[-1] > 1e-3


def test_means_of_more_cases_vary_less():
    """What was seen of one size says something of another."""
    rng = random.Random(8)
    sizes = [1, 4] * 200
    values = [rng.gauss(0, 0.1 / math.sqrt(size)) for size in sizes]
    found = variances(Values(tuple(values), (1e-4,) * 400, tuple(1 / size for size in sizes)))
    assert found[-2] == pytest.approx(0.01, rel=0.25)
    assert found[-1] == pytest.approx(0.0025, rel=0.25)


def test_the_first_bet_by_hand():
    """One pair: a share of 0.05 is kept, the rest multiplied by 2 / (1 + exp(-2 m v / s2)), the prior as variance."""
    value, prior = 0.03, 0.0025
    by_hand = sum(
        share * (0.05 + 0.95 * 2 / (1 + math.exp(-2 * factor * EFFECT * value / prior)))
        for factor, share in ((0.8, 0.6), (1.8, 0.4))
    )
    assert log_wealth(plain([value], [prior]), EFFECT) == [pytest.approx(math.log(by_hand))]


def test_a_bet_on_a_fair_coin_is_fair():
    """Over both signs of the last pair, whatever came before and however large it is, the wealth stays on average."""
    rng = random.Random(3)
    for _ in range(200):
        values = [rng.gauss(0.02, 0.1) for _ in range(rng.randint(1, 12))]
        priors = [rng.uniform(1e-4, 1e-2) for _ in values]
        before = math.exp(log_wealth(plain(values[:-1], priors[:-1]), EFFECT)[-1]) if len(values) > 1 else 1.0
        after = [math.exp(log_wealth(plain([*values[:-1], sign * values[-1]], priors), EFFECT)[-1]) for sign in (1, -1)]
        assert sum(after) / 2 == pytest.approx(before)


def test_what_the_rounds_say_of_size_does_not_depend_on_signs():
    """Otherwise the sign would be no fair coin given the size."""
    rng = random.Random(4)
    rounds = [[rng.gauss(0.03, 0.1) for _ in range(3)] for _ in range(8)]
    flipped = [*rounds[:-1], [-ratio for ratio in rounds[-1]]]
    one, other = typical(rounds), typical(flipped)
    assert one.priors == other.priors
    assert one.values[-1] == pytest.approx(-other.values[-1])
    assert variances(one)[-1] == pytest.approx(variances(other)[-1])


def test_the_wealth_of_all_scores_together_is_fair():
    """Exchanging the labels of the last pair leaves the wealth as it was on average, whatever the pairs look like."""
    rng = random.Random(11)
    for count in range(2, 40):
        before = [pair(heavy(rng, 0.02), heavy(rng, 0.02)) for _ in range(count - 1)]
        base, head, *completed = [[rng.lognormvariate(0, 0.1) for _ in range(3)] for _ in range(4)]
        last = pair_ratios(base, head, tuple(completed)), pair_ratios(head, base, tuple(completed[::-1]))
        wealth = math.exp(assess(before, EFFECT).wealth_slower[-1])
        after = [math.exp(assess([*before, each], EFFECT).wealth_slower[-1]) for each in last]
        assert sum(after) / 2 == pytest.approx(wealth)


def test_the_mean_and_its_variance_by_hand():
    """Two pairs of two rounds. Head's first mean is 2 with a variance of 2 / 2, a quarter of its square; then 0."""
    values = mean_of([pair_ratios((1.0, 1.0), (1.0, 3.0)), pair_ratios((1.0, 1.0), (3.0, 3.0))])
    assert values.values == pytest.approx((math.log(2), math.log(3)))
    assert values.priors == pytest.approx((0.25, 0.125))


def test_the_mean_counts_calls_not_logarithms():
    """A call in ten takes twice as long: the mean call takes 10 % longer, and no less is said."""
    slower = pair_ratios((1.0,) * 10, [1.0] * 9 + [2.0])
    assert assess([slower] * 5, EFFECT).estimate == pytest.approx(math.log(1.1))


POLL_S = 0.0104


def polled(rng, more=0.0):
    """A call of 40 ms that ends at a poll: some end one poll later anyway, a share `more` one more."""
    return 0.0404 + POLL_S * ((rng.random() < 0.15) + (rng.random() < more)) + rng.gauss(0, 0.0002)


def calls(rng, more=0.0, completed=None):
    """A pair of seven rounds each."""
    base, head = ([polled(rng, share) for _ in range(7)] for share in (0.0, more))
    return pair_ratios(base, head, completed)


def test_a_slowdown_of_some_calls_is_never_proved_unchanged():
    """A third of the calls waits one poll more, 6 % on average: the median hardly moves, and the user waits."""
    for seed in range(20):
        rng = random.Random(seed)
        assessment = assess([calls(rng, 0.3) for _ in range(60)], EFFECT)
        assert not assessment.below(EFFECT)
        assert assessment.estimate > 0.04


def test_identical_calls_are_proved_unchanged():
    """The same calls without the slowdown: within 60 pairs the mean is proved to be within min-effect."""
    proved = 0
    for seed in range(20):
        rng = random.Random(seed)
        proved += assess([calls(rng) for _ in range(60)], EFFECT).below(EFFECT)
    assert proved >= 19


def test_a_delay_that_the_poll_hides_is_seen_until_the_last_batch():
    """2 ms in each call of 40 ms: joblib returns one poll later in a fifth of the calls; the last batch always does."""
    needed, seen = math.log(50 / 0.006), {False: 0, True: 0}
    for seed in range(20):
        rng = random.Random(seed)
        completed = [[[rng.gauss(mean_s, 0.002) for _ in range(7)] for mean_s in (0.036, 0.038)] for _ in range(22)]
        pairs = [calls(rng, 0.19, tuple(both)) for both in completed]
        for known in seen:
            shown = pairs if known else [each._replace(completed=()) for each in pairs]
            seen[known] += assess(shown, EFFECT).slower >= needed
    assert seen[True] >= 15
    assert seen[True] >= seen[False] + 10


def heavy(rng, shift=0.0):
    """A pair of three rounds: a machine that changes its speed, and pairs that differ more than their rounds do."""
    own = rng.gauss(0, 0.03)
    return [shift + own + rng.gauss(0, 0.05) + rng.choice([0] * 38 + [0.6, -0.6]) for _ in range(3)]


def test_false_alarms_of_identical_code():
    """At a level of 5 %, looked at after each of 30 pairs, the share of tracks that ever cross stays below it."""
    rng = random.Random(5)
    crossed = 0
    for _ in range(1500):
        seen = typical([heavy(rng) for _ in range(30)])
        crossed += max(log_wealth(seen, EFFECT)) >= math.log(1 / 0.05)
    # 5 % of 1,500 is 75; three standard deviations more would be 100. Betting is conservative.
    assert 0 < crossed <= 75


@pytest.mark.parametrize(("slower", "least", "most"), [(0.0, 0.0, 0.0), (0.10, 0.9, 1.0), (0.25, 0.98, 1.0)])
def test_what_is_seen(slower, least, most):
    """With the share that one of 50 cases has of 1 %, within 30 pairs."""
    rng = random.Random(6)
    seen = 0
    for _ in range(200):
        found = typical([heavy(rng, math.log1p(slower)) for _ in range(30)])
        seen += max(log_wealth(found, EFFECT)) >= math.log(50 / 0.006)
    assert least <= seen / 200 <= most


def test_intervals_cover():
    """Each bound holds in 95 % of cases, whenever one looks, and contains what was put in."""
    rng = random.Random(7)
    missed = 0
    for count in range(150):
        found = assess(returned([heavy(rng, 0.05) for _ in range(4 + count % 16)]), EFFECT)
        lo, hi = found.interval
        missed += not lo <= 0.05 <= hi
    assert missed <= 15


def test_a_rough_interval_by_hand():
    """Two pairs of means 0 and 0.2 whose rounds agree: Student's t of one degree of freedom, 12.706 standard errors."""
    found = assess(returned([[0.0, 0.0], [0.2, 0.2]]), EFFECT)
    lo, hi = found.rough_interval
    assert hi - lo == pytest.approx(2 * 12.706 * found.mean.error, rel=1e-3)
    assert (lo + hi) / 2 == pytest.approx(found.estimate)
    assert found.interval == (-math.inf, math.inf)


def test_thirteen_pairs_cannot_reach_what_fourteen_can():
    """A sign is worth at most a factor of two: n pairs can reach no p below 2 ** -n."""
    rounds = returned([[1.0, 1.01, 0.99]] * 14)
    needed = math.log(50 / 0.006)
    assert assess(rounds[:13], EFFECT).slower < needed
    assert assess(rounds, EFFECT).slower > needed


def test_the_smallest_effect_seen_is_seen_in_four_gates_of_five():
    """The figure of the column `sees`, against a simulation of normal pairs."""
    needed, pairs, variance = math.log(50 / 0.006), 24, 0.04**2
    shift = detectable_log_ratio(variance, pairs, needed, EFFECT)
    rng = random.Random(8)
    seen = 0
    for _ in range(400):
        values = [rng.gauss(shift, 0.04) for _ in range(pairs)]
        seen += max(log_wealth(plain(values, [variance] * pairs), EFFECT)) >= needed
    assert 0.7 <= seen / 400 <= 0.9


def test_a_calm_case_among_noisy_ones_promises_no_more_than_they_do():
    """Four calm pairs are chance where others vary: the variance to plan with lies between the two."""
    calm = assess(returned([[0.01, -0.01], [-0.01, 0.01], [0.02, 0.0], [-0.02, 0.0]]), EFFECT).mean
    own, usual = calm.variance, 0.15**2
    assert own < calm.planning_variance(usual) < usual
    assert calm.planning_variance(usual) == pytest.approx(usual * 8 / 11, rel=0.1)
    assert calm.planning_variance(0.0) == pytest.approx(own, rel=0.5)


def test_many_pairs_of_a_case_speak_for_themselves():
    """After sixty pairs the noise of other cases hardly matters."""
    rng = random.Random(12)
    calm = assess(returned([[rng.gauss(0, 0.02)] * 2 for _ in range(60)]), EFFECT).mean
    assert calm.planning_variance(0.05**2) < 2 * calm.variance


def test_no_effect_of_any_size_is_seen_in_too_few_pairs():
    """And that is said, not rounded up."""
    assert detectable_log_ratio(0.01, 5, math.log(50 / 0.006), EFFECT) is None


def test_several_cases_see_a_small_broad_change():
    """Ten cases, 2 % slower each: none alone, all together."""
    rng = random.Random(9)
    cases = [[heavy(rng, 0.02) for _ in range(20)] for _ in range(10)]
    needed = math.log(5 / 0.002)
    said = [case_values(returned(rounds)) for rounds in cases]
    assert assess_together(said, math.log(1.03)).slower > needed
    assert all(assess(returned(rounds), EFFECT).slower < needed for rounds in cases)


def test_cases_may_be_left_out_of_pairs():
    """What is measured next may depend on what was seen."""
    one, other = CaseValues(0.01, 0.001, 0.01, 0.001), CaseValues(0.03, 0.001, 0.02, 0.001)
    said = [[one, None, other], [other, one, None]]
    assert assess_together(said, EFFECT).pairs == 3

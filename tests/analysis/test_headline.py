"""The headline of a run: what is called fastest, what is undecided, and what can't be."""

import math
import random
from dataclasses import replace

import pytest

from benchmarks.analysis.headline import Contender, HeadlineKind, Noise, headline, noises
from benchmarks.analysis.speedup import Configuration


def contender(backend, speed_up, error=0.02, bound=2.0, name=None):
    """A configuration of two workers whose loop takes a second."""
    noise = Noise(error**2, 1, 0.0) if error < math.inf else Noise(math.inf, 1, math.inf, known=False)
    return Contender(Configuration(name or f"{backend}-n2", backend, 1 / speed_up, 1.0, 2), noise, bound)


def errors_of(rounds, loops):
    """The standard error of each case's log speed-up."""
    return [noise.log_error for noise in noises(rounds, loops)]


def noisy(backend, speed_up, round_variance, loops_variance, rounds=5):
    """A contender whose noise is known in parts."""
    known = contender(backend, speed_up)
    return replace(known, noise=Noise(round_variance, rounds, loops_variance))


def test_what_is_clear_of_its_rivals_and_of_the_loop_is_fastest():
    """1.8x against 1.5x and the loop, known to 2 %."""
    found = headline([contender("loky", 1.8), contender("multiprocessing", 1.5)])
    assert (found.kind, found.best.configuration.backend) == (HeadlineKind.FASTEST, "loky")


@pytest.mark.parametrize("rival", [1.75, 1.8, 1.7])
def test_two_backends_that_are_too_close_are_undecided(rival):
    """A difference below three of its standard errors decides nothing."""
    found = headline([contender("loky", 1.8), contender("multiprocessing", rival)])
    assert found.kind is HeadlineKind.UNDECIDED
    assert found.rival is not None


def test_another_batch_size_of_the_same_backend_is_no_rival():
    """The question is which backend."""
    found = headline([contender("loky", 1.8), contender("loky", 1.79, name="loky-n2-b10")])
    assert found.kind is HeadlineKind.FASTEST


def test_what_can_not_be_told_from_the_loop_is_undecided():
    """1.03x known to 2 % is no speed-up yet; nor is 2x of one round."""
    assert headline([contender("loky", 1.03)]).kind is HeadlineKind.UNDECIDED
    assert headline([contender("loky", 0.97)]).kind is HeadlineKind.UNDECIDED
    assert headline([contender("loky", 0.9), contender("multiprocessing", 0.8, 0.2)]).kind is HeadlineKind.UNDECIDED
    assert headline([contender("loky", 1.9, math.inf)]).kind is HeadlineKind.UNDECIDED


def test_nothing_beats_the_loop():
    """The best takes a tenth longer, for certain; so does what an interval of 95 % says of all."""
    assert headline([contender("loky", 0.95), contender("threading", 0.5, math.inf)]).kind is HeadlineKind.LOOP
    found = headline([contender("loky", 0.9), contender("threading", 0.8, bound=1.0)])
    assert (found.kind, found.best.configuration.backend) == (HeadlineKind.LOOP, "loky")


@pytest.mark.parametrize(("speed_up", "bound"), [(5.57, 2.0), (1.41, 1.0), (16.77, 2.0)])
def test_a_speed_up_beyond_the_workers_or_the_gil_is_a_fault_of_the_comparison(speed_up, bound):
    """It is never a headline, whatever the others did."""
    found = headline([contender("threading", speed_up, bound=bound), contender("loky", 1.8)])
    assert found.kind is HeadlineKind.UNFAIR
    assert found.best.configuration.backend == "threading"


def test_the_rounds_that_decide_do_decide():
    """As many rounds as are named tell the best from its rival, and one fewer does not, if the times stay the same."""
    said = headline([noisy("loky", 1.2, 0.01, 1e-4), noisy("multiprocessing", 1.1, 0.01, 1e-4)])
    assert said.kind is HeadlineKind.UNDECIDED
    for rounds, kind in ((said.rounds, HeadlineKind.FASTEST), (said.rounds - 1, HeadlineKind.UNDECIDED)):
        both = [noisy(name, speed_up, 0.01, 1e-4, rounds) for name, speed_up in (("loky", 1.2), ("b", 1.1))]
        assert headline(both).kind is kind


def test_rounds_that_would_not_decide_are_not_named():
    """Noisy loops, or two that are at the same bound, stay undecided with any number of rounds."""
    assert headline([noisy("loky", 1.05, 0.01, 0.01)]).rounds is None
    assert headline([noisy("loky", 2.1, 0.1, 0.0), noisy("multiprocessing", 2.3, 0.1, 0.0)]).rounds is None
    assert headline([contender("loky", 1.9, math.inf)]).rounds is None


def test_of_several_at_their_bound_the_fastest_is_named():
    """The table below the headline calls the same one best."""
    found = headline([contender("loky", 2.05, 0.5), contender("loky", 2.2, 0.5, name="loky-n2-b10")])
    assert found.best.configuration.name == "loky-n2-b10"


def test_noise_above_the_bound_is_not_believed():
    """2.05x of two workers is 2x at most; threads that hold the GIL at 1.02x are no faster than the loop."""
    assert contender("loky", 2.05).log_speed_up == pytest.approx(math.log(2))
    assert headline([contender("threading", 1.02, bound=1.0)]).kind is HeadlineKind.LOOP
    assert headline([contender("threading", 1.02, bound=1.0), contender("loky", 1.5)]).best.bound == 2.0


def test_without_a_contender_there_is_no_headline():
    """A run of the loop alone answers nothing."""
    assert headline([]) is None


def test_errors_by_hand():
    """Two cases of two rounds and two loops: a pooled variance for rounds (0.01) and for loops (0.02)."""
    spread = math.exp(math.sqrt(0.02))  # two values so far apart have a variance of 0.01 in logarithms
    rounds = [[1.0, spread], [1.0, spread]]
    loops = [[1.0, math.exp(0.2)], [1.0, math.exp(0.2)]]
    assert errors_of(rounds, loops) == [pytest.approx(math.sqrt(0.01 / 2 + 0.02 / 2))] * 2


def test_one_short_round_says_nothing_of_its_error():
    """Nor does a session without a loop beside its cases."""
    assert errors_of([[0.5], [1.0, 1.1]], [[1.0, 1.0], [1.0, 1.0]])[0] == math.inf
    assert errors_of([[1.0, 1.1]], [[1.0]]) == [math.inf]


def test_one_round_of_seconds_is_as_noisy_as_the_loops_beside_it():
    """Two loops whose logarithms differ by 0.2 have a variance of 0.02: one round of it, and two loops."""
    loops = [[20.0, 20.0 * math.exp(0.2)]]
    assert errors_of([[10.0]], loops) == [pytest.approx(math.sqrt(0.02 + 0.02 / 2))]


def test_equals_are_hardly_ever_called_fastest():
    """Fifteen configurations of three backends, all exactly as fast as the loop: one session in twenty may err."""
    rng = random.Random(5)
    wrong = 0
    for _ in range(400):
        rounds = [[math.exp(rng.gauss(0, 0.1)) for _ in range(5)] for _ in range(15)]
        loops = [[math.exp(rng.gauss(0, 0.1)) for _ in range(2)] for _ in range(15)]
        found = noises(rounds, loops)
        contenders = [
            Contender(
                Configuration(f"{place}", "abc"[place % 3], sorted(rounds[place])[2], sum(loops[place]) / 2, 2),
                noise,
                2,
            )
            for place, noise in enumerate(found)
        ]
        wrong += headline(contenders).kind in (HeadlineKind.FASTEST, HeadlineKind.UNFAIR)
    assert wrong <= 20


def test_threads_that_hold_the_gil_are_no_rival_of_the_loop():
    """A noisy 1.1x of theirs hides nothing: the question is what processes reach."""
    threads = contender("threading", 1.1, error=0.2, bound=1.0)
    assert headline([threads, contender("loky", 0.5)]).kind is HeadlineKind.LOOP
    undecided = headline([threads, contender("loky", 0.9, error=0.2)])
    assert (undecided.kind, undecided.best.configuration.backend) == (HeadlineKind.UNDECIDED, "loky")

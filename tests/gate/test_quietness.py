"""What a gate says of a noisy machine before it spends its budget."""

import random

import pytest

from benchmarks.analysis.pair_ratios import pair_ratios
from benchmarks.gate.quietness import busy_warning, noise_warning
from tests.gate.records import record


def first_pair(noise, cases=10, seed=1):
    """One pair of each of some cases, seven rounds per side with this noise."""
    rng = random.Random(seed)
    rounds = [[rng.lognormvariate(0, noise) for _ in range(7)] for _ in range(2 * cases)]
    return [[pair_ratios(base, head)] for base, head in zip(rounds[::2], rounds[1::2], strict=True)]


def test_a_quiet_machine_is_no_reason_for_a_warning():
    """Rounds that agree within 3 % prove 5 % within twelve pairs."""
    assert noise_warning(record(), first_pair(0.03), 45.0, 500.0) is None
    assert busy_warning(0.2, 2) is None
    assert busy_warning(None, 2) is None
    assert busy_warning(15.0, 64) is None  # nothing to so many cores


def test_a_noisy_machine_is_said_with_what_would_help():
    """Rounds that differ by 30 % prove 5 % in few cases; the warning says in how many, and which budget would do."""
    warning = noise_warning(record(), first_pair(0.2), 45.0, 500.0)
    assert warning.startswith("This machine is too noisy for 10 minutes: with identical code, about 0 of 10 cases")
    assert "stop other programs, --budget " in warning
    assert warning.endswith("m --long, or fewer cases (-k).")
    assert "the case would hardly be proved" in noise_warning(record(), first_pair(0.2, cases=1), 45.0, 500.0)


def test_no_budget_is_promised_where_none_would_do():
    """Rounds that differ by a factor of e leave nothing to promise but a quieter machine."""
    assert "a quieter machine" in noise_warning(record(), first_pair(1.0), 45.0, 500.0)


@pytest.mark.parametrize(("load", "shown"), [(0.5, "0.5 on 2 cores"), (12.34, "12.3 on 2 cores")])
def test_other_programs_are_said_at_once(load, shown):
    """A load average above that of an idle machine is the first thing to know."""
    assert f"the load average is {shown}" in busy_warning(load, 2)


def test_nothing_measured_is_no_noise():
    """A pair without a case of both sides says nothing about noise."""
    assert noise_warning(record(), [[None]], 45.0, 500.0) is None

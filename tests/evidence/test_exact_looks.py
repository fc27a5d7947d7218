"""The exact sign-flip test that was tried beside the bet."""

from itertools import product
from math import fsum

import pytest

from evidence.exact_looks import sign_flip_p


@pytest.mark.parametrize("values", [[1.0, 2.0, -0.5, 3.0, 0.7], [-1.0, -1.0], [0.3, 0.0, -0.2, 0.1]])
def test_all_choices_of_signs_are_counted(values):
    """Those whose sum is at least the one that was seen."""
    sums = [fsum(sign * abs(value) for sign, value in zip(signs, values, strict=True)) for signs in _signs(values)]
    assert sign_flip_p(values) == pytest.approx(sum(each >= fsum(values) - 1e-9 for each in sums) / len(sums))


def test_nothing_is_smaller_than_one_choice_in_all():
    """Sixteen pairs that agree are one of 65,536."""
    assert sign_flip_p([0.1] * 16) == 2.0**-16


def _signs(values):
    return product((1, -1), repeat=len(values))

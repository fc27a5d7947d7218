"""The rule by which two results are the same."""

import pickle
import threading
from decimal import Decimal

import numpy
import pytest

from benchmarks.measure.sameness import Incomparable, same

NAN = float("nan")


class Plain:
    """A class that defines no equality."""

    def __init__(self, value):
        self.value = value


class Table:
    """A class that compares as a table of pandas does: `==` cell by cell, `equals` as a whole."""

    def __init__(self, cells):
        self.cells = cells

    def __eq__(self, other):
        return numpy.asarray(self.cells) == numpy.asarray(other.cells)

    __hash__ = None

    def equals(self, other):
        return self.cells == other.cells


@pytest.mark.parametrize(
    "value",
    [
        NAN,
        [NAN, 1],
        {"a": (NAN, [numpy.arange(3)])},
        numpy.arange(0) / 3,
        numpy.array([1.0, NAN]),
        numpy.array(["a", "b"]),
        numpy.array([Plain(1), None], dtype=object),
        Plain([1, Plain(2)]),
        Decimal("NaN"),
        complex(NAN, 1),
        Table([1, 2]),
        "text",
        None,
    ],
)
def test_a_copy_from_another_process_is_the_same(value):
    """A result that was pickled on its way from a worker is the same."""
    assert same(pickle.loads(pickle.dumps(value)), value)  # noqa: S301 - its own bytes


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (1.0, NAN),
        ([1, 2], [1, 2, 3]),
        ([1], (1,)),
        ({"a": 1}, {"b": 1}),
        (numpy.arange(3), numpy.arange(4)),
        (numpy.arange(3), numpy.arange(3.0) + 1e-12),
        (numpy.arange(3.0), numpy.arange(3, dtype="float32") * 1.5),
        (Plain(1), Plain(2)),
        (Plain(1), 1),
        (Table([1, 2]), Table([1, 3])),
        ("1", 1),
        (None, 0),
        (1 + 1e-12, 1.0),
    ],
)
def test_what_differs(found, expected):
    """Results differ by value, length, type, shape or content."""
    assert not same(found, expected)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (1 + 1e-12, 1.0),
        ([1, {"a": 1 + 1e-12}], [1, {"a": 1.0}]),
        (numpy.array([1 + 1e-12, NAN]), numpy.array([1.0, NAN])),
        (1 + 1e-12j, 1 + 0j),
    ],
)
def test_a_tolerance_is_relative_and_reaches_into_containers(found, expected):
    """1e-12 more of 1 is within 1e-9, and 1e-6 more is not."""
    assert same(found, expected, 1e-9)
    assert not same(found, expected, 1e-14)


def test_a_tolerance_gives_nothing_to_zero_and_to_text():
    """A tolerance relative to zero allows nothing, and text has no tolerance."""
    assert not same(1e-300, 0.0, 0.5)
    assert not same("a", "b", 0.5)


def test_what_nobody_can_compare_says_so():
    """Values without equality that can't be pickled are incomparable."""
    with pytest.raises(Incomparable, match="returned an object of type lock, which defines no equality"):
        same(threading.Lock(), threading.Lock())


def nested(depth):
    """Return a list in a list, and so on."""
    found = []
    for _ in range(depth):
        found = [found]
    return found


def test_what_is_nested_too_deeply_is_refused():
    """Comparing would exceed Python's limit of recursion."""
    with pytest.raises(Incomparable, match="a list that is nested too deeply"):
        same(nested(100_000), nested(100_000))


def test_why_an_object_cannot_be_pickled_is_said_once():
    """The message does not repeat the error as joblib's hash does."""

    def unknown():
        return None

    with pytest.raises(Incomparable) as refusal:
        same(unknown, lambda: None)
    assert "PicklingError while hashing" not in str(refusal.value)

"""Profiles of two sides: what head spends more time in."""

from benchmarks.analysis.profiles import FunctionCost, changes, explaining

BASE = {
    "a": FunctionCost(1, (0.010, 0.010), ("main",)),
    "b": FunctionCost(2, (0.020, 0.020), ("main",)),
    "gone": FunctionCost(1, (0.005, 0.005), ("main",)),
}
HEAD = {
    "a": FunctionCost(1, (0.011, 0.011), ("main",)),
    "b": FunctionCost(4, (0.040, 0.040), ("c", "main")),
    "new": FunctionCost(7, (0.100, 0.100), ("main",)),
}


def test_functions_are_sorted_by_what_they_take_more():
    """A function that only one side has is there as well."""
    found = changes(BASE, HEAD)
    assert [change.name for change in found] == ["new", "b", "a", "gone"]
    assert (found[0].base_calls, found[0].head_calls, found[0].base_s) == (0, 7, 0)
    assert found[1].callers == ("c", "main")
    assert found[-1].more_s == -0.005


def test_a_small_part_explains_nothing():
    """Of 0.121 s more, `a` takes less than a twentieth."""
    assert [change.name for change in explaining(changes(BASE, HEAD), 3)] == ["new", "b"]
    assert [change.name for change in explaining(changes(BASE, HEAD), 1)] == ["new"]
    assert explaining(changes(HEAD, HEAD), 3) == []


def test_what_differs_in_some_turns_only_explains_nothing():
    """A function that took longer once, because something else ran then, is left out."""
    base, head = {"a": FunctionCost(1, (0.010, 0.010), ())}, {"a": FunctionCost(1, (0.009, 0.050), ())}
    (change,) = changes(base, head)
    assert (change.steady, change.more_s > 0) == (False, True)
    assert explaining([change], 3) == []

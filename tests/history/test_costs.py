"""What cases cost before, for the time that is left."""

from contextlib import closing

import pytest

from benchmarks.history.costs import costs, weighed
from benchmarks.history.index import Index
from tests.documents import document, entry, stored


def test_the_newest_run_like_this_one_says_it(tmp_path):
    """A case that only an older one has is taken from there; runs of another machine say nothing."""
    store = stored(
        tmp_path,
        document(entry("loky-n2-b10", [9.0] * 3), entry("loky-n2-b100", [1.0] * 3)),
        document(entry("loky-n2-b10", [2.0] * 3), day=1.0),
        document(entry("loky-n2-b10", [50.0] * 3), day=2.0, machine={"cpu_model": "another"}),
    )
    with closing(Index(store)) as index:
        bars = index.entries[0].bars
        found = costs(index, bars)
        assert costs(index, "{}") == {}
    # Three rounds and two untimed calls; and the pool.
    assert found == pytest.approx({"test_summation[loky-n2-b10]": 10.07, "test_summation[loky-n2-b100]": 5.07})


def test_what_is_not_known_is_weighed_like_the_rest():
    """Rough weights count seconds once some of them are known."""
    assert weighed({"a": 1.0, "b": 3.0, "c": 2.0}, {"a": 5.0, "b": 35.0}) == {"a": 5.0, "b": 35.0, "c": 20.0}
    assert weighed({"a": 1.0}, {}) == {"a": 1.0}

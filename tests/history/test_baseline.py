"""What may be a baseline."""

from contextlib import closing

import pytest

from benchmarks.errors import BadReference, Unreadable
from benchmarks.history.baseline import default_baseline, in_ci, objections
from benchmarks.history.comparability import bars
from benchmarks.history.index import Index, facts
from benchmarks.history.marks import forget, pin, read_marks, reject, unpin
from benchmarks.history.run import parse_run
from tests.documents import document, stored


def chosen(store, strict=False, **now):
    """The name of the baseline for a session like `now`."""
    run = parse_run(document(**now), "now")
    with closing(Index(store)) as index:
        entry = default_baseline(index.entries, read_marks(store), bars(run), run.selection, strict)
    return entry and entry.file.name


def test_the_newest_whole_run_like_this_one(tmp_path):
    """Not a partial one, not another machine's, profile's, or selection's."""
    store = stored(
        tmp_path,
        document(day=1),
        document(day=2, dirty=True),
        document(day=3, state="partial"),
        document(day=4, machine={"usable_cores": 64}),
        document(day=5, profile="standard"),
        document(day=6, selection={"-k": "loky"}),
    )
    assert chosen(store) == "run2"
    assert chosen(store, strict=True) == "run1"
    assert chosen(store, profile="standard") == "run5"
    assert chosen(store, selection={"-k": "loky"}) == "run6"
    assert chosen(store, profile="notebook") is None


def test_a_rejected_run_is_never_chosen(tmp_path):
    """Until someone pins it, which accepts it."""
    store = stored(tmp_path, document(day=1), document(day=2))
    newest = store.files()[1]
    reject(store, newest.reference, "slower")
    assert chosen(store) == "run1"
    pin(store, "main", newest)
    assert chosen(store) == "run2"
    assert read_marks(store).rejected == {}


def test_the_run_pinned_as_main_is_preferred(tmp_path):
    """To newer ones; forgotten, the newest counts again."""
    store = stored(tmp_path, document(day=1), document(day=2))
    pin(store, "main", store.files()[0])
    assert chosen(store) == "run1"
    unpin(store, "main")
    assert chosen(store) == "run2"
    with pytest.raises(BadReference, match="no baseline is called 'main'"):
        unpin(store, "main")


def test_objections():
    """In words that say what to do."""
    partial = facts(parse_run(document(state="partial", failed={"x": "broke"}), "x"))
    assert objections(partial, None, allow_partial=False, strict=False) == [
        "it is partial (1 of 2 cases have no time): see --allow-partial"
    ]
    assert objections(partial, None, allow_partial=True, strict=True) == []
    dirty = facts(parse_run(document(dirty=True), "x"))
    assert objections(dirty, "slower", allow_partial=False, strict=False) == ["it was rejected (slower)"]
    assert "dirty working tree" in objections(dirty, None, allow_partial=False, strict=True)[0]


def test_marks_that_cannot_be_believed_are_refused(tmp_path):
    """A lost rejection must not pass silently."""
    store = stored(tmp_path, document())
    reject(store, "a/0001_x.json", "slower")
    forget(store, {"a/0001_x.json"})
    assert read_marks(store).rejected == {}
    store.own("marks", "marks.json").write_text('{"rejected": [1]}')
    with pytest.raises(Unreadable, match=r"rejected is \[1\]; expected `object`.* put it aside with `check`"):
        read_marks(store)


@pytest.mark.parametrize(
    ("environment", "expected"), [({}, False), ({"CI": ""}, False), ({"CI": "false"}, False), ({"CI": "true"}, True)]
)
def test_in_ci(environment, expected):
    """By the variable that every CI service sets."""
    assert in_ci(environment) is expected

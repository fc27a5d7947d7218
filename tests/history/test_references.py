"""How a run is named, and what a name that fits none or several says."""

from contextlib import closing

import pytest

from benchmarks.errors import BadReference
from benchmarks.history.index import Index
from benchmarks.history.marks import pin, read_marks
from benchmarks.history.references import find
from benchmarks.history.store import Store
from tests.documents import document, stored, write


@pytest.fixture
def history(tmp_path):
    """Runs 1 to 5; run 3 is of another profile; runs 4 and 5 have one name."""
    store = stored(tmp_path / "h", document(day=1), document(day=2), document(day=3, profile="standard"))
    store.save(document(day=4), "twin")
    store.save(document(day=5), "twin")
    return store


def numbers(store, text):
    """The numbers of the runs that `text` names."""
    with closing(Index(store)) as index:
        return [found.entry and found.entry.file.number for found in find(text, index, read_marks(store))]


def test_references(history):
    """By number, name, place in time, range, list."""
    assert numbers(history, "2") == numbers(history, "0002") == numbers(history, "run2") == [2]
    assert numbers(history, "0002_run2") == [2]
    assert numbers(history, "latest") == [5]
    assert numbers(history, "2..4") == [2, 3, 4]
    assert numbers(history, "1, 4..5") == [1, 4, 5]


def test_latest_counts_runs_that_are_like_the_newest(history):
    """A run of another profile between them is no step."""
    assert [numbers(history, f"latest~{back}") for back in (1, 2, 3)] == [[4], [2], [1]]


def test_a_single_run_has_none_before_it(tmp_path):
    """One run is counted as one."""
    with pytest.raises(BadReference, match="latest~1: the history has 1 run like the newest; `runs` lists them all"):
        numbers(stored(tmp_path / "one", document()), "latest~1")


def test_a_pinned_baseline(history):
    """By its name."""
    with closing(Index(history)) as index:
        pin(history, "main", index.entries[1].file)
    assert numbers(history, "baseline:main") == [2]


def test_a_file_of_any_origin(history, tmp_path):
    """Outside of the store; or inside, and then it is that run."""
    assert numbers(history, str(write(tmp_path / "x.json", document()))) == [None]
    assert numbers(history, str(history.files()[2].path)) == [3]
    commas = str(write(tmp_path / "a,b, 1.json", document()))
    assert numbers(history, commas) == [None]
    assert numbers(history, f"1,{history.files()[2].path}") == [1, 3]


def test_the_place_of_a_run_in_the_history_names_it(tmp_path):
    """pytest-benchmark numbers the runs of each Python by themselves, and the message about it can be copied."""
    for folder in ("Linux-CPython-3.11-64bit", "Linux-CPython-3.12-64bit"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "0001_x.json", document())
    store = Store(tmp_path)
    with pytest.raises(BadReference, match=r"say which by file$") as refused:
        numbers(store, "1")
    assert "(Linux-CPython-3.11-64bit/0001_x.json, Linux-CPython-3.12-64bit/0001_x.json)" in str(refused.value)
    assert numbers(store, "Linux-CPython-3.12-64bit/0001_x.json") == [1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9", "no run is called '9' (the history has 5 runs); expected a number (12)"),
        ("twin", "'twin' is the name of 2 runs"),
        ("", "no run is called"),
        (
            "latest~9",
            "the history has 4 runs like the newest, and 1 run that can't be compared with it, because of profile;",
        ),
        ("baseline:x", "no baseline is called 'x' (there are: none yet)"),
        ("6..9", "no run has a number from 6 to 9"),
        ("1,1", "names 0001_run1.json twice"),
        ("1..3,2", "twice"),
        ("a\x1b[2Jb", "no run is called 'a\\x1b[2Jb'"),
        ("9" * 400, "no run is called '999"),
        ("/dev/null", "'/dev/null' is no ordinary file, and no run is called that; expected a number (12)"),
        ("..", "'..' is a folder (one with runs is named by --history), and no run is called that"),
        ("../x.json", "no run is called '../x.json'"),
        ("a\0b", "no run is called 'a\\x00b'"),
    ],
)
def test_names_that_fit_none_or_several(history, text, expected):
    """What was said, what there is, what is expected."""
    with pytest.raises(BadReference) as refused:
        numbers(history, text)
    assert expected in str(refused.value)


def test_a_baseline_whose_run_is_gone(history):
    """It is named, not replaced by another."""
    with closing(Index(history)) as index:
        pin(history, "main", index.entries[1].file)
    history.files()[1].path.unlink()
    with pytest.raises(BadReference, match=r"baseline 'main' was .*0002_run2\.json, which is gone"):
        numbers(history, "baseline:main")


def test_the_newest_run_stays_the_newest_when_it_is_broken(history):
    """An older one in its place would be a comparison nobody asked for."""
    history.files()[4].path.write_text("{")
    assert numbers(history, "latest") == [5]
    assert numbers(history, "latest~1") == [4]

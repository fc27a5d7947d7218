"""The options of a session: their meaning, and the one-line errors about invalid ones."""

import pytest

from benchmarks.errors import BadOption
from benchmarks.session.options import read_settings, refuse_unwritable, refuse_workers


def read(**given):
    """Return the settings of a session that measures, from options as text."""
    options = {"benchmark_only": True, **given}
    return read_settings(options.get, lambda name: name == "registered")


def test_defaults_are_the_quick_profile_of_the_whole_grid():
    """The grid has 4 x 3 x 5 cases, and a call has 5,000 tasks."""
    settings = read()
    assert (settings.profile, settings.tasks, settings.rounds, settings.case_timeout_s) == ("quick", 5_000, 5, 120.0)
    assert read(profile="notebook").case_timeout_s == 600.0
    assert len(settings.backends) * len(settings.n_jobs) * len(settings.batch_sizes) == 60


def test_every_axis_can_be_changed():
    """Lists are separated by commas; a backend registered with joblib is accepted."""
    settings = read(
        backends="loky,registered", n_jobs="-1, 3", batch_sizes="7,auto", tasks="9", longest="8", shuffle="5"
    )
    assert settings.backends == ("loky", "registered")
    assert settings.n_jobs == (-1, 3)
    assert settings.batch_sizes == (7, "auto")
    assert (settings.tasks, settings.longest, settings.shuffle) == (9, 8, 5)


def test_an_unmeasured_session_has_few_tasks_unless_told():
    """The profile does not matter."""
    assert read_settings({"profile": "standard"}.get, bool).tasks == 64
    assert read_settings({"tasks": "1000"}.get, bool).tasks == 1_000


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("backends", "lokky", "unknown backend 'lokky'"),
        ("backends", "", "an empty list"),
        ("backends", "loky,", "unknown backend ''"),
        ("backends", "loky,loky", "listed twice"),
        ("inner_threads", "0", "a whole number from 1 to 1024"),
        ("inner_threads", "-1", "a whole number from 1 to 1024"),
        ("inner_threads", "2,2", "listed twice"),
        ("inner_threads", "", "an empty list"),
        ("n_jobs", "0", "from 1 to 1024, or -1"),
        ("n_jobs", "two", "'two'"),
        ("n_jobs", " ", "an empty list"),
        ("batch_sizes", "0", "at least 1, or auto"),
        ("batch_sizes", "1.5", "'1.5'"),
        ("batch_sizes", "-3", "at least 1, or auto"),
        ("tasks", "0", "from 1 to"),
        ("tasks", "99999999999", "from 1 to"),
        ("longest", "-1", "from 1 to"),
        ("rounds", "many", "'many'"),
        ("case_timeout", "0", "seconds above 0"),
        ("case_timeout", "nan", "seconds above 0"),
        ("case_timeout", "soon", "'soon'"),
        ("profile", "fast", "quick, standard, gate, notebook"),
        ("shuffle", "x", "a whole number"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(option, value, expected):
    """The line names the option, the value and what was expected."""
    with pytest.raises(BadOption) as refused:
        read(**{option: value})
    message = str(refused.value)
    assert f"--{option.replace('_', '-')}" in message
    assert expected in message
    assert "\n" not in message


def test_workers_are_refused_where_there_is_something_to_measure():
    """The message says what to run instead."""
    refuse_workers(measuring=False, numprocesses=2, dist="load")
    refuse_workers(measuring=True, numprocesses=None, dist="no")
    with pytest.raises(BadOption, match="pytest --benchmark-only"):
        refuse_workers(measuring=True, numprocesses=2, dist="load")


def test_a_file_that_could_not_be_written_is_refused_before_measuring(tmp_path):
    """pytest-benchmark would fail after the last case and lose the times."""
    refuse_unwritable("--benchmark-json", None)
    refuse_unwritable("--benchmark-json", tmp_path / "run.json")
    for path in (tmp_path, tmp_path / "missing" / "run.json"):
        with pytest.raises(BadOption, match=r"--benchmark-json: .* can't be written"):
            refuse_unwritable("--benchmark-json", path)

"""Options that a verb passes on to the sessions it starts."""

from argparse import Namespace

from benchmarks.cli.options import session_options
from benchmarks.options import forwarded_options


def passed_on(**given):
    """Return what `recommend` passes on."""
    names = dict.fromkeys(option.name for option in forwarded_options("recommend"))
    return session_options(Namespace(**{**names, **given}), "recommend")


def test_paths_are_absolute_and_a_file_of_arguments_may_be_beside_the_modules(tmp_path, monkeypatch):
    """A session runs in another folder; a file in the user's own folder comes first."""
    modules = tmp_path / "mine"
    modules.mkdir()
    monkeypatch.chdir(tmp_path)
    (modules / "orders.json").touch()
    assert passed_on(workload_path="mine", task_args="orders.json") == [
        f"--task-args={modules / 'orders.json'}",
        f"--workload-path={modules}",
    ]
    (tmp_path / "orders.json").touch()
    assert passed_on(workload_path="mine", task_args="orders.json")[0] == f"--task-args={tmp_path / 'orders.json'}"
    assert passed_on(workload_path="mine", task_args="pricing:ORDERS")[0] == "--task-args=pricing:ORDERS"

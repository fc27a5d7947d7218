"""The table of session options: what the verbs that start sessions pass on."""

import argparse

import pytest

from benchmarks.cli.options import add_forwarded_arguments, session_options
from benchmarks.options import SELECTING, SESSION_OPTIONS


def test_every_flag_is_declared_once():
    """Two entries of one flag would make pytest refuse to start."""
    flags = [option.flag for option in SESSION_OPTIONS]
    assert len(set(flags)) == len(flags)


def test_what_selects_cases_is_recorded_under_its_flag():
    """The keys of `selection` in a run file stay as they are: older files are compared by them."""
    assert set(SELECTING.values()) == {
        *("-k", "-m", "--deselect", "--backends", "--n-jobs", "--batch-sizes", "--shard"),
        *("--workload", "--task-args", "--workload-path", "--tolerance", "--inner-threads"),
    }


@pytest.mark.parametrize("verb", ["gate", "calibrate", "recommend"])
def test_a_verb_passes_on_what_it_was_given(verb, tmp_path, monkeypatch):
    """Paths are made absolute, because the session runs in another folder; what was not given is left out."""
    monkeypatch.chdir(tmp_path)
    parser = argparse.ArgumentParser()
    add_forwarded_arguments(parser, verb)
    args = parser.parse_args(["--workload", "mine:task", "--task-args", "data.csv", "--workload-path", "own"])
    assert session_options(args, verb) == [
        "--workload=mine:task",
        f"--task-args={tmp_path / 'data.csv'}",
        f"--workload-path={tmp_path / 'own'}",
    ]


def test_a_gate_passes_its_backends_on():
    """The sessions of both sides measure the same backends, on the same cluster."""
    parser = argparse.ArgumentParser()
    add_forwarded_arguments(parser, "gate")
    args = parser.parse_args(["--backends", "loky,dask", "--dask-scheduler", "tcp://host:8786"])
    assert session_options(args, "gate") == ["--backends=loky,dask", "--dask-scheduler=tcp://host:8786"]

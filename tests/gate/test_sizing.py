"""Duplicates, and the order of cases."""

import random
import time

import pytest

from benchmarks.errors import GateError
from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.pair_loop import shuffled
from benchmarks.gate.record import GateCase
from benchmarks.gate.record_folder import runs_of
from benchmarks.gate.sizing import size_cases, unbatched, write_plan
from benchmarks.history.case_times import CaseTimes
from benchmarks.history.store import Store
from tests.documents import document, entry
from tests.gate.records import record


def timed(param, batches, backend="SequentialBackend", test="f.py::test_summation"):
    """A case of a run, with the batches that were seen in its only round."""
    facts = {"batches": [batches], "effective_backend": backend}
    return CaseTimes(param, param, f"{test}[{param}]", param, (0.1,), 0.1, 0.1, 1, facts, {})


def test_a_batch_size_without_effect_is_measured_once():
    """Only cases of the grid in which no batch was observed are duplicates of each other."""
    cases = [
        timed("sequential-n1-b1", None),
        timed("sequential-n1-b100", None),
        timed("sequential-n1-bauto", None),
        timed("loky-n2-b1", {"1": 10}),
        timed("loky-n2-b10", {"10": 1}),
        timed("loky-n4-b10", None),
        timed("sequential", None, test="f.py::test_no_op"),
        timed("sequential-10", None, test="f.py::test_verbose"),
    ]
    assert unbatched(cases) == {f"f.py::test_summation[sequential-n1-b{size}]" for size in ("100", "auto")}


CASES = [
    *(GateCase(f"loky2-{place}", "LokyBackend", 2, 1.0) for place in range(4)),
    *(GateCase(f"loky4-{place}", "LokyBackend", 4, 1.0) for place in range(4)),
    *(GateCase(f"threads-{place}", "ThreadingBackend", 2, 1.0) for place in range(4)),
]


@pytest.mark.parametrize("seed", range(5))
def test_cases_that_share_an_executor_follow_each_other(seed):
    """The order is random and repeatable, and loky's cases follow each other by number of workers."""
    order = shuffled(CASES, random.Random(seed))
    assert order == shuffled(CASES, random.Random(seed)) != CASES
    assert sorted(case.nodeid for case in order) == sorted(case.nodeid for case in CASES)
    for kind in ("loky2", "loky4"):
        places = [place for place, case in enumerate(order) if case.nodeid.startswith(kind)]
        assert places == list(range(places[0], places[0] + 4))


def test_the_plan_says_who_keeps_the_executor(tmp_path):
    """Every case keeps the executor except the last of those that share it."""
    import json

    plan = write_plan(tmp_path, [*CASES[:2], CASES[4], CASES[8], CASES[9]], {})
    assert [case["keep"] for case in json.loads(plan.read_text())["cases"]] == [True, False, False, False, False]


EVENTS = """
for option; do case $option in --status-file=*) status=${option#*=};; esac; done
echo '{"event": "failure", "nodeid": "f.py::test_workload[m:f-loky]", "reason": "ValueError: no"}' >> "$status"
echo '{"event": "failure", "nodeid": "f.py::test_workload[m:f-b1]", "reason": "ValueError: no"}' >> "$status"
exit 1
"""


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (EVENTS, "base can't be measured: test_workload[m:f-loky], and 1 other case: ValueError: no; see "),
        ("echo gone; exit 0", "base can't be measured: ended with exit code 0; see "),
        ("kill -9 $$", "base can't be measured: killed by SIGKILL; see "),
        ("exec sleep 60", "there is too little time to choose sizes: base's session has measured no case; give"),
    ],
)
def test_a_base_without_a_run(tmp_path, script, message):
    """The message says which side it is, and why."""
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    side = BuiltSide(python, tmp_path, {}, "CPython 3.13.0", {}, ())
    with pytest.raises(GateError) as refused:
        size_cases({"base": side, "head": side}, tmp_path, record(cases=[]), time.monotonic())
    assert str(refused.value).startswith(message)


def test_cases_that_are_not_reached_in_time_are_left_out(tmp_path):
    """A third of the budget is for base's session, which then saves what it has measured."""
    measured, unreached = entry("loky-n2-b10"), "benchmarks/suite/test_summation.py::test_summation[loky-n2-b100]"
    partial = document(measured)
    partial["joblib_suite"] |= {"state": "partial", "cases": {"asked": 2, "not_run": {unreached: "interrupted"}}}
    Store(tmp_path / "saved").save(partial, "sizing-1")
    python = tmp_path / "python"
    wait = "while :; do sleep 0.1; done"
    save = f"mkdir -p {runs_of(tmp_path).root}; cp -r {tmp_path}/saved/. {runs_of(tmp_path).root}"
    python.write_text(f"#!/bin/sh\ncase $* in *sizing-1*) trap '{save}; exit 143' TERM; {wait};; esac\nexit 1\n")
    python.chmod(0o755)
    side = BuiltSide(python, tmp_path, {}, "CPython 3.13.0", {}, ())
    sized = size_cases({"base": side, "head": side}, tmp_path, record(cases=[]), time.monotonic() + 4)
    assert [case.nodeid for case in sized.cases] == [measured["fullname"]]
    assert (sized.left_out, sized.without_time) == ([unreached], {})


def test_a_base_whose_threads_do_not_end(tmp_path):
    """More time would not help: the session has saved its run, and waits for a thread of the task."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexec sleep 60\n")
    python.chmod(0o755)
    runs_of(tmp_path).save(document(entry("loky-n2-b10")), "sizing-1")
    side = BuiltSide(python, tmp_path, {}, "CPython 3.13.0", {}, ())
    with pytest.raises(GateError, match="base's session has measured all cases and does not end"):
        size_cases({"base": side, "head": side}, tmp_path, record(cases=[]), time.monotonic())

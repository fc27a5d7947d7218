"""Failures of cases: a fault that hits many of them is shown once, with how many."""

from types import SimpleNamespace

from benchmarks.session.failures import EachFaultOnce, fault, shorten


def failed(name, message):
    """Return the report of a failed test of the grid."""
    nodeid = f"benchmarks/suite/test_summation.py::{name}"
    return SimpleNamespace(nodeid=nodeid, location=(nodeid.partition("::")[0], 3, name), longrepr=message)


class BrokenProcessPool(Exception):
    """Stands for those of loky and of the standard library."""


def test_a_worker_that_died_is_told_with_its_last_line():
    """Its traceback leads through joblib, and its last line is the exception."""
    report = failed("test_workload", "a long traceback")
    traceback = "Traceback (most recent call last):\n  File ...\nTypeError: cannot pickle\x1b '_thread.lock' object\n\n"
    report.sections = [("Captured stdout call", "noise\n"), ("Captured stderr call", traceback)]
    shorten(report, BrokenProcessPool("A worker ended.\n\nDetailed tracebacks of the workers should have been printed"))
    assert report.longrepr == (
        "BrokenProcessPool: A worker ended.\nThe last line that a worker wrote is: TypeError: cannot pickle\\x1b"
        " '_thread.lock' object"
    )
    assert report.sections == []


def test_the_same_fault_in_several_backends_is_one():
    """Backends, addresses and numbers differ; the fault does not."""
    messages = [
        "NotPicklable: loky sends tasks to other processes: argument 3, <lock at 0x7f44>",
        "NotPicklable: futures-processes sends tasks to other processes: argument 4, <lock at 0x7e11>",
    ]
    assert len({fault(message, ["loky", "futures-processes"]) for message in messages}) == 1
    assert fault("CaseTimeout: cut off", []) != fault("WorkerDied: cut off", [])


def test_wrong_results_are_a_fault_of_their_backend():
    """Those of its other cases are the same one; those of another backend are not."""
    message = "WrongResult: {0}-n{1}-b10: backend={0}, n_jobs={1}, batch_size=10, untimed call: index {1}: found 5"
    first, other_case, other_backend = (message.format(*case) for case in [("mine", 2), ("mine", 4), ("loky", 2)])
    assert fault(first, ["mine", "loky"]) == fault(other_case, ["mine", "loky"])
    assert fault(first, ["mine", "loky"]) != fault(other_backend, ["mine", "loky"])


def test_pytest_gets_one_report_a_fault_and_all_of_them_back():
    """Its sections name the first case and the number of others, in lines that fit; its last line counts all."""
    timeouts = [failed(f"test_summation[loky-n{n}-b10]", f"CaseTimeout: {'cut off ' * 20}") for n in (1, 2, 4)]
    other, unit_tests = (
        failed("test_startup", "WrongResult: index 3"),
        [failed("test_unit", "assert 1"), failed("test_two", "assert 1")],
    )
    reports = [*timeouts, other, *unit_tests]
    once = EachFaultOnce({report.nodeid for report in [*timeouts, other]}, ["loky"])
    option = SimpleNamespace(force_short_summary=False, tbstyle="auto")
    reporter = SimpleNamespace(stats={"failed": reports, "passed": [1]}, config=SimpleNamespace(option=option))
    hook = once.pytest_terminal_summary(reporter)
    next(hook)
    shown = reporter.stats["failed"]
    assert [report.location[2] for report in shown] == [
        "test_summation[loky-n1-b10 and 2 more]",
        "test_startup",
        "test_unit",
        "test_two",
    ]
    assert shown[0].nodeid.endswith("::test_summation[loky-n1-b10 and 2 more]")
    assert all(len(line) <= 100 for line in shown[0].longrepr.splitlines())
    assert option.force_short_summary, "in CI, pytest would tell them again"
    assert list(hook) == []
    assert not option.force_short_summary
    assert reporter.stats == {"failed": reports, "passed": [1]}
    assert timeouts[0].location[2] == "test_summation[loky-n1-b10]"

"""Failures of cases: a fault that hits many of them is shown once, with how many."""

from types import SimpleNamespace

from benchmarks.session.failures import EachFaultOnce, fault


def failed(name, message):
    """Return the report of a failed test of the grid."""
    nodeid = f"benchmarks/suite/test_summation.py::{name}"
    return SimpleNamespace(nodeid=nodeid, location=(nodeid.partition("::")[0], 3, name), longrepr=message)


def test_the_same_fault_in_several_backends_is_one():
    """Backends, addresses and numbers differ; the fault does not."""
    messages = [
        "NotPicklable: loky sends tasks to other processes: argument 3, <lock at 0x7f44>",
        "NotPicklable: futures-processes sends tasks to other processes: argument 4, <lock at 0x7e11>",
    ]
    assert len({fault(message, ["loky", "futures-processes"]) for message in messages}) == 1
    wrong = [
        "WrongResult: mine-n2-bauto: backend=mine, n_jobs=2, batch_size=auto, call 1 of the rounds: index 3: found 5",
        "WrongResult: loky-n4-b100: backend=loky, n_jobs=4, batch_size=100, call 2 of the rounds: index 0: found 7",
    ]
    assert len({fault(message, ["mine", "loky"]) for message in wrong}) == 1
    assert fault("CaseTimeout: cut off", []) != fault("WorkerDied: cut off", [])


def test_pytest_gets_one_report_a_fault_and_all_of_them_back():
    """Its sections name the first case and the number of others, in lines that fit; its last line counts all."""
    timeouts = [failed(f"test_summation[loky-n{n}-b10]", f"CaseTimeout: {'cut off ' * 20}") for n in (1, 2, 4)]
    other, unit_tests = (
        failed("test_startup", "WrongResult: index 3"),
        [failed("test_unit", "assert 1"), failed("test_two", "assert 1")],
    )
    reports = [*timeouts, other, *unit_tests]
    once = EachFaultOnce({report.nodeid for report in [*timeouts, other]}, ["loky"])
    reporter = SimpleNamespace(stats={"failed": reports, "passed": [1]})
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
    assert list(hook) == []
    assert reporter.stats == {"failed": reports, "passed": [1]}
    assert timeouts[0].location[2] == "test_summation[loky-n1-b10]"

"""Which functions take the time of a call: in the thread that calls, and in those that it leaves to work."""

import contextlib
import threading
import time

from benchmarks.measure.profiling import OTHER_THREADS, CallProfiler, name_of
from benchmarks.measure.thread_profile import ThreadProfile


def wait_for_it():
    """Sleep for as long as no machine can hide."""
    time.sleep(0.02)


def busy(ended):
    """Work until told to end."""
    while not ended.is_set():
        sum(range(100))


def examined(call):
    """The functions of a call by name."""
    return {it["name"]: it for it in CallProfiler().examine(lambda: None, call, lambda: None)}


def test_a_sleep_is_named_with_its_caller():
    """A call that sleeps once is said to, with at least the time of its sleep."""
    sleep = examined(wait_for_it)["time.sleep"]
    assert sleep["calls"] == 1
    assert len(sleep["own_s"]) == 5
    assert min(sleep["own_s"]) >= 0.02
    assert [name.rpartition(":")[2] for name in sleep["callers"]] == ["wait_for_it"]


def test_the_work_of_another_thread_is_named():
    """A thread that works during the call is seen, one that waits is not."""
    ended, waiting = threading.Event(), threading.Event()
    threads = [threading.Thread(target=busy, args=(ended,)), threading.Thread(target=waiting.wait)]
    for thread in threads:
        thread.start()
    try:
        found = examined(wait_for_it)
    finally:
        ended.set()
        waiting.set()
        for thread in threads:
            thread.join()
    others = [name for name in found if name.endswith(OTHER_THREADS)]
    assert any(":busy " in name or ":is_set " in name for name in others), others
    assert not any(":wait " in name for name in others), others
    # cProfile takes what another thread does for this one's, since Python 3.12.
    assert found["time.sleep"]["calls"] == 1
    assert min(found["time.sleep"]["own_s"]) >= 0.02
    assert not any(name.endswith((":busy", ":is_set")) for name in found), [*found]


def test_calls_are_counted_and_belong_to_their_callers():
    """Built-in functions, generators and recursion count each of their calls, an exception ends them."""

    def fall(depth):
        if depth == 0:
            raise ValueError
        fall(depth - 1)

    def call():
        lock = threading.Lock()
        lock.acquire()
        sum(len(text) for text in ("a", "bc", "def"))
        with contextlib.suppress(ValueError):
            fall(3)

    profile = ThreadProfile()
    profile.profile(call)
    by_name = {name_of(function).rpartition(":")[2]: cost for function, cost in profile.costs.items()}
    assert [by_name[name].calls for name in ("call", "_thread.lock.acquire", "sum", "len", "fall")] == [1, 1, 1, 3, 4]
    # Once for each text, and once at its end.
    assert by_name["<genexpr>"].calls == 4
    assert {name_of(caller).rpartition(":")[2] for caller in by_name["len"].callers_s} == {"<genexpr>"}
    assert all(cost.own_s >= 0 for cost in profile.costs.values())


def test_functions_are_named_without_what_differs_between_two_sides():
    """Neither the environment's path nor the line is part of a name."""
    environments = (
        "/a/lib/python3.11/site-packages/joblib/parallel.py",
        "/b/lib/python3.13t/site-packages/joblib/parallel.py",
    )
    assert {named(file, line) for line, file in enumerate(environments, 1)} == {"joblib/parallel.py:wait_for_it"}
    assert named("/usr/lib/python3.11/threading.py") == "threading.py:wait_for_it"
    assert named("/home/me/project/pricing.py") == "project/pricing.py:wait_for_it"
    assert name_of("time.sleep") == "time.sleep"


def named(file, line=1):
    """Return the name of a function of a file."""
    return name_of(wait_for_it.__code__.replace(co_filename=file, co_firstlineno=line))

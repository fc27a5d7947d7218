"""Which functions take the time of a call: in the thread that calls, and in those that it leaves to work."""

import threading
import time

from benchmarks.measure.profiling import OTHER_THREADS, CallProfiler, name_of


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


def test_functions_are_named_without_what_differs_between_two_sides():
    """Neither the environment's path nor the line is part of a name."""
    environments = (
        "/a/lib/python3.11/site-packages/joblib/parallel.py",
        "/b/lib/python3.13t/site-packages/joblib/parallel.py",
    )
    assert {name_of((file, line, "_retrieve")) for line, file in enumerate(environments)} == {
        "joblib/parallel.py:_retrieve"
    }
    assert name_of(("/usr/lib/python3.11/threading.py", 1, "wait")) == "threading.py:wait"
    assert name_of(("/home/me/project/pricing.py", 1, "price")) == "project/pricing.py:price"
    assert name_of(("~", 0, "<built-in method time.sleep>")) == "time.sleep"
    assert name_of(("~", 0, "<method 'acquire' of '_thread.lock' objects>")) == "'acquire' of '_thread.lock' objects"

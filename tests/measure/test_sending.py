"""What a call sends: each task's own argument and result, and what all arguments share."""

import threading
from functools import partial

import numpy as np
import pytest

from benchmarks.measure.call import Call
from benchmarks.measure.sending import repeated_bytes, sent

TABLE = {number: str(number) for number in range(5_000)}

LARGE_TABLE = {number: str(number) for number in range(20_000)}


def size_of_text(text):
    """Return the length."""
    return len(text)


def look_up(pair):
    """Return an entry of a table."""
    table, key = pair
    return table[key]


def repeat(count):
    """Return so many bytes."""
    return bytes(count)


def find(table, key):
    """Return an entry of a table."""
    return table[key]


def measured(task, arguments):
    """Return what a call of the task sends."""
    return sent(Call(task, arguments, task, {}))


def test_own_arguments_are_sent_with_each_task():
    """Texts of 10 kB that are separate objects are each task's own."""
    found = measured(size_of_text, [f"{number:05}" * 2_000 for number in range(300)])
    assert found.payload_bytes == pytest.approx(10_000, rel=0.01)
    assert found.shared_bytes == 0


def test_an_object_in_every_argument_is_shared():
    """The table is told from the keys, which are the tasks' own; pickling it takes longer than copying bytes."""
    found = measured(look_up, [(TABLE, key) for key in range(200)])
    assert found.shared_bytes > 40_000
    assert found.payload_bytes < 100
    assert found.shared_pickling_s > 10 * found.pickling_s
    assert not found.mapped


@pytest.mark.parametrize("arguments", [[TABLE] * 10, [{"table": TABLE, "key": key} for key in range(10)]])
def test_shared_objects_are_found_as_the_argument_and_by_name(arguments):
    """The argument itself may be the shared object, or one parameter of several."""
    assert measured(len, arguments).shared_bytes > 40_000


def test_equal_objects_are_not_shared():
    """pickle writes equal objects that are not the same one by one."""
    found = measured(look_up, [(dict(TABLE), key) for key in range(20)])
    assert found.shared_bytes == 0
    assert found.payload_bytes > 30_000


def test_what_a_partial_carries_is_shared():
    """A partial with a table is sent with its table."""
    assert measured(partial(find, TABLE), list(range(20))).shared_bytes > 40_000


def test_small_shared_values_do_not_count():
    """The number 7 is the same object in every argument, and nobody has to keep it in a module."""
    assert measured(sum, [(7, number) for number in range(20)]).shared_bytes == 0


def test_a_large_shared_array_is_mapped():
    """joblib maps an array of more than 1 MB; a smaller one is sent."""
    large, small = np.zeros(200_000), np.zeros(2_000)
    assert measured(size_of_text, [large] * 5).mapped
    assert not measured(size_of_text, [small] * 5).mapped


def test_results_are_measured():
    """A task that returns 50 kB returns so much."""
    assert measured(repeat, [50_000] * 20).result_bytes == pytest.approx(50_000, rel=0.01)


def test_what_can_not_be_pickled_is_not_sent():
    """Locks are left to threads, which send nothing."""
    found = measured(type, [threading.Lock() for _ in range(5)])
    assert (found.payload_bytes, found.shared_bytes) == (0, 0)


@pytest.mark.parametrize(
    ("task", "arguments", "least"),
    [
        (look_up, [(LARGE_TABLE, key) for key in range(10)], 100_000),
        (partial(find, LARGE_TABLE), range(10), 100_000),
        (look_up, [(TABLE, key) for key in range(10)], 0),  # too small to matter
        (look_up, [(dict(LARGE_TABLE), key) for key in range(3)], 0),  # each task has its own
        (len, [np.zeros(200_000)] * 10, 0),  # mapped into memory
    ],
)
def test_what_every_task_holds_is_repeated(task, arguments, least):
    """A large object in every argument, or in the task itself, is sent with each batch."""
    repeated = repeated_bytes(task, arguments)
    assert least <= repeated <= 10 * least

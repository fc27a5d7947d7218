"""The expected results of a call, and the check of its results."""

import re

import pytest

from benchmarks.measure.call import Call, TaskFailed, WrongResult, compare
from benchmarks.workloads.summation import closed_form, lengths, my_task


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ([0, 1, 3], None),
        ([0, 9, 3], "index 1: found 9, expected 1"),
        ([0, 3, 1], "index 1: found 3, expected 1"),
        ([0, 3], "index 1: found 3, expected 1 (2 results for 3 tasks)"),
        ([0, 1], "index 2: found no result, expected 3 (2 results for 3 tasks)"),
        ([0, 1, 3, 6], "index 3: found 6, expected no result (4 results for 3 tasks)"),
        ([], "index 0: found no result, expected 0 (0 results for 3 tasks)"),
    ],
)
def test_compare_names_the_first_difference(results, message):
    """The message has the index, both values, and the lengths if they differ."""
    if message is None:
        compare(results, [0, 1, 3])
    else:
        with pytest.raises(WrongResult, match=f"^{re.escape(message)}$"):
            compare(results, [0, 1, 3])


def test_the_reference_itself_is_checked():
    """A wrong task is detected before any backend is blamed."""
    with pytest.raises(WrongResult, match="closed form: index 1: found 1, expected 0"):
        _ = Call(lambda n: n, [0, 1, 2], closed_form, {}).expected_results


def test_a_plain_loop_that_failed_is_not_run_again():
    """Otherwise sixty cases would wait for the same failure."""
    seen = []

    def task(n):
        seen.append(n)
        raise ValueError("three")

    call = Call(task, [3, 4], task, {})
    for _ in range(2):
        with pytest.raises(TaskFailed, match=r"raised ValueError: three in the plain loop, for argument 0 of 2: 3$"):
            _ = call.expected_results
    assert seen == [3]


def test_a_task_that_is_its_own_reference_has_to_repeat_itself():
    """Without a formula, repeating the loop is the only check."""
    numbers = iter(range(10))
    with pytest.raises(WrongResult, match=r"two runs of the plain loop differ:.* index 0: found 2, expected 0"):
        _ = Call(task := lambda _: next(numbers), [0, 0], task, {}).expected_results


def test_the_direct_loop_is_timed_and_checked():
    """`loop_s` returns a positive time."""
    assert Call(my_task, lengths(50, 1_000), closed_form, {}).loop_s() > 0


def test_lengths_rise_evenly_and_have_the_notebook_as_a_special_case():
    """The end is exclusive, as in range."""
    assert lengths(40_000, 40_000) == list(range(40_000))
    assert lengths(5, 50) == [0, 10, 20, 30, 40]
    assert lengths(4, 2) == [0, 0, 1, 1]


def test_a_task_whose_result_depends_on_its_process_is_told():
    """Its plain loops agree, so that the user would think of a wrong backend."""
    own = Call(abs, [1, 2], abs, {}, by_formula=True)
    with pytest.raises(
        WrongResult, match=r"index 1: found 3, expected 2; two plain loops agreed before: the result may"
    ):
        own.check([1, 3])
    # A lost result is none of the task's, and neither is one that a formula contradicts.
    with pytest.raises(WrongResult, match=r"\(1 results for 2 tasks\)$"):
        own.check([1])
    with pytest.raises(WrongResult, match=r"found 3, expected 2$"):
        Call(abs, [1, 2], int, {}).check([1, 3])

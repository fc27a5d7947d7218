"""At which level n_jobs belongs, for tasks that start workers themselves."""

import json

import pytest

from benchmarks.advise.nesting import Nesting, Outside, nesting_of
from benchmarks.grid import Case
from benchmarks.report.nesting import chosen, document, sentences, text


def pool(calls_s, loops_s=(1.0, 1.2), backend="loky"):
    """Return a pool around the tasks with two workers."""
    return Outside(Case(backend, 2, 1), tuple(calls_s), tuple(loops_s))


OUTSIDE = Nesting(12, 12, 48, (pool([2.0, 2.1], backend="threading"), pool([0.5, 0.6])))
INSIDE = Nesting(12, 12, 48, (pool([1.5, 1.6]), pool([2.0], backend="threading")))
OPEN = Nesting(12, 12, 48, (pool([0.9, 1.1]),))


def test_a_pool_that_is_clear_of_the_loop_is_recommended():
    """n_jobs belongs around the tasks, with the lines to paste."""
    (answer, about, reason) = sentences(OUTSIDE)
    assert answer == (
        "Best: n_jobs outside, in a pool around the tasks, and none inside them: loky with n_jobs=2 takes 550 ms, and"
        " the plain loop, whose tasks start their own workers, takes 1.10 s, 2.00x as long."
    )
    assert about.startswith("For 12 tasks that start workers themselves (48 in two plain loops)")
    assert about.endswith("Speed-ups around: threading 0.54x, loky 2.00x.")
    assert "Do not set n_jobs at both levels" in reason
    assert 'Parallel(n_jobs=2, backend="loky", batch_size=1)' in text(OUTSIDE)


def test_tasks_that_run_other_programs_have_no_workers_to_limit():
    """joblib limits nothing of a program, so nothing is said of a level inside."""
    outside, inside, undecided = (Nesting(12, 12, 0, each.pools, programs=24) for each in (OUTSIDE, INSIDE, OPEN))
    (answer, about, reason) = sentences(outside)
    assert answer == (
        "Best: a pool around the tasks: loky with n_jobs=2 takes 550 ms, and the plain loop takes 1.10 s, 2.00x as"
        " long."
    )
    assert about.startswith("For 12 tasks that run other programs (24 in two plain loops)")
    assert about.endswith("Their speed-ups: threading-n2 0.54x, loky-n2 2.00x.")
    assert "uses several cores itself" in reason
    assert sentences(inside)[0] == (
        "Best: one program after the other: the plain loop takes 1.10 s; the best pool is slower: loky with n_jobs=2"
        " takes 1.55 s."
    )
    assert sentences(undecided)[0].startswith("Undecided: the plain loop takes 1.10 s, and loky")


def test_of_pools_that_are_as_good_the_one_that_costs_less_is_named():
    """Threads need less memory than processes."""
    threads, faster = pool([0.61, 0.64], backend="threading"), pool([0.5, 0.5])
    assert Nesting(12, 12, 0, (pool([0.6, 0.6]), threads), programs=24).best is threads
    assert Nesting(12, 12, 0, (threads, faster), programs=24).best is faster


def test_a_pool_that_is_faster_than_its_workers_can_be_decides_nothing_about_programs():
    """A pool around tasks with workers of their own may be so, because it limits them."""
    impossible = (pool([0.3, 0.3]),)
    assert sentences(Nesting(1, 1, 0, impossible, programs=2))[0] == (
        "Undecided: the plain loop takes 1.10 s, and loky with n_jobs=2 takes 300 ms, which is less than so many"
        " workers can need: the machine was busy, or programs start faster in a worker. Ask again on a quiet machine."
    )
    assert chosen(Nesting(1, 1, 0, impossible, programs=2)) is None
    assert "For 1 task that runs other programs (2 in" in text(Nesting(1, 1, 0, impossible, programs=2))
    assert chosen(Nesting(12, 12, 48, impossible)) is not None


def test_tasks_that_use_their_own_workers_well_stay_as_they_are():
    """The plain loop is recommended if every pool around it is slower."""
    assert sentences(INSIDE)[0] == (
        "Best: n_jobs inside the tasks, as they are: the plain loop, whose tasks start their own workers, takes 1.10 s;"
        " around them, at best, loky with n_jobs=2 takes 1.55 s."
    )
    assert "results = [function(argument) for argument in arguments]" in text(INSIDE)


def test_times_that_overlap_decide_nothing():
    """Nothing is to be pasted."""
    assert sentences(OPEN)[0].startswith("Undecided: the plain loop")
    assert "import" not in text(OPEN)
    assert chosen(OPEN) is None


@pytest.mark.parametrize(("nesting", "best"), [(OUTSIDE, "loky-n2-b1"), (INSIDE, "loop"), (OPEN, None)])
def test_the_answer_as_json(nesting, best):
    """With every time."""
    found = json.loads(document(nesting))
    assert (found["best"] and found["best"]["name"]) == best
    assert (found["paste"] is None) == (best is None)
    assert [each["calls_s"] for each in found["pools"]] == [list(each.calls_s) for each in nesting.pools]


def test_levels_are_read_from_the_run_of_the_tasks():
    """Tasks that start no workers have none."""
    facts = {"tasks": 12, "own_workers": 48, "effective_n_jobs": 2, "loop_s": [1.0, 1.2]}
    loop = {"name": "test_loop[my:task]", "stats": {"data": [1.0]}, "extra_info": {}}
    names = {"name": "test_workers_whole[my:task-loky-n2]", "params": {"backend": "loky"}}
    workers = {**names, "stats": {"data": [0.5, 0.6]}, "extra_info": facts}
    assert nesting_of([loop, workers]) == Nesting(12, 12, 48, (pool([0.5, 0.6]),))
    assert nesting_of([loop]) is None
    programs = workers | {"extra_info": {**facts, "own_workers": 0, "programs": 24}}
    assert nesting_of([loop, programs]) == Nesting(12, 12, 0, (pool([0.5, 0.6]),), programs=24)
    warm = nesting_of([loop, workers | {"name": "test_workers_open[my:task-loky-n2]"}])
    assert warm == Nesting(12, 12, 48, (pool([0.5, 0.6]),), warm=True)
    assert "both ways were measured, in calls of an open pool." in text(warm)
    some = loop | {"extra_info": {"stands_for": {"tasks": 100}}}
    assert "For 12 of 100 tasks that start workers themselves" in text(nesting_of([some, workers]))


def test_every_line_fits():
    """Nothing wraps in 100 columns."""
    assert all(len(line) <= 100 or line.startswith("results = ") for line in text(OUTSIDE).splitlines())

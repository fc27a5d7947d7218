"""The task time from which a pool is faster than the plain loop."""

from collections.abc import Callable
from dataclasses import replace

from benchmarks.advise.costs import Costs
from benchmarks.advise.pool_sizes import sizes
from benchmarks.advise.prediction import expected_parts
from benchmarks.advise.task_profile import TaskProfile

# The range of task times in which the break-even is searched, in seconds.
_SHORTEST_S, _LONGEST_S = 1e-7, 10.0


def break_even(costs: Costs, profile: TaskProfile, warm: bool) -> dict[str, float | None]:
    """Return by backend the task time in seconds above which its best pool beats the plain loop, None if none does.

    Everything else is as in `profile`, except that the tasks are even. Only the pools in `costs` are asked.
    """
    even = replace(profile, uneven=1.0, lengths=())
    own = costs.for_tasks(profile)

    def turn(pools: Costs) -> float | None:
        return shortest_task_s(even, lambda asked: fastest_s(pools, asked, warm) < asked.best_loop_s)

    return {backend: turn(own.of([backend])) for backend in own.backends}


def shortest_task_s(profile: TaskProfile, pays: Callable[[TaskProfile], bool]) -> float | None:
    """Return the task time in seconds above which `pays` holds, None if it does not even for tasks of 10 s.

    By bisection on a logarithmic scale: if `pays` holds for a task time, it has to hold for all longer ones.
    """
    low, high = _SHORTEST_S, _LONGEST_S
    if not pays(replace(profile, task_s=high)):
        return None
    for _ in range(30):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if pays(replace(profile, task_s=middle)) else (middle, high)
    return high


def fastest_s(costs: Costs, profile: TaskProfile, warm: bool) -> float:
    """Return the expected seconds of the best configuration of these pools, without batches of "auto".

    The steps of joblib's poll are replaced by their mean, half a poll, so that the result is a smooth function of the
    task time. A call takes at least one poll.
    """
    times = []
    for pool in costs.pools:
        for size in sizes(profile, pool):
            if size != "auto":
                parts = expected_parts(costs, pool, profile, size, warm)
                exact_s = parts.total - parts.poll - parts.start
                times.append(parts.start + max(costs.poll_s, exact_s + costs.poll_s / 2))
    return min(times)

"""Trying a recommended configuration once, briefly, before it is named: a model can be wrong about real tasks."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks.advise.prediction import Prediction
from benchmarks.advise.probe_session import measure
from benchmarks.advise.recommendation import Recommendation
from benchmarks.advise.tried import Tried
from benchmarks.errors import AdviceError
from benchmarks.grid import LOOP, Case

_ROUNDS = 2

# Beside the rounds, a configuration's pool is called once untimed, and the plain loop runs twice in the trial of the
# task, once for the expected results, and before and after the rounds.
_CALLS, _LOOPS = _ROUNDS + 1, 5

# A configuration is tried if that takes no longer than this, beside the start of its session.
MOST_S, _STARTING_S = 8.0, 4.0

# So many configurations are tried at most: the first, and the best of another backend if the first is no gain.
_MOST_TRIED = 2


def with_trials(
    recommendation: Recommendation,
    options: Sequence[str],
    busy: bool,
    tell: Callable[[str], None],
    end_s: float = math.inf,
) -> Recommendation:
    """Return the recommendation with the configurations that were tried; nothing is tried if it takes too long.

    `options` name the workload for a session. Trials end before `end_s` of the monotonic clock. If `busy` is true, the
    tasks were disturbed while they were measured just now: a trial would only be the next thing that can't be trusted.
    """
    if busy:
        return recommendation
    tried: list[Tried] = []
    candidates = [recommendation.first, *([recommendation.runner_up] if recommendation.runner_up else [])]
    for candidate in candidates[:_MOST_TRIED]:
        most_s = min(MOST_S, end_s - time.monotonic() - _STARTING_S)
        if candidate.case.backend == LOOP or cost_s(candidate, recommendation.loop) > most_s:
            break
        tell(f"trying {candidate.case.label} once")
        try:
            tried.append(_try(candidate, options, recommendation.warm, tell))
        except AdviceError:
            break  # a failed trial is no reason to withhold the answer
        if tried[-1].gains:
            break
    return replace(recommendation, tried=tuple(tried))


def cost_s(prediction: Prediction, loop: Prediction) -> float:
    """Return the seconds that a trial takes, without the start of its session."""
    return _CALLS * prediction.time_s + _LOOPS * loop.time_s


def _try(prediction: Prediction, options: Sequence[str], warm: bool, tell: Callable[[str], None]) -> Tried:
    document = measure([*session_options(prediction.case, warm), *options], tell)
    (benchmark,) = document["benchmarks"]
    # The shorter one: what else runs meanwhile only makes a time longer.
    measured_s = float(min(benchmark["stats"]["data"]))
    # Pinned to one thread and as the user runs it, if these are not the same: the faster one is the rival.
    extra_info = benchmark["extra_info"]
    loops_s = min(extra_info["loop_s"], extra_info.get("own_loop_s", extra_info["loop_s"]), key=min)
    without_core = sum(extra_info.get("loop_waited_s", ())) / sum(extra_info["loop_s"])
    return Tried(prediction, measured_s, tuple(map(float, loops_s)), without_core)


def session_options(case: Case, warm: bool) -> list[str]:
    """Return the options of a session that measures one configuration of a workload."""
    return [
        "--profile=probe",
        f"--rounds={_ROUNDS}",
        f"--backends={case.backend}",
        f"--n-jobs={case.n_jobs}",
        f"--batch-sizes={case.batch_size}",
        *([] if case.inner_threads is None else [f"--inner-threads={case.inner_threads}"]),
        "-k",
        "test_open_pool" if warm else "test_whole",
    ]

"""The answer for tasks that start workers themselves: at which level n_jobs belongs, as text and as JSON."""

import json
from statistics import fmean, median

from benchmarks.advise.nesting import Nesting, Outside
from benchmarks.grid import LOOP, Case
from benchmarks.report.pasting import paste
from benchmarks.text.folding import fold
from benchmarks.text.formatting import counted, duration

FORMAT = 1

_LOOP = Case(LOOP, 1, None)


def sentences(nesting: Nesting) -> list[str]:
    """Return the answer, most important first."""
    if nesting.own_workers:
        return [_answer(nesting.best), _about(nesting), _REASON]
    return [_answer_of_programs(nesting.best), _about_programs(nesting), _PROGRAMS]


_REASON = (
    "Do not set n_jobs at both levels: joblib limits only its own nested calls (threads in a worker, none inside"
    " these), and the workers of concurrent.futures, multiprocessing or other programs would all compete for the cores."
)

_PROGRAMS = (
    "A program that uses several cores itself competes for them with those of the other workers: limit either its own"
    " threads or n_jobs."
)


def _answer(best: Outside) -> str:
    loop = f"the plain loop, whose tasks start their own workers, takes {duration(fmean(best.loops_s))}"
    pool = _pool(best)
    if best.is_better:
        return (
            f"Best: n_jobs outside, in a pool around the tasks, and none inside them: {pool}, and {loop},"
            f" {best.speed_up:.2f}x as long."
        )
    if best.is_better is False:
        return f"Best: n_jobs inside the tasks, as they are: {loop}; around them, at best, {pool}."
    return f"Undecided: {loop}, and {pool} around the tasks; these times overlap. Ask again on a quiet machine."


def _answer_of_programs(best: Outside) -> str:
    loop, pool = f"the plain loop takes {duration(fmean(best.loops_s))}", _pool(best)
    if not best.is_possible:
        return (
            f"Undecided: {loop}, and {pool}, which is less than so many workers can need: the machine was busy, or"
            " programs start faster in a worker. Ask again on a quiet machine."
        )
    if best.is_better:
        return f"Best: a pool around the tasks: {pool}, and {loop}, {best.speed_up:.2f}x as long."
    if best.is_better is False:
        return f"Best: one program after the other: {loop}; the best pool is slower: {pool}."
    return f"Undecided: {loop}, and {pool}; these times overlap. Ask again on a quiet machine."


def _pool(best: Outside) -> str:
    return f"{best.case.backend} with n_jobs={best.case.n_jobs} takes {duration(median(best.calls_s))}"


def _about(nesting: Nesting) -> str:
    pools = ", ".join(f"{pool.case.backend} {pool.speed_up:.2f}x" for pool in nesting.pools)
    return (
        f"{_tasks(nesting, 'starts workers itself', 'start workers themselves', nesting.own_workers)}: both ways were"
        f" measured, {_calls(nesting)}. Speed-ups around: {pools}."
    )


def _about_programs(nesting: Nesting) -> str:
    pools = ", ".join(f"{pool.case.backend}-n{pool.case.n_jobs} {pool.speed_up:.2f}x" for pool in nesting.pools)
    return (
        f"{_tasks(nesting, 'runs other programs', 'run other programs', nesting.programs)}: pools were measured beside"
        f" the plain loop, {_calls(nesting)}. Their speed-ups: {pools}."
    )


def _tasks(nesting: Nesting, one_does: str, they_do: str, started: int) -> str:
    of = f"{nesting.tasks:,} of " if nesting.tasks < nesting.all_tasks else ""
    does = one_does if nesting.all_tasks == 1 else they_do
    return (
        f"For {of}{counted(nesting.all_tasks, 'task')} that {does} ({started} in two plain loops), of which the cost"
        " model knows nothing"
    )


def _calls(nesting: Nesting) -> str:
    return "in calls of an open pool" if nesting.warm else "in one call, including the pool's start and end"


def text(nesting: Nesting) -> str:
    """Return the answer for a terminal, with the lines to paste."""
    wrapped = [line for sentence in sentences(nesting) for line in fold(sentence)]
    best = chosen(nesting)
    return "\n".join([*wrapped, *(["", paste(best)] if best else [])]) + "\n"


def chosen(nesting: Nesting) -> Case | None:
    """Return the configuration to choose, None if the measurement does not decide."""
    better = nesting.best.is_better
    if better is None or not (nesting.own_workers or nesting.best.is_possible):
        return None
    return nesting.best.case if better else _LOOP


def document(nesting: Nesting) -> str:
    """Return the answer as JSON; seconds, and null where nothing is decided."""
    best = chosen(nesting)
    content = {
        "format": FORMAT,
        "tasks": nesting.all_tasks,
        "measured_tasks": nesting.tasks,
        "own_workers": nesting.own_workers,
        "programs": nesting.programs,
        "best": best and {"name": best.label, "backend": best.backend, "n_jobs": best.n_jobs},
        "paste": best and paste(best),
        "pools": [
            {
                "name": pool.case.label,
                "backend": pool.case.backend,
                "n_jobs": pool.case.n_jobs,
                "calls_s": pool.calls_s,
                "loops_s": pool.loops_s,
            }
            for pool in nesting.pools
        ],
    }
    return json.dumps(content, indent=1, allow_nan=False) + "\n"

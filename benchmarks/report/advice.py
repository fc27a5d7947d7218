"""Advice as text, as JSON, and as a line of Python to paste."""

import json
import textwrap
from dataclasses import asdict
from typing import Any

from benchmarks.advise.advice import FLAT, Advice
from benchmarks.advise.model import Prediction
from benchmarks.advise.stored import Probed, disturbed
from benchmarks.grid import LOOP, Case, backend_of
from benchmarks.report.tables import WIDTH, table
from benchmarks.text.formatting import counted, duration, size

FORMAT = 1

_MOST_NAMES = 5
_MOST_ROWS = 8


def sentences(advice: Advice, again: Advice | None) -> list[str]:
    """The answer, most wanted first; `again` is the advice for further calls in a pool that stays open."""
    said = [_best(advice), asked(advice), *_thrifty(advice), *_runner_up(advice), *_flat(advice)]
    said += [_break_even(advice), *_memory(advice), *_waiting(advice), *_excluded(advice)]
    if again:
        best = again.best
        time = duration(best.time_s)
        said.append(f"Called again and again in a pool that stays open, {best.case.label} is best: {time} a call.")
    return said


def text(advice: Advice, again: Advice | None, probed: Probed) -> str:
    """The answer on a terminal: sentences, the best configurations with their parts, what to paste."""
    said = sentences(advice, again)
    if (why := disturbed(probed)) is not None:
        said.insert(1, why)
    wrapped = [line for sentence in said for line in textwrap.wrap(sentence, WIDTH)]
    where = f"Measured on {probed.when[:10]}: {probed.machine}, joblib {probed.versions.get('joblib')}."
    rows = parts_table(advice)
    return (
        "\n".join([*wrapped, "", table(*rows, coloured=False, prose=False), paste(advice.best.case), "", where]) + "\n"
    )


def asked(advice: Advice) -> str:
    """The tasks that the answer is for."""
    one = advice.profile
    words = [f"{counted(one.tasks, 'task')} of {duration(one.task_s)}"]
    words += ["of measured lengths"] if one.lengths else [f"uneven {one.uneven:g}x"] if one.uneven > 1 else []
    words += [f"{size(one.payload_bytes)} sent with each"] if one.payload_bytes else []
    words += [f"{one.waits:.0%} of it waiting"] if one.waits else []
    if one.waits < 1:
        words.append(f"{one.releases_gil:.0%} without the GIL" if one.releases_gil else "holding the GIL")
    call = "a call in an open pool" if advice.warm else "one call, the pool's start and end included"
    return f"Asked for {', '.join(words)}; {call}."


def paste(case: Case) -> str:
    """The lines to paste, imports included."""
    if case.backend == LOOP:
        return "results = [function(argument) for argument in arguments]"
    size = f'"{case.batch_size}"' if isinstance(case.batch_size, str) else str(case.batch_size)
    options = f'n_jobs={case.n_jobs}, backend="{case.backend}", batch_size={size}'
    return (
        "from joblib import Parallel, delayed\n\n"
        f"results = Parallel({options})(delayed(function)(argument) for argument in arguments)"
    )


def parts_table(advice: Advice) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The best configurations, and what their time is made of."""
    titles = ("configuration", "time", "90 % interval", "start", "work", "imbalance", "overhead", "sending", "poll")
    shown = [advice.best, *(one for one in advice.ranked[1:_MOST_ROWS])]
    if advice.loop not in shown:
        shown.append(advice.loop)
    return titles, [_row(one) for one in shown]


def _row(one: Prediction) -> tuple[str, ...]:
    parts = one.parts
    each = (
        parts.start,
        parts.work,
        parts.imbalance,
        parts.overhead,
        parts.payload,
        parts.poll,
    )
    interval = f"{duration(one.lo_s)} to {duration(one.hi_s)}"
    return (one.case.label, duration(one.time_s), interval, *(duration(part) if part > 0 else "" for part in each))


def _best(advice: Advice) -> str:
    best, loop = advice.best, advice.loop
    interval = f"{duration(best.time_s)} ({duration(best.lo_s)} to {duration(best.hi_s)} in 90 %)"
    if best.case.backend == LOOP:
        return f"Best: the plain loop, {interval}. No pool is worth its cost for these tasks."
    return f"Best: {best.case.label}, {interval}, {loop.time_s / best.time_s:.2f}x as fast as the plain loop."


def _thrifty(advice: Advice) -> list[str]:
    """Where the fastest by a little was not taken."""
    fastest = min(advice.ranked, key=lambda one: one.time_s)
    if fastest.case.n_jobs <= advice.best.case.n_jobs or fastest.time_s >= advice.best.time_s:
        return []
    less = 1 - fastest.time_s / advice.best.time_s
    return [f"{fastest.case.label} may take {less:.0%} less, but needs more workers."]


def _runner_up(advice: Advice) -> list[str]:
    second = advice.runner_up
    if second is None:
        return []
    more = second.time_s / advice.best.time_s - 1
    cost = _more(more) if more >= 0 else f"{-more:.0%} less, which is not worth the trouble"
    apart = "" if advice.told_apart(second) else "; the two can't be told apart by what is known"
    return [f"Runner-up: {second.case.label}, {duration(second.time_s)}, {cost}{apart}."]


def _more(share: float) -> str:
    """Such as `7% more`, or `12x as long`."""
    return f"{share:.0%} more" if share < 1 else f"{1 + share:,.3g}x as long"


def _flat(advice: Advice) -> list[str]:
    flat = advice.flat
    if not flat:
        return [f"The optimum is sharp: nothing else comes within {FLAT:.0%}."]
    names = ", ".join(one.case.label for one in flat[:_MOST_NAMES])
    more = f" and {len(flat) - _MOST_NAMES} more" if len(flat) > _MOST_NAMES else ""
    verb = "is" if len(flat) == 1 else "are"
    return [f"{len(flat)} of {len(advice.ranked) - 1} others {verb} expected within {FLAT:.0%} of it: {names}{more}."]


def _break_even(advice: Advice) -> str:
    found = [
        f"{backend} from {duration(task_s)} a task" if task_s is not None else f"{backend} never"
        for backend, task_s in advice.break_even_s.items()
    ]
    return f"Faster than the plain loop with {counted(advice.profile.tasks, 'task')}: {', '.join(found)}."


def _memory(advice: Advice) -> list[str]:
    if not backend_of(advice.best.case.backend).sends or advice.memory_bytes is None:
        return []
    return [f"Memory: about {size(advice.memory_bytes)} in worker processes (PSS), and what the tasks use in each."]


def _waiting(advice: Advice) -> list[str]:
    if advice.profile.waits <= 0 or advice.best.case.backend == LOOP:
        return []
    most = max(one.case.n_jobs for one in advice.ranked)
    return [f"Tasks that wait need no core: more than the {most} workers that were probed may pay off."]


def _excluded(advice: Advice) -> list[str]:
    barred = advice.profile.barred
    return [f"Left out, because the tasks can't be sent to its workers: {', '.join(barred)}."] if barred else []


def document(advice: Advice, again: Advice | None, probed: Probed) -> str:
    """The answer as JSON."""
    second = advice.runner_up
    found = {
        "format": FORMAT,
        "machine": probed.machine,
        "versions": dict(probed.versions),
        "probed": probed.when,
        "profile": {**asdict(advice.profile), "lengths": len(advice.profile.lengths)},
        "warm": advice.warm,
        "disturbed": disturbed(probed),
        "best": _plain(advice.best),
        "runner_up": second and {**_plain(second), "told_apart": advice.told_apart(second)},
        "within_a_tenth": [one.case.label for one in advice.flat],
        "break_even_task_s": advice.break_even_s,
        "memory_bytes": advice.memory_bytes,
        "paste": paste(advice.best.case),
        "again": again and _plain(again.best),
        "ranked": [_plain(one) for one in advice.ranked],
    }
    return json.dumps(found, indent=1, allow_nan=False) + "\n"


def _plain(one: Prediction) -> dict[str, Any]:
    return {
        "name": one.case.label,
        "backend": one.case.backend,
        "n_jobs": one.case.n_jobs,
        "batch_size": one.case.batch_size,
        "time_s": one.time_s,
        "interval_s": [one.lo_s, one.hi_s],
        "parts_s": asdict(one.parts),
    }

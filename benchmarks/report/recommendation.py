"""A recommendation as text."""

from benchmarks.advise.certainty import Certainty, unprobed
from benchmarks.advise.cost_model import CostModel
from benchmarks.advise.prediction import Prediction
from benchmarks.advise.recommendation import FLAT, Recommendation
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.grid import LOOP
from benchmarks.report.advice_certainty import certain
from benchmarks.report.advice_details import details, inner_threads, limits, name_of, trials
from benchmarks.report.pasting import paste
from benchmarks.report.tables import table
from benchmarks.text.folding import fold
from benchmarks.text.formatting import counted, duration, size

_MOST_NAMES = 5
_MOST_ROWS = 8

# Components below this share of a time are left out.
_SHOWN_SHARE = 1e-4

# The titles of the components of a time, in the table's order.
_PARTS = ("start", "work", "imbalance", "overhead", "sending", "results", "poll")

_WRONG_TABLE = "The times below are predictions, which the trial did not confirm."
_AGAIN = "`--probe` measures the machine again"
_UNCERTAIN_TABLE = "The times below are what the disturbed measurement predicts; their order may be wrong."


def sentences(recommendation: Recommendation, warm: Recommendation | None) -> list[str]:
    """Return the answer, most important first; `warm` is the recommendation for further calls in an open pool."""
    if recommendation.certainty is not None:
        return _uncertain(recommendation, recommendation.certainty)
    best = recommendation.best or recommendation.first
    lines = [
        _best(best, recommendation),
        *trials(recommendation),
        asked(recommendation),
        *_caveats(recommendation.profile),
    ]
    if best is not recommendation.first:
        # The trial has shown that the predictions are wrong for these tasks.
        return [*lines, *limits(recommendation), *_excluded(recommendation), _WRONG_TABLE]
    lines += [*_faster_with_more_workers(recommendation), *_runner_up(recommendation), *_flat(recommendation)]
    lines.append(_break_even(recommendation))
    lines += [*details(recommendation), *_excluded(recommendation)]
    if warm:
        name, time = name_of(warm.first.case), duration(warm.first.time_s)
        lines.append(f"For repeated calls in a pool that stays open, {name} is best: {time} per call.")
    return lines


def _uncertain(recommendation: Recommendation, certainty: Certainty) -> list[str]:
    lines = [certain(certainty, recommendation.profile)]
    if names := ", ".join(recommendation.unknown):
        lines.append(f"Not probed for lack of time: {names}, which could be faster; {_AGAIN}.")
    lines += [recommendation.disturbance] if recommendation.disturbance else []
    lines += [*trials(recommendation), asked(recommendation), *_caveats(recommendation.profile)]
    lines += inner_threads(recommendation.profile)
    lines += [*limits(recommendation), *_excluded(recommendation)]
    return [*lines, _UNCERTAIN_TABLE] if recommendation.disturbance else lines


def text(recommendation: Recommendation, warm: Recommendation | None, model: CostModel) -> str:
    """Return the answer for a terminal: sentences, the fastest configurations with their parts, lines to paste."""
    wrapped = [line for sentence in sentences(recommendation, warm) for line in fold(sentence)]
    where = f"Measured on {model.when[:10]}: {model.machine}, joblib {model.versions.get('joblib')}."
    rows = table(*parts_table(recommendation), coloured=False, prose=False)
    best, libraries = recommendation.best, recommendation.profile.libraries
    to_paste = [paste(best.case, libraries), ""] if best else []
    return "\n".join([*wrapped, "", rows, *to_paste, where]) + "\n"


def asked(recommendation: Recommendation) -> str:
    """Return a sentence about the tasks that the answer is for."""
    profile = recommendation.profile
    varied = " on average" if profile.lengths or profile.uneven > 1 else ""
    words = [f"For {counted(profile.tasks, 'task')} of {duration(profile.task_s)}{varied}{_gil(profile)}"]
    if profile.measured is not None:
        words.append(f"of which {profile.measured:,} were measured")
    elif profile.lengths:
        words.append("with the lengths that were measured")
    elif profile.uneven > 1:
        words.append(f"the longest {profile.uneven:g}x as long as the shortest")
    words += [f"with {size(profile.payload_bytes)} sent to each"] if profile.payload_bytes else []
    words += [f"the same {size(profile.shared_bytes)} in every argument"] if profile.shared_bytes else []
    words += [f"{size(profile.result_bytes)} returned by each"] if profile.result_bytes else []
    words += [f"waiting {profile.waits:.0%} of the time"] if profile.waits else []
    words += ["in threads one after the other"] if profile.in_turns else []
    call = "a call in an open pool" if recommendation.warm else "one call, including the pool's start and end"
    return f"{', '.join(words)}; {call}."


def _caveats(profile: TaskProfile) -> list[str]:
    """Say for which calls the answer holds, such as for repeated ones of tasks that cache results."""
    lines = [f"Note that {caveat}." for caveat in profile.caveats]
    if profile.faster_again is not None:
        lines.append(
            f"The tasks cache results: they were {profile.faster_again:,}x as fast in a second plain loop as in the"
            " first, and this answer is for calls after the first. For first calls, ask about the function beneath the"
            " cache."
        )
    return lines


def _gil(profile: TaskProfile) -> str:
    if profile.waits >= 1 or not profile.gil_known:
        return ""
    if profile.releases_gil in (0.0, 1.0):
        return " that release the GIL" if profile.releases_gil else " that hold the GIL"
    return f" that release the GIL for {profile.releases_gil:.0%} of their computing"


def parts_table(recommendation: Recommendation) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return titles and rows of the fastest configurations, by time, with the components of their times that occur.

    The recommended configuration and the plain loop have a row in any case.
    """
    titles = ("configuration", "time", "90 % interval", *_PARTS)
    rows = [_row(prediction) for prediction in fastest(recommendation, _MOST_ROWS)]
    shown = [index for index in range(len(titles)) if any(row[index] for row in rows)]
    return tuple(titles[index] for index in shown), [tuple(row[index] for index in shown) for row in rows]


def fastest(recommendation: Recommendation, most: int) -> list[Prediction]:
    """Return the fastest configurations by time, at most `most`, then the recommended one and the loop if missing."""
    always = (recommendation.first, recommendation.loop)
    return [
        prediction
        for index, prediction in enumerate(recommendation.by_time)
        if index < most or any(prediction is other for other in always)
    ]


def _row(prediction: Prediction) -> tuple[str, ...]:
    parts = prediction.parts
    each = (parts.start, parts.work, parts.imbalance, parts.overhead, parts.payload, parts.results, parts.poll)
    interval = f"{duration(prediction.lo_s)} to {duration(prediction.hi_s)}"
    shown = (duration(part) if part > _SHOWN_SHARE * prediction.time_s else "" for part in each)
    return (prediction.case.label, duration(prediction.time_s), interval, *shown)


def _best(best: Prediction, recommendation: Recommendation) -> str:
    title = "Best of what was probed" if recommendation.rivals else "Best"
    time = f"{duration(best.time_s)} (90 % interval: {duration(best.lo_s)} to {duration(best.hi_s)})"
    if best.case.backend == LOOP:
        return f"{title}: {name_of(best.case)}, {time}. No pool is worth its cost for these tasks."
    times = recommendation.loop.time_s / best.time_s
    return f"{title}: {best.case.label}, {time}, {times:.2f}x as fast as the plain loop."


def _faster_with_more_workers(recommendation: Recommendation) -> list[str]:
    """Say so if the fastest configuration was not chosen because it needs more workers."""
    best, quickest = recommendation.first, recommendation.by_time[0]
    if quickest.case.n_jobs <= best.case.n_jobs or quickest.time_s >= best.time_s:
        return []
    less = 1 - quickest.time_s / best.time_s
    return [f"{quickest.case.label} may take {less:.0%} less, but needs more workers."]


def _runner_up(recommendation: Recommendation) -> list[str]:
    second = recommendation.runner_up
    if second is None:
        return []
    more = second.time_s / recommendation.first.time_s - 1
    cost = _more(more) if more >= 0 else f"{-more:.0%} less, which is not worth a pool"
    apart = "" if recommendation.told_apart(second) else "; the model can't tell the two apart"
    return [f"Runner-up: {name_of(second.case)}, {duration(second.time_s)}, {cost}{apart}."]


def _more(share: float) -> str:
    """Format a difference, such as `7% more` or `12x as long`."""
    if share < 1:
        return f"{share:.0%} more"
    times = 1 + share
    return f"{times:,.0f}x as long" if times >= 100 else f"{times:.3g}x as long"


def _flat(recommendation: Recommendation) -> list[str]:
    flat = recommendation.flat
    if not flat:
        return [f"The optimum is sharp: nothing else is expected within {FLAT:.0%} of it."]
    names = ", ".join(prediction.case.label for prediction in flat[:_MOST_NAMES])
    more = f" and {len(flat) - _MOST_NAMES} more" if len(flat) > _MOST_NAMES else ""
    verb, others = "is" if len(flat) == 1 else "are", len(recommendation.ranked) - 1
    return [f"{len(flat)} of the {others} others {verb} expected within {FLAT:.0%} of it: {names}{more}."]


def _break_even(recommendation: Recommendation) -> str:
    turns = [
        f"{backend} from {duration(task_s)} per task" if task_s is not None else f"{backend} never"
        for backend, task_s in recommendation.break_even_s.items()
    ]
    return f"Faster than the plain loop with {counted(recommendation.profile.tasks, 'task')}: {', '.join(turns)}."


def _excluded(recommendation: Recommendation) -> list[str]:
    """Name the backends that have no configuration in the answer."""
    barred = recommendation.profile.barred
    lines = [f"Left out because the tasks can't be sent to their workers: {', '.join(barred)}."] if barred else []
    unknown = recommendation.unknown
    if rest := [name for name in unprobed(recommendation.probed) if name not in unknown]:
        lines.append(f"Not probed for lack of time: {', '.join(rest)}; {_AGAIN}.")
    return lines

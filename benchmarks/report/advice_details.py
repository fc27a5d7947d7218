"""What a recommendation says beside its answer: memory, results, shared objects, order, imports, unprobed pools."""

from collections.abc import Sequence

from benchmarks.advise.improvements import Improvements
from benchmarks.advise.memory import Memory
from benchmarks.advise.prediction import Prediction
from benchmarks.advise.recommendation import Recommendation
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.advise.tried import Tried
from benchmarks.grid import LOOP, Case, backend_of
from benchmarks.text.formatting import counted, duration, size

# A part of a call's time is worth a sentence from this share of it.
_WORTH = 0.1

# Less memory than this is not worth mentioning.
_LEAST_BYTES = 1e6

# Parts of the memory below this share of it are left out.
_SHOWN_SHARE = 0.01


def name_of(case: Case) -> str:
    """Return a configuration's label; the plain loop has an article, and its inner threads if they were measured."""
    if case.backend != LOOP:
        return case.label
    threads = case.inner_threads
    return "the plain loop" if threads is None else f"the plain loop with {counted(threads, 'inner thread')}"


def details(recommendation: Recommendation) -> list[str]:
    """Return the sentences, most important first."""
    profile, first = recommendation.profile, recommendation.first
    return [
        *_in_turns(profile),
        *inner_threads(profile),
        *limits(recommendation),
        *_needed(recommendation.memory, profile, first.case),
        *_results(profile, first),
        *_improved(recommendation.improvements, profile, first),
        *_import(profile, first),
        *_estimated(recommendation),
    ]


def _in_turns(profile: TaskProfile) -> list[str]:
    """Say what is assumed of processes if threads wait for each other."""
    if not profile.in_turns:
        return []
    return [
        "In threads, the tasks wait for each other, as for a lock. Processes are assumed to have locks of their own: if"
        " the tasks share something outside (a file, a server), processes gain nothing either."
    ]


def inner_threads(profile: TaskProfile) -> list[str]:
    """Say what the tasks gain from threads of a numeric library, and how many the user's program has."""
    if not profile.inner_threads:
        return []
    libraries = " and ".join(f"{count} of {name}" for name, count in profile.libraries)
    times = ", ".join(f"{share:.2f}x with {count}" for count, share in profile.inner_threads if count > 1)
    return [
        "The tasks compute in threads of a numeric library (your program has"
        f" {libraries} unless you limit them). Compared with one inner thread, a task takes {times}; the -t of a"
        " configuration is their number in each worker."
    ]


def trials(recommendation: Recommendation) -> list[str]:
    """Say what the configurations that were tried took, beside what was predicted."""
    disturbed = recommendation.disturbance is not None
    return [_trial(tried, recommendation.loop.time_s, disturbed) for tried in recommendation.tried]


def _trial(tried: Tried, loop_s: float, disturbed: bool) -> str:
    predicted, took = duration(tried.prediction.time_s), duration(tried.measured_s)
    line = (
        f"Tried: {tried.prediction.case.label} took {took} where {predicted} were predicted, and the plain loop beside"
    )
    line += f" it {duration(tried.loop_s)}"
    if not tried.is_steady:
        return f"{line}; the machine was busy meanwhile, so this decides nothing."
    if disturbed or tried.as_predicted(loop_s):
        return f"{line}."
    if not tried.gains:
        return f"{line}: these tasks do not gain what the model expects."
    return f"{line}; the model is off by more than its interval."


def _needed(need: Memory | None, profile: TaskProfile, case: Case) -> list[str]:
    if need is None:
        return ["Memory: not known, because the probe could not measure the workers."]
    parts = {
        "in worker processes (PSS)": need.workers,
        "in running tasks": need.tasks,
        "on the way to and from the workers": need.sending,
        "in all results": need.results,
    }
    listed = [f"{size(part)} {where}" for where, part in parts.items() if part >= _SHOWN_SHARE * need.total and part]
    if need.total < _LEAST_BYTES or not (backend_of(case.backend).sends or need.results or need.tasks):
        return []
    more = ", plus what the tasks use in each" if profile.peak_bytes is None and need.workers else ""
    if len(listed) == 1:
        return [f"Memory: about {listed[0]}{more}."]
    return [f"Memory beside your program: about {size(need.total)}, of which {_list(listed)}{more}."]


def _list(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def limits(recommendation: Recommendation) -> list[str]:
    """Say what fits into the memory that the user has given, which no disturbance changes."""
    limit = recommendation.limit
    if limit is None:
        return []
    given, backend = f"--max-memory {size(limit.limit_bytes)}", limit.without.backend
    profile = recommendation.profile
    unknown = "" if profile.peak_bytes is not None else ", without what the tasks use, which is not known"
    if not limit.loop_fits:
        needs = size(profile.tasks * profile.result_bytes + (profile.peak_bytes or 0))
        return [
            f"Not even the plain loop stays within {given}: its results and a task need {needs}. Return less from each"
            ' task, or use each result as it comes: Parallel(return_as="generator").'
        ]
    if backend == LOOP:
        return [f"The plain loop stays within {given}{unknown}."]
    fit = f"{counted(limit.workers, 'worker')} of {backend} {'fits' if limit.workers == 1 else 'fit'} into {given}"
    if limit.without == recommendation.first.case or recommendation.certainty:
        return [f"{fit}{unknown}."]
    return [f"{fit}{unknown}; without the limit, {name_of(limit.without)} would be best."]


def _results(profile: TaskProfile, first: Prediction) -> list[str]:
    if first.parts.results < _WORTH * first.time_s:
        return []
    return [
        f"Getting the results back takes {duration(first.parts.results)} of it, {size(profile.result_bytes)} per task:"
        " return less, or write them to files and return their names."
    ]


def _improved(better: Improvements, profile: TaskProfile, first: Prediction) -> list[str]:
    lines = []
    if better.unshared is not None:
        lines.append(
            f"The same {size(profile.shared_bytes)} are in every argument and are sent again and again. Make them a"
            " module-level object of the task's module, or one array of more than 1 MB, which joblib maps into memory"
            f" (max_nbytes), or use threads: {_instead(better.unshared, first)}."
        )
    if better.longest_first is not None:
        lines.append(f"Sort the arguments so that the long tasks come first: {_instead(better.longest_first, first)}.")
    if better.auto_trap is not None:
        lines.append(
            f'Do not use batch_size="auto": it would take {better.auto_trap:.1f}x as long as the best size, because'
            " the short tasks come first, and the long ones are sent in batches as large as theirs."
        )
    return lines


def _instead(better: Prediction, first: Prediction) -> str:
    less = 1 - better.time_s / first.time_s
    return f"{name_of(better.case)} then takes {duration(better.time_s)}, {less:.0%} less"


def _import(profile: TaskProfile, first: Prediction) -> list[str]:
    if first.case.backend not in profile.importing or not first.parts.start:
        return []
    if profile.import_s < _WORTH * first.time_s:
        return []
    return [f"Each worker first imports the task's module, which takes {duration(profile.import_s)} of its start."]


def _estimated(recommendation: Recommendation) -> list[str]:
    """Say so if the configuration's number of workers was not probed."""
    case = recommendation.first.case
    probed = recommendation.probed.get(case.backend, [])
    if case.backend == LOOP or case.n_jobs in probed:
        return []
    workers = " and ".join(map(str, probed))
    return [f"{case.n_jobs} workers were not probed: the time is estimated from {case.backend} with {workers}."]

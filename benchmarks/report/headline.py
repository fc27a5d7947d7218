"""The headline of a run in a sentence: what is fastest here, if anything, or why there is no answer."""

from collections.abc import Sequence

from benchmarks.analysis.headline import Contender, Headline, HeadlineKind, headline
from benchmarks.grid import backend_of
from benchmarks.report.contenders import Machine, contenders, references
from benchmarks.report.measured import MeasuredCase, start_workers
from benchmarks.text.formatting import counted, factor

# A loop that varies more says that the machine changes its speed.
_CALM = 1.2

# Numbers of rounds that are worth proposing.
_ROUNDS = (5, 10, 20, 50)

_BUSY = "The machine was busy or changed its speed: measure again on a quiet machine."

_OWN_WORKERS = (
    "No answer: the tasks start threads or processes themselves. joblib's workers limit these and the plain loop does"
    " not, so that no speed-up is a fair comparison. `python -m benchmarks recommend` with the same --workload says at"
    " which level n_jobs belongs."
)


def headline_sentence(cases: Sequence[MeasuredCase], machine: Machine) -> str:
    """Return the headline of a run with at least one case; `machine` bounds what can be true."""
    if start_workers(cases):
        return _OWN_WORKERS
    # The means of the loops beside a case may hide that single ones varied.
    busy = _varied([loop_s for case in cases for loop_s in case.loops_s]) >= _CALM
    return _sentence(headline(contenders(cases, machine)), busy)


def reference_sentences(cases: Sequence[MeasuredCase], machine: Machine) -> list[str]:
    """Say what the standard library's pools, given the same batches, reached; not beside an unfair comparison."""
    pools, outcome = references(cases, machine), headline(contenders(cases, machine))
    if not pools or outcome is None or outcome.kind is HeadlineKind.UNFAIR or start_workers(cases):
        return []
    best = max(pools, key=lambda it: (it.log_speed_up, it.configuration.speed_up))
    if best.impossible:
        return []
    name, speed_up = best.configuration.name, _with_interval(best)
    return [f"For reference, the best of the standard library's pools: {name}, {speed_up}."]


def unsteady_loop(cases: Sequence[MeasuredCase]) -> list[str]:
    """Say how far the plain loop itself varied, if it did: that belongs beside the headline."""
    times = _varied([case.configuration.loop_s for case in cases])
    if times < _CALM:
        return []
    return [f"The plain loop itself varied {times:.1f}x meanwhile: the machine was busy or changed its speed."]


def _sentence(outcome: Headline | None, busy: bool) -> str:
    if outcome is None:
        return "No answer: none of joblib's configurations with several workers was measured."
    best, rival = outcome.best, outcome.rival
    name, speed_up = best.configuration.name, _with_interval(best)
    if outcome.kind is HeadlineKind.UNFAIR:
        return _unfair(best, busy)
    if outcome.kind is HeadlineKind.LOOP:
        return f"Nothing beats the plain loop with these tasks: the best of joblib's, {name}, reaches {speed_up}."
    if outcome.kind is HeadlineKind.FASTEST:
        return f"Fastest of joblib's backends here: {name}, {speed_up} the speed of the plain loop."
    if best.interval is None:
        did = f"{name} did best, {speed_up}"
        if best.log_speed_up <= 0:
            did = f"nothing beat the plain loop ({name}: {speed_up})"
        what = "round" if best.noise.rounds == 1 else "plain loop"
        said = f"Undecided: {did}, and one {what} does not show how certain that is."
    else:
        other = "the plain loop" if rival is None else f"{rival.configuration.name}, {_with_interval(rival)}"
        said = f"Undecided between {name}, {speed_up}, and {other}."
        if rival is None and best.interval[0] > 1:
            said += " The best of several looks better than it is, so that this interval does not decide."
    return said + _way_to_decide(outcome, busy)


def _way_to_decide(undecided: Headline, busy: bool) -> str:
    """Name what would decide: more rounds, if they can and are few enough, or a machine that is quieter than this."""
    rounds = next((count for count in _ROUNDS if undecided.rounds is not None and count >= undecided.rounds), None)
    if rounds is not None:
        return f" --rounds {rounds} would decide it if the times stay like these."
    return " Measure again on a quiet machine." if busy else ""


def _with_interval(contender: Contender) -> str:
    speed_up = factor(contender.configuration.speed_up)
    interval = contender.possible_interval
    if contender.configuration.speed_up > contender.bound:
        # The excess is noise of both times and must not be shown as a gain.
        if interval and interval[0] < contender.bound:
            return f"between {factor(interval[0])} and the possible {factor(contender.bound)}"
        return f"about the possible {factor(contender.bound)}"
    if interval is None:
        return speed_up
    return f"{speed_up} (95 %: {factor(interval[0])} to {factor(interval[1])})"


def _unfair(contender: Contender, busy: bool) -> str:
    """Report an impossible speed-up as a fault of the comparison, with its likely cause."""
    configuration = contender.configuration
    reached = f"{configuration.name} reached {factor(configuration.speed_up)}"
    if contender.bound == 1.0:
        why = "threads that hold the GIL are never faster than the plain loop"
        return f"No answer: {reached}, but {why}. {_BUSY}"
    limit = f"with {counted(configuration.workers, 'worker')}"
    if contender.bound < configuration.workers:
        limit = f"on {contender.bound:g} cores"
    if busy:
        why = _BUSY
    else:
        why = (
            "Probably the plain loop was not the same work: the task starts workers of its own, or a library that"
            " threadpoolctl does not know has one thread here"
        )
        # The main thread's allocator gives large arrays back; with that, 150 tasks took 2.8x as long as in two threads.
        in_threads = backend_of(configuration.backend).workers == "threads"
        why += ", or each task takes its memory from the system again, which threads keep." if in_threads else "."
    return f"No answer: {reached} {limit}, which is impossible. {why}"


def _varied(seconds: Sequence[float]) -> float:
    """Return how many times the shortest the longest one took."""
    return max(seconds, default=1.0) / min(seconds, default=1.0)

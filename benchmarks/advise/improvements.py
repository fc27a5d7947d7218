"""What a user can change in the tasks themselves, and what that would save."""

from dataclasses import dataclass, replace

from benchmarks.advise.costs import Costs
from benchmarks.advise.prediction import Prediction
from benchmarks.advise.ranking import rank
from benchmarks.advise.task_profile import TaskProfile, lengths_s
from benchmarks.grid import LOOP

# An improvement that saves less than this is not worth a sentence.
_WORTH = 0.05

# "auto" is a trap if it takes so much longer than the best batch size with as many workers, and if the tasks of the
# second half take so many times as long as those of the first.
_TRAP, _LATER = 1.2, 3.0


@dataclass(frozen=True)
class Improvements:
    """The best configurations after a change, None where the change does not save a twentieth.

    `longest_first` has the long tasks first; `unshared` does not send what all tasks share. `auto_trap` is how many
    times as long as the best batch size "auto" takes, because the short tasks come first, None if that is no trap.
    """

    longest_first: Prediction | None
    unshared: Prediction | None
    auto_trap: float | None


def improvements(costs: Costs, profile: TaskProfile, warm: bool, ranked: list[Prediction]) -> Improvements:
    """Return what would be faster than the first of `ranked`, the predictions for `profile`."""

    def better(changed: TaskProfile | None) -> Prediction | None:
        if changed is None:
            return None
        best = rank(costs, changed, warm)[0]
        return best if best.time_s < ranked[0].time_s * (1 - _WORTH) else None

    return Improvements(better(_longest_first(profile)), better(_unshared(profile)), _auto_trap(profile, ranked))


def _longest_first(profile: TaskProfile) -> TaskProfile | None:
    lengths = profile.lengths_s
    if not lengths and profile.uneven > 1:
        lengths = tuple(lengths_s(profile.task_s, profile.tasks, profile.uneven, seed=1))
    return replace(profile, lengths=tuple(sorted(lengths, reverse=True)), uneven=1.0) if lengths else None


def _unshared(profile: TaskProfile) -> TaskProfile | None:
    return replace(profile, shared_bytes=0.0, shared_pickling_s=0.0) if profile.shared_bytes else None


def _auto_trap(profile: TaskProfile, ranked: list[Prediction]) -> float | None:
    """Return how many times as long "auto" takes in the first configuration's pool, None if it is no trap."""
    first, half = ranked[0], profile.tasks // 2
    lengths = profile.lengths_s
    if first.case.backend == LOOP or not half or not lengths:
        return None
    if sum(lengths[half:]) < _LATER * sum(lengths[:half]):
        return None
    pool = _pool(first)
    times_s = {other.case.batch_size: other.time_s for other in ranked if _pool(other) == pool}
    ratio = times_s["auto"] / min(times_s.values())
    return ratio if ratio >= _TRAP else None


def _pool(prediction: Prediction) -> tuple[str, int, int | None]:
    return prediction.case.backend, prediction.case.n_jobs, prediction.case.inner_threads

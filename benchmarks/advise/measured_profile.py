"""The profile of tasks that were measured: what a plain loop and two threads say of them, unless that can't be true."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import Any

from benchmarks.advise.costs import Costs, PoolCosts, contradicts
from benchmarks.advise.disturbance import MOST_WITHOUT_CORE
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.errors import AdviceError
from benchmarks.grid import backend_of

# Shares of waiting and of the GIL are rounded to this: two threads do not tell them apart any finer.
_RESOLUTION = 0.05

# The probe's two threads have to be this much faster without the GIL; otherwise they can't tell whether tasks hold it.
_LEAST_GAIN = 0.2

# Tasks that wait give up their core voluntarily, at least in this share of the tasks.
_FEWEST_WAITS = 0.1

# Two threads that use less than this many cores do not compute at the same time, or nothing shows that they do; unless
# more than this share of their time is waiting.
_MORE_THAN_ONE_CORE, _FEW_WAITS = 1.1, 0.25

# While tasks that wait for more than this share of their time wait, another thread runs, so that two threads take much
# less time than a loop. If even the fastest call takes more than this share of it, the tasks wait for each other.
_MOSTLY_WAITS, _IN_TURNS = 0.7, 0.9

# If the overhead of two threads exceeds the work by this factor, its noise hides whether the tasks hold the GIL.
_MOST_OVERHEAD = 2.0

# The tasks one by one and the rounds of the plain loop took about the same time, unless something else ran meanwhile.
# The clock takes 0.1 us per task, which hides it for tasks shorter than this.
_MOST_CHANGE, _TIMED_SINGLY_S = 1.5, 1e-5


@dataclass(frozen=True)
class MeasuredTasks:
    """The profile of measured tasks, and why the measurement can't be trusted (None if it can)."""

    profile: TaskProfile
    disturbance: str | None


def profile_of(loop: Mapping[str, Any], threads: Mapping[str, Any], costs: Costs) -> MeasuredTasks:
    """Return the profile of tasks, from a run file's benchmarks of the plain loop and of two threads.

    Raises AdviceError if the probe has no pool of two threads.
    """
    profile = _profile_of_measured(loop, threads, costs)
    return replace(profile, profile=_of_all(profile.profile, loop["extra_info"].get("stands_for")))


def _of_all(profile: TaskProfile, stands_for: Mapping[str, Any] | None) -> TaskProfile:
    """Return the profile of all tasks, if there was no time to measure more than some of them."""
    if stands_for is None:
        return profile
    return replace(
        profile,
        task_s=profile.task_s * float(stands_for["all_over_sample"]),
        tasks=int(stands_for["tasks"]),
        lengths=tuple(map(float, stands_for["lengths_s"])),
        measured=profile.tasks,
    )


def _profile_of_measured(loop: Mapping[str, Any], threads: Mapping[str, Any], costs: Costs) -> MeasuredTasks:
    pool = _two_threads(costs)
    extra_info = loop["extra_info"]
    # Seen in the trial, where no busy machine could hide it.
    holds_gil = extra_info.get("holds_gil") is True
    profile = TaskProfile(
        task_s=float(median(loop["stats"]["data"])) / extra_info["tasks"],
        tasks=int(extra_info["tasks"]),
        lengths=tuple(map(float, extra_info["lengths_s"])),
        waits=_waits(extra_info),
        barred=tuple(map(str, extra_info["barred"])),
        faster_again=extra_info.get("faster_again"),
        caveats=tuple(map(str, extra_info.get("caveats", ()))),
        **_sent(extra_info["sent"]),
        **_fresh_worker(extra_info["fresh_worker"]),
        **_inner_threads(extra_info),
    )
    unknown = replace(profile, gil_known=holds_gil)
    overhead_s, work_s = _overhead_s(pool, threads["extra_info"]), fmean(threads["extra_info"]["loop_s"])
    stretch = max(0.0, float(median(threads["stats"]["data"])) - costs.poll_s / 2 - overhead_s) / work_s
    if overhead_s > _MOST_OVERHEAD * work_s:
        return MeasuredTasks(unknown, None)  # the tasks are taken to hold the GIL
    lightened = _lightened(extra_info, threads["extra_info"])
    if reason := _contradiction(profile, extra_info, stretch, lightened, costs):
        why = (
            f"The tasks' times can't be trusted ({reason}): other programs ran, or the tasks vary by themselves. "
            "Run it again."
        )
        return MeasuredTasks(unknown, why)
    fastest = (min(threads["stats"]["data"]) - costs.poll_s - overhead_s) / work_s
    if profile.waits > _MOSTLY_WAITS and fastest > _IN_TURNS:
        return MeasuredTasks(replace(unknown, in_turns=True), None)
    released = _released(stretch, pool, profile.waits)
    # The time of two threads beside that of a loop is as noisy as the machine; that they never used more than one core
    # at a time is not.
    if holds_gil or (profile.waits < _FEW_WAITS and float(threads["extra_info"]["cores_used"]) < _MORE_THAN_ONE_CORE):
        released = 0.0
    if released is None:
        return MeasuredTasks(unknown, None)
    return MeasuredTasks(replace(profile, releases_gil=released), None)


def _sent(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the profile that say what the tasks send."""
    return {
        "payload_bytes": float(sent["payload_bytes"]),
        "result_bytes": float(sent["result_bytes"]),
        "pickling_s": float(sent["pickling_s"]),
        "shared_bytes": float(sent["shared_bytes"]),
        "shared_pickling_s": float(sent["shared_pickling_s"]),
        "mapped": bool(sent["mapped"]),
    }


def _fresh_worker(worker: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the fields of the profile that say what a worker needs; none if that could not be measured."""
    if worker is None:
        return {}
    return {
        "import_s": float(worker["import_s"]),
        "import_bytes": float(worker["import_bytes"]),
        "peak_bytes": float(worker["peak_bytes"]),
        "importing": tuple(map(str, worker["importing"])),
    }


def _inner_threads(extra_info: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the profile about threads inside the tasks; none if the tasks compute in none."""
    times_s = {int(count): float(loop_s) for count, loop_s in extra_info.get("loops_by_threads", {}).items()}
    if not times_s:
        return {}
    # So many threads are at most so many times as fast as one: what noise adds to it is not believed.
    shares = tuple((count, max(1 / count, loop_s / times_s[1])) for count, loop_s in sorted(times_s.items()))
    libraries = tuple((str(name), int(count)) for name, count in sorted(extra_info["libraries"].items()))
    return {"inner_threads": shares, "libraries": libraries}


def _two_threads(costs: Costs) -> PoolCosts:
    for pool in costs.pools:
        if backend_of(pool.backend).workers == "threads" and pool.n_jobs == 2:
            return pool
    raise AdviceError("the probe did not measure two threads; repeat it with `probe`")


def _waits(extra_info: Mapping[str, Any]) -> float:
    """Return the share of the time in which the tasks used no core although they could have."""
    if extra_info["voluntary_switches"] < _FEWEST_WAITS * extra_info["tasks"]:
        return 0.0
    ready_s = float(extra_info["cpu_s"]) + float(extra_info["waited_for_core_s"] or 0.0)
    return _rounded_share(1.0 - ready_s / float(extra_info["passed_s"]))


def _rounded_share(value: float) -> float:
    return round(min(1.0, max(0.0, value)) / _RESOLUTION) * _RESOLUTION


def _released(stretch: float, pool: PoolCosts, waits: float) -> float | None:
    """Return the share of the computing that releases the GIL: where two threads are between none and all of it.

    While one thread waits, the other computes, so that tasks which wait for about half of their time or more take as
    long with the GIL as without it: None if two threads can't tell.
    """
    held, released = (max(1 / pool.n_jobs, (1 - waits) * each) for each in (pool.middle.held, pool.middle.released))
    if held - released < _LEAST_GAIN * held:
        return None
    return _rounded_share((held - stretch) / (held - released))


def _lightened(loop: Mapping[str, Any], threads: Mapping[str, Any]) -> float:
    """Return which part of the loop's CPU time the tasks need in threads, at most 1; 1 if nobody knows.

    The main thread's allocator gives large arrays back to the system after each task, and takes them again, page by
    page; those of other threads may keep them.
    """
    if "cpu_s" not in threads:
        return 1.0
    in_loop_s, in_threads_s = (float(facts["cpu_s"]) / int(facts["tasks"]) for facts in (loop, threads))
    return min(1.0, in_threads_s / in_loop_s) if in_loop_s else 1.0


def _contradiction(
    profile: TaskProfile, extra_info: Mapping[str, Any], stretch: float, lightened: float, costs: Costs
) -> str | None:
    """Return what in the measurement can't be true of undisturbed tasks, None if everything can.

    `stretch` is the time of two threads over the loop's, `lightened` the same of their CPU times.
    """
    lacking = _share_without_core(profile, extra_info)
    if lacking > MOST_WITHOUT_CORE:
        return f"the plain loop had no core for {lacking:.0%} of its time"
    least = profile.waits / 2 + (1 - profile.waits) * costs.least_released(2)
    if contradicts(stretch, least * lightened):
        return "two threads gained more than the machine allows"
    change = float(extra_info["passed_s"]) / profile.work_s
    if profile.task_s > _TIMED_SINGLY_S and not 1 / _MOST_CHANGE < change < _MOST_CHANGE:
        return f"the same tasks took {max(change, 1 / change):.1f}x as long when measured again"
    return None


def _share_without_core(profile: TaskProfile, extra_info: Mapping[str, Any]) -> float:
    """Return the share of its time in which the plain loop had no core although it needed one.

    Where the system does not say, tasks that never wait should have used a core all the time.
    """
    passed_s, waited_s = float(extra_info["passed_s"]), extra_info["waited_for_core_s"]
    if waited_s is not None:
        return float(waited_s) / passed_s
    return 0.0 if profile.waits else max(0.0, 1.0 - float(extra_info["cpu_s"]) / passed_s)


def _overhead_s(pool: PoolCosts, extra_info: Mapping[str, Any]) -> float:
    """Return what the pool takes for the call, its tasks and its batches."""
    batches = int(sum((extra_info["batches"][-1] or {}).values()))
    return pool.middle.call + int(extra_info["tasks"]) * pool.middle.task + batches * pool.middle.batch

"""The configurations that compete for a run's headline, with the noise of their speed-ups and what bounds these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.analysis.headline import Contender, noises
from benchmarks.grid import backend_of
from benchmarks.report.measured import MeasuredCase

# Workloads whose tasks hold the GIL all the while, and those that compute all the while. Of a user's own, a trial says
# whether they hold it.
_HOLDS_GIL = (None, "uneven")
_COMPUTES = (*_HOLDS_GIL, "hashing")


@dataclass(frozen=True)
class Machine:
    """What bounds a speed-up: whether the interpreter has a GIL, and how many cores it may use, None if unknown."""

    gil: bool = True
    cores: float | None = None


ANY_MACHINE = Machine()


def machine_of(facts: object) -> Machine:
    """Return the machine that the `machine` of a run file describes, as far as it does.

    `cgroup_cpus` is the name that older files have for the quota.
    """
    if not isinstance(facts, dict):
        return ANY_MACHINE
    known = [facts.get(name) for name in ("usable_cores", "cpu_quota", "cgroup_cpus")]
    cores = [float(value) for value in known if isinstance(value, int | float) and value > 0]
    return Machine(gil=facts.get("gil_enabled") is not False, cores=min(cores, default=None))


def measuring_machine(document: Mapping[str, Any]) -> Machine:
    """Return the machine that measured a run, as far as its file says."""
    ours = document.get("joblib_suite")
    return machine_of(ours.get("machine") if isinstance(ours, dict) else None)


def contenders(cases: Sequence[MeasuredCase], machine: Machine) -> list[Contender]:
    """Return the parallel configurations of joblib's, each with its noise and the most that its speed-up can be."""
    return [contender for contender in _parallel(cases, machine) if not _is_reference(contender)]


def references(cases: Sequence[MeasuredCase], machine: Machine) -> list[Contender]:
    """Return the same of the standard library's pools."""
    return [contender for contender in _parallel(cases, machine) if _is_reference(contender)]


def speed_up_intervals(cases: Sequence[MeasuredCase], machine: Machine) -> dict[str, tuple[float, float]]:
    """Return the 95 % interval of each case's speed-up by its name, as far as it is known and possible."""
    return {
        contender.configuration.name: interval
        for contender in _all(cases, machine)
        if (interval := contender.possible_interval)
    }


def _parallel(cases: Sequence[MeasuredCase], machine: Machine) -> list[Contender]:
    return [
        contender
        for case, contender in zip(cases, _all(cases, machine), strict=True)
        if case.configuration.workers > 1 and not _is_alias(case, cases)
    ]


def _all(cases: Sequence[MeasuredCase], machine: Machine) -> list[Contender]:
    all_noises = noises([case.rounds_s for case in cases], [case.loops_s for case in cases])
    return [
        Contender(case.configuration, noise, _bound(case, machine))
        for case, noise in zip(cases, all_noises, strict=True)
    ]


def _is_reference(contender: Contender) -> bool:
    return backend_of(contender.configuration.backend).origin == "reference"


def _bound(case: MeasuredCase, machine: Machine) -> float:
    """Return the most that a case's speed-up can be on a machine; a cluster may have more cores than the machine."""
    backend, threads = backend_of(case.configuration.backend), float(case.configuration.threads)
    holds_gil = case.workload in _HOLDS_GIL or case.facts.get("holds_gil") is True
    if machine.gil and backend.workers == "threads" and holds_gil:
        return 1.0
    computes = holds_gil or case.workload in _COMPUTES
    if machine.cores is not None and backend.origin in ("joblib", "reference") and computes:
        return max(1.0, min(threads, machine.cores))
    return threads


def _is_alias(case: MeasuredCase, cases: Sequence[MeasuredCase]) -> bool:
    return case.facts["alias_of"] in {each.configuration.name for each in cases}

"""Probe this machine: a session of the suite measures each part of a call, and a cost model is fitted to it.

The first answer must not take long on a busy machine either. The cases get as many rounds as there is time for, the
most needed pools come first, and a session that is still not done is ended: the pools that it has measured are enough.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks import machine
from benchmarks.advise.cost_model import PACKAGES, CostModel, store_model
from benchmarks.advise.disturbance import contradictions
from benchmarks.advise.fitting import MODEL_PARTS, fit
from benchmarks.advise.probe_cases import ProbeCase, probe_cases
from benchmarks.advise.probe_session import conditions_here, measure, this_machine
from benchmarks.errors import AdviceError
from benchmarks.text.formatting import counted

# The longest that a probe takes. Its first session ends after the first share of it, and plans with the second one,
# because a case that has begun is ended late and a session needs seconds to start and end.
LIMIT_S = 80.0
_FIRST, _PLANNED = 3 / 4, 5 / 8

# A shorter plain loop says little about how busy the machine was.
_LONG_S = 0.02

# What was disturbed is measured again if there is so much time left.
_LEAST_REPEAT_S = 12.0
_STARTING_S = 6.0


def probe(folder: Path, tell: Callable[[str], None], limit_s: float = LIMIT_S) -> tuple[CostModel, Path]:
    """Probe this machine within `limit_s` seconds and store its cost model in `folder`; return it and its path.

    `tell` is called with each progress message. What contradicts itself is measured once more. Raises SuiteError.
    """
    end_s = time.monotonic() + limit_s
    cases = complete_pools(_measured(["--resources"], tell, _PLANNED * limit_s, _FIRST * limit_s))
    model = _model(cases)
    spoilt = {name for contradiction in contradictions(model) for name in contradiction.cases}
    left_s = end_s - time.monotonic()
    if spoilt and left_s >= _LEAST_REPEAT_S:
        tell("other programs disturbed the probe: measuring the disturbed cases again")
        options = ["--resources", "-k", " or ".join(sorted(spoilt))]
        try:
            again = _model(with_repeated(cases, _measured(options, tell, left_s - _STARTING_S, left_s)))
        except AdviceError:
            again = model  # not even one case could be measured again
        model = min(model, again, key=lambda either: len(contradictions(either)))
    return model, store_model(folder, model)


def _measured(options: Sequence[str], tell: Callable[[str], None], planned_s: float, limit_s: float) -> list[ProbeCase]:
    within = ["--profile=probe", f"--within={planned_s:g}", *options]
    return probe_cases(measure(within, tell, limit_s)["benchmarks"])


def complete_pools(cases: Sequence[ProbeCase]) -> list[ProbeCase]:
    """Return the cases of the pools of which every part was measured. Raises AdviceError if there is none."""
    parts_by_pool: dict[tuple[str, int], set[str]] = {}
    for case in cases:
        parts_by_pool.setdefault((case.backend, case.n_jobs), set()).add(case.name)
    complete = {pool for pool, parts in parts_by_pool.items() if parts.issuperset(MODEL_PARTS)}
    if not complete:
        raise AdviceError(
            f"the probe had time for {counted(len(cases), 'case')}, not even for all of one pool: the machine is too"
            " busy to be measured; stop other programs and try again"
        )
    return [case for case in cases if (case.backend, case.n_jobs) in complete]


def with_repeated(cases: Iterable[ProbeCase], repeated: Iterable[ProbeCase]) -> list[ProbeCase]:
    """Return the cases, those that were measured again in place of the first ones."""
    newest = {(case.backend, case.n_jobs, case.name): case for case in repeated}
    return [newest.get((case.backend, case.n_jobs, case.name), case) for case in cases]


def _model(cases: Sequence[ProbeCase]) -> CostModel:
    facts = machine.facts()
    costs, checks = fit(cases, facts["usable_cores"], facts["cgroup_cpus"], facts["gil_enabled"])
    costs = replace(costs, physical_cores=facts["physical_cores"])
    when = datetime.now(UTC).isoformat(timespec="seconds")
    return CostModel(
        this_machine().folder,
        machine.installed(PACKAGES),
        when,
        costs,
        tuple(checks),
        conditions_here(),
        without_core(cases),
    )


def without_core(cases: Iterable[ProbeCase]) -> float | None:
    """Return the median share of a plain loop's time in which it had no core; of the loops that are long enough."""
    shares = [case.without_core for case in cases if case.without_core is not None and max(case.work_s) >= _LONG_S]
    return min(1.0, median(shares)) if shares else None

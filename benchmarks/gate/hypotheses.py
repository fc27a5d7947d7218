"""Everything that a gate tests: that a case, a backend, the whole grid, or a case's resources became worse."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.analysis.hypotheses import (
    RESOURCES_SHARE,
    Hypothesis,
    judge_cases,
    judge_groups,
)
from benchmarks.analysis.quantity import RESOURCES
from benchmarks.analysis.verdict import Thresholds
from benchmarks.gate.measurements import CaseResource, Measurements
from benchmarks.gate.record import GateCase, Record
from benchmarks.limits import Limit, case_names, limit_of

GRID = "the whole grid"


@dataclass(frozen=True)
class Hypotheses:
    """The tested hypotheses: by node id, by the name of a backend or GRID, and by resource of a case."""

    cases: Mapping[str, Hypothesis]
    groups: Mapping[str, Hypothesis]
    resources: Mapping[CaseResource, Hypothesis]


def judge_record(record: Record, measurements: Measurements, limits: Sequence[Limit]) -> Hypotheses:
    """Test everything that has been measured of cases that can be timed."""

    def thresholds(nodeid: str) -> Thresholds:
        limit = limit_of(limits, case_names(nodeid)).max_slowdown
        return Thresholds.of_case(record.alpha, record.min_effect, limit)

    log_ratios = {name: pairs for name, pairs in measurements.log_ratios.items() if name not in record.failures}
    return Hypotheses(
        judge_cases(log_ratios, len(record.cases), thresholds),
        judge_groups(log_ratios, groups(record.cases), Thresholds.of_group(record.alpha, record.min_effect)),
        _judge_resources(record, measurements),
    )


def _judge_resources(record: Record, measurements: Measurements) -> dict[CaseResource, Hypothesis]:
    thresholds = Thresholds.of_case(record.alpha, record.min_effect, None)
    log_ratios = {
        key: pairs for key, pairs in measurements.resources.log_ratios.items() if key.nodeid not in record.failures
    }
    return judge_cases(log_ratios, len(record.cases) * len(RESOURCES), lambda _: thresholds, RESOURCES_SHARE)


def groups(cases: Sequence[GateCase]) -> dict[str, list[str]]:
    """Return the node ids of each backend that has two cases or more, and of the whole grid."""
    by_backend: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        by_backend[f"backend {case.backend}"].append(case.nodeid)
    several = {name: nodeids for name, nodeids in by_backend.items() if len(nodeids) > 1}
    return several | {GRID: [case.nodeid for case in cases]}

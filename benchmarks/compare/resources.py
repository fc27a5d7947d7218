"""Rows about the resources of cases: memory and CPU time, judged with a share of the same alpha."""

import math
from collections.abc import Mapping
from dataclasses import replace

from benchmarks.analysis.hypotheses import RESOURCES_SHARE
from benchmarks.analysis.judgement import Row
from benchmarks.analysis.quantity import RESOURCES, Quantity
from benchmarks.analysis.saved_runs import compare_saved, judge_saved
from benchmarks.analysis.unpaired import FEWEST_UNITS, TooFewUnits
from benchmarks.analysis.verdict import Thresholds, Verdict
from benchmarks.compare.remarks import shortage_note
from benchmarks.compare.sides import Side, Sides
from benchmarks.compare.terms import Terms
from benchmarks.errors import BadReference
from benchmarks.history.case_times import CaseTimes
from benchmarks.history.resources import needs
from benchmarks.history.run import Run
from benchmarks.limits import RESOURCE_KEYS, ceilings, over_ceiling

# A resource of a case, by the case's key.
CaseResource = tuple[str, Quantity]


def have_resources(sides: Sides) -> bool:
    """Return whether both sides measured the resources of any case."""
    return all(any(needs(case.facts) for case in side.cases.values()) for side in (sides.base, sides.head))


def refuse_unchecked_ceilings(terms: Terms, head: Side) -> None:
    """Raise BadReference for a ceiling on a resource that head did not measure: it must not look kept."""
    for kind in ceilings(terms.limits):
        if kind.quantity not in RESOURCES:
            continue
        if not any(RESOURCE_KEYS[kind.quantity] in needs(case.facts) for case in head.cases.values()):
            raise BadReference(
                f"--limits: {kind.key}, but head has no data on {kind.quantity.value}: measure it with --resources"
            )


def resource_rows(sides: Sides, cases: Mapping[str, CaseTimes], terms: Terms) -> list[Row]:
    """Return a row for each resource that both sides measured of these cases, or that exceeds its ceiling in head."""
    alpha = terms.alpha * RESOURCES_SHARE
    thresholds = Thresholds.of_case(alpha, terms.min_effect, None)
    resources = [(key, quantity) for key in cases for quantity in RESOURCES]
    base, head = sides.samples(resources, _resource)
    # The history keeps times only, so that one or two sittings have nothing to be compared with.
    few = TooFewUnits(FEWEST_UNITS)
    comparisons = {
        key: replace(comparison, shortage=comparison.shortage and few)
        for key, comparison in compare_saved(base, head, [], alpha, {}).items()
    }
    rows = []
    for key, quantity in resources:
        row = _row(cases[key], quantity, terms)
        comparison = comparisons.get((key, quantity))
        if comparison:
            row = replace(
                row,
                verdict=judge_saved(comparison, thresholds, comparison.ratio),
                base=math.exp(base[key, quantity].mean),
                head=math.exp(head[key, quantity].mean),
                comparison=comparison,
                note=shortage_note(comparison.shortage),
            )
        least = min(_values(sides.head, (key, quantity)), default=None)
        over = over_ceiling(terms.limit(cases[key]), quantity, least)
        if over:
            row = replace(row, verdict=Verdict.OVER_LIMIT, head=least if row.head is None else row.head, note=over)
        rows += [row] if comparison or over else []
    return rows


def _row(case: CaseTimes, quantity: Quantity, terms: Terms) -> Row:
    name = f"{case.name} {quantity.value}"
    return Row(name, case.fullname, Verdict.INCONCLUSIVE, None, None, None, terms.min_effect, "", quantity)


def _resource(run: Run, resource: CaseResource) -> float | None:
    """Return what a run measured of a resource, in seconds or bytes."""
    key, quantity = resource
    return needs(run.cases[key].facts).get(RESOURCE_KEYS[quantity]) if key in run.cases else None


def _values(side: Side, resource: CaseResource) -> list[float]:
    """Return what every run of a side measured of a resource."""
    return [value for run in side.runs if (value := _resource(run, resource)) is not None]

"""The judgement of a gate record: a row per case, group and resource, and remarks on the whole."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from benchmarks.analysis.hypotheses import Hypothesis
from benchmarks.analysis.judgement import Judgement, Row, worst_first
from benchmarks.analysis.quantity import RESOURCES, Quantity
from benchmarks.analysis.verdict import Verdict
from benchmarks.errors import GateError
from benchmarks.gate.differences import difference_remarks, side_label
from benchmarks.gate.hypotheses import Hypotheses, judge_record
from benchmarks.gate.measurements import CaseResource, Measurements
from benchmarks.gate.proof import Proof, proof, sentences
from benchmarks.gate.record import RESOURCES_OPTION, Failure, Record
from benchmarks.gate.selection import left_out_sentence
from benchmarks.limits import Limit, case_names, ceilings, limit_of, over_ceiling, unmatched
from benchmarks.text.formatting import counted, minutes
from benchmarks.text.printable import visible


def judgement(folder: Path, record: Record, measurements: Measurements, limits: Sequence[Limit]) -> Judgement:
    """Judge a record by its run files. Raises GateError if a limit matches no case or can't be checked."""
    refuse_unknown_memory(record, limits)
    if message := unmatched(limits, [case_names(case.nodeid) for case in record.cases]):
        raise GateError(message)
    hypotheses = judge_record(record, measurements, limits)
    judged = worst_first(rows(record, measurements, hypotheses, limits))
    return Judgement(
        base=side_label(record, "base"),
        head=side_label(record, "head"),
        rows=judged,
        alpha=record.alpha,
        min_effect=record.min_effect,
        notes=(*_left_out(record), *_unjudged_limits(limits), *_waiting(record, hypotheses), *_remarks(folder, record)),
        answer=tuple(_answer(proof(hypotheses, len(record.sound_cases)), judged)),
        proves=True,
    )


def _answer(proved: Proof, judged: Sequence[Row]) -> list[str]:
    """Return what could have been detected; nothing if that is nothing, and a slowdown was detected nevertheless."""
    if proved.case.by_most is None and any(row.verdict is Verdict.REGRESSION for row in judged):
        return []
    return sentences(proved)


def refuse_unknown_memory(record: Record, limits: Sequence[Limit]) -> None:
    """Raise GateError if a ceiling on a resource can't be checked: it must not look kept."""
    unchecked = [kind.key for kind in ceilings(limits) if kind.quantity in RESOURCES]
    if unchecked and not record.measures_resources:
        raise GateError(f"--limits: {unchecked[0]} needs a gate that measures resources: add {RESOURCES_OPTION}")


def rows(record: Record, measurements: Measurements, hypotheses: Hypotheses, limits: Sequence[Limit]) -> list[Row]:
    """Return a row for every case, backend and resource, and for the grid."""
    failed = [_failed(nodeid, failure, record) for nodeid, failure in record.failures.items()]
    cases = [_case(case.nodeid, hypotheses, measurements, record) for case in record.sound_cases]
    groups = [_group(name, tested) for name, tested in hypotheses.groups.items()]
    resources = [_resource(key, tested, measurements, limits) for key, tested in hypotheses.resources.items()]
    return [*failed, *cases, *groups, *resources]


def _failed(nodeid: str, failure: Failure, record: Record) -> Row:
    verdict = Verdict.BROKEN if failure.side == "head" else Verdict.INCOMPARABLE
    name = case_names(nodeid)[1]
    return Row(name, nodeid, verdict, None, None, None, record.min_effect, f"{failure.side}: {failure.reason}")


def _case(nodeid: str, hypotheses: Hypotheses, measurements: Measurements, record: Record) -> Row:
    name = case_names(nodeid)[1]
    tested = hypotheses.cases.get(nodeid)
    if tested is None:
        return Row(name, nodeid, Verdict.INCONCLUSIVE, None, None, None, record.min_effect, "not measured in time")
    base_s, head_s = measurements.rounds_s[nodeid].means
    min_effect = tested.thresholds.applied_min_effect
    note = f"max_slowdown is {min_effect:.3g}" if tested.verdict is Verdict.OVER_LIMIT else _waited(tested, record)
    return Row(name, nodeid, tested.verdict, base_s, head_s, tested.comparison(), min_effect, note)


def _waited(tested: Hypothesis, record: Record) -> str:
    """Say why an undecided case was measured in fewer pairs than others; empty if it was not."""
    pairs, most = tested.assessment.pairs, len(record.complete_pairs)
    if tested.verdict is not Verdict.INCONCLUSIVE or pairs >= most:
        return ""
    reason = "it looked no slower" if tested.unlikely else "the time went to cases that looked slower"
    return f"measured in {pairs} of {most} pairs: {reason}"


def _group(name: str, tested: Hypothesis) -> Row:
    note = f"driven by {case_names(tested.driven_by)[1]}: no slowdown without it" if tested.driven_by else ""
    min_effect = tested.thresholds.applied_min_effect
    return Row(name, name, tested.verdict, None, None, tested.comparison(), min_effect, note)


def _resource(key: CaseResource, tested: Hypothesis, measurements: Measurements, limits: Sequence[Limit]) -> Row:
    """Return a row about a resource; one that is over its ceiling in every pair is over it for certain."""
    base, head = measurements.resources.values[key].means
    names = case_names(key.nodeid)
    least = min(measurements.resources.values[key].head, default=None)
    over = over_ceiling(limit_of(limits, names), key.quantity, least)
    verdict = tested.verdict if over is None else Verdict.OVER_LIMIT
    name, min_effect = f"{names[1]} {key.quantity.value}", tested.thresholds.applied_min_effect
    return Row(name, key.nodeid, verdict, base, head, tested.comparison(), min_effect, over or "", key.quantity)


def _left_out(record: Record) -> list[str]:
    return [left_out_sentence(record)] if record.left_out else []


def _unjudged_limits(limits: Sequence[Limit]) -> list[str]:
    if any(kind.quantity is Quantity.TIME for kind in ceilings(limits)):
        return [
            "max_time is not judged here, because a gate sizes the calls itself. `compare` judges it on stored runs."
        ]
    return []


def _waiting(record: Record, hypotheses: Hypotheses) -> list[str]:
    """Say how many cases were dropped early, and after how many pairs."""
    waited = [tested.assessment.pairs for tested in hypotheses.cases.values() if _waited(tested, record)]
    if not waited:
        return []
    least, most = min(waited), max(waited)
    after = f"{least}" if least == most else f"{least} to {most}"
    return [
        f"Dropped after {after} of {len(record.complete_pairs)} pairs, because others looked slower: "
        f"{counted(len(waited), 'undecided case')}. Where `n` is below 6, the interval is rough."
    ]


def _remarks(folder: Path, record: Record) -> list[str]:
    complete, name = len(record.complete_pairs), shlex.quote(visible(folder))
    void = len(record.pairs) - complete
    remarks = [
        f"{counted(complete, 'pair')} of processes in {minutes(record.spent_s)}, measured in turns"
        + (f"; {void} void" if void else "")
        + f". At most {record.alpha:.1%} of gates report any false REGRESSION.",
        "UNCHANGED is proved row by row (99 %), and intervals hold row by row (95 %), after any number of pairs. "
        "`sees` is the slowdown of every call that 80 % of gates with this noise would call a REGRESSION if the case "
        "were measured in as many pairs as the suspects here.",
    ]
    # A side that failed would fail in a longer budget as well.
    if not complete and record.state == "done" and not any(pair.failed_side for pair in record.pairs):
        remarks.append(f"The budget of {record.budget_s:.0f} s is too short for a pair: raise --budget.")
    if record.state != "done":
        remarks.append(f"The gate was interrupted: `gate --resume {name}` continues it.")
    return [
        *difference_remarks(record),
        *remarks,
        f"Record: {visible(folder)}; `gate --recompute {name}` judges it again.",
    ]

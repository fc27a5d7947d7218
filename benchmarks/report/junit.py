"""A judgement as JUnit XML, one test case per row: regressions fail, missing and broken cases are errors."""

from xml.etree import ElementTree

from benchmarks.analysis.judgement import Judgement, Row
from benchmarks.analysis.verdict import Verdict
from benchmarks.report.wording import first_line, note_beside
from benchmarks.text.node_ids import parse_node_id

_OUTCOME = {
    Verdict.REGRESSION: "failure",
    Verdict.OVER_LIMIT: "failure",
    Verdict.MISSING: "error",
    Verdict.BROKEN: "error",
    Verdict.ACCEPTED: "skipped",
    Verdict.INCONCLUSIVE: "skipped",
    Verdict.INCOMPARABLE: "skipped",
}


def render(judgement: Judgement) -> str:
    """Return the document as text."""
    outcomes = [_OUTCOME.get(row.verdict) for row in judgement.rows]
    suite = ElementTree.Element(
        "testsuite",
        name=f"{judgement.head} against {judgement.base}",
        tests=str(len(outcomes)),
        failures=str(outcomes.count("failure")),
        errors=str(outcomes.count("error")),
        skipped=str(outcomes.count("skipped")),
    )
    for row in judgement.rows:
        _case(suite, row)
    ElementTree.SubElement(suite, "system-out").text = "\n".join(
        [first_line(judgement), *judgement.answer, *judgement.notes]
    )
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ElementTree.Element, row: Row) -> None:
    time = f"{row.head:.9f}" if row.head is not None and row.quantity.unit == "s" else "0"
    case = ElementTree.SubElement(
        suite, "testcase", classname=parse_node_id(row.fullname).module, name=row.name, time=time
    )
    if outcome := _OUTCOME.get(row.verdict):
        ElementTree.SubElement(case, outcome, message=f"{row.verdict.value}: {_numbers(row)}", type=row.verdict.value)


def _numbers(row: Row) -> str:
    """Return a row's numbers in words, or its note if it has none."""
    comparison = row.comparison
    if comparison is None:
        return row.note
    interval = (
        f", 95 % interval {comparison.interval[0]:.3f} to {comparison.interval[1]:.3f}" if comparison.interval else ""
    )
    sees = f"{comparison.detectable_effect:+.0%}" if comparison.detectable_effect is not None else "nothing"
    counts = f"n {comparison.n_base}/{comparison.n_head}"
    note = f"; {row.note}" if note_beside(row) else ""
    return f"head/base {comparison.ratio:.3f}{interval}, {counts}, would have seen {sees}{note}"

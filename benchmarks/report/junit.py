"""A judgement as JUnit XML: a test case a row; regression = failure, missing or broken = error, unjudged = skipped."""

from xml.etree import ElementTree

from benchmarks.analysis.judgement import Judgement, Row
from benchmarks.analysis.verdict import Verdict
from benchmarks.report.wording import first_line

_OUTCOME = {
    Verdict.REGRESSION: "failure",
    Verdict.OVER_LIMIT: "failure",
    Verdict.MISSING: "error",
    Verdict.BROKEN: "error",
    Verdict.INCONCLUSIVE: "skipped",
    Verdict.INCOMPARABLE: "skipped",
}


def render(judgement: Judgement) -> str:
    """The document as text."""
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
    ElementTree.SubElement(suite, "system-out").text = "\n".join([first_line(judgement), *judgement.notes])
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ElementTree.Element, row: Row) -> None:
    where, _, _ = row.fullname.rpartition("::")
    time = f"{row.head:.9f}" if row.head is not None and row.quantity.unit == "s" else "0"
    case = ElementTree.SubElement(suite, "testcase", classname=where, name=row.name, time=time)
    if outcome := _OUTCOME.get(row.verdict):
        ElementTree.SubElement(case, outcome, message=f"{row.verdict.value}: {said(row)}", type=row.verdict.value)


def said(row: Row) -> str:
    """A row's numbers in words."""
    found = row.comparison
    if found is None:
        return row.note
    interval = f", 95 % interval {found.interval[0]:.3f} to {found.interval[1]:.3f}" if found.interval else ""
    sees = f"{found.detectable_effect:+.0%}" if found.detectable_effect is not None else "nothing"
    return f"head/base {found.ratio:.3f}{interval}, n {found.n_base}/{found.n_head}, would have seen {sees}"

"""The sentences that every output of a judgement shares."""

from benchmarks.analysis.judgement import Judgement
from benchmarks.analysis.verdict import FAILING, Verdict


def tally(judgement: Judgement) -> str:
    """Return the count of each verdict, such as `1 REGRESSION, 4 UNCHANGED`; empty for no rows."""
    return ", ".join(f"{count} {verdict.value}" for verdict, count in judgement.counts.items())


def first_line(judgement: Judgement) -> str:
    """Return the verdict on the whole judgement in one line."""
    counts = judgement.counts
    without = sum(row.verdict is Verdict.INCONCLUSIVE for row in judgement.times)
    unjudged = f"{without} of {_cases(judgement.compared)} could not be judged to {judgement.min_effect * 100:g} %"
    if judgement.failed:
        what = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in counts if verdict in FAILING)
        return f"FAIL: {what}; {unjudged}"
    if judgement.undecided:
        return "NOTHING COMPARABLE" if not judgement.compared else f"INCONCLUSIVE: {unjudged}"
    return f"PASS: no regression seen; {unjudged}"


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"

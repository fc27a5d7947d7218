"""A judgement with every verdict and every hazard of output in it."""

from benchmarks.analysis.judgement import Judgement, Row, worst_first
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.unpaired import Comparison
from benchmarks.analysis.verdict import Verdict


def comparison(ratio, detectable_effect=0.05, interval=True):
    """Numbers around a ratio."""
    bounds = (ratio * 0.98, ratio * 1.02) if interval else None
    return Comparison(ratio, bounds, 0.001, 0.999, 6, 5, detectable_effect, None)


def row(name, verdict, base=0.0101, found=None, note="", quantity=Quantity.TIME):
    """A row; head's value follows from the ratio."""
    head, fullname = base * found.ratio if found else None, f"benchmarks/suite/test_x.py::{name}"
    called = name if quantity is Quantity.TIME else f"{name} {quantity.value}"
    return Row(called, fullname, verdict, found and base, head, found, 0.05, note, quantity)


HOSTILE = "test_x[<script>alert(1)</script>|`*_[link](http://x)&]"
LONG = "test_summation[multiprocessing-n16-bauto-and-a-very-long-parameter-indeed]"

ALL = Judgement(
    base="0001 main, 0002 main",
    head="0003 fix",
    rows=worst_first(
        [
            row("test_x[new]", Verdict.NEW),
            row("test_x[same]", Verdict.UNCHANGED, 0.5, comparison(1.001)),
            row("test_x[fast]", Verdict.IMPROVEMENT, 1.5e-6, comparison(0.5)),
            row("test_x[noisy]", Verdict.INCONCLUSIVE, 12.0, comparison(1.3, None, interval=False)),
            row("test_x[other]", Verdict.INCOMPARABLE, note="tasks: 100 against 200"),
            row(LONG, Verdict.REGRESSION, 0.0101, comparison(1.25)),
            row(HOSTILE, Verdict.REGRESSION, 0.0101, comparison(1.5)),
            row("test_x[slow]", Verdict.OVER_LIMIT, 0.0101, comparison(2.0), "max_slowdown is 0.03"),
            row("test_x[slow]", Verdict.UNCHANGED, 0.0202, comparison(0.999), quantity=Quantity.CPU),
            row("test_x[slow]", Verdict.REGRESSION, 131.4e6, comparison(1.31), quantity=Quantity.PSS),
            row("test_x[priced]", Verdict.ACCEPTED, 0.0101, comparison(1.08), "up to +10 %: it checks its workers"),
            row("test_x[gone]", Verdict.MISSING, note="renamed to test_y[gone]?"),
            row("test_x[wrong]", Verdict.BROKEN, note="WrongResult: index 7 is 3, expected 4"),
        ]
    ),
    alpha=0.01,
    min_effect=0.05,
    notes=("forced: python: CPython-3.11.7 against CPython-3.12.1", "Saved runs were measured apart."),
    answer=(
        "The machine ran the plain loop as fast as in base (1.01x).",
        "For a verdict, measure again:\ntox run -e bench -- --profile=standard '-ktest x or <y>' --repeat=5 "
        "benchmarks/suite/test_summation.py",
    ),
)

NOTHING = Judgement("0001 a", "0002 b", (), 0.01, 0.05, ("python: CPython-3.11.7 against CPython-3.12.1",))

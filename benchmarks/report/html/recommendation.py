"""A recommendation as a page: the answer, break-even curves, and the components of each configuration's time."""

from benchmarks.advise.cost_model import CostModel
from benchmarks.advise.pool_sizes import considered
from benchmarks.advise.recommendation import Recommendation
from benchmarks.report.html.break_even_chart import Curves, break_even_figure
from benchmarks.report.html.figures import Cell, Figure, Section, Table
from benchmarks.report.html.time_parts import ABOUT_PARTS, parts_figure
from benchmarks.report.pasting import paste
from benchmarks.report.recommendation import fastest, parts_table, sentences

_MOST_BARS = 16


def recommendation_sections(
    recommendation: Recommendation, warm: Recommendation | None, model: CostModel
) -> list[Section]:
    """Return the sections of the page; `warm` is the recommendation for further calls in an open pool."""
    best = recommendation.best
    facts = [
        ("Machine", model.machine),
        ("Probed", model.when),
        ("Versions", ", ".join(f"{name} {version}" for name, version in model.versions.items() if version)),
    ]
    titles, rows = parts_table(recommendation)
    table = Table("The fastest configurations", titles, [[Cell(label) for label in row] for row in rows])
    parts = parts_figure("parts", "Time by part, fastest first", fastest(recommendation, _MOST_BARS))
    return [
        Section(
            "answer",
            "Answer",
            sentences(recommendation, warm),
            [_curves(recommendation, model)],
            paste=paste(best.case, recommendation.profile.libraries) if best else "",
            beside=True,
        ),
        Section("parts", "What the time is made of", [ABOUT_PARTS], [parts], [table], True),
        Section("facts", "Facts", facts=facts),
    ]


def _curves(recommendation: Recommendation, model: CostModel) -> Figure:
    profile = recommendation.profile
    costs = considered(model.costs, profile)
    return break_even_figure(Curves(costs, profile, recommendation.warm, recommendation.break_even_s, own="your tasks"))

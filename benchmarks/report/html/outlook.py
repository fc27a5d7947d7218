"""What a run's own costs say of other calls, as charts: from which task length a pool pays, and where time goes."""

from collections.abc import Sequence

from benchmarks.advise.prediction import predict
from benchmarks.advise.session_costs import Outlook
from benchmarks.profiles import NOTEBOOK_N_JOBS
from benchmarks.report.html.break_even_chart import Curves, break_even_figure
from benchmarks.report.html.figures import Figure, Section
from benchmarks.report.html.time_parts import ABOUT_PARTS, parts_figure
from benchmarks.report.measured import MeasuredCase
from benchmarks.report.outlook import is_calm

_LENGTH, _PARTS = "From which task length", "Where the time goes"

_MODEL = (
    f"Expected from the costs that this run measured with n_jobs={NOTEBOOK_N_JOBS}: of starting a pool, of a call, a "
    "task and a batch."
)


def outlook_sections(known: Outlook | None, cases: Sequence[MeasuredCase]) -> list[Section]:
    """Return the two sections; `cases` are those that the run measured."""
    if known is None or not is_calm(known):
        lacking = "this run lacks some of the cases that it needs" if known is None else "the machine was too busy"
        return [
            Section("task-length", _LENGTH, nothing=f"{_LENGTH}: {lacking}."),
            Section("parts", _PARTS, nothing=f"{_PARTS}: {lacking}."),
        ]
    curves = Curves(known.costs, known.grid, warm=False, break_even_s=known.break_even_s, own="this run's tasks")
    length = f"{_MODEL} The pool's start and end are included. Above the line at 1, a pool beats the plain loop."
    return [
        Section("task-length", _LENGTH, [length], [break_even_figure(curves)]),
        Section("parts", _PARTS, [ABOUT_PARTS, _MODEL], _parts(known, cases)),
    ]


def _parts(known: Outlook, cases: Sequence[MeasuredCase]) -> list[Figure]:
    """Return the parts of the run's own calls, which an open pool makes, and of the notebook's block."""
    notebook = parts_figure("parts-notebook", "The notebook, with the pool's start", known.notebook)
    own = _own_calls(known, cases)
    if not own:
        return [notebook]
    predictions = [
        predict(known.costs, pool, known.grid, case.batch_size, warm=True)
        for pool in known.costs.pools
        for case in own
        if case.configuration.backend == pool.backend
    ]
    measured_s = {case.configuration.name: case.configuration.time_s for case in own}
    return [
        parts_figure("parts-run", "This run's calls, measured times as diamonds", predictions, measured_s),
        notebook,
    ]


def _own_calls(known: Outlook, cases: Sequence[MeasuredCase]) -> list[MeasuredCase]:
    """Return the cases that are calls of the grid's tasks in the pools whose costs are known."""
    return [
        case
        for case in cases
        if case.n_jobs == NOTEBOOK_N_JOBS
        and case.facts.get("tasks") == known.grid.tasks
        and case.workload is None
        and case.facts.get("alias_of") is None
        and case.configuration.backend in known.costs.backends
    ]

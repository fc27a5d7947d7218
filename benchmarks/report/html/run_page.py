"""The sections about one run: the answer, heat maps, scaling curves, rounds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.analysis.speedup import best_of_each_backend
from benchmarks.history.run import Run
from benchmarks.report.answer import answer, lacking, measuring_machine, really_ran, task_costs, what_was_done
from benchmarks.report.heat import heat_maps
from benchmarks.report.html.figures import Cell, Figure, Section, Table, number
from benchmarks.report.html.heat_map import heat_figure, overview
from benchmarks.report.html.phases import PHASES, phases_figure
from benchmarks.report.html.resources import resources_section
from benchmarks.report.html.rounds import Rounds, grouped, rounds_figure
from benchmarks.report.html.scaling import batch_figures, scaling_figures
from benchmarks.report.measured import MeasuredCase, measured_cases, own_cases
from benchmarks.report.outlook import expectations
from benchmarks.text.formatting import duration
from benchmarks.text.printable import visible

# The cases of a pool's life, by the beginning of their names.
_PHASE_TESTS = ("test_cold_start[", "test_warm_call[", "test_whole_block[")


def run_sections(run: Run, document: Mapping[str, Any]) -> list[Section]:
    """Return the sections on what a run measured; `document` is its file."""
    cases = measured_cases(document["benchmarks"])
    return [
        _answer(run, cases, document),
        _heat_maps(run, cases),
        _scaling(run, cases),
        _rounds(run),
        *resources_section(run),
    ]


def _answer(run: Run, cases: Sequence[MeasuredCase], document: Mapping[str, Any]) -> Section:
    benchmarks, machine = document["benchmarks"], measuring_machine(document)
    sentences, costs = answer(cases, machine), task_costs(benchmarks)
    if not cases:
        return Section("answer", "Answer", [*sentences, *costs, *lacking(run)])
    expected, done = expectations(benchmarks, machine), what_was_done(cases).replace("\n", " ")
    said = [*sentences[:1], *expected, *sentences[1:], *costs, done, *lacking(run)]
    return Section("answer", "Answer", said, tables=_best_cases(own_cases(cases)))


def _best_cases(cases: Sequence[MeasuredCase]) -> list[Table]:
    by_name = {case.configuration.name: case for case in cases}
    rows = [
        [
            Cell(best.backend),
            Cell(best.name.removeprefix(best.backend).lstrip("-")),
            Cell(duration(best.time_s), best.time_s),
            number(best.speed_up, ".2f"),
            Cell(f"{best.efficiency:.0%}", best.efficiency),
            Cell(really_ran(by_name[best.name])),
        ]
        for best in best_of_each_backend([case.configuration for case in cases])
    ]
    titles = ("backend", "best case", "time", "speed-up", "efficiency", "what really ran")
    return [Table("The best case of each backend", titles, rows)] if rows else []


def _heat_maps(run: Run, cases: Sequence[MeasuredCase]) -> Section:
    title, maps = "n_jobs by batch size", heat_maps(cases, run)
    if not maps:
        return Section("cells", title, ["No case of the grid was measured in this run."])
    sentence = "Speed-up over the plain loop: above 1 is faster than the loop. The best case of each backend is framed."
    return Section("cells", title, [sentence], [heat_figure(heat) for heat in maps], pictures=[overview(maps)])


def _scaling(run: Run, cases: Sequence[MeasuredCase]) -> Section:
    figures: list[Figure] = [*scaling_figures(cases), *batch_figures(cases)]
    if times_s := _phases(run):
        figures.append(phases_figure(times_s))
    sentence = (
        "Best speed-up by the number of workers that really ran, time of a call by batch size, and the cost of opening "
        "a pool. A speed-up compares with the loop that was timed with the case, a time does not: where the machine "
        "changed its speed, their orders differ."
    )
    nothing = "No backend was measured with several numbers of workers or batch sizes, and no pool's phases were."
    return Section("scaling", "Scaling", [sentence if figures else nothing], figures)


def _phases(run: Run) -> dict[str, dict[str, float]]:
    """Return the median (s) of each start-up case, by pool and phase."""
    times_s: dict[str, dict[str, float]] = {}
    for case in run.cases.values():
        phase = case.facts.get("phase")
        if case.name.startswith(_PHASE_TESTS) and phase in PHASES:
            times_s.setdefault(visible(case.param or case.name), {})[phase] = case.median_s
    return times_s


def _rounds(run: Run) -> Section:
    groups: dict[str, list[Rounds]] = {}
    uses = Counter(case.name for case in run.cases.values())
    for case in run.cases.values():
        if case.rounds_s:
            group, short = grouped(visible(case.name))
            name = short if uses[case.name] == 1 else visible(case.fullname)
            groups.setdefault(group, []).append(Rounds(name, "", case.rounds_s))
    figures = [rounds_figure(f"rounds-{place}", group, rows) for place, (group, rows) in enumerate(groups.items(), 1)]
    sentence = (
        "Every round of every case. Steps of 10 ms come from joblib's polling; two separate clouds come from a machine "
        "with two speeds."
    )
    nothing = "This file keeps statistics only: there are no rounds to show."
    return Section("rounds", "Rounds", [sentence if figures else nothing], figures)

"""The sections about one run: the answer, heat maps, scaling curves, batch sizes, start of a pool, rounds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmarks.analysis.headline import HeadlineKind, headline
from benchmarks.analysis.speedup import best_of_each_backend
from benchmarks.grid import Case, backend_of
from benchmarks.history.run import Run
from benchmarks.report.answer import run_sentences
from benchmarks.report.contenders import Machine, contenders, measuring_machine, speed_up_intervals
from benchmarks.report.heat import heat_maps
from benchmarks.report.html.best_cases import best_figure, notebook_figure
from benchmarks.report.html.figures import Cell, Figure, Section, Table, number
from benchmarks.report.html.heat_map import heat_figure, heat_key, overview
from benchmarks.report.html.outlook import outlook_sections
from benchmarks.report.html.phases import PHASES, phases_figure
from benchmarks.report.html.resources import resources_section
from benchmarks.report.html.rounds import Rounds, grouped, rounds_figures
from benchmarks.report.html.scaling import batch_figures, scaling_figures
from benchmarks.report.measured import MeasuredCase, measured_cases, own_cases, start_workers
from benchmarks.report.outlook import outlook_of
from benchmarks.report.pasting import paste
from benchmarks.text.formatting import duration
from benchmarks.text.printable import visible

# The profile whose cases are the notebook's configurations.
NOTEBOOK = "notebook"

# Why nothing is shown in place of speed-ups.
_NO_SPEED_UP = "the tasks start workers themselves, so that no speed-up is a fair comparison"

# The cases of a pool's life, by the beginning of their names.
_PHASE_TESTS = ("test_cold_start[", "test_warm_call[", "test_whole_block[")


def run_sections(run: Run, document: Mapping[str, Any]) -> list[Section]:
    """Return the sections on what a run measured; `document` is its file."""
    cases = measured_cases(document["benchmarks"])
    known = outlook_of(document["benchmarks"], measuring_machine(document))
    length, parts = outlook_sections(known, cases)
    return [
        _answer(run, cases, document),
        length,
        _heat_maps(run, cases),
        parts,
        _scaling(cases),
        _batches(cases),
        _phases(run),
        _rounds(run),
        *resources_section(run),
    ]


def with_news(sections: Sequence[Section], *others: Section) -> list[Section]:
    """Return the sections, the first of which, the answer, ends in the first sentence of each of the others."""
    answer_section, *rest = sections
    news = [section.sentences[0] for section in others if section.sentences]
    return [replace(answer_section, sentences=[*answer_section.sentences, *news]), *rest]


def _answer(run: Run, cases: Sequence[MeasuredCase], document: Mapping[str, Any]) -> Section:
    machine = measuring_machine(document)
    said = run_sentences(run, document)
    if not cases:
        return Section("answer", "Answer", said)
    own = own_cases(cases)
    figures = [_answer_figure(run, cases, own, machine)] if own and not start_workers(cases) else []
    return Section(
        "answer",
        "Answer",
        said,
        figures,
        _best_cases(own),
        figures_first=True,
        paste=_lines_to_paste(cases, machine),
        beside=True,
    )


def _lines_to_paste(cases: Sequence[MeasuredCase], machine: Machine) -> str:
    """Return the lines that use the fastest configuration; empty if none is clearly so, or if lines are not enough."""
    outcome = headline(contenders(cases, machine))
    if outcome is None or outcome.kind is not HeadlineKind.FASTEST or start_workers(cases):
        return ""
    best = next(case for case in cases if case.configuration is outcome.best.configuration)
    backend = best.configuration.backend
    # A foreign backend has to be registered, and inner threads may need variables of the environment.
    if backend_of(backend).origin != "joblib" or best.inner_threads is not None:
        return ""
    return paste(Case(backend, best.n_jobs, best.batch_size))


def _answer_figure(run: Run, cases: Sequence[MeasuredCase], own: Sequence[MeasuredCase], machine: Machine) -> Figure:
    if run.profile == NOTEBOOK:
        return notebook_figure(cases)
    best = {best.name for best in best_of_each_backend([case.configuration for case in own])}
    return best_figure([case for case in own if case.configuration.name in best], speed_up_intervals(cases, machine))


def _best_cases(cases: Sequence[MeasuredCase]) -> list[Table]:
    by_name = {case.configuration.name: case for case in cases}
    fair = not start_workers(cases)
    rows = [
        [
            Cell(best.name),
            Cell(duration(best.time_s), best.time_s),
            number(best.speed_up, ".2f" if best.speed_up >= 0.095 else ".4f") if fair else Cell("-"),
            Cell(f"{best.efficiency:.0%}", best.efficiency) if fair else Cell("-"),
            Cell(by_name[best.name].really_ran),
        ]
        for best in best_of_each_backend([case.configuration for case in cases])
    ]
    titles = ("best case", "time", "speed-up", "efficiency", "what really ran")
    return [Table("The best case of each backend", titles, rows)] if rows else []


def _heat_maps(run: Run, cases: Sequence[MeasuredCase]) -> Section:
    title, maps = "n_jobs by batch size", heat_maps(cases, run)
    if not maps:
        return Section("cells", title, nothing=f"{title}: no case of the grid was measured in this run.")
    if start_workers(cases):
        return Section("cells", title, nothing=f"{title}: {_NO_SPEED_UP}.")
    if all(len(heat.cells) == 1 for heat in maps):
        return Section("cells", title, nothing=f"{title}: each backend was measured in one configuration only.")
    sentence = "Speed-up over the plain loop: above 1 is faster than the loop. The best case of each backend is framed."
    figures = [heat_figure(heat) for heat in maps]
    return Section("cells", title, [sentence], figures, pictures=[overview(maps)], tally=heat_key())


def _scaling(cases: Sequence[MeasuredCase]) -> Section:
    if start_workers(cases):
        return Section("scaling", "Scaling", nothing=f"Scaling: {_NO_SPEED_UP}.")
    figures = scaling_figures(cases)
    sentence = "Best speed-up by the number of workers that really ran; bars span the rounds, the dashed line is ideal."
    nothing = "" if figures else "Scaling: no backend was measured with several numbers of workers."
    return Section("scaling", "Scaling", [sentence], figures, nothing=nothing)


def _batches(cases: Sequence[MeasuredCase]) -> Section:
    figures = batch_figures(cases)
    sentence = (
        "Times depend on the machine's speed at that moment; speed-ups compare with the loop timed beside the case. "
        "If the machine's speed changed, the two rank cases differently."
    )
    nothing = "" if figures else "Time by batch size: no backend was measured with several batch sizes."
    return Section("batches", "Time by batch size", [sentence], figures, nothing=nothing)


def _phases(run: Run) -> Section:
    """Return the section on the start-up cases: the median of each by pool and phase."""
    times_s: dict[str, dict[str, float]] = {}
    for case in run.cases.values():
        phase = case.facts.get("phase")
        if case.name.startswith(_PHASE_TESTS) and phase in PHASES:
            times_s.setdefault(visible(case.param or case.name), {})[phase] = case.median_s
    if not times_s:
        return Section("start", "Start of a pool", nothing="Start of a pool: it was not measured.")
    return Section("start", "Start of a pool", [], [phases_figure(times_s)])


def _rounds(run: Run) -> Section:
    groups: dict[str, list[Rounds]] = {}
    uses = Counter(case.name for case in run.cases.values())
    for case in run.cases.values():
        if case.rounds_s:
            group, short = grouped(visible(case.name))
            name = short if uses[case.name] == 1 else visible(case.fullname)
            groups.setdefault(group, []).append(Rounds(name, "", case.rounds_s))
    if not groups:
        why = "this file keeps statistics only" if run.cases else "no case has a time"
        return Section("rounds", "Rounds", nothing=f"Rounds: {why}.")
    if all(len(row.rounds_s) == 1 for rows in groups.values() for row in rows):
        return Section("rounds", "Rounds", nothing="Rounds: each case has one, which is its time.")
    polling = "Steps of 10 ms come from joblib's polling; two" if run.is_own else "Two"
    sentence = (
        f"Every round of every case, on the same axis. {polling} separate clouds come from a machine with two speeds."
    )
    return Section("rounds", "Rounds", [sentence], rounds_figures(groups))

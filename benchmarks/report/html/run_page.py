"""The sections about one run: the answer, heat maps, curves, rounds, facts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.analysis.speedup import best_of_each_backend
from benchmarks.history.run import Run
from benchmarks.report.answer import answer, has_gil, lacking, really_ran, what_was_done
from benchmarks.report.heat import heat_maps
from benchmarks.report.html.again import command
from benchmarks.report.html.figures import Cell, Figure, Section, Table, number
from benchmarks.report.html.heat_map import heat_figure, overview
from benchmarks.report.html.phases import PHASES, phases_figure
from benchmarks.report.html.resources import resources_section
from benchmarks.report.html.rounds import Rounds, grouped, rounds_figure
from benchmarks.report.html.scaling import batch_figures, scaling_figures
from benchmarks.report.interpreter import free_threaded
from benchmarks.report.measured import MeasuredCase, measured_cases, own_cases
from benchmarks.report.task_costs import task_costs
from benchmarks.text.formatting import counted, duration
from benchmarks.text.printable import visible

_MOST_MISSING = 50
_LONGEST = 500


def run_sections(run: Run, document: Mapping[str, Any]) -> list[Section]:
    """What a run says by itself; `document` is its file, parsed."""
    cases = measured_cases(document["benchmarks"])
    return [
        _answer(run, cases, task_costs(document["benchmarks"]), has_gil(document)),
        _cells(run, cases),
        _curves(run, cases),
        _distributions(run),
        *resources_section(run),
    ]


def facts_section(run: Run, document: Mapping[str, Any]) -> Section:
    """Where and how the run was measured, what it lacks, and how to measure it again."""
    ours = _part(document, "joblib_suite")
    times, seeds = _part(ours, "time_s"), _part(ours, "seeds")
    commit = f"{run.commit}{', with uncommitted changes' if run.dirty else ''}" if run.commit else None
    session_s = times.get("session")
    known = {
        "Run": run.origin,
        "Measured": f"{run.when:%Y-%m-%d %H:%M} UTC" if run.when else None,
        "Took": duration(session_s) if isinstance(session_s, float) and 0 < session_s < 1e7 else None,
        "Machine": run.identity.folder,
        "Processor": run.identity.cpu_model,
        "Usable cores": run.identity.usable_cores,
        "Python": ", ".join(filter(None, [run.identity.python, free_threaded(_part(ours, "machine"))])) or None,
        "Versions": ", ".join(f"{name} {version}" for name, version in run.versions.items()) or None,
        "Commit": commit,
        "Profile": run.profile,
        "State": f"{run.state}: {len(run.cases)} of {counted(run.asked, 'case')} have a time",
        "Chosen by": run.selection if run.selection != "{}" else None,
        "Seeds": ", ".join(f"{name} {value}" for name, value in seeds.items() if value is not None) or None,
        "Measure it again": command(run, ours),
    }
    without = list(run.without_time.items())
    rows = [[Cell(name.rpartition("::")[2]), Cell(why)] for name, why in without[:_MOST_MISSING]]
    more = f"; the first {_MOST_MISSING}" if len(without) > _MOST_MISSING else ""
    tables = [Table(f"{counted(len(without), 'case')} without a time{more}", ("case", "why"), rows)] if rows else []
    facts = [(term, visible(text)[:_LONGEST]) for term, text in known.items() if text is not None]
    return Section("facts", "Facts", tables=tables, facts=facts)


def _part(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = parent.get(name)
    return found if isinstance(found, dict) else {}


def _answer(run: Run, cases: Sequence[MeasuredCase], costs: Sequence[str], gil: bool) -> Section:
    if not cases:
        return Section("answer", "Answer", [*answer(cases, gil), *costs, *lacking(run)])
    own = own_cases(cases)
    by_name = {case.configuration.name: case for case in own}
    rows = [
        [
            Cell(best.backend),
            Cell(best.name.removeprefix(best.backend).lstrip("-")),
            Cell(duration(best.time_s), best.time_s),
            number(best.speed_up, ".2f"),
            Cell(f"{best.efficiency:.0%}", best.efficiency),
            Cell(really_ran(by_name[best.name])),
        ]
        for best in best_of_each_backend([case.configuration for case in own])
    ]
    titles = ("backend", "best case", "time", "speed-up", "efficiency", "what really ran")
    tables = [Table("The best case of each backend", titles, rows)] if rows else []
    said = [*answer(cases, gil), *costs, what_was_done(cases).replace("\n", " "), *lacking(run)]
    return Section("answer", "Answer", said, tables=tables)


def _cells(run: Run, cases: Sequence[MeasuredCase]) -> Section:
    maps = heat_maps(cases, run)
    figures = [heat_figure(heat) for heat in maps]
    said = (
        "Speed-up over the direct loop: above 1 is faster than the plain loop. The best case of each backend is framed."
    )
    nothing = "No cell of the grid was measured in this run."
    pictures = [overview(maps)] if maps else []
    return Section("cells", "n_jobs by batch size", [said if maps else nothing], figures, pictures=pictures)


def _curves(run: Run, cases: Sequence[MeasuredCase]) -> Section:
    figures: list[Figure] = [*scaling_figures(cases), *batch_figures(cases)]
    if times := _phases(run):
        figures.append(phases_figure(times))
    said = (
        "Best speed-up by workers that really ran; time of a call by batch size; what opening a pool costs. Speed-ups "
        "are against the loop beside each case, times are not: where the machine changed its speed their orders differ."
    )
    nothing = "No backend was measured with several numbers of workers or batch sizes, and no pool's phases were."
    return Section("scaling", "Scaling", [said if figures else nothing], figures)


def _phases(run: Run) -> dict[str, dict[str, float]]:
    """By pool and phase, the median of the start-up cases."""
    found: dict[str, dict[str, float]] = {}
    for case in run.cases.values():
        phase = case.facts.get("phase")
        if case.name.startswith(("test_cold_start[", "test_warm_call[", "test_whole_block[")) and phase in PHASES:
            found.setdefault(visible(case.param or case.name), {})[phase] = case.median_s
    return found


def _distributions(run: Run) -> Section:
    groups: dict[str, list[Rounds]] = {}
    names = Counter(case.name for case in run.cases.values())
    for case in run.cases.values():
        if case.rounds_s:
            group, short = grouped(visible(case.name))
            shown = short if names[case.name] == 1 else visible(case.fullname)
            groups.setdefault(group, []).append(Rounds(shown, "", case.rounds_s))
    figures = [rounds_figure(f"rounds-{place}", name, rows) for place, (name, rows) in enumerate(groups.items(), 1)]
    said = "Every round of every case. Steps of 10 ms are joblib's poll; two clouds are a machine with two speeds."
    nothing = "This file keeps statistics only: there are no rounds to show."
    return Section("rounds", "Rounds", [said if figures else nothing], figures)

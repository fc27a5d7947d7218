"""The sections about a gate: the verdict, both sides' rounds, facts of its record."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.analysis.judgement import Judgement
from benchmarks.report.html.comparison import comparison_section
from benchmarks.report.html.figures import Section
from benchmarks.report.html.rounds import Rounds, grouped, rounds_figure
from benchmarks.report.wording import first_line
from benchmarks.text.printable import visible


def record_sections(
    judgement: Judgement, rounds_s: Mapping[str, Mapping[str, Sequence[float]]], facts: Mapping[str, Any]
) -> list[Section]:
    """What a gate says; `rounds_s` are its rounds by node id and side, `facts` texts by term."""
    names = Counter(_name(nodeid) for nodeid in rounds_s)
    named: dict[str, list[Rounds]] = {}
    for nodeid, rounds in rounds_s.items():
        group, short = grouped(_name(nodeid))
        shown = short if names[_name(nodeid)] == 1 else visible(nodeid)
        for side in ("base", "head"):
            if rounds[side]:
                named.setdefault(group, []).append(Rounds(shown, side, rounds[side]))
    figures = [rounds_figure(f"rounds-{place}", name, group) for place, (name, group) in enumerate(named.items(), 1)]
    said = "Every round of both sides; they took turns, so that the machine's changes of speed meet both."
    return [
        Section("answer", "Answer", [f"{first_line(judgement)}."]),
        comparison_section(judgement),
        Section("rounds", "Rounds", [said if figures else "No pair was measured."], figures),
        Section("facts", "Facts", facts=[(term, str(text)) for term, text in facts.items() if text is not None]),
    ]


def _name(nodeid: str) -> str:
    return visible(nodeid.partition("::")[2] or nodeid)

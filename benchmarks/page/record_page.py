"""The sections about a gate: the verdict, both sides' rounds, facts of its record."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmarks.analysis.judgement import Judgement, first_line
from benchmarks.page.comparison import comparison_section
from benchmarks.page.figures import Section
from benchmarks.page.rounds import Rounds, grouped, rounds_figure


def record_sections(
    judgement: Judgement, logs_s: Mapping[str, Mapping[str, Sequence[float]]], facts: Mapping[str, Any]
) -> list[Section]:
    """What a gate says; `logs_s` are the logarithms of its rounds by case and side, `facts` texts by term."""
    rows = [
        Rounds(name, side, [math.exp(value) for value in logs[side]])
        for name, logs in logs_s.items()
        for side in ("base", "head")
        if logs[side]
    ]
    named: dict[str, list[Rounds]] = {}
    for row in rows:
        group, short = grouped(row.name)
        named.setdefault(group, []).append(replace(row, name=short))
    figures = [rounds_figure(f"rounds-{place}", name, group) for place, (name, group) in enumerate(named.items(), 1)]
    said = "Every round of both sides; they took turns, so that the machine's moods meet both."
    return [
        Section("answer", "Answer", [f"{first_line(judgement)}."]),
        comparison_section(judgement),
        Section("rounds", "Rounds", [said if figures else "No pair was measured."], figures),
        Section("facts", "Facts", facts=[(term, str(text)) for term, text in facts.items() if text is not None]),
    ]

"""The sections about a gate: its verdict, the comparison, both sides' rounds, the facts of its record."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.analysis.judgement import Judgement
from benchmarks.report.html.comparison import verdict_sections
from benchmarks.report.html.figures import Section
from benchmarks.report.html.rounds import Rounds, grouped, rounds_figures
from benchmarks.text.node_ids import parse_node_id
from benchmarks.text.printable import visible


def record_sections(
    judgement: Judgement, rounds_s: Mapping[str, Mapping[str, Sequence[float]]], facts: Mapping[str, Any]
) -> list[Section]:
    """Return the sections on a gate; `rounds_s` are its rounds (s) by node id and side, `facts` texts by term."""
    uses = Counter(_name(nodeid) for nodeid in rounds_s)
    groups: dict[str, list[Rounds]] = {}
    for nodeid, rounds in rounds_s.items():
        group, short = grouped(_name(nodeid))
        name = short if uses[_name(nodeid)] == 1 else visible(nodeid)
        for side in ("base", "head"):
            if rounds[side]:
                groups.setdefault(group, []).append(Rounds(name, side, rounds[side]))
    figures = rounds_figures(groups) if groups else []
    sentence = "Every round of both sides, which were measured in turns: changes of the machine's speed affect both."
    return [
        *verdict_sections(judgement),
        Section("rounds", "Rounds", [sentence], figures, nothing="" if figures else "Rounds: no pair was measured."),
        Section("facts", "Facts", facts=[(term, str(text)) for term, text in facts.items() if text is not None]),
    ]


def _name(nodeid: str) -> str:
    return visible(parse_node_id(nodeid).name)

"""Parse every output of a judgement back: what a file says reaches each of them as text, and nothing more."""

import csv
import io
import json
import re
from xml.etree import ElementTree

from benchmarks.report import data, junit, markdown, terminal
from benchmarks.report.columns import Output, columns
from benchmarks.report.wording import first_line
from benchmarks.text.printable import unprintable

_SEPARATOR = re.compile(r"\|(?:-+:?\|)+")


def check_outputs(judgement):
    """Render a judgement in every format, parse each text, and compare it with the judgement."""
    texts = {
        module.__name__: getattr(module, name)(judgement)
        for module, name in ((markdown, "render"), (junit, "render"), (data, "render_json"), (data, "render_csv"))
    }
    shown = terminal.render(judgement, coloured=False)
    for text in (*texts.values(), shown):
        assert not unprintable(text.replace("\n", "").replace("\r", "")), text
    _check_xml(junit.render(judgement), judgement)
    _check_json(data.render_json(judgement), judgement)
    _check_csv(data.render_csv(judgement), judgement)
    _check_markdown(markdown.render(judgement), judgement)


def _check_xml(text, judgement):
    (suite,) = ElementTree.fromstring(text)  # noqa: S314 - our own
    cases = suite.findall("testcase")
    assert suite.get("tests") == str(len(cases)) == str(len(judgement.rows))
    assert [case.get("name") for case in cases] == [row.name for row in judgement.rows]
    assert (suite.findtext("system-out") or "").split("\n")[0] == first_line(judgement)


def _check_json(text, judgement):
    document = json.loads(text, parse_constant=_refuse)
    assert [case["name"] for case in document["cases"]] == [row.name for row in judgement.rows]
    assert document["notes"] == list(judgement.notes)


def _refuse(text):
    raise AssertionError(f"{text} is no JSON")


def _check_csv(text, judgement):
    header, *lines = csv.reader(io.StringIO(text), strict=True)
    assert header == [column.key for column in columns(Output.CSV)]
    assert len(lines) == len(judgement.rows)
    assert all(len(line) == len(header) for line in lines)
    assert not any(cell.startswith(("=", "+", "@")) for line in lines for cell in line)


def _check_markdown(text, judgement):
    """Every line of a table has as many cells as its header, and there is no HTML but ours."""
    lines = text.splitlines()
    rows = 0
    for number, line in enumerate(lines):
        if not _SEPARATOR.fullmatch(line):
            continue
        width, place = line.count("|"), number + 1
        assert lines[number - 1].count("|") == width
        while place < len(lines) and lines[place].startswith("|"):
            assert lines[place].count("|") == width
            place, rows = place + 1, rows + 1
    assert rows == len(judgement.rows)
    assert set(re.findall(r"</?(\w+)", text)) <= {"details", "summary", "br", "pre"}

"""A judgement in every form: golden files, and readers of each format that are not ours."""

import csv
import io
import json
import re
from xml.etree import ElementTree

import jsonschema
import pytest

from benchmarks.report import csv_rows, json_document, junit, markdown, terminal
from benchmarks.report.columns import Output, columns
from tests.cli.judgements import ALL, HOSTILE, NOTHING
from tests.run_session import ROOT

RENDERERS = {
    "terminal.txt": lambda judgement: terminal.render(judgement, coloured=False),
    "markdown.md": markdown.render,
    "junit.xml": junit.render,
    "rows.csv": csv_rows.render,
    "document.json": json_document.render,
}


@pytest.mark.parametrize("name", RENDERERS)
def test_golden(name):
    """What a reader sees, to the letter. To change it on purpose: write the new text into tests/data/judgement."""
    assert RENDERERS[name](ALL) == (ROOT / "tests/data/judgement" / name).read_text()


@pytest.mark.parametrize("name", RENDERERS)
def test_nothing_to_compare_is_no_crash(name):
    """And no empty file."""
    assert RENDERERS[name](NOTHING).strip()


def test_the_terminal_has_100_columns_and_no_markup():
    """Coloured or not, the same words."""
    plain, coloured = (terminal.render(ALL, coloured) for coloured in (False, True))
    assert max(map(len, plain.splitlines())) <= 100
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured).split() == plain.split()
    assert HOSTILE[:9] in plain
    assert HOSTILE[-20:] in plain


def test_markdown_obeys_no_name():
    """No tag, link or emphasis of a stranger's; each row has its seven cells."""
    text = markdown.render(ALL)
    assert "<script" not in text
    assert "http:" not in text
    assert {line.count("|") for line in text.splitlines() if line.startswith("|")} == {8}


def test_junit_is_well_formed_and_counts():
    """Regression = failure, missing or broken = error, unjudged = skipped."""
    suite = ElementTree.fromstring(junit.render(ALL)).find("testsuite")  # noqa: S314 - our own text
    cases = suite.findall("testcase")
    assert suite.attrib | {"name": ""} == {
        "name": "",
        "tests": "12",
        "failures": "4",
        "errors": "2",
        "skipped": "2",
    }
    assert HOSTILE in [case.get("name") for case in cases]
    assert [child.tag for case in cases for child in case] == ["error"] * 2 + ["failure"] * 4 + ["skipped"] * 2


def test_csv_is_read_back():
    """By the names of its columns; no cell is a formula."""
    rows = list(csv.DictReader(io.StringIO(csv_rows.render(ALL))))
    assert [row["verdict"] for row in rows] == [row.verdict.value for row in ALL.rows]
    assert float(rows[2]["ratio"]) == 2.0
    assert csv_rows._cell("=cmd()") == "'=cmd()"


@pytest.mark.parametrize("judgement", [ALL, NOTHING], ids=["all", "nothing"])
def test_json_keeps_to_its_published_schema(judgement):
    """docs/comparison.schema.json."""
    schema = json.loads((ROOT / "docs/comparison.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(json_document.render(judgement)), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(json_document.render(ALL).replace("UNCHANGED", "FINE")), schema)


def test_the_published_schema_lists_every_key():
    """docs/comparison.schema.json describes and requires the document's keys and every JSON column."""
    schema = json.loads((ROOT / "docs/comparison.schema.json").read_text())
    document = json.loads(json_document.render(ALL))
    case = schema["properties"]["cases"]["items"]
    assert document.keys() == set(schema["required"]) == schema["properties"].keys()
    assert {column.key for column in columns(Output.JSON)} == set(case["required"]) == case["properties"].keys()

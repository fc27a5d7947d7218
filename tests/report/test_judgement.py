"""A judgement in every format: golden files, and independent readers of each format."""

import csv
import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import jsonschema
import pytest

from benchmarks.analysis.judgement import Judgement, worst_first
from benchmarks.analysis.unpaired import Comparison
from benchmarks.analysis.verdict import Verdict
from benchmarks.report import data, junit, markdown, terminal
from benchmarks.report.columns import Output, columns
from benchmarks.report.html.record_page import record_sections
from benchmarks.report.wording import first_line
from tests.cli.judgements import ALL, HOSTILE, LONG, NOTHING, comparison, row
from tests.run_session import ROOT

RENDERERS = {
    "terminal.txt": lambda judgement: terminal.render(judgement, coloured=False),
    "markdown.md": markdown.render,
    "junit.xml": junit.render,
    "rows.csv": data.render_csv,
    "document.json": data.render_json,
}


@pytest.mark.parametrize("name", RENDERERS)
def test_golden(name):
    """Every format is as in tests/data/judgement; write the new text there to change it on purpose."""
    assert RENDERERS[name](ALL) == (ROOT / "tests/data/judgement" / name).read_text()


@pytest.mark.parametrize("name", RENDERERS)
def test_nothing_to_compare_is_no_crash(name):
    """No format is empty if nothing could be compared."""
    assert RENDERERS[name](NOTHING).strip()


WIDTHS = (80, 100, 200)


def _without_colour(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_terminal_has_so_many_columns_and_no_markup(width):
    """With and without colour the words are the same, in at most as many columns as there are."""
    plain, coloured = (terminal.render(ALL, coloured, width) for coloured in (False, True))
    assert max(map(len, plain.splitlines())) <= width
    assert "\x1b" not in plain
    assert _without_colour(coloured).split() == plain.split()


def _cases(count, verdict, ratio, width=0.01):
    """Return rows of a grid; their intervals reach from `ratio` less `width` to `ratio` more."""
    found = Comparison(ratio, (ratio - width, ratio + width), 0.2, 0.2, 120, 120, 0.05, None)
    return [row(f"test_summation[futures-processes-n{n}-b{n * n}-{ratio}]", verdict, 0.1, found) for n in range(count)]


MANY = Judgement(
    base="joblib==1.5.3",
    head="joblib==1.6.0",
    rows=worst_first(
        [
            *_cases(2, Verdict.REGRESSION, 1.2),
            *_cases(3, Verdict.INCONCLUSIVE, 1.06),
            *_cases(20, Verdict.INCONCLUSIVE, 1.03, 0.04),
            *_cases(20, Verdict.UNCHANGED, 1.0),
            *_cases(1, Verdict.IMPROVEMENT, 0.5),
            row("gone", Verdict.INCONCLUSIVE, note="too little time"),
            replace(row("loky", Verdict.UNCHANGED, 0.1, comparison(1.0)), name="loky", fullname="backend LokyBackend"),
        ]
    ),
    alpha=0.01,
    min_effect=0.05,
    notes=(),
)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("all_rows", [False, True], ids=["folded", "all"])
def test_each_row_is_a_line(width, all_rows):
    """At any width, no row is continued in a second line, and names can be told apart."""
    text = terminal.render(MANY, coloured=False, width=width, all_rows=all_rows)
    table = text.partition("\ncase ")[2].splitlines()[1:]
    rows = table[: table.index("")]
    rows = [line for line in rows if " not shown: " not in line and "have no room for" not in line]
    assert len(rows) == (48 if all_rows else 7)
    assert len({line.split("  ")[0] for line in rows}) == len(rows)
    assert max(map(len, rows)) <= width


def test_rows_without_suspicion_are_counted():
    """Shown are findings, open rows whose interval lies above 1, and backends; `--all` shows the others as well."""
    text = terminal.render(MANY, coloured=False)
    assert "\n41 rows not shown: no suspicion; --all shows them\n" in text
    verdicts = [line.split()[-1] for line in text.splitlines() if re.match("futures|backend|…", line)]
    assert verdicts == ["REGRESSION"] * 2 + ["INCONCLUSIVE"] * 3 + ["~", "IMPROVEMENT"]
    assert " not shown" not in terminal.render(MANY, coloured=False, all_rows=True)


def test_open_rows_of_single_runs_are_shown_from_min_effect():
    """Where no interval is known, a ratio beyond min-effect is the reason to look at a row."""
    rows = _cases(15, Verdict.INCONCLUSIVE, 1.04) + _cases(2, Verdict.INCONCLUSIVE, 1.06)
    rows = [replace(one, comparison=replace(one.comparison, interval=None)) for one in rows]
    text = terminal.render(replace(MANY, rows=tuple(rows)), coloured=False)
    assert "\n15 rows not shown" in text


def test_a_narrow_terminal_says_which_columns_are_missing():
    """The number of measurements and base make room for the names."""
    narrow, wide = (terminal.render(MANY, coloured=False, width=width) for width in (80, 200))
    assert "\n80 columns have no room for n and base\n" in narrow
    assert "no room" not in wide


def test_the_verdict_is_coloured():
    """The first word has the colour of what it says."""
    codes = [terminal.render(one, coloured=True).partition("m")[0] for one in (ALL, NOTHING)]
    assert codes == ["\x1b[1;31", "\x1b[33"]


def test_no_name_is_cut_in_data():
    """A name that does not fit loses its middle on a terminal, and nowhere else."""
    assert "mul…-very-long-parameter-indeed" in terminal.render(ALL, coloured=False)
    assert LONG in data.render_json(ALL)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "NOTHING COMPARABLE"),
        ([(Verdict.UNCHANGED, 1.0)], "PASS: no regression seen; the case was judged to 5 %"),
        ([(Verdict.INCONCLUSIVE, 1.0)], "INCONCLUSIVE: the case could not be judged to 5 %"),
        ([(Verdict.MISSING, None)], "FAIL: 1 MISSING"),
        (
            [(Verdict.MISSING, None), (Verdict.INCONCLUSIVE, 1.0)],
            "FAIL: 1 MISSING; the only comparable case could not be judged to 5 %",
        ),
        (
            [(Verdict.REGRESSION, 1.2), (Verdict.UNCHANGED, 1.0)],
            "FAIL: 1 REGRESSION; all 2 cases were judged to 5 %",
        ),
        (
            [(Verdict.INCONCLUSIVE, None), (Verdict.UNCHANGED, 1.0)],
            "PASS: no regression seen; 1 of 2 cases could not be judged to 5 %",
        ),
    ],
    ids=[
        "none",
        "one judged",
        "one unjudged",
        "none compared",
        "one of two compared",
        "all judged",
        "not measured in time",
    ],
)
def test_first_line(rows, expected):
    """The first line counts the cases that could not be judged, in the singular or the plural."""
    made = [row(f"test_x[{n}]", verdict, found=ratio and comparison(ratio)) for n, (verdict, ratio) in enumerate(rows)]
    assert first_line(Judgement("a", "b", tuple(made), 0.01, 0.05, ())) == expected


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([Verdict.UNCHANGED] * 3, "PASS: no regression seen; 3 of 3 rows proved unchanged to 5 %"),
        (
            [Verdict.INCONCLUSIVE] * 2 + [Verdict.UNCHANGED],
            "PASS: no regression seen; 1 of 3 rows proved unchanged to 5 %",
        ),
        ([Verdict.INCONCLUSIVE] * 2, "INCONCLUSIVE: none of 2 rows proved unchanged to 5 %"),
        ([Verdict.UNCHANGED], "PASS: no regression seen; the case is proved unchanged to 5 %"),
        (
            [Verdict.REGRESSION, Verdict.UNCHANGED],
            "FAIL: 1 REGRESSION; 1 of 2 rows proved unchanged to 5 %",
        ),
    ],
)
def test_the_first_line_of_a_gate_says_how_much_is_proved(verdicts, expected):
    """A gate counts the rows that it proved unchanged, and every format repeats what it would have seen."""
    made = tuple(row(f"test_x[{n}]", verdict, found=comparison(1.0)) for n, verdict in enumerate(verdicts))
    said = "A slowdown of one case by 6 % would have been seen."
    gate = Judgement("a", "b", made, 0.01, 0.05, (), (said,), proves=True)
    assert first_line(gate) == expected
    for render in (RENDERERS["terminal.txt"], RENDERERS["document.json"], RENDERERS["markdown.md"]):
        assert render(gate).count(said) == 1
    assert record_sections(gate, {}, {})[0].sentences == [f"{expected}.", said]


def test_markdown_obeys_no_name():
    """Names cause no tag, link or emphasis; each row has a cell per column."""
    text = markdown.render(ALL)
    assert "<script" not in text
    assert "http:" not in text
    assert {line.count("|") for line in text.splitlines() if line.startswith("|")} == {
        len(columns(Output.MARKDOWN)) + 1
    }


def test_junit_is_well_formed_and_counts():
    """In JUnit, a regression is a failure, a missing or broken case an error, an unjudged one skipped."""
    suite = ElementTree.fromstring(junit.render(ALL)).find("testsuite")  # noqa: S314 - our own text
    cases = suite.findall("testcase")
    assert suite.attrib | {"name": ""} == {
        "name": "",
        "tests": "13",
        "failures": "4",
        "errors": "2",
        "skipped": "3",
    }
    assert HOSTILE in [case.get("name") for case in cases]
    assert [child.tag for case in cases for child in case] == ["error"] * 2 + ["failure"] * 4 + ["skipped"] * 3


def test_csv_is_read_back():
    """CSV is read back by the names of its columns, and no cell is a formula."""
    rows = list(csv.DictReader(io.StringIO(data.render_csv(ALL))))
    assert [row["verdict"] for row in rows] == [row.verdict.value for row in ALL.rows]
    assert float(rows[2]["ratio"]) == 2.0
    assert data._csv_value("=cmd()") == "'=cmd()"


@pytest.mark.parametrize("judgement", [ALL, NOTHING], ids=["all", "nothing"])
def test_json_keeps_to_its_published_schema(judgement):
    """JSON is valid by docs/comparison.schema.json."""
    schema = json.loads((ROOT / "docs/comparison.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(data.render_json(judgement)), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(data.render_json(ALL).replace("UNCHANGED", "FINE")), schema)


def test_the_published_schema_lists_every_key():
    """docs/comparison.schema.json describes and requires the document's keys and every JSON column."""
    schema = json.loads((ROOT / "docs/comparison.schema.json").read_text())
    document = json.loads(data.render_json(ALL))
    case = schema["properties"]["cases"]["items"]
    assert document.keys() == set(schema["required"]) == schema["properties"].keys()
    assert {column.key for column in columns(Output.JSON)} == set(case["required"]) == case["properties"].keys()

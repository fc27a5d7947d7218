"""Why a case is slower: which cases are explained, what the lines say, and where else it stands."""

import pytest

from benchmarks.__main__ import main
from benchmarks.analysis.instructions import Counts
from benchmarks.analysis.profiles import FunctionChange
from benchmarks.gate.explain import explanation_lines, slower_cases
from benchmarks.gate.instruction_rows import with_instructions
from benchmarks.gate.judgement import judgement
from benchmarks.gate.measurements import Measurements
from tests.gate.records import measured

pytest.importorskip("vl_convert", reason="the dependency group report is not installed")

from benchmarks.report.html.explanations import explanation_section

SLEEP = FunctionChange("time.sleep", 0, 1.5, 0, 0.0151, ("joblib/parallel.py:_retrieve",), True)
DISPATCH = FunctionChange("joblib/parallel.py:_dispatch (other threads)", 0, 0, 0.001, 0.021, (), True)
UNSTEADY = FunctionChange("json/encoder.py:encode", 2, 2, 0.001, 0.002, (), False)
FASTER = FunctionChange("threading.py:wait", 3, 1, 0.05, 0.01, (), True)


@pytest.fixture(scope="module")
def slower(tmp_path_factory):
    """A record in which the second case of loky is slower, with an explanation of the first."""
    folder = tmp_path_factory.mktemp("slower")
    record = measured(folder, (0.01,) * 4, pairs=24, slower=(1.0, 1.3, 1.0, 1.0))
    record.explanations = {record.cases[0].nodeid: [DISPATCH, SLEEP, FASTER]}
    record.save(folder)
    return folder, record


def test_slower_cases_are_explained(slower):
    """Backends and the grid, which are slower as well, are none; a case is explained once."""
    folder, record = slower
    judged = judgement(folder, record, Measurements(folder, record), ())
    assert slower_cases(judged, record) == [record.cases[1]]
    record.explanations[record.cases[1].nodeid] = []
    assert slower_cases(judged, record) == []
    del record.explanations[record.cases[1].nodeid]


def test_a_change_of_instructions_alone_is_not_explained(tmp_path):
    """What time can't see, a profile's times can't explain."""
    record = measured(tmp_path, (0.01,) * 4)
    more = Counts([10_000_000] * 3, [10_200_000] * 3)
    record.instructions = {record.cases[0].nodeid: [more, more]}
    judged = with_instructions(judgement(tmp_path, record, Measurements(tmp_path, record), ()), record)
    assert judged.failed
    assert slower_cases(judged, record) == []


def test_the_lines_say_what_takes_more_time(slower):
    """Function, caller, seconds and calls; calls of other threads are not known."""
    folder, record = slower
    lines = explanation_lines(record, judgement(folder, record, Measurements(folder, record), ()).rows)
    assert lines == [
        "Why loky-n2-b10: joblib/parallel.py:_dispatch (other threads): 1.00 ms -> 21.0 ms a call",
        "Why loky-n2-b10: time.sleep, from joblib/parallel.py:_retrieve: 0 -> 15.1 ms a call, called 0 -> 1.5 times",
    ]


def test_terminal_and_page_have_it(slower, tmp_path, capsys):
    """The page has all functions, the terminal those that explain."""
    folder, _ = slower
    main(["gate", "--recompute", str(folder)])
    out = capsys.readouterr().out
    assert "Why loky-n2-b10: time.sleep" in out
    assert "threading.py:wait" not in out
    assert main(["report", str(folder), "-o", str(tmp_path / "page.html")]) == 0
    page = (tmp_path / "page.html").read_text()
    answer, why = page.partition('id="why"')[::2]
    said = "Why loky-n2-b10: joblib/parallel.py:_dispatch (other threads): 1.00 ms → 21.0 ms a call"
    assert f"<p>{said}</p>" in answer
    assert "threading.py:wait" not in answer
    assert "threading.py:wait" in why
    assert 'data-key="-0.04"' in why


def test_the_page_tells_more_from_less_without_colour(slower, tmp_path):
    """Each function has its sign, its calls and its callers in words; what is not the same in every turn is hollow."""
    section = explanation_section({"a.py::test_summation[loky-n2-b1]": [DISPATCH, SLEEP, UNSTEADY, FASTER]})
    (figure,) = section.figures
    bars = figure.screen["data"]["values"]
    assert [bar["text"] for bar in bars] == [
        "+20.0 ms",
        "+15.1 ms, 0 → 1.5 calls",
        "+1.00 ms, 2 → 2 calls",
        "-40.0 ms, 3 → 1 calls",
    ]
    assert [bar["sign"] for bar in bars] == ["more", "more", "more, not in every turn", "less"]
    assert figure.title.startswith("What loky-n2-b1 spends")
    assert bars[1]["label"].endswith("from joblib/parallel.py:_retrieve")
    assert len(figure.table.rows) == 4


def test_a_case_that_is_not_there_is_refused(slower, capsys):
    """The message lists some that are."""
    folder, _ = slower
    assert main(["gate", "--explain", "loky-n2-b7", str(folder)]) == 2
    err = capsys.readouterr().err
    assert "--explain loky-n2-b7: no case of this record that has times; expected one of loky-n2-b10" in err
    assert len(err.splitlines()) == 1

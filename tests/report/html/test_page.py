"""The page as text: what it contains, and that no name in it becomes markup."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from contextlib import closing
from html.parser import HTMLParser
from itertools import product
from xml.etree import ElementTree

import msgspec
import pytest

from benchmarks.__main__ import main
from tests.cli.judgements import ALL
from tests.documents import document, entry, stored
from tests.gate.records import measured
from tests.report.html.runs import FEW, cell, costed_run, grid_run, with_resources
from tests.run_session import ROOT
from tests.soak import full_only

pytest.importorskip("vl_convert", reason="the dependency group report is not installed")

from benchmarks.history.index import Index
from benchmarks.history.series import tracks
from benchmarks.history.store import Store
from benchmarks.report.case_labels import fitted
from benchmarks.report.html.aligned import aligned
from benchmarks.report.html.comparison import comparison_section
from benchmarks.report.html.drawing import svg
from benchmarks.report.html.figures import Cell, Table
from benchmarks.report.html.history import history_section
from benchmarks.report.html.history_chart import levels
from benchmarks.report.html.where import kind_of_cost

BACKENDS_60 = ("sequential", "threading", "loky", "multiprocessing")

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>`&\"'"


class Page(HTMLParser):
    """Tags with their attributes, and the text by tag."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self._open = [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if self._open:
            self.texts.setdefault(self._open[-1], []).append(data)


@pytest.fixture
def report(tmp_path, capsys):
    """Return a function that calls the verb: it returns (exit code, page, stdout, stderr)."""

    def verb(*args, history=None):
        path = tmp_path / "report.html"
        path.unlink(missing_ok=True)
        where = ["--history", str(history)] if history else []
        code = main(["report", *map(str, args), *where, "-o", str(path)])
        out, err = capsys.readouterr()
        return code, path.read_text() if path.exists() else "", out, err

    return verb


@pytest.fixture
def history(tmp_path):
    """A history of twelve runs: with the seventh, joblib changed and loky became slower by a half."""
    old, new = {"versions": {"joblib": "1.5.3"}}, {"versions": {"joblib": "1.6.0"}}
    runs = [grid_run(day, 1.5 if day >= 6 else 1.0, **FEW, **(new if day >= 6 else old)) for day in range(12)]
    stored(tmp_path / "history", *runs)
    return tmp_path / "history"


def test_every_section_is_there(report, history):
    """The page has every section, an answer with numbers, figures of each kind, and a table behind each figure."""
    code, text, out, _ = report(history=history)
    page = Page(text)
    assert code == 0
    assert "charts" in out
    headings = [title.strip() for title in page.texts["h2"]]
    assert headings == [
        "Answer",
        "n_jobs by batch size",
        "Scaling",
        "Time by batch size",
        "Start of a pool",
        "Rounds",
        "History",
        "Comparison",
        "Facts",
    ]
    assert any(re.match(r"(Fastest of joblib's|Undecided|Nothing beats|No answer)", one) for one in page.texts["p"])
    figures = [tag for tag, _ in page.tags].count("figure")
    assert [tag for tag, _ in page.tags].count("details") == figures + text.count('class="fold"')
    assert figures > 35


def test_a_change_of_level_is_found_and_dated(report, history):
    """A change of level is reported with its run, its size and what else changed."""
    _, text, _, _ = report(history=history)
    rows = re.findall(
        r"<tr>(.*?)</tr>", text.partition("Every change of level, newest first")[2].partition("</table>")[0]
    )
    found = [row for row in rows if "loky-n2-b100]" in row]
    assert len(found) == 1
    assert "0007 2026-01-07" in found[0]
    assert "joblib 1.5.3 to 1.6.0" in found[0]
    size = float(re.search(r">([+-]\d+)<", found[0])[1])
    assert size == pytest.approx(50, abs=6)
    assert not [row for row in rows if "threading" in row]
    assert re.search(
        r"<p>6 changes of level in 12 runs; the newest of loky-[^,]*, 0007 2026-01-07: \+\d\d %, commit", text
    )
    folded = text.partition('id="history"')[2].partition('class="fold"')[2]
    assert folded.startswith("><summary>")
    assert "without a change of level" in folded[:100]


def test_histories_share_a_scale(history):
    """All charts of the history have one axis, on which 1 is the newest level of each case."""
    with closing(Index(Store(history))) as index:
        found = tracks(index, index.entries[-1].bars, {case.name for case in index.cases()})
    section = history_section(found, [levels(track) for track in found], stored=True)
    scales = [figure.spec["layer"][2]["encoding"]["y"]["scale"]["domain"] for figure in section.all_figures]
    assert len(scales) > 10
    assert all(scale == scales[0] for scale in scales)
    last = [figure.spec["data"]["values"][-1]["times"] for figure in section.all_figures]
    assert last == pytest.approx([1.0] * len(last), rel=0.15)


def test_a_run_shows_from_which_task_length_a_pool_pays(tmp_path, report):
    """The chart marks the run's own tasks; the table behind it has the break-even of the answer."""
    stored(tmp_path / "history", costed_run())
    _, text, _, _ = report(history=tmp_path / "history")
    section = text.partition('id="task-length"')[2].partition("</section>")[0]
    assert "this run's tasks: 6.00 us" in section
    table = re.sub("<[^>]+>", " ", section.partition("Task time from which")[2]).split()
    micros = re.search(r"loky from ([\d.]+) us per task", " ".join(Page(text).texts["p"]))[1]
    assert [table[table.index(name) + 1] for name in ("threading", "loky")] == ["never", micros]


def test_a_run_shows_where_its_time_goes(tmp_path, report):
    """Each call of the grid has the parts of its expected time beside the time that was measured."""
    stored(tmp_path / "history", costed_run())
    _, text, _, _ = report(history=tmp_path / "history")
    section = text.partition('id="parts"')[2].partition("</section>")[0]
    own, notebook = section.partition('id="parts-notebook')[::2]
    assert "loky-n4-b1, measured: 545 ms" in own
    assert "loky-n4-b1, overhead: " in own
    assert "start: " not in own
    assert "loky-n4-b1000, start: " in notebook


@pytest.mark.parametrize("busy", [False, True])
def test_a_run_without_costs_says_why(tmp_path, report, busy):
    """Nothing is drawn of a run that lacks a case, or whose times varied too much."""
    run = costed_run()
    if busy:
        run["benchmarks"].append(cell("loky", 2, "1000", tasks=5_000, loop_s=[0.02, 0.02, 0.09, 0.12]))
    else:
        run["benchmarks"] = run["benchmarks"][1:5]
    stored(tmp_path / "history", run)
    _, text, _, _ = report(history=tmp_path / "history")
    assert 'id="task-length"' not in text
    expected = "the machine was too busy" if busy else "this run lacks some of the cases that it needs"
    assert f"From which task length: {expected}." in text
    assert f"Where the time goes: {expected}." in text


def test_base_and_head_are_compared(report, history):
    """The page compares as `compare` does and shows the detectable effect of each case; the answer says the outcome."""
    _, text, _, _ = report("1..1", "latest", history=history)
    answer, section = text.partition('id="comparison"')[::2]
    news = re.search(r"<p>Compared with 0001 run1: [A-Z]+[^<]*</p><p>\d+ changes? of level in 12 runs; ", answer)
    assert news
    assert news.start() < answer.index('id="cells"')
    assert "<h1>joblib 1.6.0 on Linux-" in answer
    assert "Base: 0001 run1. Head: 0012 run12." in section
    assert "sees: the slowdown that" in section


def test_a_gate_record_is_shown(tmp_path, report):
    """The page of a gate has its verdict first, both sides' rounds, and the command that judges it again."""
    measured(tmp_path / "record", (0.01,) * 4, pairs=20)
    code, text, _, _ = report(tmp_path / "record")
    page = Page(text)
    assert code == 0
    assert page.texts["p"][0].startswith("PASS: no regression seen")
    assert "20 pairs of processes" in text
    assert {"base", "head"} <= {one.strip() for one in page.texts["text"]}
    assert "gate --recompute" in text


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ([grid_run()], "No other comparable run is stored yet"),
        ([document(cell())], "Nothing beats the plain loop"),
        ([document(entry())], "No speed-ups: no case of the grid"),
        ([document(cell(), cell("loop", 1, "1"))], "Nothing beats the plain loop"),
        ([grid_run(missing=("loky-n2-b100",))], "failed: WrongResult: index 3 is 5"),
        ([grid_run(state="partial")], "This run is partial"),
    ],
    ids=["one run", "one case", "no facts", "loop only", "a failed cell", "partial"],
)
def test_little_or_broken(tmp_path, report, runs, said):
    """A sentence says what a run lacks."""
    stored(tmp_path / "history", *runs)
    code, text, _, err = report(history=tmp_path / "history")
    assert (code, err) == (0, "")
    assert said in text


def test_many_cases(tmp_path, report):
    """Each of 500 cases is in a table, and the page stays below 2 MB."""
    cells = [cell("loky", 2 + place % 50, str(1 + place // 50)) for place in range(500)]
    stored(tmp_path / "history", document(*cells))
    code, text, _, _ = report(history=tmp_path / "history")
    assert code == 0
    assert len(text) < 2_000_000
    assert all(f">n{jobs}-b{size}<" in text for jobs, size in ((2, 1), (51, 10)))


def test_one_run_is_small(tmp_path, report):
    """The page of 60 cases has at most 500 kB."""
    run = grid_run(backends=BACKENDS_60, sizes=("1", "10", "100", "1000", "auto"))
    stored(tmp_path / "history", run)
    _, text, _, _ = report(history=tmp_path / "history")
    assert len(text.encode()) <= 500_000


def test_names_are_text(tmp_path, report):
    """Names, parameters, reasons and versions never become an element or an attribute."""
    run = grid_run(missing=("loky-n2-b100",), versions={"joblib": HOSTILE, HOSTILE: "1"}, commit=HOSTILE)
    for one in run["benchmarks"][:3]:
        one["params"]["backend"] = HOSTILE
        one["param"] = HOSTILE + one["param"]
        one["name"] = one["fullname"] = HOSTILE + one["name"]
    run["joblib_suite"]["cases"]["failed"] = {HOSTILE: HOSTILE}
    stored(tmp_path / "history", run, grid_run(1.0), run)
    code, text, _, _ = report(history=tmp_path / "history")
    page = Page(text)
    assert code == 0
    assert "&lt;/script&gt;" in text
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert not [tag for tag, _ in page.tags if tag in ("img", "iframe", "object", "link", "base", "form", "a-href")]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"]


def test_the_policy_allows_the_pages_own_script_and_nothing_else(report, history):
    """The policy allows the page's own style and script by their hashes, and no requests."""
    _, text, _, _ = report(history=history)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for element in ("style", "script"):
        content = re.search(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy
    addresses = set(re.findall(r'(?:href|src)="([^"]*)"', text))
    assert all(address.startswith("#") for address in addresses)


def test_pictures_are_files_of_their_own(tmp_path, report, history):
    """Each picture is an SVG file with a title, a description and both themes, among them the README's overview."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    code, _, _, _ = report("--pictures", folder, history=history)
    assert code == 0
    names = {path.name for path in folder.iterdir()}
    assert {"overview.svg", "heat-1.svg", "phases.svg", "history-1.svg"} <= names
    root = ElementTree.fromstring((folder / "overview.svg").read_text())  # noqa: S314 - ours
    tags = [element.tag.rpartition("}")[2] for element in root]
    assert {"title", "desc", "style"} <= {*tags}
    assert "screen and (prefers-color-scheme: dark)" in (folder / "overview.svg").read_text()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("1", "2", "3"), "3 inputs; expected a run, or base and head"),
        (("1..3",), "names 3 runs; a report shows one, or base and head"),
        (("99",), "no run is called '99'"),
        (("1", "1"), "is on both sides"),
        (("--pictures", "/nowhere"), "--pictures '/nowhere': no such folder"),
        (("--pictures", ""), "--pictures '': no such folder"),
        (("--terminal",), "--output and --terminal"),
        (("x" * 5000,), "no run is called 'xxx"),
        ((str(ROOT / "docs"),), "no gate.json"),
    ],
)
def test_what_cannot_be_reported(report, history, args, said):
    """An input that can't be reported gives one line, exit code 2 and no page."""
    code, text, out, err = report(*args, history=history)
    assert (code, text, out) == (2, "", "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_a_page_that_cannot_be_written_is_refused_at_once(tmp_path, history, capsys):
    """An unwritable page is refused before anything is drawn."""
    assert main(["report", "--history", str(history), "-o", str(tmp_path / "no" / "such.html")]) == 2
    assert "--output" in capsys.readouterr().err


def test_a_page_does_not_take_the_place_of_what_it_shows(tmp_path, history, capsys):
    """A page overwrites neither a run nor a record, and no picture overwrites the page."""
    measured(tmp_path / "record", (0.01,) * 4)
    stored_run = next(history.glob("*/0001*.json"))
    for args, said in (
        (["--history", history, "1", "-o", stored_run], "inside the history"),
        ([stored_run, "-o", stored_run], "a run, or inside the history"),
        ([tmp_path / "record", "-o", tmp_path / "record" / "gate.json"], "inside the record"),
        (["--history", history, "-o", tmp_path / "phases.svg", "--pictures", tmp_path], "the name of a picture"),
    ):
        before = stored_run.read_bytes(), (tmp_path / "record" / "gate.json").read_bytes()
        assert main(["report", *map(str, args)]) == 2
        assert said in capsys.readouterr().err
        assert (stored_run.read_bytes(), (tmp_path / "record" / "gate.json").read_bytes()) == before


def test_a_record_of_a_calibration_is_no_gate(tmp_path, report):
    """A calibration has no verdict, so its record is refused."""
    msgspec.structs.replace(measured(tmp_path / "record", (0.01,) * 4), purpose="calibrate").save(tmp_path / "record")
    code, _, _, err = report(tmp_path / "record")
    assert (code, "measured by `calibrate`" in err) == (2, True)


def test_a_file_of_its_own_is_shown_beside_the_runs_like_it(tmp_path, report, history):
    """A run outside the history is shown with the stored runs, and compared with the newest of those before it."""
    path = tmp_path / "artifact.json"
    path.write_text(json.dumps(grid_run(20.0, **FEW, versions={"joblib": "1.6.0"})))
    code, text, _, _ = report(path, history=history)
    assert code == 0
    assert "This run is not in the history" in text
    assert "Base: 0012 run12." in text


def test_a_baseline_is_not_newer_than_what_it_is_compared_with(tmp_path, report):
    """The default base is older than the head, even if the pinned baseline is newer."""
    history = tmp_path / "h"
    stored(history, *[grid_run(float(day), **FEW) for day in range(5)])
    assert main(["baseline", "set", "4", "--name", "main", "--history", str(history)]) == 0
    assert re.search(r"Base: 0002 \w+\. Head: 0003 ", report("3", history=history)[1])


def test_a_run_of_another_function_is_no_default_base(tmp_path, report):
    """Most cases would be MISSING: the newest earlier run that has at least half of them is the base."""
    history = tmp_path / "h"
    runs = [grid_run(float(day), **FEW) for day in range(3)]
    runs[1] = json.loads(json.dumps(runs[1]).replace("test_summation[", "test_workload[shop:price-"))
    stored(history, *runs)
    assert re.search(r"Base: 0001 \w+\. Head: 0003 ", report("3", history=history)[1])
    assert "No earlier run of the same cases is comparable" in report("2", history=history)[1]


def test_cells_without_a_time_are_in_their_places(tmp_path, report):
    """A heat map has cells for failed cases, for a backend that was not run, and for n_jobs=-1."""
    failed = [f"loky-n4-b{size}" for size in ("1", "100", "auto")]
    run = grid_run(missing=failed)
    all_cores = {"effective_n_jobs": 2, "worker_processes": 2, "worker_threads": 2}
    run["benchmarks"].append(cell("threading", -1, "100", **all_cores))
    node = "benchmarks/suite/test_summation.py::test_summation[multiprocessing-n2-b100]"
    run["joblib_suite"]["cases"]["not_run"] = {node: "a case before it hung"}
    run["joblib_suite"]["cases"]["params"][node] = {"backend": "multiprocessing", "n_jobs": 2, "batch_size": 100}
    stored(tmp_path / "history", run)
    _, text, _, _ = report(history=tmp_path / "history")
    tables = {one: text.partition(f"<caption>Speed-up of {one} ")[2].partition("</table>")[0] for one in BACKENDS_60}
    first = r'<th scope="row"[^>]*>(.*?)</th>'
    rows = re.findall(first, tables["loky"])
    assert rows == ["1", "2", "4"]
    assert tables["loky"].count("failed: WrongResult") == 3
    assert re.findall(first, tables["threading"]) == ["-1", "1", "2", "4"]
    assert "not measured" in tables["multiprocessing"] or "not run: a case before it hung" in tables["multiprocessing"]
    assert "3 cases failed, such as test_summation[loky-n4-b1]." in text


def test_cases_of_one_name_are_not_mixed(tmp_path, report):
    """Cases with the same name are told apart by their files."""
    run = document(cell(), cell(rounds=(0.5, 0.6, 0.7)))
    run["benchmarks"][1]["fullname"] = "other.py::test_summation[loky-n2-b100]"
    stored(tmp_path / "history", run)
    _, text, _, _ = report(history=tmp_path / "history")
    assert ">other.py::test_summation[loky-n2-b100]<" in text.replace("<wbr>", "")
    assert "Every round of 2 cases" in text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, f"git checkout {'a' * 40} &amp;&amp; tox run -e bench"),
        ({"selection": {"-k": "loky and b1"}}, "tox run -e bench -- &#39;-kloky and b1&#39;"),
        ({"grid": {"tasks": 77, "longest": 500, "rounds": 5}}, "tox run -e bench -- --tasks=77"),
        ({"seeds": {"shuffle": 3}, "selection": {"--n-jobs": "-1,2"}}, "-- --shuffle=3 --n-jobs=-1,2"),
        ({"profile": "quick; rm -rf ~ #"}, "tox run -e bench -- &#39;--profile=quick; rm -rf ~ #&#39;"),
    ],
    ids=["plain", "selection", "sizes", "order", "hostile"],
)
def test_the_command_that_measures_it_again(tmp_path, report, changes, expected):
    """The command has the options of the run, and nothing in a file becomes a command of its own."""
    stored(tmp_path / "history", document(cell(), **changes))
    _, text, _, _ = report(history=tmp_path / "history")
    command = re.search(r"<dt>Measure it again</dt><dd>(.*?)</dd>", text)[1]
    assert command.endswith(expected)


@full_only("a page of 60 charts, twice")
def test_several_processes_draw_the_same_page(report, history, monkeypatch):
    """A page of many charts is drawn by a process a core; no two elements have the same id."""
    charts = re.compile("<svg.*?</svg>", re.DOTALL)
    _, alone, _, _ = report(history=history)
    monkeypatch.setattr("benchmarks.report.html.parallel.usable_cores", lambda: 2)
    monkeypatch.setattr("vl_convert.vegalite_to_svg", None)  # in this process
    _, text, _, _ = report(history=history)
    assert charts.findall(text) == charts.findall(alone) != []
    ids = re.findall(' id="([^"]*)"', text)
    assert len(set(ids)) == len(ids)


def test_a_drawing_does_not_depend_on_those_before_it():
    """Vega numbers the ids of all drawings of a process; a page has drawings of several processes."""
    spec = {"mark": {"type": "line", "clip": True}, "data": {"values": [{"a": 1}, {"a": 2}]}}
    spec["encoding"] = {"x": {"field": "a", "type": "quantitative"}}
    first, again = (svg({**spec, "title": title}, "one", "A title", "A text") for title in ("x", "y"))
    assert "clip-path" in first
    assert first.replace(">x<", ">y<") == again


@pytest.mark.parametrize("package", ["vl_convert", "jinja2", "markupsafe", "numpy"])
def test_a_missing_package_is_named(tmp_path, history, package):
    """A missing package is named before any work, with what to install."""
    code = f"import sys; sys.modules[{package!r}] = None\nfrom benchmarks.__main__ import main\n"
    code += f"sys.exit(main(['report', '--history', {str(history)!r}, '-o', {str(tmp_path / 'x.html')!r}]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert package in done.stderr
    assert "install the dependency group report" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_nothing_visible_is_not_drawn_as_certain():
    """A row without an interval has no line and stands with those that were not judged; bands are floor and effect."""
    section = comparison_section(ALL)
    drawn = {row["name"]: row for figure in section.figures for row in figure.spec["data"]["values"]}
    folded = {row["name"]: row for row in section.folds[0].figures[0].spec["data"]["values"]}
    assert "x noisy" not in drawn
    assert not folded["x noisy"]["known"]
    assert "interval unknown" in folded["x noisy"]["label"]
    same = drawn["x same"]
    assert (same["floor_low"], same["floor_high"]) == pytest.approx((1 / 1.025, 1.025))
    assert (same["effect_low"], same["effect_high"]) == pytest.approx((1 / 1.05, 1.05))


def test_rows_that_were_judged_come_first():
    """Rows that were not judged are folded under a line that counts them, and the verdict stands beside the case."""
    section = comparison_section(ALL)
    (fold,) = section.folds
    judged = {row[0].text for row in section.tables[0].rows}
    assert fold.summary.startswith(f"{len(fold.tables[0].rows)} rows")
    assert len(judged) + len(fold.tables[0].rows) == len(ALL.rows)
    assert {row[1].text.partition(":")[0] for row in fold.tables[0].rows} <= {"INCONCLUSIVE", "INCOMPARABLE", "NEW"}
    assert section.tables[0].titles[:2] == ["case", "verdict"]


def test_the_verdict_stands_once(tmp_path, report):
    """The verdict on the whole is one sentence of a gate's page, and the answer says where head is slower."""
    measured(tmp_path / "record", (0.01,) * 4, pairs=20)
    _, text, _, _ = report(tmp_path / "record")
    assert text.count("no regression seen") == 1
    assert "By kind of cost" in text


@pytest.mark.parametrize(("seconds", "pasted"), [(0.022, True), (0.06, False)], ids=["fastest", "loop is best"])
def test_a_run_has_lines_to_paste_if_one_configuration_is_fastest(tmp_path, report, seconds, pasted):
    """The page has the lines of the fastest configuration, and none if the plain loop is best."""
    rounds = [seconds * factor for factor in (1.0, 1.001, 1.002, 1.003, 1.004)]
    run = document(cell(rounds=rounds, loop_s=[0.04, 0.0401]), cell("threading", rounds=[0.05, 0.0501, 0.0502]))
    stored(tmp_path / "history", run)
    _, text, _, _ = report(history=tmp_path / "history")
    expected = "results = Parallel(n_jobs=2, backend=&#34;loky&#34;, batch_size=100)"
    assert (expected in text) == pasted
    assert ("<pre" in text) == pasted


LONG = "test_workload[shop.pricing:price_all_orders_of_a_day-{}-n{}-b{}]"
CASES = [LONG.format(*case) for case in product(("loky", "multiprocessing"), (2, 4), (1, 10, 100, "auto"))]


@pytest.mark.parametrize(
    "names",
    [CASES, ["a" * 60 + end for end in ("1", "2")], [f"{place}{'m' * 60}" for place in range(3)], ["x", "y" * 80]],
    ids=["own function", "differ at the end", "differ at the start", "one is long"],
)
def test_labels_keep_what_differs(names):
    """Labels that are shortened can be told apart, and are as short as asked if that is possible."""
    labels = fitted(names, 34)
    assert len(set(labels)) == len(names)
    assert max(map(len, labels)) <= 34


def test_labels_that_differ_in_their_middles_stay_whole():
    """If shortening would make two labels the same, they are too long rather than wrong."""
    names = ["a" * 40 + middle + "b" * 40 for middle in "xy"]
    assert fitted(names, 20) == names


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("suite/test_summation.py::test_summation[loky-n2-b10]", "batch"),
        ("suite/test_summation.py::test_summation[loky-n2-b100]", "task"),
        ("suite/test_workload.py::test_workload[m:f-loky-n2-b1]", "batch"),
        ("suite/test_startup.py::test_cold_start[loky-n2]", "start"),
        ("suite/test_overhead.py::test_two_tasks[loky]", "call"),
        ("elsewhere.py::test_mine", None),
    ],
)
def test_kinds_of_cost(case, kind):
    """A case is counted with what its time is mostly the cost of."""
    assert kind_of_cost(case) == kind


def test_numbers_end_at_the_same_place_behind_the_point():
    """A column's unit stands in its title and its numbers have equally many decimals; mixed units stay as they are."""
    cells = [
        [Cell("a"), Cell("54.0 ms", 0.054), Cell("1.5 s", 1.5), Cell("")],
        [Cell("b"), Cell("322 ms", 0.322), Cell("2 ms", 2e-3), Cell("")],
    ]
    table = aligned(Table("t", ("case", "time", "other", "empty"), cells))
    assert list(table.titles) == ["case", "time, ms", "other"]
    assert [row[1].text for row in table.rows] == ["54.0", "322\u2008\u2007"]
    assert [row[2].text for row in table.rows] == ["1.5 s", "2 ms"]


def test_the_notebook_has_no_empty_sections(tmp_path, report):
    """The page of the notebook's run shows its configurations, and no section without content."""
    run = document(*(cell(name, 4, "1000", (seconds,)) for name, seconds in (("loky", 0.02), ("threading", 0.04))))
    for one in run["benchmarks"]:
        one |= {"group": "notebook", "params": {"backend": one["params"]["backend"]}, "param": one["params"]["backend"]}
    run["joblib_suite"]["profile"] = "notebook"
    stored(tmp_path / "history", run)
    _, text, _, _ = report(history=tmp_path / "history")
    assert "The notebook&#39;s configurations" in text
    assert re.findall(r"<h2 [^>]*>(.*?)</h2>", text) == ["Answer", "Facts"]
    assert "<dt>Not shown</dt>" in text


def test_the_terminal_shows_the_answer_and_the_cells(history, capsys):
    """`--terminal` prints the answer and the heat map in 100 columns."""
    assert main(["report", "--terminal", "--history", str(history)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(("Fastest of joblib's backends", "Undecided", "Nothing beats", "No answer"))
    assert max(map(len, out.splitlines())) <= 100
    (row,) = [line for line in out.splitlines() if line.startswith("loky")]
    assert row.split() == ["loky", "1", "alias", "alias"]
    assert out.count("*") == 3  # the best case of each backend


def test_memory_is_shown_largest_first(tmp_path, report):
    """Peaks of memory are charted, largest first; a run without resources has no such section."""
    stored(tmp_path / "h", with_resources(grid_run(**FEW)), grid_run(1.0, **FEW))
    with_them, without = (report(name, history=tmp_path / "h")[1] for name in ("1", "2"))
    assert "Memory and CPU time" in Page(with_them).texts["h2"]
    assert "Peak memory, largest first" in with_them
    assert "Memory and CPU time" not in without


WEIRD = {"memory": HOSTILE, "cpu_s": 0.1, "threads": HOSTILE, "start_pss_bytes": [1]}


@pytest.mark.parametrize("said", [WEIRD, {"cpu_s": 0.1, "threads": -1}])
def test_resources_of_other_origin(tmp_path, report, said):
    """Invalid values are left out, and texts of other origin are escaped."""
    run = grid_run(**FEW)
    run["benchmarks"][0]["extra_info"]["resources"] = said
    stored(tmp_path / "h", run)
    code, text, _, _ = report("1", history=tmp_path / "h")
    assert code == 0
    assert "Memory and CPU time" in Page(text).texts["h2"]
    assert "img" not in [tag for tag, _ in Page(text).tags]


def test_tasks_that_start_workers_have_times_and_no_speed_up(tmp_path, report, capsys):
    """Page and terminal show nothing that the answer calls unfair; the times of the cases stay."""
    run = grid_run()
    for case in run["benchmarks"]:
        case["extra_info"]["own_workers"] = 48
    stored(tmp_path / "history", run)
    code, text, _, _ = report(history=tmp_path / "history")
    why = "the tasks start workers themselves, so that no speed-up is a fair comparison"
    assert code == 0
    assert f"n_jobs by batch size: {why}." in text
    assert f"Scaling: {why}." in text
    assert not re.search(r"\d\.\d+x", text)
    assert main(["report", "--history", str(tmp_path / "history"), "--terminal"]) == 0
    assert not any(line.startswith("backend") for line in capsys.readouterr().out.splitlines())

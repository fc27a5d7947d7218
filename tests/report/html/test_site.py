"""The site: pages of all runs and gates of a store, which link to each other and to nothing else."""

import re
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from tests.documents import document, stored
from tests.gate.records import measured
from tests.report.html.runs import cell
from tests.report.html.test_page import HOSTILE, Page

pytest.importorskip("vl_convert", reason="the dependency group report is not installed")


def run_of(day, factor=1.0, **ours):
    """Return a run of two cases; `factor` makes the first slower."""
    rounds = [[seconds * (1 + 0.004 * (day % 5)) for seconds in (0.05, 0.051, 0.052)] for _ in range(2)]
    rounds[0] = [seconds * factor for seconds in rounds[0]]
    return document(cell(rounds=rounds[0]), cell("threading", rounds=rounds[1]), day=day, commit=f"{day:040x}", **ours)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of 24 runs whose first case takes longer from the 12th on, of a run of another machine, and of gates."""
    folder = tmp_path_factory.mktemp("site")
    runs = [run_of(day, 1.5 if day >= 11 else 1.0) for day in range(24)]
    other = run_of(30, machine={"cpu_model": "M9"}, versions={"joblib": HOSTILE}, profile=HOSTILE)
    stored(folder / "history", *runs, other)
    measured(folder / "records" / "20260101-000000", (0.01,) * 4, pairs=12)
    measured(folder / "records" / HOSTILE.replace("/", "|"), (0.01,) * 4, pairs=12)
    (folder / "records" / "broken").mkdir()
    (folder / "records" / "broken" / "gate.json").write_text("{")
    assert main(_verb(folder)) == 0
    return folder


def _verb(folder, site="site"):
    where = ["--history", str(folder / "history"), "--records", str(folder / "records")]
    return ["report", "--site", str(folder / site), *where]


def links(path):
    """Return the files that a page links to, without its own sections."""
    found = [attributes["href"] for tag, attributes in Page(path.read_text()).tags if tag == "a"]
    return [(path.parent / link).resolve() for link in found if not link.startswith("#")]


def test_every_link_leads_to_a_page_of_the_site(site):
    """Each link of each page is a file of the site, and each page but the index is linked from somewhere."""
    pages = [path.resolve() for path in (site / "site").rglob("*.html")]
    targets = [target for page in pages for target in links(page)]
    assert set(targets) == set(pages)
    assert all((site / "site" / "index.html").resolve() in links(page) for page in pages if page.name != "index.html")


def test_the_index_has_all_runs_and_gates(site):
    """The index lists each run and each gate, also those without a page of their own, with their verdicts."""
    text = (site / "site" / "index.html").read_text()
    assert "25 runs in 2 series and 3 gates." in text
    rows = re.findall(r"<tr>(.*?)</tr>", text.partition('id="runs"')[2])
    assert len(rows) == 1 + 25
    gates = text.partition('id="gates"')[2].partition("</section>")[0]
    assert gates.count(">PASS<") == 2
    assert gates.count(">unreadable<") == 1
    assert "not JSON" in gates


def test_a_change_leads_to_the_run_in_which_it_is_seen(site):
    """The run at a change of level has a page, although newer runs have, and the series' page links to it."""
    (series,) = [path for path in (site / "site" / "series").iterdir() if "0012 2026-01-12" in path.read_text()]
    row = re.search(r'<a href="([^"]*)">0012 2026-01-12</a></th><td>test_summation\[loky-n2-b100\]', series.read_text())
    run = (series.parent / row[1]).read_text()
    assert "<title>Run 0012 2026-01-12</title>" in run
    assert "0000000000 to" not in run
    assert len(list((site / "site" / "runs").iterdir())) == 10 + 1 + 1


def test_names_are_text_on_every_page(site):
    """Names of other origin become neither elements nor addresses."""
    for path in (site / "site").rglob("*.html"):
        page = Page(path.read_text())
        assert [tag for tag, _ in page.tags].count("script") == 1
        assert not [tag for tag, _ in page.tags if tag in ("img", "iframe", "object", "link", "base", "form")]
        assert re.fullmatch(r"[\w.-]+", path.name, re.ASCII)


def test_a_site_is_renewed(site, capsys):
    """The same command renews the site in its folder, and addresses stay the same."""
    before = sorted((site / "site").rglob("*.html"))
    assert main(_verb(site)) == 0
    assert sorted((site / "site").rglob("*.html")) == before
    assert "start at index.html" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--site", "{folder}/history"], "inside the history or a record"),
        (["--site", "{folder}/records/20260101-000000/site"], "inside the history or a record"),
        (["--site", "{folder}"], "a folder with other files"),
        (["--site", ""], "expected a folder"),
        (["--site", "{folder}/new", "-o", "x.html"], "--output and --site"),
        (["--site", "{folder}/new", "--terminal"], "--terminal and --site"),
        (["--site", "{folder}/new", "latest"], "latest and --site"),
        (["--site", "{folder}/history/nope.json/x"], "inside the history"),
        (["-o", "{folder}/new.html"], "--records: expected --site"),
    ],
)
def test_what_is_no_place_for_a_site(site, capsys, args, said):
    """A site is not written over or into something else, and options that do not fit are refused in one line."""
    given = [text.format(folder=site) for text in args]
    code = main(["report", *given, "--history", str(site / "history"), "--records", str(site / "records")])
    err = capsys.readouterr().err
    assert (code, len(err.splitlines())) == (2, 1)
    assert said in err
    assert not (site / "new").exists()


def test_nothing_to_show(tmp_path, capsys):
    """A site of an empty store is refused."""
    (tmp_path / "history").mkdir()
    (tmp_path / "records").mkdir()
    assert main(_verb(tmp_path)) == 2
    assert "nothing to show: no run" in capsys.readouterr().err


def test_a_reader_finds_a_change_from_the_index(site, browser):
    """From the index, two clicks lead to the run in which a level changed, and one leads back; nothing is logged."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    heard = []
    page.on("console", lambda message: heard.append(message.text))
    page.goto((site / "site" / "index.html").as_uri())
    page.get_by_role("link", name="Linux-CPython-3.11.7-2-cores-EPYC").first.click()
    page.get_by_role("link", name="0012 2026-01-12").first.click()
    assert page.title() == "Run 0012 2026-01-12"
    page.get_by_role("link", name="All runs and gates").click()
    assert Path(page.url).name == "index.html"
    assert heard == []
    page.context.close()


def test_a_run_without_parallel_cases_has_a_page(tmp_path):
    """A session that was interrupted early has an answer, too: that there is none."""
    (tmp_path / "records").mkdir()
    stored(tmp_path / "history", document(cell("sequential", 1)))
    assert main(_verb(tmp_path)) == 0
    (path,) = (tmp_path / "site" / "runs").glob("*.html")
    assert "configurations with several workers was measured." in path.read_text()

"""The page in a real browser: from disk, in both themes, at phone width, without scripts, with hostile names."""

import socket

import pytest

from benchmarks.__main__ import main
from tests.advise.costs import store_costs
from tests.documents import document, stored
from tests.gate.records import measured
from tests.gate.test_explain import DISPATCH, FASTER, SLEEP
from tests.report.html.runs import FEW, cell, costed_run, grid_run, with_resources
from tests.report.html.test_page import HOSTILE
from tests.soak import size

pytest.importorskip("vl_convert", reason="the dependency group report is not installed")
axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

PAGES = ("history", "one run", "one case", "gate", "hostile", "resources", "advice")
# Each theme and each width once: a theme changes only colours, and a width only the layout. In the soak all pages have
# both looks, elsewhere every other page has the second one.
LOOKS = (("light", 1200), ("dark", 375))
SEEN = [(name, *LOOKS[look]) for place, name in enumerate(PAGES) for look in size([place % 2], [0, 1])]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return a page of each kind, by name."""
    folder = tmp_path_factory.mktemp("pages")
    hostile = grid_run(**FEW, missing=("loky-n2-b100",), versions={"joblib": HOSTILE})
    for one in hostile["benchmarks"][:3]:
        one["params"]["backend"] = one["param"] = one["name"] = HOSTILE
        one["fullname"] = f"{one['fullname']}{HOSTILE}"
    hostile["joblib_suite"]["cases"]["failed"] |= {HOSTILE: HOSTILE}
    histories = {
        "history": [grid_run(day, 1.5 if day > 5 else 1.0, **FEW) for day in range(12)],
        "one run": [costed_run()],
        "one case": [document(cell())],
        "resources": [with_resources(grid_run(**FEW))],
        "hostile": [hostile, grid_run(1.0, **FEW), {**hostile, "datetime": "2026-02-01T00:00:00+00:00"}],
    }
    for name, runs in histories.items():
        stored(folder / name, *runs)
        assert main(["report", "--history", str(folder / name), "-o", str(folder / f"{name}.html")]) == 0
    gate = measured(folder / "record", (0.01, 0.02, 0.05, 0.01), pairs=20, slower=(1.0, 1.3, 1.0, 1.0))
    gate.explanations = {gate.cases[1].nodeid: [DISPATCH, SLEEP, FASTER]}
    gate.save(folder / "record")
    assert main(["report", str(folder / "record"), "-o", str(folder / "gate.html")]) == 0
    store_costs(folder / "models")
    asked = ("--task-time", "2ms", "--tasks", "5000", "--uneven", "10x", "--models", str(folder / "models"))
    assert main(["recommend", *asked, "-o", str(folder / "advice.html")]) == 0
    return {name: folder / f"{name}.html" for name in PAGES}


@pytest.fixture
def visit(browser, pages):
    """Return a function that opens a page from disk and collects its requests and messages."""
    contexts = []

    def open_page(name, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page, heard = context.new_page(), []
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: heard.append(request.url) if request.url != pages[name].as_uri() else None)
        page.goto(pages[name].as_uri())
        return page, heard

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("name", "theme", "width"), SEEN)
def test_it_opens_quietly_and_fits(visit, name, theme, width):
    """The page causes no message, no request and no sideways scrolling, and axe finds nothing wrong."""
    page, heard = visit(name, viewport={"width": width, "height": 800}, color_scheme=theme)
    assert heard == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # What is folded is to be sound as well.
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe_playwright.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", ["history", "one run", "gate", "resources", "advice"])
def test_no_drawing_is_cut_off(visit, name):
    """Every word of every chart lies within the screen."""
    page, _ = visit(name, viewport={"width": 375, "height": 800})
    outside = page.evaluate(
        """() => [...document.querySelectorAll("svg text")].filter((text) => {
             const box = text.getBoundingClientRect();
             return box.width && (box.left < 0 || box.right > innerWidth);
           }).map((text) => text.textContent)"""
    )
    assert outside == []


@pytest.mark.parametrize("width", [1280, 1920])
@pytest.mark.parametrize("name", ["history", "gate", "advice"])
def test_charts_fill_the_page(visit, name, width):
    """On a screen, charts and the text beside them reach from the left of the page to its right."""
    page, _ = visit(name, viewport={"width": width, "height": 900})
    first = page.evaluate(
        """() => [...document.querySelectorAll("section")].filter((one) => one.querySelector(".drawn")).map((one) => {
             const drawn = [...one.querySelectorAll(":scope > .figures .drawn")];
             const seen = drawn.map((it) => it.getBoundingClientRect()).filter((box) => box.width);
             return [one.id, Math.max(...seen.map((box) => box.right)) / innerWidth];
           })"""
    )
    assert first
    assert [pair for pair in first if pair[1] < 0.9] == []


@pytest.mark.parametrize("name", ["history", "gate", "advice"])
def test_a_phone_has_one_column(visit, name):
    """On a phone, no chart stands beside another one, and each is as wide as the page."""
    page, _ = visit(name, viewport={"width": 375, "height": 800})
    boxes = page.evaluate(
        """() => [...document.querySelectorAll(".drawn")].map((it) => it.getBoundingClientRect())
             .filter((box) => box.width).map((box) => [box.left, box.width])"""
    )
    assert {left for left, _ in boxes} == {16}
    assert all(width == 375 - 2 * 16 for _, width in boxes)


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("name", ["history", "gate", "advice", "resources"])
def test_labels_do_not_collide(visit, name, width):
    """No two labels of an axis, and no two names or numbers of a chart, overlap."""
    page, _ = visit(name, viewport={"width": width, "height": 800})
    groups, touching = page.evaluate(
        """() => {
          const found = [];
          let groups = 0;
          for (const group of document.querySelectorAll("svg g")) {
            const texts = [...group.children].filter((it) => it.tagName === "text" && it.getBoundingClientRect().width);
            const boxes = texts.map((it) => [it.textContent, it.getBoundingClientRect()]);
            if (boxes.length > 1) groups += 1;
            boxes.forEach(([text, one], place) => {
              for (const [other, two] of boxes.slice(place + 1)) {
                const beside = one.right <= two.left || two.right <= one.left;
                const below = one.bottom <= two.top + 2 || two.bottom <= one.top + 2;
                if (!beside && !below) found.push(`${text} ${other}`);
              }
            });
          }
          return [groups, found];
        }"""
    )
    assert groups > 0
    assert touching == []


def test_the_verdict_is_in_sight_on_a_phone(visit):
    """The verdict of a row is seen without scrolling its table sideways."""
    page, _ = visit("gate", viewport={"width": 375, "height": 800})
    right = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.scrolled .mark')].map((it) => it.getBoundingClientRect().right))"
    )
    assert 0 < right <= 375 - 16


def test_lines_to_paste_are_lines(visit):
    """What is to be pasted is Python, as it stands on the page."""
    page, _ = visit("advice")
    text = page.locator("#answer pre").inner_text()
    compile(text, "pasted", "exec")
    assert text.startswith("from joblib import Parallel, delayed\n")


def test_the_themes_differ(visit):
    """A chart has the colours of the theme."""
    colours = []
    for theme in ("light", "dark"):
        page, _ = visit("history", color_scheme=theme)
        script = "getComputedStyle(document.querySelector('svg text')).fill + getComputedStyle(document.body).color"
        colours.append(page.evaluate(script))
    assert colours[0] != colours[1]


def test_tables_are_sorted_by_a_click_or_a_key(visit):
    """Numbers are sorted as numbers, in both directions, and screen readers learn of it."""
    page, _ = visit("history")
    title = page.locator("#comparison table.tools").first.locator("th", has_text="head/base")
    rows = "document.querySelector('#comparison table.tools').tBodies[0].rows"
    column = f"[...{rows}].map((row) => row.cells[4].textContent)"
    title.locator("button").click()
    found = [float(text) for text in page.evaluate(column)]
    assert found == sorted(found)
    assert title.get_attribute("aria-sort") == "ascending"
    title.locator("button").press("Enter")
    found = [float(text) for text in page.evaluate(column)]
    assert found == sorted(found, reverse=True)
    assert title.get_attribute("aria-sort") == "descending"


def test_rows_are_filtered(visit):
    """Rows are filtered by all words in any order, and the number of rows left is shown."""
    page, _ = visit("history")
    box = page.locator("#comparison .filter").first
    table = page.locator("#comparison table.tools").first
    total = table.locator("tbody tr").count()
    box.locator("input").fill("n2 LOKY")
    visible = table.locator("tbody tr:visible").all_inner_texts()
    assert 0 < len(visible) < total
    assert all("loky" in text and "n2" in text for text in visible)
    assert box.locator("[role=status]").inner_text() == f"{len(visible)} of {total} rows"
    ends = "".join(table.locator("tbody tr").first.locator("th, td").all_inner_texts()[:2])
    box.locator("input").fill(ends)
    assert table.locator("tbody tr:visible").count() == 0, "a word matched the ends of two cells"
    box.locator("input").fill("")
    assert table.locator("tbody tr:visible").count() == total


def test_a_mark_says_what_it_is(visit):
    """The text of a mark appears under the pointer."""
    page, _ = visit("history")
    page.locator("#cells svg [data-label*='times the plain loop']").first.hover()
    assert page.locator("#tip").inner_text().startswith("n_jobs 1, batch size 1: ")
    assert "times the plain loop" in page.locator("#tip").inner_text()
    page.mouse.move(2, 2)
    assert page.locator("#tip").is_hidden()


def test_everything_is_there_without_a_script(visit):
    """Without scripts, charts, tables and the tables behind charts are there."""
    page, heard = visit("history", java_script_enabled=False)
    assert heard == []
    assert page.locator("svg").count() > 35
    page.locator("#cells summary").first.click()
    assert page.locator("#cells details table").first.is_visible()
    assert page.locator("#comparison table.tools").first.is_visible()
    assert page.locator(".filter").count() == 0


def test_names_run_nothing(visit):
    """Hostile names are shown as text and have no effect."""
    page, heard = visit("hostile")
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.wait_for_timeout(200)
    assert (heard, dialogs) == ([], [])
    assert page.locator("img, iframe, object, embed").count() == 0
    assert HOSTILE in page.locator("#facts").inner_text()


def test_the_policy_stops_what_would_get_in(visit):
    """A script or an image that was injected into the page does not run and is not fetched."""
    page, heard = visit("one run")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        page.evaluate(
            """(port) => {
              const script = document.createElement("script");
              script.textContent = "window.owned = true";
              const image = document.createElement("img");
              image.src = `http://127.0.0.1:${port}/x.png`;
              document.body.append(script, image);
            }""",
            server.getsockname()[1],
        )
        with pytest.raises(TimeoutError):
            server.accept()
    assert page.evaluate("window.owned") is None
    assert len([text for text in heard if "Content Security Policy" in text]) == 2


def test_paper(visit):
    """Print leaves out what can't be used on paper, has whole tables, and is dark on light in both themes."""
    light, _ = visit("history", color_scheme="light")
    page, _ = visit("history", color_scheme="dark")
    page.emulate_media(media="print")
    colours = "getComputedStyle(document.querySelector('svg text')).fill + getComputedStyle(document.body).color"
    assert page.evaluate(colours) == light.evaluate(colours)
    assert not page.locator("nav").is_visible()
    assert not page.locator(".filter").first.is_visible()
    assert page.locator("#comparison table.tools").first.is_visible()

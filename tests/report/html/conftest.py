"""A real browser, where there is one; charts that many pages share are drawn once."""

import os
import shutil

import pytest

# A browser that runs as root, as in a container, has no sandbox of its own; and it need not call home.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


# Vega's drawings by their specifications, on which nothing else has an influence.
_DRAWN = {}


@pytest.fixture(scope="module", autouse=True)
def drawn_once():
    """Draw in this process, and draw no chart a second time: most of the tests' pages show the same runs."""
    vl_convert = pytest.importorskip("vl_convert", reason="the dependency group report is not installed")
    draw = vl_convert.vegalite_to_svg

    def drawn(spec, **options):
        if spec not in _DRAWN:
            _DRAWN[spec] = draw(spec, **options)
        return _DRAWN[spec]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchmarks.report.html.parallel.usable_cores", lambda: 1)
        patch.setattr(vl_convert, "vegalite_to_svg", drawn)
        yield


# Not for all files: its processes are children of this one, which other tests measure with its children.
@pytest.fixture(scope="module")
def browser():
    """Headless Chromium from the system; `CHROMIUM` names another one."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(_NAMES)} is on the PATH; install Debian's chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()

"""The HTML document: sections, charts, style and script in one file that needs no network."""

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from benchmarks.report.html.aligned import aligned
from benchmarks.report.html.figures import Section, non_empty
from benchmarks.report.html.layout import columns, drawings

_STATIC = Path(__file__).parent / "static"

# Longer names may take several lines of a table.
_LONG_NAME = 30


def page(title: str, sections: Sequence[Section], footer: str, home: str = "") -> str:
    """Return the page as HTML; every text is escaped. `home` is the address of the index of its site, if any."""
    environment = Environment(
        loader=FileSystemLoader(_STATIC),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"commands": _commands, "markup": Markup, "columns": columns, "aligned": aligned}
    environment.filters["breakable"] = _breakable
    style, script = colours() + _static("style.css"), _static("script.js")
    sections = non_empty(sections)
    return environment.get_template("report.html").render(
        title=title,
        sections=sections,
        footer=footer,
        home=home,
        drawings=drawings(sections),
        style=Markup(style),  # noqa: S704 - a file of ours
        script=Markup(script),  # noqa: S704 - a file of ours
        policy=_policy(style, script),
    )


def colours() -> str:
    """Return the CSS that defines the colours of the charts, in both themes."""
    return _static("colours.css")


def _commands(sentence: str) -> Markup:
    """Return a sentence as HTML, with text in backticks and a command on a line of its own as code."""
    text, _, command = sentence.partition("\n")
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts = [text]
    marked = Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )
    return Markup("{}<br><code>{}</code>").format(marked, command.strip()) if command else marked


def _breakable(name: str) -> Markup:
    """Return a name as HTML that may go on in a new line after its punctuation, if it is long."""
    if len(name) <= _LONG_NAME:
        return escape(name)
    return Markup("<wbr>").join(part for part in re.split(r"(?<=[-_:./\[,])", name) if part)


def _static(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Return a Content-Security-Policy that allows the page's own style and script, and no requests."""
    allowed = {"style-src": style, "script-src": script}
    hashes = [f"{name} 'sha256-{_hash(content)}'" for name, content in allowed.items()]
    return "; ".join(["default-src 'none'", *hashes, "base-uri 'none'", "form-action 'none'"])


def _hash(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()

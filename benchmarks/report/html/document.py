"""The HTML document: sections, charts, style and script in one file that needs no network."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from benchmarks.report.html.drawing import svg
from benchmarks.report.html.figures import Figure, Section
from benchmarks.report.html.parallel import spread

_STATIC = Path(__file__).parent / "static"


def page(title: str, sections: Sequence[Section], footer: str) -> str:
    """Return the page as HTML; every text is escaped."""
    environment = Environment(
        loader=FileSystemLoader(_STATIC),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["commands"] = _commands
    style, script = colours() + _static("style.css"), _static("script.js")
    figures = [figure for section in sections for figure in section.figures]
    drawings = zip(figures, draw(figures), strict=True)
    return environment.get_template("report.html").render(
        title=title,
        sections=sections,
        footer=footer,
        drawings={figure.name: Markup(drawn) for figure, drawn in drawings},  # noqa: S704 - serialized XML
        style=Markup(style),  # noqa: S704 - a file of ours
        script=Markup(script),  # noqa: S704 - a file of ours
        policy=_policy(style, script),
    )


def draw(figures: Sequence[Figure]) -> list[str]:
    """Return the figures as SVG elements, in their order."""
    return spread(_drawn, figures)


def _drawn(figure: Figure) -> str:
    return svg(figure.spec, figure.name, figure.title, figure.description)


def colours() -> str:
    """Return the CSS that defines the colours of the charts, in both themes."""
    return _static("colours.css")


def _commands(sentence: str) -> Markup:
    """Return a sentence as HTML, with text in backticks as code."""
    parts = sentence.split("`")
    if len(parts) % 2 == 0:
        return escape(sentence)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )


def _static(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Return a Content-Security-Policy that allows the page's own style and script, and no requests."""
    allowed = {"style-src": style, "script-src": script}
    hashes = [f"{name} 'sha256-{_hash(content)}'" for name, content in allowed.items()]
    return "; ".join(["default-src 'none'", *hashes, "base-uri 'none'", "form-action 'none'"])


def _hash(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()

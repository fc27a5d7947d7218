"""Draw a chart's specification as SVG, for the page or for a file of its own."""

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import vl_convert

from benchmarks.report.html.theme import GRID, INK, LINE, MUTED, PAPER, VARIABLES

_SVG = "http://www.w3.org/2000/svg"

_FONT = "system-ui, sans-serif"

# Charts contain their data: drawing may fetch nothing.
_NO_ADDRESSES: list[str] = []

_CONFIG = {
    "background": None,
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "domainColor": MUTED,
        "tickColor": MUTED,
        "gridColor": GRID,
        "labelLimit": 200,
        "titlePadding": 10,
    },
    # Letters are wider in a browser, and not higher.
    "axisX": {"labelSeparation": 14},
    "axisY": {"labelSeparation": 2},
    "legend": {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "orient": "top",
        "titleFontWeight": "normal",
        "titleOrient": "left",
    },
    "title": {"color": INK, "fontSize": 13, "anchor": "start"},
    "text": {"color": INK, "fontSize": 11},
    "line": {"color": LINE, "strokeWidth": 1.5},
    "rule": {"color": MUTED},
    "point": {"color": LINE, "size": 36},
}

_USELESS = {
    "aria-roledescription",
    "role",
    "pointer-events",
    "stroke-miterlimit",
    "font-family",
    "version",
    "class",
    "aria-hidden",
}
# Attributes that hold a colour, and those that hold pixels.
_COLOURS = ("fill", "stroke")
_NUMBERS = ("d", "transform", "x2", "y2", "viewBox")

_INHERITED = ("fill", "stroke", "stroke-width", "stroke-opacity", "font-size", "font-weight", "text-anchor")

_DOT = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0")
_AT = re.compile(r"translate\(([\d.-]+),([\d.-]+)\)")

_DEFAULTS = {("opacity", "1"), ("stroke-width", "1"), ("x2", "0"), ("y2", "0"), ("transform", "translate(0,0)")}


def svg(spec: Mapping[str, Any], name: str, title: str, description: str) -> str:
    """Return a chart as an SVG element with a title and a description; marks with a description have a `data-label`."""
    drawn = vl_convert.vegalite_to_svg(json.dumps({**spec, "config": _CONFIG}), allowed_base_urls=_NO_ADDRESSES)
    return dressed(drawn, name, title, description)


def standalone(element: str, style: str) -> str:
    """Return an element of the page as an SVG file; `style` defines the colour variables."""
    opening, bracket, rest = element.partition(">")
    paper = f'<rect width="100%" height="100%" fill="var({VARIABLES[PAPER]})"/>'
    return f'{opening} xmlns="{_SVG}" font-family="{_FONT}"{bracket}<style>{style}</style>{paper}{rest}\n'


def dressed(drawn: str, name: str, title: str, description: str) -> str:
    """Return a drawing without superfluous attributes, and with a title and a description for screen readers."""
    root = ElementTree.fromstring(drawn)  # noqa: S314 - our own drawing
    _strip(root)
    _name_ids(root, name)
    width, height = root.attrib.pop("width"), root.attrib.pop("height")
    root.attrib.update({"role": "img", "aria-labelledby": f"{name}-title {name}-text"})
    root.attrib.update({"width": width, "height": height})
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(tag, {"id": f"{name}-{'text' if place else 'title'}"})
        element.text = text
        root.insert(place, element)
    return ElementTree.tostring(root, encoding="unicode")


def _name_ids(root: ElementTree.Element, name: str) -> None:
    """Give the drawing's ids its name: Vega numbers them in each process, and a page has drawings of several."""
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    own = {each: f"{name}-{place}" for place, each in enumerate(ids)}
    references = {f"url(#{each})": f"url(#{new})" for each, new in own.items()}
    for element in root.iter():
        for key, value in element.attrib.items():
            names = own if key == "id" else references
            element.attrib[key] = names.get(value, value)


def _strip(element: ElementTree.Element) -> None:
    element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
    label = element.attrib.pop("aria-label", None)
    if label and element.tag in ("path", "line") and not label.startswith(("X-axis", "Y-axis")):
        element.attrib["data-label"] = label
    for key, value in list(element.attrib.items()):
        if key in _USELESS or (key, value) in _DEFAULTS or (key == "display" and value == "none"):
            del element.attrib[key]
        elif key in _COLOURS:
            element.attrib[key] = f"var({VARIABLES[value]})" if value in VARIABLES else value
        elif key in _NUMBERS:
            element.attrib[key] = re.sub(r"-?\d+\.\d{2,}", _short, value)
    for child in list(element):
        _strip(child)
        if _is_empty(child):
            element.remove(child)
    _round(element)
    _hoist(element)


def _round(element: ElementTree.Element) -> None:
    """Replace a dot, which Vega draws as a path of two arcs, by a shorter circle: a page may have thousands of them."""
    dot = _DOT.fullmatch(element.attrib.get("d", ""))
    if dot and (at := _AT.fullmatch(element.attrib.get("transform", ""))):
        del element.attrib["d"], element.attrib["transform"]
        element.tag = "circle"
        element.attrib.update({"cx": at[1], "cy": at[2], "r": dot[1]})


def _hoist(element: ElementTree.Element) -> None:
    """Move attributes that all children of a group share to the group."""
    if element.tag != "g" or len(element) < 2:
        return
    for key in _INHERITED:
        values = {child.attrib.get(key) for child in element}
        value = values.pop()
        if not values and value is not None and key not in element.attrib:
            element.attrib[key] = value
            for child in element:
                del child.attrib[key]


def _short(number: re.Match[str]) -> str:
    """Return a number rounded to a tenth of a pixel, which is finer than anybody sees."""
    return f"{float(number[0]):.1f}".removesuffix(".0")


def _is_empty(element: ElementTree.Element) -> bool:
    """Return whether an element draws nothing, as most backgrounds and foregrounds of Vega's groups do."""
    if len(element) or element.text:
        return False
    painted = element.attrib.get("fill", "none") != "none" or element.attrib.get("stroke", "none") != "none"
    return element.tag == "g" or (element.tag == "path" and not painted)

"""How wide charts are drawn: one column on a phone, and as many as fill the page on wider screens.

A drawing that a browser stretches has letters of another size, so that a chart of few siblings is drawn again for
screens. style.css shows one of the drawings, and has the same columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.report.html.drawing import svg
from benchmarks.report.html.figures import WIDTH, Figure, Section
from benchmarks.report.html.parallel import map_in_processes

# The widths for a screen and for a wide one by the number of siblings; more of them are drawn for a phone only.
_BY_COUNT = {1: (960, 1500), 2: (580, 880), 3: (WIDTH, 580), 4: (580, WIDTH)}

# The same for figures beside the text of their section.
_BESIDE = (740, 1100)


@dataclass(frozen=True)
class Drawing:
    """An SVG element, and the screens on which it is shown: some of phone, screen and wide."""

    element: str
    shown_on: str


@dataclass(frozen=True)
class _Order:
    """What to draw: a figure's specification at one width."""

    figure: Figure
    number: int
    width: int

    def drawn(self) -> str:
        figure = self.figure
        spec = figure.spec if self.width == WIDTH or figure.screen is None else figure.screen
        spec = {**spec, "width": self.width} if "width" in spec else spec
        return svg(spec, f"{figure.name}-{self.number}", figure.title, figure.description)


def columns(figures: Sequence[Figure]) -> str:
    """Return the class of the element that has these siblings in columns."""
    return f"figures of-{len(figures)}" if len(figures) in _BY_COUNT else "figures"


def drawings(sections: Sequence[Section]) -> dict[str, list[Drawing]]:
    """Return the drawings of all figures, by the figure's name."""
    orders: list[_Order] = []
    screens: list[str] = []
    for section in sections:
        for siblings in (section.figures, *(fold.figures for fold in section.folds)):
            on_screen, on_wide = _BESIDE if section.beside else _BY_COUNT.get(len(siblings), (WIDTH, WIDTH))
            shown_on = {WIDTH: ["phone"]}
            shown_on.setdefault(on_screen, []).append("screen")
            shown_on.setdefault(on_wide, []).append("wide")
            for figure in siblings:
                orders += [_Order(figure, number, width) for number, width in enumerate(shown_on)]
                screens += [" ".join(names) for names in shown_on.values()]
    drawn: dict[str, list[Drawing]] = {}
    for order, names, element in zip(orders, screens, map_in_processes(_Order.drawn, orders), strict=True):
        drawn.setdefault(order.figure.name, []).append(Drawing(element, names))
    return drawn


def pictures(sections: Sequence[Section]) -> dict[str, str]:
    """Return every figure as one SVG element, by the figure's name: those beside the text as wide as on a screen."""
    orders = [
        _Order(figure, 0, _BESIDE[0] if section.beside else WIDTH)
        for section in sections
        for figure in (*section.pictures, *section.all_figures)
    ]
    return {
        order.figure.name: drawn for order, drawn in zip(orders, map_in_processes(_Order.drawn, orders), strict=True)
    }

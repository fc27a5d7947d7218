"""Colours of charts.

A chart is drawn once and follows the page's light or dark theme: it is drawn in marker colours, which nobody would
choose, and `drawing` replaces each marker by a CSS variable that `colours.css` defines.
"""

INK = "#010201"
MUTED = "#010202"
GRID = "#010203"
PAPER = "#010204"
LINE = "#010205"
BAND = "#010206"
CHANGE = "#010207"
IDEAL = "#010208"
HAZE = "#010209"

# From far slower than the plain loop to far faster; text on all of them has the colour INK.
HEAT = tuple(f"#01030{place}" for place in range(1, 10))

# The lowest speed-up of each of these colours, except the first: the same for all backends and runs, 1 in the middle.
HEAT_STEPS = (0.25, 0.5, 0.8, 0.95, 1.05, 1.25, 2.0, 4.0)

# The series of one chart; each has a shape as well, as no chart relies on colour alone.
SERIES = ("#010401", "#010402", "#010403", "#010404", "#010405", "#010406")
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")

VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PAPER: "--paper",
    LINE: "--line",
    BAND: "--band",
    CHANGE: "--change",
    IDEAL: "--ideal",
    HAZE: "--haze",
    **{marker: f"--heat-{place}" for place, marker in enumerate(HEAT)},
    **{marker: f"--series-{place}" for place, marker in enumerate(SERIES)},
}

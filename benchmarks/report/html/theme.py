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

# From far slower than the plain loop to far faster; text on all of them has the colour INK.
HEAT = ("#010301", "#010302", "#010303", "#010304", "#010305", "#010306", "#010307")

# The lowest speed-up of each of these colours, except the first.
HEAT_STEPS = (0.5, 0.8, 0.95, 1.05, 1.25, 1.6)

# The series of one chart; each has a shape as well, as no chart relies on colour alone.
SERIES = ("#010401", "#010402", "#010403", "#010404")
SHAPES = ("circle", "square", "triangle-up", "diamond")

VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PAPER: "--paper",
    LINE: "--line",
    BAND: "--band",
    CHANGE: "--change",
    IDEAL: "--ideal",
    **{marker: f"--heat-{place}" for place, marker in enumerate(HEAT)},
    **{marker: f"--series-{place}" for place, marker in enumerate(SERIES)},
}

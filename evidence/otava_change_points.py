"""Record what another implementation of E-divisive, Apache Otava's, finds in the series that our tests use.

It needs other versions of packages than ours, so its answers are recorded in an environment of its own:

uv run --no-project --python 3.11 --with apache-otava==0.8.0 python -m evidence.otava_change_points
"""

import json
import random
from pathlib import Path

TARGET = Path(__file__).parent / "data" / "change_points" / "otava.json"


def series() -> dict[str, list[float]]:
    """Return series by name: steps of several sizes, a drift, heavy tails, a change of spread, and pure noise."""
    rng = random.Random(2014)

    def noise(count: int, scale: float = 1.0, level: float = 0.0) -> list[float]:
        return [level + rng.gauss(0, scale) for _ in range(count)]

    return {
        "one step": [*noise(40), *noise(40, level=4.0)],
        "two steps": [*noise(30), *noise(30, level=5.0), *noise(30, level=-3.0)],
        "up and down": [*noise(40, 0.2), *noise(15, 0.2, 2.0), *noise(40, 0.2)],
        "small step": [*noise(200), *noise(200, level=0.8)],
        "nothing": noise(120),
        "heavy tails": [rng.lognormvariate(0, 1) for _ in range(60)] + [rng.lognormvariate(2.5, 1) for _ in range(60)],
        "drift": [0.02 * place + rng.gauss(0, 0.2) for place in range(100)],
        "late": [*noise(90), *noise(6, level=8.0)],
        "spread": [*noise(60), *noise(60, scale=6.0)],
    }


def main() -> None:
    """Write each series with Q of each of its splits and the indices of its changes."""
    import numpy
    from otava.change_point_divisive.calculator import PairDistanceCalculator
    from otava.change_point_divisive.detector import ChangePointDetector
    from otava.change_point_divisive.significance_test import PermutationsSignificanceTester

    recorded = {}
    for name, values in series().items():
        array = numpy.array(values)
        # Splits of the whole series only; Otava's own search tries the splits of every prefix as well.
        statistics = PairDistanceCalculator(array)._get_Q_vals(0, len(values))[:, -1]
        tester = PermutationsSignificanceTester(0.005, 1999, PairDistanceCalculator, seed=1)
        changes = ChangePointDetector(tester, PairDistanceCalculator).get_change_points(array)
        recorded[name] = {
            "values": [round(value, 6) for value in values],
            "statistics": [round(float(value), 6) for value in statistics],
            "places": [int(change.index) for change in changes],
        }
    TARGET.write_text(json.dumps({"from": "apache-otava 0.8.0", "series": recorded}) + "\n")


if __name__ == "__main__":
    main()

"""Read a case's resources from its run file, which may come from anywhere."""

from collections.abc import Mapping
from typing import Any

# The keys in a case's `resources`, and the least and the most that can be true: a microsecond to a year of CPU time,
# a page of memory to an exabyte.
CPU_S, PEAK_PSS_BYTES = "cpu_s", "peak_pss_bytes"
_RANGES = {CPU_S: (1e-6, 3.2e7), PEAK_PSS_BYTES: (4096.0, 1e18)}


def needs(facts: Mapping[str, Any]) -> dict[str, float]:
    """CPU seconds and bytes of peak PSS out of a case's extra_info; what it does not say is left out."""
    said = facts.get("resources")
    if not isinstance(said, Mapping):
        return {}
    return {name: float(said[name]) for name, bounds in _RANGES.items() if _within(said.get(name), *bounds)}


def _within(value: object, least: float, most: float) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and least <= value <= most  # type: ignore[operator]

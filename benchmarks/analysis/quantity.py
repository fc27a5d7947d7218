"""The quantities of a case that are compared: its time and its resources."""

from enum import Enum


class Quantity(Enum):
    """A quantity; the value is its name in reports."""

    TIME = "time"
    CPU = "CPU time"
    PSS = "peak PSS"
    INSTRUCTIONS = "instructions"

    @property
    def unit(self) -> str:
        """The unit of its numbers: `s`, `bytes` or `instructions`."""
        return {Quantity.PSS: "bytes", Quantity.INSTRUCTIONS: "instructions"}.get(self, "s")


# What `--resources` measures in addition; judged with its own share of alpha.
RESOURCES = (Quantity.CPU, Quantity.PSS)

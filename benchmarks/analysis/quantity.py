"""What is compared of a case: its time, or what else it needs."""

from enum import Enum


class Quantity(Enum):
    """The value is its name in a report; `unit` is what its numbers count."""

    TIME = "time"
    CPU = "CPU time"
    PSS = "peak PSS"

    @property
    def unit(self) -> str:
        """Seconds or bytes."""
        return "bytes" if self is Quantity.PSS else "s"


# What `--resources` adds to time, judged with a share of alpha of its own.
RESOURCES = (Quantity.CPU, Quantity.PSS)

"""A configuration that was tried, beside its prediction."""

from dataclasses import dataclass

from benchmarks.advise.disturbance import MOST_WITHOUT_CORE
from benchmarks.advise.prediction import Prediction

# The plain loop takes about as long before a trial as after it, unless something else runs meanwhile.
_MOST_CHANGE = 1.5


@dataclass(frozen=True)
class Tried:
    """A configuration that was tried: what it was predicted to take, and what it took.

    `loops_s` are the times of the plain loop before and after it, `without_core` is the share of these in which it had
    no core because something else ran.
    """

    prediction: Prediction
    measured_s: float
    loops_s: tuple[float, ...]
    without_core: float = 0.0

    @property
    def loop_s(self) -> float:
        """The time of the plain loop: what else ran meanwhile only made one longer."""
        return min(self.loops_s)

    @property
    def is_steady(self) -> bool:
        """Whether the machine was not busy and kept its speed, so that the times can be compared."""
        return self.without_core <= MOST_WITHOUT_CORE and max(self.loops_s) <= _MOST_CHANGE * self.loop_s

    @property
    def gains(self) -> bool:
        """Whether the configuration was faster than the plain loop."""
        return self.measured_s < self.loop_s

    def as_predicted(self, loop_s: float) -> bool:
        """Whether the time is in its interval, if the machine was as fast as for a plain loop of `loop_s` seconds."""
        machine = self.loop_s / loop_s
        return self.prediction.lo_s * machine <= self.measured_s <= self.prediction.hi_s * machine

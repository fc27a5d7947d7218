"""How a case is measured: how often, with which pools, for a gate or not, and what beside time."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.backends.opening import EnginePools
from benchmarks.measure.instructions import InstructionCounter
from benchmarks.measure.profiling import CallProfiler
from benchmarks.measure.resources import Meter
from benchmarks.measure.round_count import Sparing, Within


@dataclass(frozen=True)
class GateMode:
    """How a gate measures a case: it asks for no speed-up, and time is short.

    `wait_for_turn` is called before each round, None if no other session takes turns with this one. If
    `measured_before` is true, an earlier process has confirmed the expected results and observed a whole call, so that
    neither is repeated. `keep_executor` leaves loky's executor running for the next case, which uses the same one.
    """

    wait_for_turn: Callable[[], None] | None
    measured_before: bool
    keep_executor: bool


@dataclass(frozen=True)
class RoundSettings:
    """How a case is measured. `rounds` and `warmups` are counts of rounds, `timeout_s` is for the whole case.

    `engines` makes the pools of the backends that need an engine. `gate` is None outside of a gate. `meter` measures
    the resources of one more round, which is not timed; None without `--resources`. `sparing` decides how many of the
    rounds a case gets; None if all cases get all of them.
    `counter` counts the instructions of further rounds, and `profiler` says what they spend their time in; None unless
    a gate asks for that.
    """

    rounds: int
    warmups: int
    timeout_s: float
    engines: EnginePools
    gate: GateMode | None
    meter: Meter | None
    sparing: Sparing | Within | None
    counter: InstructionCounter | None = None
    profiler: CallProfiler | None = None

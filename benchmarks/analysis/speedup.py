"""Speed-up and efficiency of parallel configurations over a loop."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Configuration:
    """A measured configuration: seconds of a call and of the plain loop measured with it, and its effective workers.

    `inner_threads` is the number of threads in which a worker may compute.
    """

    name: str
    backend: str
    time_s: float
    loop_s: float
    workers: int
    inner_threads: int = 1

    def __post_init__(self) -> None:
        if self.time_s <= 0 or self.loop_s <= 0 or self.threads < 1:
            raise ValueError(f"not a measurement: {self.name} {self.time_s} s, loop {self.loop_s} s, {self.workers}")

    @property
    def speed_up(self) -> float:
        """T_loop / T."""
        return self.loop_s / self.time_s

    @property
    def threads(self) -> int:
        """The threads of all workers."""
        return self.workers * self.inner_threads

    @property
    def efficiency(self) -> float:
        """T_loop / (threads * T): 1 for a perfect use of every thread of every worker."""
        return self.speed_up / self.threads


def best_of_each_backend(configurations: Iterable[Configuration]) -> list[Configuration]:
    """Return the configuration of each backend with the highest speed-up, in order of first occurrence."""
    best: dict[str, Configuration] = {}
    for configuration in configurations:
        held = best.setdefault(configuration.backend, configuration)
        if configuration.speed_up > held.speed_up:
            best[configuration.backend] = configuration
    return list(best.values())


def slower_than_loop(configurations: Sequence[Configuration]) -> list[Configuration]:
    """Return the configurations with more than one worker that take longer than the loop, in the given order."""
    return [configuration for configuration in configurations if configuration.workers > 1 > configuration.speed_up]

"""What is known of each round besides its time: its batches, whether its workers were new, that its result is right."""

from typing import Any

from benchmarks.backends.protocol import Pool
from benchmarks.grid import Case
from benchmarks.measure.call import Call, naming
from benchmarks.measure.effective import histogram, occurred

# What a round returns: the results of each call in it.
Results = list[list[Any]]


class Notes:
    """What is known of each round besides its time."""

    def __init__(self, case: Case, call: Call, pool: Pool, extra_info: dict[str, Any], calls: int) -> None:
        self._case = case
        self._call = call
        self._pool = pool
        self._extra_info = extra_info
        self._tasks = len(call.arguments) * calls
        self._last_executor = pool.executor()
        self._batches: list[dict[str, int] | None] = []
        self._executors: list[str | None] = []
        self._one_call = calls == 1
        self._completed_s: list[float | None] = []
        self.results: Results = []
        self.executor: object | None = None

    @property
    def pipes(self) -> bool:
        """Whether workers are processes that are there already and are told their tasks through pipes.

        Engines use sockets.
        """
        warm = "warm" in self._extra_info["phase"]
        return warm and bool(self._extra_info["worker_processes"]) and self._pool.clock() is None

    def take(self) -> None:
        """Note one finished round and check its result."""
        sizes = self._pool.take_batches(self._tasks)
        self._batches.append(None if sizes is None else histogram(sizes))
        self._completed_s.append(self._pool.completed_s() if self._one_call else None)
        executor = self._pool.executor() or self.executor
        if executor is None:
            self._executors.append(None)
        else:
            self._executors.append("reused" if executor is self._last_executor else "new")
        self._last_executor = executor
        results, self.results = self.results, []
        with naming(f"{where(self._case)}, call {len(self._batches)} of the rounds"):
            for result in results:
                self._call.check(result)

    def extra_info(self, warmups: int) -> dict[str, Any]:
        """Plain values for the run file; lists have one entry a timed round."""
        batches = self._batches[warmups:]
        executors = self._executors[warmups:]
        completed_s = self._completed_s[warmups:]
        known = {"completed_s": completed_s} if None not in completed_s else {}
        return {
            **known,
            **self._extra_info,
            "batches": batches,
            "batch_size_occurred": occurred(self._case, batches),
            "executor": executors[0] if len(set(executors)) == 1 else "mixed",
        }


def where(case: Case) -> str:
    """A case in a message: its id and what was asked for."""
    return f"{case.id}: backend={case.backend}, n_jobs={case.n_jobs}, batch_size={case.batch_size}"

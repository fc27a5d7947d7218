"""What the run file says about each round beside its time, and the check of the round's results."""

from typing import Any

from benchmarks.backends.protocol import Pool
from benchmarks.grid import Case
from benchmarks.measure.call import Call, naming
from benchmarks.measure.effective import batch_size_occurred, histogram

# The results of each call in a round.
Results = list[list[Any]]


class RoundLog:
    """The batches, the executor and the results of a case's rounds.

    `extra_info` is what the run file says about all rounds alike; a round has `calls` calls. Assign a round's results
    to `results` before `add_round`. Assign to `executor` what the pool no longer knows once it is closed.
    """

    def __init__(self, case: Case, call: Call, pool: Pool, extra_info: dict[str, Any], calls: int) -> None:
        self._case = case
        self._call = call
        self._pool = pool
        self._extra_info = extra_info
        self._tasks = len(call.arguments) * calls
        self._one_call = calls == 1
        self._last_executor = pool.executor()
        self._batches: list[dict[str, int] | None] = []
        self._executors: list[str | None] = []
        self._completed_s: list[float | None] = []
        self.results: Results = []
        self.executor: object | None = None

    @property
    def alias_of(self) -> str | None:
        """The id of the case that really runs, None if it is the case itself."""
        alias: str | None = self._extra_info["alias_of"]
        return alias

    @property
    def uses_pipes(self) -> bool:
        """Whether tasks reach the workers through pipes of this process: the workers are processes that already run.

        The workers of engines get their tasks through sockets.
        """
        is_warm = "warm" in self._extra_info["phase"]
        return is_warm and bool(self._extra_info["worker_processes"]) and self._pool.clock() is None

    def add_round(self) -> None:
        """Record the round that has just ended, and check its results. Raises WrongResult."""
        sizes = self._pool.take_batches(self._tasks)
        self._batches.append(None if sizes is None else histogram(sizes))
        # A pool knows the last batch of its last call only.
        self._completed_s.append(self._pool.completed_s() if self._one_call else None)
        executor = self._pool.executor() or self.executor
        if executor is None:
            self._executors.append(None)
        else:
            self._executors.append("reused" if executor is self._last_executor else "new")
        self._last_executor = executor
        results, self.results = self.results, []
        with naming(f"{full_name(self._case)}, call {len(self._batches)} of the rounds"):
            for call_results in results:
                self._call.check(call_results)

    def extra_info(self, warmups: int) -> dict[str, Any]:
        """Return plain values for the run file, without the first `warmups` rounds; lists have one entry per round."""
        batches = self._batches[warmups:]
        executors = self._executors[warmups:]
        completed_s = self._completed_s[warmups:]
        return {
            **({"completed_s": completed_s} if None not in completed_s else {}),
            **self._extra_info,
            "batches": batches,
            "batch_size_occurred": batch_size_occurred(self._case, batches),
            "executor": executors[0] if len(set(executors)) == 1 else "mixed",
        }


def full_name(case: Case) -> str:
    """Return a case's id and its parameters, for a message."""
    threads = "" if case.inner_threads is None else f", inner_threads={case.inner_threads}"
    return f"{case.id}: backend={case.backend}, n_jobs={case.n_jobs}, batch_size={case.batch_size}{threads}"

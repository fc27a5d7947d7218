"""A pool, a clock, a meter and a benchmark fixture for unit tests, without workers and without real time."""

from benchmarks.backends.protocol import Effective, Pool


class FakeClock:
    """A clock in seconds that only moves when it is told to."""

    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s

    def advance(self, seconds):
        """Let time pass."""
        self.now_s += seconds


# Different for each step, so that a sum tells what was timed.
COSTS_S = {"open": 1.0, "call": 0.25, "close": 0.5}


class FakePool(Pool):
    """Runs tasks in this thread and logs what is called.

    Each step takes the seconds in COSTS_S on the fake clock. In the observed call the (process, thread) pairs of
    `workers` answer in turns. `discard` replaces the executor, which is only known while the pool is open.
    """

    def __init__(self, log=None, clock=None, effective=None, workers=((1, 1),), batches=None, owns_clock=True):
        self.log = [] if log is None else log
        self.fake_clock = clock or FakeClock()
        self.workers = workers
        self.batches = batches
        self.owns_clock = owns_clock
        self._effective = effective or Effective("FakePool", None, 1)
        self._completed_s = None
        self.the_executor = object()
        self.is_open = False
        self.corrupt_call = None
        self.calls = 0

    def _step(self, name):
        self.log.append(name)
        self.fake_clock.advance(COSTS_S.get(name, 0.0))

    def open(self):
        """Open the pool."""
        self._step("open")
        self.is_open = True

    def call(self, task, arguments):
        """Run the tasks here; corrupt the first result of the call numbered `corrupt_call`."""
        self._step("call")
        self.calls += 1
        results = [task(argument) for argument in arguments]
        if type(task).__name__ == "WithWorker":
            answering = [self.workers[index % len(self.workers)] for index in range(len(results))]
            return [(result, *worker) for (result, _, _), worker in zip(results, answering, strict=True)]
        if self.calls == self.corrupt_call:
            results[0] = "corrupt"
        return results

    def close(self):
        """Close the pool."""
        self._step("close")
        self.is_open = False

    def discard(self):
        """Replace the executor."""
        self._step("discard")
        self.the_executor = object()

    def release(self):
        """Log the release."""
        self._step("release")

    def kill(self):
        """Log the kill."""
        self._step("kill")

    def clock(self):
        """Return the fake clock, as an engine's pool does, unless this process makes the calls."""
        return self.fake_clock if self.owns_clock else None

    def effective(self):
        """Return what the test asked for."""
        return self._effective

    def executor(self):
        """Return the executor while the pool is open."""
        return self.the_executor if self.is_open else None

    def take_batches(self, tasks):
        """Return the test's batch sizes, None without any."""
        return self.batches

    def completed_s(self):
        """Return the test's time until the last batch."""
        return self._completed_s


class FakeBenchmark:
    """The part of pytest-benchmark's fixture that is used, with its order of calls: see `BenchmarkFixture.pedantic`."""

    def __init__(self, clock=None, enabled=True):
        self.enabled = enabled
        self.extra_info = {}
        self.times_s = []
        self._timer = clock or FakeClock()

    def pedantic(self, target, setup, teardown, rounds, warmup_rounds):
        """Time `rounds` calls after `warmup_rounds` others; if nothing is measured, call once without teardown."""
        if not self.enabled:
            setup()
            target()
            return
        for number in range(warmup_rounds + rounds):
            setup()
            began = self._timer()
            target()
            seconds = self._timer() - began
            if number >= warmup_rounds:
                self.times_s.append(seconds)
            teardown()


class FakeMeter:
    """Answers what a test asked for, after it has made the call."""

    def __init__(self, answer):
        self.answer = answer
        self.pipes = None

    def measure(self, call, pipes):
        """Make the call and return the answer."""
        self.pipes = pipes
        call()
        return self.answer

"""Failures while a gate is measured: they are told, those that count go into the record, and some end the gate."""

from collections import Counter

from benchmarks.errors import GateError
from benchmarks.files.status import FailureEvent, read_status
from benchmarks.gate.commands import last_lines
from benchmarks.gate.failures import counting_failures, is_wrong_result, single_failures
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.opening import BuiltRecord
from benchmarks.gate.record import Failure, PairRecord, SideName
from benchmarks.gate.record_folder import little_room, logs_of, status_of
from benchmarks.limits import case_names
from benchmarks.text.formatting import counted

# A side that dies this often can't be measured; a single time may be a coincidence.
_DEATHS = 2

# A side that is broken fails in every case; the first failures say why.
_MOST_TOLD = 3


class FailureWatch:
    """The failures of one gate: how often sides died, and what the user was told."""

    def __init__(self, built: BuiltRecord) -> None:
        self._folder, self._record, self._tell = built.folder, built.record, built.tell
        self._deaths: Counter[tuple[str | None, SideName]] = Counter()
        self._told: set[tuple[str, Failure]] = set()

    def note(self, measurements: Measurements) -> None:
        """Add the failures that count to the record; tell of each new one."""
        for nodeid, reasons in measurements.failures["base"].items():
            for reason in reasons:
                refuse_wrong_base(nodeid, reason)
        counting = counting_failures(measurements.failures)
        for nodeid, failure in counting.items():
            self._record.failures.setdefault(nodeid, failure)
        fresh = [single for single in single_failures(measurements.failures, counting) if single not in self._told]
        self._told.update(fresh)
        for nodeid, failure in fresh[:_MOST_TOLD]:
            self._tell(f"{failure.side} failed in {case_names(nodeid)[1]}: {failure.reason}")
        if more := len(fresh[_MOST_TOLD:]):
            self._tell(f"and {counted(more, 'more failure')}; see {logs_of(self._folder)}")

    def refuse_repeated_deaths(self, side: SideName, pair: PairRecord) -> None:
        """Raise GateError if base dies twice in a case, or either side twice outside of one: nothing can be judged.

        A head that dies in a case is a failure of that case, see `gate.failures`. A pair in which a case of this side
        failed does not count.
        """
        nodeid = pair.in_flight
        failed = any(
            isinstance(event, FailureEvent) for event in read_status(status_of(self._folder, f"{pair.name}-{side}"))
        )
        if failed or (nodeid is not None and side == "head"):
            return
        self._deaths[nodeid, side] += 1
        if self._deaths[nodeid, side] >= _DEATHS:
            log = logs_of(self._folder) / f"{pair.name}-{side}.txt"
            messages = last_lines(log.read_bytes())
            see = f"see {log}{little_room(self._folder)}"
            raise GateError(f"{side} can't be measured: {pair.void_reason}, twice; {see}:\n{messages}")


def refuse_wrong_base(nodeid: str, reason: str) -> None:
    """Raise GateError if a case has a wrong result in base: nothing can be compared with that."""
    if is_wrong_result(reason):
        raise GateError(f"base returns a wrong result in {nodeid}: {reason}; a gate needs a correct base")

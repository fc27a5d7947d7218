"""Which failures of a case count: a wrong result at once, anything else if it happens again, and never in base.

A time-out, a dead worker or an exception may be caused by the machine or by another program. With one such accident in
10,000 runs of a case, failing at the first one fails 5 % of gates falsely; failing at the second one in the same
case, in fewer than one of 10,000.
"""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.gate.record import Failure, SideName
from benchmarks.history.run import WRONG_RESULT

_TWICE = 2

# By side and node id, the reasons for which a case had no time, oldest first.
Reasons = Mapping[SideName, Mapping[str, Sequence[str]]]


def counting_failures(reasons: Reasons) -> dict[str, Failure]:
    """Return the failures that count, by node id: head's make a case BROKEN, base's make it INCOMPARABLE."""
    counting = {}
    for nodeid, of_base in reasons["base"].items():
        if len(of_base) >= _TWICE:
            counting[nodeid] = Failure("base", of_base[-1])
    for nodeid, of_head in reasons["head"].items():
        wrong = [reason for reason in of_head if is_wrong_result(reason)]
        if wrong or (len(of_head) >= _TWICE and nodeid not in reasons["base"]):
            counting[nodeid] = Failure("head", (wrong or of_head)[-1])
    return counting


def is_wrong_result(reason: str) -> bool:
    """Return whether a case failed because its result was wrong."""
    return reason.startswith(WRONG_RESULT)


def single_failures(reasons: Reasons, counting: Mapping[str, Failure]) -> Iterator[tuple[str, Failure]]:
    """Yield the failures that do not count so far, by node id."""
    for side, by_case in reasons.items():
        for nodeid, of_case in by_case.items():
            if nodeid not in counting:
                yield nodeid, Failure(side, of_case[-1])

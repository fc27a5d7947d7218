"""`gate --instructions`: the instructions of one call on both sides, counted by valgrind's callgrind.

Each side has a session of its own under valgrind, with the same hash seed; `measure/instructions.py` counts there.
Counts that repeat need no statistics and no share of alpha: what differs is counted again, in fresh processes with
another hash seed, and has to differ again.
"""

import shutil
from collections.abc import Sequence
from subprocess import TimeoutExpired

import msgspec

from benchmarks.analysis.instructions import Counts, count_ratio
from benchmarks.errors import GateError
from benchmarks.gate.opening import BuiltRecord
from benchmarks.gate.record import SIDES, GateCase, SideName
from benchmarks.gate.record_folder import logs_of, runs_of, status_of
from benchmarks.gate.sessions import how_it_ended, running, session_command
from benchmarks.gate.sizing import write_plan
from benchmarks.history.run import read_run
from benchmarks.text.formatting import counted

MISSING = "Instructions were not counted: valgrind is not installed (`apt install valgrind`, `dnf install valgrind`)."

# A call takes some fifty times as long under callgrind, and its instructions don't need a long call.
_SCALE = 0.1
_CASE_S = 300.0

# The longest that one side may take to count with one hash seed.
_SIDE_S = 600.0

# The hash seeds of the first count, and of the one that has to confirm a change.
_SEEDS = (1, 2)

# Nothing is counted until the session says so. Worker processes that are started anew run freely.
_VALGRIND = ("valgrind", "--tool=callgrind", "--instr-atstart=no", "--combine-dumps=yes", "--trace-children=no", "-q")


def is_valgrind_installed() -> bool:
    """Return whether instructions can be counted here."""
    return shutil.which("valgrind") is not None


def count_instructions(built: BuiltRecord) -> None:
    """Count the instructions of every case that can be timed, and keep them in the record. Raises GateError."""
    record = built.record
    for seed in _SEEDS:
        cases = [case for case in record.sound_cases if needs_count(record.instructions.get(case.nodeid, []), seed)]
        if not cases:
            continue
        built.tell(f"counting the instructions of {counted(len(cases), 'case')}, hash seed {seed}")
        by_side = {side: _count(built, side, cases, seed) for side in SIDES}
        for case in cases:
            counts = Counts(by_side["base"].get(case.nodeid, []), by_side["head"].get(case.nodeid, []))
            record.instructions[case.nodeid] = [*record.instructions.get(case.nodeid, []), counts]
        record.save(built.folder)


def needs_count(earlier: Sequence[Counts], seed: int) -> bool:
    """Return whether a case is to be counted with this seed: with the second one only if the first shows a change."""
    number = _SEEDS.index(seed)
    if len(earlier) != number:
        return False
    first = count_ratio(earlier[0]) if earlier else None
    return not earlier or (first is not None and first.differs)


def _count(built: BuiltRecord, name: SideName, cases: Sequence[GateCase], seed: int) -> dict[str, list[int]]:
    """Return the counts of one side's cases, by node id."""
    folder, side, session = built.folder, built.sides[name], f"instructions-{name}-{seed}"
    runs, log, prefix = runs_of(folder), logs_of(folder) / f"{session}.txt", logs_of(folder) / f"{session}.callgrind"
    # Left by a count that was interrupted.
    left = [file.path for file in runs.files() if file.name == session]
    for path in (*left, *log.parent.glob(f"{prefix.name}.*")):
        path.unlink()
    plan = write_plan(folder, [msgspec.structs.replace(case, scale=case.scale * _SCALE) for case in cases], {})
    options = built.record.options_without_resources
    options += [f"--plan={plan}", f"--status-file={status_of(folder, session)}", "--rounds=1"]
    options += [f"--case-timeout={_CASE_S:g}", f"--count-instructions={prefix}"]
    command = [*_VALGRIND, f"--callgrind-out-file={prefix}.%p", *session_command(side, runs.root, session, *options)]
    with running(command, side, log, seed) as process:
        try:
            process.wait(_SIDE_S)
        except TimeoutExpired:
            took = f"counting {name}'s took longer than {_SIDE_S:g} s"
            raise GateError(f"--instructions: {took}: choose fewer cases with -k") from None
    saved = next((file.path for file in runs.files() if file.name == session), None)
    if saved is None:
        raise GateError(f"--instructions: {name} can't be counted: {how_it_ended(process)}; see {log}")
    return {case.fullname: _known(case.facts.get("instructions")) for case in read_run(saved).cases.values()}


def _known(counts: object) -> list[int]:
    """Return a case's counts as its run file has them; none if they make no sense."""
    sound = isinstance(counts, list) and all(isinstance(count, int) and count > 0 for count in counts)
    return list(counts) if sound else []  # type: ignore[call-overload]

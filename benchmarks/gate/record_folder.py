"""The folder of a gate's record: where its parts are, the lock of the process that measures, and digests of its runs.

RECORD/
  gate.json             the record itself, see `record`
  runs/                 a store with one stock run file per process
  logs/                 the output of each process, and its status file
  plan.json             the plan of the current pair
  lock                  held by the process that measures
"""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.errors import GateError
from benchmarks.files.durable import make_folder
from benchmarks.files.system import try_lock
from benchmarks.gate.record import SIDES, PairRecord, SideName
from benchmarks.history.store import Store
from benchmarks.text.printable import visible

# A session writes less than that.
_LITTLE_ROOM_BYTES = 1_000_000


def runs_of(folder: Path) -> Store:
    """Return the store of the record's run files."""
    return Store(folder / "runs")


def logs_of(folder: Path) -> Path:
    """Return the folder of the sessions' output."""
    return folder / "logs"


def status_of(folder: Path, session: str) -> Path:
    """Return the status file of a session."""
    return logs_of(folder) / f"{session}.status.jsonl"


def little_room(folder: Path) -> str:
    """Return a remark if the record's disk is nearly full: a session that can't write its log can't say so."""
    free_bytes = shutil.disk_usage(folder).free
    return f"; its disk has only {free_bytes // 1000} kB left" if free_bytes < _LITTLE_ROOM_BYTES else ""


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Lock the record. Raises GateError if another process is measuring into it."""
    make_folder(folder)
    with (folder / "lock").open("a") as lock:
        if not try_lock(lock.fileno()):
            raise GateError(
                f"{folder}: another process is measuring into it; wait until it ends, or choose another folder"
            )
        yield


def run_digests(folder: Path, pair: str) -> dict[str, str]:
    """Return the SHA-256 of a pair's run files by side."""
    paths = {file.name: file.path for file in runs_of(folder).files()}
    return {side: _sha256(paths[f"{pair}-{side}"]) for side in SIDES if f"{pair}-{side}" in paths}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pair_files(folder: Path, pairs: Sequence[PairRecord]) -> dict[str, dict[SideName, Path]]:
    """Return the run files of these pairs, by pair and side.

    Raises GateError if one is missing, exists twice, or is not the file that was measured.
    """
    paths: dict[str | None, list[Path]] = {}
    for file in runs_of(folder).files():
        paths.setdefault(file.name, []).append(file.path)
    for pair in pairs:
        for side in SIDES:
            if len(same_name := paths.get(f"{pair.name}-{side}", [])) != 1:
                what = f"{len(same_name)} run files of {pair.name}-{side}; expected one"
                raise GateError(f"{visible(folder)}: {what}: the record was changed")
            if _sha256(same_name[0]) != pair.sha256.get(side):
                raise GateError(f"{visible(same_name[0])}: not the file that was measured: the record was changed")
    return {pair.name: {side: paths[f"{pair.name}-{side}"][0] for side in SIDES} for pair in pairs}


def machine_name(folder: Path) -> str:
    """Return the name of the machine that measured the record, as in the store. The record must have a run."""
    return runs_of(folder).files()[0].path.parent.name

"""Recognising that joblib could not write its temporary folder, through which large arrays reach its processes."""

import os
import re
from traceback import walk_tb

# The last line of a traceback about the system's refusal, such as `OSError: [Errno 28] No space left on device`.
_REFUSAL = re.compile(r"^\w*Error: \[Errno \d+\] .*$", re.MULTILINE)

# The module of joblib that writes the arrays, and the function that raises again what happened to a batch.
_WRITER, _RAISER = "_memmapping_reducer", "_return_or_raise"


class TempFolderTrouble(Exception):
    """joblib can't write to its temporary folder."""


def trouble_with_temp_folder(error: BaseException, backend: str) -> TempFolderTrouble | None:
    """Return what to tell the user if an error of joblib's is about its temporary folder, None if it is not.

    loky raises a PicklingError, whose cause has the traceback as text. multiprocessing raises the OSError itself; one
    of the task's has the traceback of the worker as its cause.
    """
    refusal = None
    if isinstance(error, OSError) and error.__cause__ is None:
        frames = [frame.f_code.co_name for frame, _ in walk_tb(error.__traceback__)]
        refusal = f"{type(error).__name__}: {error}" if frames and frames[-1] == _RAISER else None
    elif _WRITER in (text := str(error.__cause__)) and (lines := _REFUSAL.findall(text)):
        refusal = lines[-1]
    if refusal is None:
        return None
    folder = os.getenv("JOBLIB_TEMP_FOLDER") or "/dev/shm or the system's"  # noqa: S108 - only named
    return TempFolderTrouble(
        f"{backend} can't write arrays over 1 MB to joblib's temporary folder, {folder} ({refusal}): set"
        " JOBLIB_TEMP_FOLDER to a folder with enough room, pass max_nbytes=None to Parallel, or use threads"
    )

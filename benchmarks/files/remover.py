"""The remover: removes a temporary folder whose process was killed (see `temporary`).

This is a script with a process of its own. It waits for the end of its standard input, which comes when every process
that may write to the folder has ended.
"""

import shutil
import sys
import time
from pathlib import Path

# What an engine's processes still write while they end is removed as well.
_ROUNDS = 20
_PAUSE_S = 0.1


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it, repeatedly if something is still written there."""
    for _ in range(_ROUNDS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_PAUSE_S)


if __name__ == "__main__":
    sys.stdin.buffer.read()
    remove(Path(sys.argv[1]))

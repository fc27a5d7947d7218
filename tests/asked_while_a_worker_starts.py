"""A pytest plugin (`-p tests.asked_while_a_worker_starts`): SIGTERM arrives when loky has started a worker of its own.

loky does not know of that worker yet, so that it never tells it to end.
"""

import os
import signal

from joblib.externals.loky.backend.process import LokyProcess

_start = LokyProcess.start


def _start_and_ask(process):
    _start(process)
    os.kill(os.getpid(), signal.SIGTERM)


LokyProcess.start = _start_and_ask

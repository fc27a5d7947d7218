"""Workers that are asked to end while they are being forked."""

import subprocess
import sys

import pytest

from tests.run_session import ROOT, environment

# A session's handler for SIGTERM, then many forks each of which is asked to end at once, up to the first that does not;
# the number that did.
FORKS = """
import os, signal, sys, time
from benchmarks.measure.children import reset_signals_in_forks
from benchmarks.session.signals import end_in_order_on_signals
reset_signals_in_forks()
end_in_order_on_signals()
ended = 0
for _ in range(300):
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    os.kill(child, signal.SIGTERM)
    for _ in range(60_000):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            ended += os.WTERMSIG(status) == signal.SIGTERM
            break
        time.sleep(0.001)
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        break
print(ended, signal.pthread_sigmask(signal.SIG_BLOCK, []))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs os.fork")
def test_a_worker_that_is_just_being_forked_ends_when_it_is_told_to():
    """All of 300 workers end, and the session still handles its own signals afterwards."""
    done = subprocess.run(
        [sys.executable, "-c", FORKS], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "300 set()"), done.stderr

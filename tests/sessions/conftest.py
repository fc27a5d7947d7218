"""Sessions that are refused before anything runs: many in one process, whose imports would take most of the time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run_session import ROOT, Session, command, environment

# Runs a session for each line of its input, and answers with its exit code and its output.
SERVER = """
import contextlib, io, json, sys
import pytest
for line in sys.stdin:
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        code = pytest.main(json.loads(line))
    print(json.dumps([code, output.getvalue()]), flush=True)
"""


@pytest.fixture(scope="module")
def refused():
    """Return a function that runs a session as `session` does, in a process for the module's refusals."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        cwd=ROOT,
        env=environment() | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def run(store: Path, *args: str) -> Session:
        _, _, _, *arguments = command(store, *args)
        server.stdin.write(json.dumps(arguments) + "\n")
        server.stdin.flush()
        return Session(*json.loads(server.stdout.readline()), store)

    with server:
        yield run
        server.stdin.close()

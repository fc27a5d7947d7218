"""Counting instructions: what callgrind's file says, and a real count of this interpreter under valgrind."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from benchmarks.measure.instructions import InstructionCounter, NotCounting, agreeing, read_counts
from tests.run_session import ROOT

# Counts twice as many additions, and prints both lists of counts.
PROGRAM = """
import json, sys
from benchmarks.measure.instructions import InstructionCounter
counter = InstructionCounter(sys.argv[1])
def nothing(): pass
def counts(additions): return counter.examine(nothing, lambda: sum(range(additions)), nothing)
print(json.dumps([counts(100_000), counts(200_000)]))
"""

FILE = b"""# callgrind format
part: 1
desc: Trigger: Client Request: call 1
events: Ir
summary: 2574629
totals: 2575117
part: 2
desc: Trigger: Client Request: call 2
summary: 2484361
totals: 2484787
part: 3
desc: Trigger: Program termination
summary: 18446744073689632998
"""


def test_the_counts_are_read_from_callgrinds_file():
    """The part that ends the program is none of a call's."""
    assert read_counts(FILE) == {1: 2574629, 2: 2484361}
    assert read_counts(b"") == {}


def test_calls_are_counted_until_they_agree():
    """Three counts within 0.15 % are enough, whatever the others were."""
    assert not agreeing([1000, 1000])
    assert not agreeing([1000, 1000, 1010])
    assert agreeing([1500, 1000, 1000, 1001])


def test_without_valgrind_nothing_is_counted(tmp_path):
    """A session that was not started under valgrind says so."""
    with pytest.raises(NotCounting, match=r"not running under valgrind|x86-64 only"):
        InstructionCounter(str(tmp_path / "callgrind"))


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="needs valgrind")
def test_twice_the_work_is_twice_the_instructions(tmp_path):
    """Only the call is counted: neither the interpreter's start nor what comes between two calls."""
    prefix = tmp_path / "callgrind"
    valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--combine-dumps=yes", "-q"]
    command = [*valgrind, f"--callgrind-out-file={prefix}.%p", sys.executable, "-c", PROGRAM, str(prefix)]
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=True)
    once, twice = json.loads(done.stdout)
    assert agreeing(once)
    assert agreeing(twice)
    assert 1_000_000 < min(once) < 100_000_000
    assert min(twice) / min(once) == pytest.approx(2, rel=0.02)

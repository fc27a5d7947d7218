"""Run real gates: the verb in a process of its own, on this checkout."""

import subprocess
import sys

import psutil

from tests.run_session import ROOT, environment, hear_interrupts

FEW = ("-k", "test_two_tasks and (sequential or threading)", "--seed", "1")
SAME = ("--base", "joblib==1.6.0", "--head", "joblib==1.6.0")


def command(*args):
    """Return the command line of a verb."""
    return [sys.executable, "-m", "benchmarks", *args]


def started(*args):
    """Start a gate."""
    return started_verb("gate", *args)


def started_verb(*args):
    """Start a verb."""
    return subprocess.Popen(
        command(*args),
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,
    )


def gate(*args):
    """Run a gate to its end and return exit code, stdout, stderr."""
    return run_verb("gate", *args)


def run_verb(*args, timeout_s=900):
    """Run a verb to its end and return exit code, stdout, stderr."""
    done = subprocess.run(
        command(*args),
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def processes_of(folder):
    """Return the living processes whose command line names a record."""
    found = []
    for process in psutil.process_iter():
        try:
            if any(str(folder) in word for word in process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found

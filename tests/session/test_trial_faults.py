"""Why a function of the user's is refused before anything is measured: sentences that say what to do."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from benchmarks.measure.call import Call, TaskFailed
from benchmarks.session.trial_faults import harm, hint, not_computed, process_state


@pytest.mark.parametrize("result", [iter([1]), map(abs, [1]), (n for n in [1]), zip([1], [2], strict=True)])
def test_an_iterator_is_no_result(result):
    """Its items are computed when somebody reads them, which no timer sees."""
    said = not_computed([0, result])
    assert said.startswith(f"a task returned an object of type {type(result).__name__}, which computes its items only")


def test_data_are_results(tmp_path):
    """A list can be read again, and what is to be said of a file is something else."""
    with (tmp_path / "file").open("w") as file:
        assert not_computed([None, [1], "text", range(3), {}.keys(), file]) is None


def test_a_process_with_other_cores_or_permissions_is_refused():
    """Everything measured later would have them."""
    before = process_state()
    assert harm(before) is None
    os.umask(0o777)
    try:
        assert harm(before) == (
            f"the task changes the umask of its process (from {before.umask:03o} to 777): let it put back what it"
            " changes"
        )
    finally:
        os.umask(before.umask)


@pytest.mark.skipif(len(process_state().cores) < 2, reason="needs two cores to leave one")
def test_a_process_with_fewer_cores_is_refused():
    """Every pool would share what is left."""
    before = process_state()
    os.sched_setaffinity(0, {min(before.cores)})
    try:
        assert f"changes which cores its process may use (from {len(before.cores)} to 1)" in harm(before)
    finally:
        os.sched_setaffinity(0, before.cores)


def failed(task):
    """Return the failure of a task in a plain loop."""
    with pytest.raises(TaskFailed) as raised:
        Call(task, [0], task, {}).loop_results()
    return raised.value


def test_a_relative_path_is_explained():
    """The session's working directory is not the user's."""
    assert f"relative paths start at {Path.cwd()} here" in hint(failed(lambda _: Path("no.txt").read_text()), False)
    assert hint(failed(lambda _: Path("/no/such.txt").read_text()), False) == ""
    # The program is looked for elsewhere.
    assert hint(failed(lambda _: subprocess.run(["no-such-program"], check=True)), False) == ""


def test_what_a_failed_program_wrote_is_shown():
    """As far as the task has captured it."""
    said = hint(failed(lambda _: subprocess.run(["ls", "/no/such"], check=True, capture_output=True)), False)
    assert said.startswith("; the program wrote: ls: ")
    assert hint(failed(lambda _: subprocess.run(["false"], check=True)), False) == ""


def test_a_failure_in_the_second_loop_only_is_explained():
    """The task has met what it has left behind."""
    assert hint(failed(lambda _: 1 / 0), False) == ""
    assert "; in a plain loop before, it had raised nothing" in hint(failed(lambda _: 1 / 0), True)


def test_an_asynchronous_generator_is_no_result():
    """Nobody awaits its items."""

    async def items():
        yield 1

    generator = items()
    assert "of type async_generator" in not_computed([generator])
    asyncio.run(generator.aclose())

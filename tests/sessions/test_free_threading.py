"""A free-threaded interpreter, where one is installed."""

import json
import subprocess

import pytest

from tests.run_session import GRID, ROOT, SMALL, environment


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """A free-threaded interpreter with what a session needs."""
    from uv import find_uv_bin

    uv = find_uv_bin()
    asked = (["--no-python-downloads", f"{version}t"] for version in ("3.14", "3.13"))
    found = [subprocess.run([uv, "python", "find", *one], capture_output=True, check=False) for one in asked]
    interpreter = next((one.stdout.decode().strip() for one in found if one.returncode == 0), None)
    if interpreter is None:
        pytest.skip("no free-threaded interpreter (3.13t or 3.14t) is installed")
    folder = tmp_path_factory.mktemp("free-threaded")
    subprocess.run([uv, "venv", "--quiet", "--python", interpreter, folder], check=True)
    python = folder / "bin" / "python"
    groups = [f"--group={ROOT / 'pyproject.toml'}:{name}" for name in ("measured", "harness")]
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *groups], check=True)
    return python


def test_it_is_recorded_and_shown(tmp_path, python):
    """In the run file, and beside the answer."""
    options = ("-p", "no:cacheprovider", "--benchmark-only", *SMALL, "--n-jobs=2", "--batch-sizes=10")
    command = [python, "-m", "pytest", *options, f"--history={tmp_path}", "--backends", "threading", GRID]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    (path,) = tmp_path.glob("*/*.json")
    assert json.loads(path.read_text())["joblib_suite"]["machine"]["free_threading"] is True
    assert "free-threaded Python" in done.stdout
    assert "free-threading" in path.parent.name

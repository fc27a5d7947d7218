"""The recipe of docs/gate.md for another project's CI, run as it is written, on a small project."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.run_session import ROOT, environment

PRICING = '''"""Prices."""


def price(order):
    """Return the price of an order, slowly."""
    total = 0
    for number in range(ROUNDS):
        total += number % (order + 1)
    return total
'''

PROJECT = {
    "pyproject.toml": '[build-system]\nrequires = ["setuptools>=61"]\nbuild-backend = "setuptools.build_meta"\n'
    '[project]\nname = "project"\nversion = "1.0"\n[tool.setuptools]\npackages = ["project"]\n',
    "project/__init__.py": "",
    "project/pricing.py": PRICING.replace("ROUNDS", "20_000"),
    "benchmarks/cases.py": "ORDERS = list(range(1, 41))\n",
}

# What the recipe's last step is told in addition: two cases instead of all are enough.
FEW = ["-k", "price and (sequential-n1 or threading-n2-bauto)", "--seed", "1"]


@pytest.fixture
def workspace(tmp_path, released):
    """A runner's folder: a clone of a project with its branch `main` on origin, and a copy of this suite."""
    origin = tmp_path / "origin"
    for name, content in PROJECT.items():
        path = origin / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    for command in (
        ["init", "--quiet", "--initial-branch=main", "."],
        ["add", "."],
        ["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "-m", "first"],
    ):
        subprocess.run(["git", *command], cwd=origin, check=True)
    subprocess.run(["git", "clone", "--quiet", str(origin), str(tmp_path / "project")], check=True)
    suite = tmp_path / "suite"
    shutil.copytree(ROOT / "benchmarks", suite / "benchmarks", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pytest.ini", "pyproject.toml"):
        shutil.copy(ROOT / name, suite / name)
    return tmp_path


def recipe():
    """Return the command of the recipe's last step, with this interpreter's gate in place of tox's."""
    text = (ROOT / "docs/gate.md").read_text().partition("## In another project's CI")[2]
    (folded,) = re.findall(r"- run: >\n(.*?)```", text, re.DOTALL)
    command = " ".join(line.strip() for line in folded.splitlines())
    tox = "../.venv/bin/tox run -e gate --"
    assert command.count(tox) == 1
    return command.replace(tox, f"{sys.executable} -m benchmarks gate")


def run(workspace, command, *more):
    """Run a step of a job in the runner's folder; return its exit code, its output and the job's summary."""
    summary = workspace / "summary.md"
    runner = {"GITHUB_WORKSPACE": str(workspace), "GITHUB_BASE_REF": "main", "GITHUB_STEP_SUMMARY": str(summary)}
    inherited = {name: value for name, value in environment().items() if name != "PYTHONPATH"}
    done = subprocess.run(
        ["bash", "-c", f'{command} "$@"', "step", *more],
        cwd=workspace,
        env={**inherited, "PATH": os.environ["PATH"], **runner},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr, summary.read_text() if summary.exists() else ""


def test_a_slower_project_fails(workspace):
    """A function that takes four times as long is a REGRESSION: exit code 1, and the job's summary says so."""
    (workspace / "project/project/pricing.py").write_text(PRICING.replace("ROUNDS", "80_000"))
    code, said, summary = run(workspace, recipe(), *FEW)
    assert code == 1, said
    assert summary.startswith("### FAIL")
    assert "REGRESSION" in summary


def test_a_project_that_is_no_slower_passes(workspace):
    """A change of a comment is no regression: exit code 0, however little a short gate on a busy machine can prove."""
    path = workspace / "project/project/pricing.py"
    path.write_text(f"# A comment.\n{path.read_text()}")
    code, said, _ = run(workspace, recipe(), *FEW, "--budget", "60s", "--inconclusive", "pass")
    assert code == 0, said


def test_a_recipe_that_calls_nothing_of_the_project_is_refused(workspace):
    """Without --workload nothing would import the project: exit code 2 with the options to add."""
    without = re.sub(r"--workload .* --workload-path \S+", "", recipe())
    assert "--workload" not in without
    code, said, _ = run(workspace, without)
    assert code == 2, said
    assert "nothing that is measured here imports project" in said
    assert "--workload project.MODULE:FUNCTION" in said

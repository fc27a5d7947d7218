"""The recipe of docs/gate.md for another project's CI, run as it is written, on a small project."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.run_action import install_tox, run_step
from tests.run_session import ROOT, environment
from tests.soak import full_only

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
    "project/pricing.py": PRICING.replace("ROUNDS", "5_000"),
    "benchmarks/cases.py": "ORDERS = list(range(1, 41))\n",
}

# One case instead of all is enough.
FEW = {"select": "price and sequential-n1"}

# Stands for tox, whose environments would be installed once more: the verb runs in this test's environment.
TOX = f"""#!{sys.executable}
import os, sys
arguments = sys.argv[1:]
os.chdir(arguments[arguments.index("--root") + 1])
verb, given = arguments[arguments.index("-e") + 1], arguments[arguments.index("--") + 1 :]
os.execv(sys.executable, [sys.executable, "-m", "benchmarks", verb, *given])
"""


@pytest.fixture
def runner(tmp_path, released):
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
    for folder in ("benchmarks", "ci"):
        shutil.copytree(ROOT / folder, suite / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("action.yml", "conftest.py", "pytest.ini", "pyproject.toml", "tox.ini"):
        shutil.copy(ROOT / name, suite / name)
    install_tox(tmp_path, TOX)
    return tmp_path


def recipe():
    """Return the inputs that the recipe gives to the action."""
    text = (ROOT / "docs/gate.md").read_text().partition("## In another project's CI")[2]
    _, action = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])
    return action["with"]


def run(runner, inputs):
    """Run the action in a pull request of the project; return its exit code, its output and the job's summary."""
    inherited = {name: value for name, value in environment().items() if name not in ("PYTHONPATH", "PATH")}
    variables = {**inherited, "GITHUB_BASE_REF": "main"}
    done, outputs, summary = run_step(inputs, runner / "project", runner, runner / "suite", **variables)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr, outputs, summary


def test_a_slower_project_fails(runner):
    """A function that takes four times as long is a REGRESSION: exit code 1, and the job's summary says so."""
    (runner / "project/project/pricing.py").write_text(PRICING.replace("ROUNDS", "20_000"))
    code, said, outputs, summary = run(runner, recipe() | FEW)
    assert code == 1, said
    assert summary.startswith("### FAIL")
    assert "REGRESSION" in summary
    assert outputs["verdict"] == "FAIL"
    assert "REGRESSION" in Path(outputs["page"]).read_text()


@full_only("a gate of a project takes a minute")
def test_a_project_that_is_no_slower_passes(runner):
    """A change of a comment is no regression: exit code 0, however little a short gate on a busy machine can prove."""
    path = runner / "project/project/pricing.py"
    path.write_text(f"# A comment.\n{path.read_text()}")
    code, said, outputs, _ = run(runner, recipe() | FEW | {"budget": "20s", "inconclusive": "pass"})
    assert code == 0, said
    assert outputs["verdict"] == "PASS"


def test_a_recipe_that_calls_nothing_of_the_project_is_refused(runner):
    """Without a workload nothing would import the project: exit code 2 with the options to add."""
    code, said, outputs, _ = run(runner, {})
    assert code == 2, said
    assert outputs["verdict"] == "ERROR"
    assert "nothing that is measured here imports project" in said
    assert "--workload project.MODULE:FUNCTION" in said

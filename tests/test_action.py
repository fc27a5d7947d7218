"""The action's steps and the GitLab job, run as a script with the variables that a CI system sets."""

import os
import shutil
import subprocess
import sys

import pytest
import yaml

from tests.run_action import install_tox, run_step
from tests.run_session import ROOT

# Stands for tox: notes its arguments, and ends as it is told to.
TOX = f"""#!{sys.executable}
import json, os, pathlib, sys
arguments = sys.argv[1:]
with open(os.environ["NOTED"], "a") as noted:
    noted.write(json.dumps(arguments) + "\\n")
if "--record" in arguments and "--build-only" not in arguments:
    record = pathlib.Path(arguments[arguments.index("--record") + 1])
    record.mkdir(parents=True, exist_ok=True)
    (record / "gate.json").write_text("{{}}")
    pathlib.Path(arguments[arguments.index("--markdown") + 1]).write_text("### the verdict")
    sys.exit(int(os.environ["GATE_ENDS_WITH"]))
if "--build-only" in arguments:
    sys.exit(int(os.environ.get("BUILD_ENDS_WITH", "0")))
"""


def git(folder, *args):
    """Run git in a folder; return what it prints."""
    command = ["git", "-c", "user.name=Jo", "-c", "user.email=jo@example.org", *args]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def project(tmp_path):
    """A checkout whose branch `work` left `origin/main` one commit ago."""
    checkout = tmp_path / "project"
    checkout.mkdir()
    git(checkout, "init", "--quiet", "--initial-branch=work")
    git(checkout, "commit", "--quiet", "--allow-empty", "-m", "one")
    git(checkout, "update-ref", "refs/remotes/origin/main", "HEAD")
    base = git(checkout, "rev-parse", "HEAD")
    git(checkout, "commit", "--quiet", "--allow-empty", "-m", "two")
    (checkout / "limits.toml").touch()
    return checkout, base


@pytest.fixture
def action(tmp_path, project):
    """Runs the action's last step: exit code, outputs, the summary and the command lines of tox."""
    install_tox(tmp_path, TOX)
    noted = tmp_path / "noted"

    def run(inputs, code=0, **variables):
        noted.write_text("")
        told = {"NOTED": str(noted), "GATE_ENDS_WITH": str(code), **variables}
        step = run_step(inputs, project[0], tmp_path, **told)
        return *step, [yaml.safe_load(line) for line in noted.read_text().splitlines()]

    return run


def test_a_pull_request_is_gated_against_the_commit_where_it_began(action, project):
    """Both sides are built by themselves, then measured, then drawn."""
    checkout, base = project
    done, outputs, summary, calls = action({}, GITHUB_BASE_REF="main")
    assert (done.returncode, outputs["verdict"]) == (0, "PASS"), done.stderr
    sides = ["--base", f"git+file://{checkout}@{base}", "--head", str(checkout)]
    assert [call[call.index("--") + 1 :][:4] for call in calls[:2]] == [sides, sides]
    assert ["--build-only" in call for call in calls] == [True, False, False]
    assert [call[call.index("-e") + 1] for call in calls] == ["gate", "gate", "report"]
    assert summary == "### the verdict"
    assert outputs["record"].endswith("gate-result/record")
    assert outputs["page"].endswith("gate.html")


@pytest.mark.parametrize(
    ("code", "verdict"), [(0, "PASS"), (1, "FAIL"), (3, "INCONCLUSIVE"), (2, "ERROR"), (137, "ERROR")]
)
def test_the_step_ends_as_the_gate_does(action, code, verdict):
    """Anything but a verdict is an error, exit code 2."""
    done, outputs, _, _ = action({}, code, GITHUB_BASE_REF="main")
    assert (done.returncode, outputs["verdict"]) == (code if code < 4 else 2, verdict)


def test_a_side_that_cannot_be_built_is_no_regression(action):
    """tox exits with 1 if it can't install, and the step with 2; nothing is measured."""
    done, outputs, _, calls = action({}, GITHUB_BASE_REF="main", BUILD_ENDS_WITH="1")
    assert (done.returncode, outputs["verdict"], len(calls)) == (2, "ERROR", 1)


def test_inputs_become_options(action, project):
    """Several specs are several options, paths are made absolute, and nothing in a value is a command."""
    hostile = "pricing:price; touch $(echo hacked)"
    inputs = {
        "base": "joblib==1.5.3\nnumpy==2.3.5\n",
        "head": ".",
        "workload": hostile,
        "budget": "3m",
        "limits": "limits.toml",
        "select": "loky or threading",
    }
    _, _, _, calls = action(inputs)
    given = calls[1][calls[1].index("--") + 1 :]
    sides = ["--base", "joblib==1.5.3", "--base", "numpy==2.3.5", "--head", str(project[0])]
    options = [
        f"--workload={hostile}",
        "--budget=3m",
        f"--limits={project[0] / 'limits.toml'}",
        "-k",
        "loky or threading",
    ]
    assert given[: given.index("--record")] == [*sides, *options]
    assert not (project[0] / "hacked").exists()


def test_without_a_pull_request_the_sides_have_to_be_given(action):
    """So has the history of the target branch to be there; the message says what to do."""
    done, outputs, _, calls = action({})
    assert (done.returncode, outputs["verdict"], calls) == (2, "ERROR", [])
    assert "no pull request: set base and head" in done.stderr
    done, _, _, _ = action({}, GITHUB_BASE_REF="elsewhere")
    assert "fetch-depth: 0" in done.stderr


def test_gitlab_runs_the_same_script(tmp_path, project):
    """The job's lines, run one after the other as GitLab does, fetch this suite and the target branch, and gate."""
    checkout, base = project
    template = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text())
    job = template["joblib-gate"]
    suite = tmp_path / "suite"
    shutil.copytree(ROOT / "ci", suite / "ci", ignore=shutil.ignore_patterns("__pycache__"))
    git(suite, "init", "--quiet", "--initial-branch=main")
    git(suite, "add", "--all")
    git(suite, "commit", "--quiet", "-m", "suite")
    git(checkout, "branch", "main", base)
    git(checkout, "remote", "add", "origin", str(checkout))
    git(checkout, "update-ref", "-d", "refs/remotes/origin/main")
    install_tox(tmp_path, TOX)
    (tmp_path / "bin" / "python").symlink_to("/bin/true")  # pip install tox
    # The including file's variables take precedence over the template's, and the job's over both.
    given = template["variables"] | {"GATE_SUITE": str(suite), "GATE_SUITE_REF": git(suite, "rev-parse", "HEAD")}
    given |= job["variables"] | {
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "NOTED": str(tmp_path / "noted"),
        "GATE_ENDS_WITH": "1",
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(job["script"])],
        cwd=checkout,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "verdict: FAIL"), done.stderr
    calls = [yaml.safe_load(line) for line in (tmp_path / "noted").read_text().splitlines()]
    assert calls[0][calls[0].index("--base") + 1] == f"git+file://{checkout}@{base}"
    (kept,) = job["artifacts"]["paths"]
    assert (checkout / kept / "gate.md").read_text() == "### the verdict"


def test_no_input_is_part_of_a_script():
    """Every step that runs something has its inputs as variables: a branch's name could be a command."""
    for action in ("action.yml", "ci/comment/action.yml"):
        steps = yaml.safe_load((ROOT / action).read_text())["runs"]["steps"]
        assert all("${{" not in step.get("run", "") for step in steps)
        assert all(len(step["uses"].partition("@")[2].split()[0]) == 40 for step in steps if "uses" in step)

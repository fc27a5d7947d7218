"""Run a step of an action as GitHub would: with the action's inputs as variables."""

import os
import subprocess

import yaml

from tests.run_session import ROOT


def run_step(inputs, checkout, runner, suite=ROOT, name="gate", **variables):
    """Run the step of this id with the programs of `runner`/bin; return what it did, its outputs and the job's summary.

    `suite` is the folder of the action.
    """
    action = yaml.safe_load((suite / "action.yml").read_text())
    step = next(step for step in action["runs"]["steps"] if step.get("id") == name)
    values = {f"inputs.{name}": inputs.get(name, given["default"]) for name, given in action["inputs"].items()}
    values |= {"runner.temp": str(runner), "github.token": "a token"}
    files = {name: runner / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for path in files.values():
        path.write_text("")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=checkout,
        env={
            "PATH": f"{runner / 'bin'}:{os.environ['PATH']}",
            "GITHUB_ACTION_PATH": str(suite),
            "GITHUB_WORKSPACE": str(checkout),
            **{name: str(path) for name, path in files.items()},
            **{name: filled(text, values) for name, text in step["env"].items()},
            **variables,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return done, outputs, files["GITHUB_STEP_SUMMARY"].read_text()


def install_tox(runner, text):
    """Put a program that stands for tox where the step finds it."""
    tox = runner / "bin" / "tox"
    tox.parent.mkdir()
    tox.write_text(text)
    tox.chmod(0o755)


def filled(text, values):
    """Replace the expressions of a workflow by their values."""
    for name, value in values.items():
        text = text.replace(f"${{{{ {name} }}}}", value)
    assert "${{" not in text
    return text

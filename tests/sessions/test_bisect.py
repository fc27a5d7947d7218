"""A whole bisection: a clone in which one commit makes calls longer, and another can't be built."""

import shutil
import subprocess

from tests.run_gate import run_verb
from tests.sessions.test_gate import PARALLEL, joblib_source, nothing_left
from tests.soak import full_only

__all__ = ["joblib_source", "nothing_left"]


@full_only("takes four gates")
def test_the_slow_commit_is_found(tmp_path, joblib_source, nothing_left):
    """It is named with its message, confirmed against its parent, and explained; nothing is measured again later."""
    clone = shutil.copytree(joblib_source, tmp_path / "clone")
    parallel, project = clone / "joblib" / "parallel.py", clone / "pyproject.toml"
    sound = project.read_text()

    def commit(subject):
        subprocess.run(["git", "add", "--all"], cwd=clone, check=True)
        identity = ["-c", "user.name=Jo", "-c", "user.email=jo@example.org"]
        subprocess.run(["git", *identity, "commit", "--quiet", "--allow-empty", "-m", subject], cwd=clone, check=True)

    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=clone, check=True)
    commit("Begin")
    subprocess.run(["git", "tag", "v1"], cwd=clone, check=True)
    commit("Change nothing")
    project.write_text("no project")
    commit("Break the build")
    project.write_text(sound)
    commit("Repair the build")
    parallel.write_text(parallel.read_text().replace(PARALLEL, f"        time.sleep(30e-3)\n{PARALLEL}"))
    commit("Wait before every call")
    commit("Write notes")
    url, folder = f"git+file://{clone}", str(tmp_path / "bisection")
    few = ("-k", "test_two_tasks and threading", "--budget", "150s", "--folder", folder)
    code, out, err = run_verb("bisect", "--good", f"{url}@v1", "--bad", f"{url}@main", *few)
    assert code == 0, out + err
    assert out.splitlines()[0].endswith("Wait before every call")
    assert "Why two_tasks threading: time.sleep" in out
    assert "Break the build: skipped" in err
    again = run_verb("bisect", "--resume", folder, timeout_s=60)
    assert again[:2] == (0, out)

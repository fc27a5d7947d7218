"""Sessions of the suite for the scripts that check what they say."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def measured_run(*options: str) -> dict[str, Any]:
    """Measure in a session of the suite with these options of pytest and return its run file."""
    with tempfile.TemporaryDirectory() as store:
        command = [sys.executable, "-m", "pytest", "-c", "pytest.ini", "-p", "no:cacheprovider", "--benchmark-only"]
        command += ["--quiet-progress", f"--history={store}", *options]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        (path,) = Path(store).glob("*/*.json")
        return json.loads(path.read_text())

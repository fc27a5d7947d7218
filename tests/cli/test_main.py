"""What all verbs have in common."""

import json
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.__main__ import VERBS, main, make_parser
from tests.documents import NAMES, noisy_run, stored
from tests.run_session import ROOT, environment


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["nonsense"], "invalid choice"),
    ],
)
def test_no_such_verb(tmp_path, call, args, expected):
    """A verb that does not exist is refused with exit code 2."""
    stored(tmp_path / "h", noisy_run(1), noisy_run(2))
    code, out, err = call(*args)
    assert code == 2
    assert expected in err
    assert out == ""


@pytest.mark.parametrize("verb", VERBS)
def test_help(call, verb, monkeypatch):
    """The help of each verb describes it in sentences, has an example and explains the exit codes, in 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")
    code, out, _ = call(verb, "--help")
    assert code == 0
    assert f"example:\n  python -m benchmarks {verb} " in out
    assert "exit codes:" in out
    assert ("a case regressed" in out) == (verb in ("compare", "gate"))
    assert "--history DIR" in out
    assert max(map(len, out.splitlines())) <= 100
    assert out.split("\n\n")[1].endswith(".")


@pytest.mark.parametrize("action", ["set", "unset", "list"])
def test_help_of_baseline(call, action):
    """Each action of `baseline` has a help of its own, with an example."""
    code, out, _ = call("baseline", action, "--help")
    assert code == 0
    assert f"example:\n  python -m benchmarks baseline {action}" in out


@pytest.mark.parametrize("verb", VERBS)
def test_examples(verb):
    """The examples in the help are valid command lines."""
    for line in import_module(f"benchmarks.cli.{verb}").EXAMPLE.splitlines():
        words = shlex.split(line, comments=True)
        assert words[:4] == ["python", "-m", "benchmarks", verb]
        make_parser(words[3:]).parse_args(words[3:])


def test_the_list_of_verbs_loads_none(monkeypatch):
    """`--help` without a verb imports no verb: that would take longer than most verbs do."""
    monkeypatch.setattr("benchmarks.__main__.import_module", lambda name: pytest.fail(name))
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0


def test_a_broken_file_is_named_wherever_it_would_count(tmp_path, call):
    """A verb that would need a broken file names it; `latest` never silently means an older run."""
    store = stored(tmp_path / "h", *(noisy_run(n) for n in range(3)))
    store.files()[2].path.write_text("{")
    for args in (["compare", "1"], ["compare", "1", "3"], ["compare", "latest", "1"]):
        code, _, err = call(*args)
        assert code == 2
        assert "0003_run3.json: not JSON" in err
    for args in (["runs"], ["trend", "loky-n2-b10"]):
        code, _, err = call(*args)
        assert code == 2
        assert err.endswith("`check` reads every file, and puts aside what is broken\n")
    assert call("compare", "1", "2")[0] == 3


def shell(history, line):
    """Run a line of a shell that begins with a verb; return the verb's exit code and stderr."""
    program = f"{shlex.quote(sys.executable)} -m benchmarks"
    script = f"{program} {line.format(history=shlex.quote(str(history)))}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=environment(), stderr=subprocess.PIPE, text=True, check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("line", "code", "err"),
    [
        ("compare 1 2 --history {history} | true", 1, ""),
        ("compare 1 2 --history {history} >&-", 1, ""),
        ("compare 1 2 --history {history} >/dev/full", 2, "error: output: No space left on device\n"),
        ("compare --help >/dev/full", 2, "error: output: No space left on device\n"),
        ("compare 1 2 --history {history} >/dev/full 2>/dev/full", 2, ""),
        ("compare 1 9 --history {history} 2>&1 | true", 2, ""),
        (
            "compare 1 2 --history {history} --json /dev/full >/dev/null",
            2,
            "error: /dev/full: No space left on device\n",
        ),
    ],
)
def test_streams_that_are_closed_or_full(tmp_path, line, code, err):
    """A reader that leaves does not change the verdict's exit code; what can't be written is one line."""
    stored(tmp_path / "h", noisy_run(1), noisy_run(2, names=NAMES[:1]))
    assert shell(tmp_path / "h", line) == (code, err)


def test_a_file_is_written_whole_or_not_at_all(tmp_path, call, monkeypatch):
    """A disk that fills leaves the file as it was, and nothing beside it; permissions stay."""
    stored(tmp_path / "h", noisy_run(1), noisy_run(2))
    target = tmp_path / "answer.json"
    target.write_text("before")
    target.chmod(0o640)

    def full(path, *args, **options):
        path.touch()
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        code, out, err = call("compare", "1", "2", "--json", str(target))
    assert (code, err) == (2, f"error: {target}: No space left on device\n")
    assert "INCONCLUSIVE" in out  # the verdict is not lost
    assert target.read_text() == "before"
    assert call("compare", "1", "2", "--json", str(target))[0] == 3
    assert json.loads(target.read_text())["cases"]
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answer.json", "h"]


def test_an_empty_name_of_the_history_is_refused(tmp_path, monkeypatch, capsys):
    """It comes from an unset variable of a shell, and does not mean the folder that happens to be the current one."""
    monkeypatch.chdir(tmp_path)
    assert main(["runs", "--history", ""]) == 2
    assert capsys.readouterr().err.startswith("error: --history '': an empty name")
    assert list(tmp_path.iterdir()) == []

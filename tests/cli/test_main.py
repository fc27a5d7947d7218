"""What all verbs have in common."""

import shlex
from importlib import import_module

import pytest

from benchmarks.__main__ import VERBS, main, make_parser
from tests.documents import noisy_run, stored


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
        assert "`check` puts broken files aside" in err
    assert call("compare", "1", "2")[0] == 3

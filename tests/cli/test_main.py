"""What all verbs have in common."""

import pytest

from benchmarks.__main__ import VERBS
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
def test_help(call, verb):
    """The help of each verb explains the exit codes."""
    code, out, _ = call(verb, "--help")
    assert code == 0
    assert "exit codes:" in out
    assert "--history DIR" in out


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

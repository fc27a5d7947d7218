"""`baseline`: a run is pinned by a name."""

import pytest

from tests.documents import noisy_run, stored


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["baseline", "set", "1", "--name", "../x"], "expected 1 to 100 letters"),
        (["baseline", "set", "1..2"], "expected one run of"),
        (["baseline", "unset", "x"], "no baseline is called 'x'"),
        (["baseline", "set", "1", "--name", "latest"], "not a number, a range or `latest`"),
    ],
)
def test_usage(tmp_path, call, args, expected):
    """A name that can't be used, and anything but one run, is refused with exit code 2."""
    stored(tmp_path / "h", noisy_run(1), noisy_run(2))
    code, out, err = call(*args)
    assert code == 2
    assert expected in err
    assert out == ""

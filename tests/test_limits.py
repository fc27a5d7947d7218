"""The limits file: the last match counts, and a mistake is never passed over."""

import pytest

from benchmarks.errors import Unreadable
from benchmarks.limits import limit_of, read_limits, unmatched
from benchmarks.text.parsing import parse_percent, parse_size, parse_span
from tests.documents import write

GOOD = """
[[limit]]
match = "*"
max_slowdown = "10%"
[[limit]]
match = "loky-*"
max_slowdown = "3%"
max_time = "20ms"
[[limit]]
match = "test_summation[[]loky-n4*"
max_time = "1.5s"
"""


def test_the_last_match_that_sets_a_limit_counts(tmp_path):
    """For each limit by itself."""
    limits = read_limits(write(tmp_path / "limits.toml", GOOD))
    one = limit_of(limits, ("loky-n4-b10", "test_summation[loky-n4-b10]"))
    assert (one.max_slowdown, one.max_time_s) == (0.03, 1.5)
    other = limit_of(limits, ("threading-n4-b10", "test_summation[threading-n4-b10]"))
    assert (other.max_slowdown, other.max_time_s) == (0.1, None)


def test_a_pattern_that_matches_nothing_is_named(tmp_path):
    """It is mistyped, or guards what is gone."""
    limits = read_limits(write(tmp_path / "limits.toml", GOOD))
    assert unmatched(limits, [("threading-n4-b10",), ("loky-n2-b10",)]) == (
        "--limits: the pattern 'test_summation[[]loky-n4*' matches no case (2 cases here); correct or remove it"
    )
    assert "(1 case here)" in unmatched(limits, [("loky-n2-b10",)])
    assert unmatched(limits, [("loky-n2-b10",), ("test_summation[loky-n4-b1]",)]) is None


def test_a_name_with_brackets_means_itself(tmp_path):
    """Tables show such names, and as patterns they would match others; a pattern that looks like one is explained."""
    limits = read_limits(write(tmp_path / "limits.toml", "[[limit]]\nmatch = 'test_t[1]'\nmax_time = '1s'"))
    assert limit_of(limits, ("1", "test_t[1]")).max_time_s == 1.0
    limits = read_limits(write(tmp_path / "limits.toml", "[[limit]]\nmatch = 'test_t[*]'\nmax_time = '1s'"))
    assert unmatched(limits, [("1", "test_t[1]")]).endswith("correct or remove it (a pattern has [[] for a bracket)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "expected [[limit]] entries"),
        ("x = 1", "expected [[limit]] entries and not 'x'"),
        ("[limit]\nmatch = 'a'", "expected [[limit]] entries"),
        ("[[limit]]\nmax_time = '1s'", '[[limit]] 1: expected match = "PATTERN"'),
        ("[[limit]]\nmatch = 'a'", "sets no limit; expected max_slowdown, max_time or max_pss"),
        (
            "[[limit]]\nmatch = 'a'\nmax_tme = '1s'",
            "'max_tme' is not a limit; expected match, max_pss, max_slowdown, max_time",
        ),
        ("[[limit]]\nmatch = 'a'\nmax_pss = 500", "'500'; expected a size above 0, such as 500MB"),
        ("[[limit]]\nmatch = 'a'\nmax_pss = '0MB'", "expected a size above 0"),
        ("[[limit]]\nmatch = 'a'\nmax_pss = '5mb'", "expected a size above 0"),
        ("[[limit]]\nmatch = 'a'\nmax_time = 3", "'3'; expected a time above 0, such as 20ms"),
        ("[[limit]]\nmatch = 'a'\nmax_time = '3 hours'", "expected a time above 0"),
        ("[[limit]]\nmatch = 'a'\nmax_slowdown = '0%'", "expected a percentage above 0"),
        ("[[limit]]\nmatch = 'a'\nmax_slowdown = 0.03", "expected a percentage above 0"),
        ("[[limit", "not TOML"),
        ("\0", "not TOML"),
        ("a = " + "[" * 50_000, "not TOML"),
    ],
)
def test_mistakes(tmp_path, text, expected):
    """One line with file, entry, what was found and what was expected."""
    path = write(tmp_path / "limits.toml", text)
    with pytest.raises(Unreadable) as refused:
        read_limits(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert expected in str(refused.value)


@pytest.mark.parametrize("text", ["5", "-5%", "5%%", "", "nan%", "0%", "1e3%", 7])
def test_percentages(text):
    """5% and 2.5 % are percentages; a bare number might mean anything."""
    assert parse_percent("5%") == 0.05
    assert parse_percent("2.5 %") == 0.025
    with pytest.raises(ValueError, match="expected a percentage above 0"):
        parse_percent(text)


@pytest.mark.parametrize(("text", "count"), [("500MB", 5e8), ("1.5 GiB", 1.5 * 2**30), ("64kB", 64e3), ("12B", 12)])
def test_sizes(text, count):
    """A MB is a million bytes, a MiB is 2**20."""
    assert parse_size(text) == count


@pytest.mark.parametrize(("text", "seconds"), [("10m", 600), ("90s", 90), ("1.5h", 5400), (" 2 m ", 120)])
def test_spans(text, seconds):
    """A budget."""
    assert parse_span(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "m", "-1m", "0s", "1e9s", "10 minutes", "\uff11m"])
def test_what_is_no_span(text):
    """Says what was expected."""
    with pytest.raises(ValueError, match="expected a time above 0"):
        parse_span(text)

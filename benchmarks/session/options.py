"""The options of a session: declaring them, reading them, and refusing invalid ones in one line."""

import argparse
import os
import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from benchmarks.errors import BadOption
from benchmarks.grid import BATCH_SIZES, ENGINES, JOBLIB_BACKENDS, N_JOBS, BatchSize
from benchmarks.options import DEFAULT_PROFILE, SESSION_OPTIONS
from benchmarks.profiles import PROFILES, UNMEASURED
from benchmarks.session.streams import replace_closed_streams

T = TypeVar("T")

_MOST_SHARDS = 1000

# Options that are of use only if the session measures, so that each of them turns measuring on.
_ASKS_TO_MEASURE = (
    "benchmark_only",
    "benchmark_enable",
    "benchmark_save",
    "benchmark_autosave",
    "benchmark_json",
    "benchmark_compare",
    "benchmark_compare_fail",
    "resources",
)


@dataclass(frozen=True)
class Shard:
    """Shard `number` of `of`, counted from 1."""

    number: int
    of: int


@dataclass(frozen=True)
class Settings:
    """What a session was asked to do. `case_timeout_s` is in seconds, `shuffle` a seed or None.

    `inner_threads` is empty if nothing is asked of the threads in each worker; `sparing` says that a case which
    decides nothing gets fewer rounds. `within_s` are the seconds in which the session is to end, None if it may take
    as long as its rounds do.
    """

    measuring: bool
    profile: str
    backends: tuple[str, ...]
    n_jobs: tuple[int, ...]
    batch_sizes: tuple[BatchSize, ...]
    inner_threads: tuple[int, ...]
    tasks: int
    longest: int
    rounds: int
    warmups: int
    sparing: bool
    case_timeout_s: float
    shuffle: int | None
    shard: Shard | None
    quiet_progress: bool
    resources: bool
    within_s: float | None


def pytest_addoption(parser: Any) -> None:
    """Declare the options. Their values stay text, so that `read_settings` can refuse all of them in the same style.

    pytest.ini loads this module as a plugin, before pytest looks for a conftest: pytest would otherwise take the value
    of an option that it does not know yet for a path of tests.
    """
    replace_closed_streams()
    group = parser.getgroup("suite", "joblib benchmark suite")
    for option in SESSION_OPTIONS:
        text = argparse.SUPPRESS if option.hidden else option.full_help
        if option.metavar:
            group.addoption(option.flag, metavar=option.metavar, default=None, help=text)
        else:
            group.addoption(option.flag, action="store_true", default=False, help=text)


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: Any) -> Generator[None, object, object]:
    """Report every refused command line, pytest's own refusals included, to the verb that started the session."""
    try:
        return (yield)
    except pytest.UsageError as error:
        if config.option.status_file:
            from benchmarks.files.status import UsageErrorEvent, append_event

            append_event(Path(config.option.status_file), UsageErrorEvent("; ".join(map(str, error.args))))
        raise


def read_settings(option: Callable[[str], Any], known_backend: Callable[[str], bool]) -> Settings:
    """Return the settings that the options ask for. Raises BadOption.

    `option` returns an option's value by name; `known_backend` says whether a backend exists that is not joblib's own.
    """
    measuring = any(option(name) for name in _ASKS_TO_MEASURE) and not option("benchmark_disable")
    name = option("profile") or DEFAULT_PROFILE
    if name not in PROFILES:
        raise BadOption(f"--profile {name!r}: no such profile; expected one of {', '.join(PROFILES)}")
    sizes = PROFILES[name] if measuring else UNMEASURED
    shuffle = option("shuffle")
    return Settings(
        measuring=measuring,
        profile=name,
        backends=_items("--backends", option("backends"), JOBLIB_BACKENDS, _backend(known_backend)),
        n_jobs=_items("--n-jobs", option("n_jobs"), N_JOBS, _n_jobs),
        batch_sizes=_items("--batch-sizes", option("batch_sizes"), BATCH_SIZES, _batch_size),
        inner_threads=_items("--inner-threads", option("inner_threads"), (), _inner_threads),
        tasks=count("--tasks", option("tasks"), sizes.tasks, most=10_000_000),
        longest=count("--longest", option("longest"), sizes.longest, most=1_000_000_000),
        rounds=count("--rounds", option("rounds"), sizes.rounds, most=1_000_000),
        warmups=sizes.warmups,
        sparing=measuring and sizes.sparing and option("rounds") is None,
        case_timeout_s=_seconds("--case-timeout", option("case_timeout"), sizes.case_timeout_s),
        shuffle=None if shuffle is None else _whole("--shuffle", shuffle, "a whole number"),
        shard=_shard(option("shard")),
        quiet_progress=bool(option("quiet_progress")),
        resources=bool(option("resources")),
        within_s=None if option("within") is None else _seconds("--within", option("within"), 0.0),
    )


def _shard(text: str | None) -> Shard | None:
    """Parse the value of --shard; None without one. Raises BadOption."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
    shard = Shard(int(match[1]), int(match[2])) if match else Shard(0, 0)
    if not 1 <= shard.number <= shard.of <= _MOST_SHARDS:
        raise BadOption(
            f"--shard {text!r}: expected a shard and the number of shards, such as 2/4; at most {_MOST_SHARDS} shards"
        )
    return shard


def refuse_workers(measuring: bool, numprocesses: object, dist: str) -> None:
    """Raise BadOption if pytest-xdist would silently switch measuring off."""
    if measuring and (numprocesses or dist != "no"):
        raise BadOption(
            "pytest-xdist runs cases in parallel, so it can't measure: run `pytest --benchmark-only` without -n "
            "to measure, or `pytest -n auto` alone to check every result unmeasured"
        )


def refuse_unwritable(name: str, path: Path | None) -> None:
    """Raise BadOption if a file that is written after the last case could not be written."""
    if path is None:
        return
    if path.is_dir() or not path.absolute().parent.is_dir() or not os.access(path.absolute().parent, os.W_OK):
        raise BadOption(
            f"{name}: {str(path)!r} can't be written; expected a file in a folder that exists: create it first"
        )


def _items(name: str, text: str | None, default: Sequence[T], parse: Callable[[str, str], T]) -> tuple[T, ...]:
    if text is None:
        return tuple(default)
    items = tuple(parse(name, item.strip()) for item in text.split(",")) if text.strip() else ()
    if not items:
        raise BadOption(f"{name} {text!r}: an empty list; give at least one value, or leave the option out")
    twice = [item for item in items if items.count(item) > 1]
    if twice:
        raise BadOption(f"{name} {text!r}: {twice[0]!r} is listed twice; list each value once")
    return items


def _backend(known_backend: Callable[[str], bool]) -> Callable[[str, str], str]:
    def parse(name: str, text: str) -> str:
        if text in JOBLIB_BACKENDS or (text and known_backend(text)):
            return text
        raise BadOption(
            f"{name}: unknown backend {text!r}; expected one of {', '.join((*JOBLIB_BACKENDS, *ENGINES))}, or a backend"
            " of --backend-module"
        )

    return parse


def _n_jobs(name: str, text: str) -> int:
    expected = "a whole number of jobs from 1 to 1024, or -1 for all cores (-2 for all but one, and so on)"
    jobs = _whole(name, text, expected)
    if jobs == 0 or abs(jobs) > 1024:
        raise BadOption(f"{name}: {text!r}; expected {expected}")
    return jobs


def _batch_size(name: str, text: str) -> BatchSize:
    if text == "auto":
        return text
    expected = "a whole number of at least 1, or auto"
    size = _whole(name, text, expected)
    if size < 1:
        raise BadOption(f"{name}: {text!r}; expected {expected}")
    return size


def _inner_threads(name: str, text: str) -> int:
    return count(name, text, default=1, most=1024)


def count(name: str, text: str | None, default: int, most: int) -> int:
    """Parse a whole number from 1 to `most`; return `default` without a text. Raises BadOption."""
    if text is None:
        return default
    expected = f"a whole number from 1 to {most}"
    count = _whole(name, text, expected)
    if not 1 <= count <= most:
        raise BadOption(f"{name}: {text!r}; expected {expected}")
    return count


def _seconds(name: str, text: str | None, default: float) -> float:
    try:
        seconds = default if text is None else float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86_400:
        raise BadOption(f"{name}: {text!r}; expected a number of seconds above 0, at most 86400 (a day)")
    return seconds


def _whole(name: str, text: str, expected: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadOption(f"{name}: {text!r}; expected {expected}") from None

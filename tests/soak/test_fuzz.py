"""Damaged and hostile files: one clear line each, in bounded time and memory, whatever they say."""

import copy
import json
import random
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.analysis.judgement import Judgement, worst_first
from benchmarks.compare.answer import answer
from benchmarks.compare.machine_speed import machine_speed
from benchmarks.compare.rows import rows
from benchmarks.compare.sides import Side, Sides
from benchmarks.compare.terms import Terms
from benchmarks.errors import Unreadable
from benchmarks.files.reading import MOST_BYTES, parse_document
from benchmarks.history.index import facts
from benchmarks.history.run import parse_run
from benchmarks.text.printable import unprintable
from tests.documents import document, entry
from tests.run_session import ROOT, environment
from tests.soak import size
from tests.soak.outputs import check_outputs

MOST_SECONDS = 5
MOST_BYTES_OF_MEMORY = 300 * 2**20
TERMS = Terms(alpha=0.01, min_effect=0.05, limits=(), forced=frozenset(), keyword=None, allow_partial=False)
GOOD = parse_run(document(), "good")

HOSTILE = [
    None, True, False, 0, -1, 1, 10**18, 10**30, 1e-320, 1e308, 0.1, "", "x", "x" * 2000, "../../../etc/passwd",
    "\x1b]0;owned\x07", "\x1b[2J", "a\r\nb", "\x00", "\u202e", "<script>alert(1)</script>", "=cmd|' /C calc'!A0",
    "|x|", "$(reboot)", "`reboot`", "\ud800", [], {}, [[]], {"": {}}, [None], {"x": 1}, "2026-01-01T00:00:00",
    "9999-12-31T23:59:59-14:00", "NaN", "partial", "complete", "%s%n", "{0}",
]  # fmt: skip


@contextmanager
def bounded(what):
    """Fail if the block uses too much CPU time, which other processes do not change; name what it was about."""

    def late(signum, frame):
        raise AssertionError(f"more than {MOST_SECONDS} s of CPU time for {what!r}")

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def digest(content):
    """Read a file's content as a run and, where it is one, all that is done with runs; True where it was refused."""
    with bounded(content[:200]):
        try:
            run = parse_run(parse_document(content, "file", finite=False), "file")
        except Unreadable as error:
            said = str(error)
            assert said.startswith("file: ")
            assert not unprintable(said), said
            assert len(said) < 500
            return True
        assert json.dumps(facts(run), allow_nan=False)
        assert "/" not in run.identity.folder
        sides = Sides(Side((GOOD,), False), Side((run,), False))
        speed = machine_speed(sides, ())
        found = rows(sides, lambda keys, by_loop: [], speed is not None and speed.divided, TERMS)
        told = (run.origin, str(run.commit), *answer(sides, speed, found))
        check_outputs(Judgement("base", "head", worst_first(found), 0.01, 0.05, told))
        return False


def mutate(content, generator):
    """Damage bytes: flipped, cut off, cut out, doubled, replaced."""
    content = bytearray(content)
    for _ in range(generator.choice([1, 1, 1, 2, 5, 30])):
        place = generator.randrange(len(content) or 1)
        match generator.randrange(6):
            case 0:
                content[place : place + 1] = bytes([generator.randrange(256)])
            case 1:
                del content[place:]
            case 2:
                del content[place : place + generator.choice([1, 2, 10, 100])]
            case 3:
                content[place:place] = content[place : place + generator.choice([1, 10, 200])]
            case 4:
                content[place:place] = generator.choice(
                    [b"[", b"{", b'"', b",", b"}", b"]", b"\\u", b"1e999", b"-", b"\0"]
                )
            case 5:
                content[place : place + 4] = generator.choice([b"NaN", b"null", b"true", b"1e400", b'""', b"[]", b"{}"])
    return bytes(content)


def places(value, path=()):
    """The path of every value in a document."""
    yield path
    if isinstance(value, dict | list):
        for step, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(child, (*path, step))


def replace(source, generator):
    """A document with some values replaced by hostile ones, some removed, some added."""
    changed = copy.deepcopy(source)
    for _ in range(generator.choice([1, 1, 2, 5])):
        path = generator.choice([place for place in places(changed) if place] or [()])
        if not path:
            return generator.choice(HOSTILE)
        parent = changed
        for step in path[:-1]:
            parent = parent[step]
        match generator.randrange(4):
            case 0:
                del parent[path[-1]]
            case 1 if isinstance(parent, dict):
                parent[generator.choice(["", "../x", "\x1b[2J", "fullname", "stats"])] = generator.choice(HOSTILE)
            case _:
                parent[path[-1]] = copy.deepcopy(generator.choice(HOSTILE))
    return changed


def test_mutated_files():
    """Bytes damaged at random, and values replaced by hostile ones."""
    generator = random.Random(23)
    source = document(entry("loky-n2-b10"), entry("loky-n2-b100"), failed={"x::y[z]": "WrongResult: index 3"})
    content = json.dumps(source).encode()
    refused = 0
    times = size(200, 24_000)
    for number in range(times):
        if number % 2:
            refused += digest(mutate(content, generator))
        else:
            refused += digest(json.dumps(replace(source, generator)).encode())
    assert 0.3 * times < refused < times  # most are refused, and some are harmless


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(HOSTILE),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = ["benchmarks", "joblib_suite", "commit_info", "machine_info", "datetime"]


@settings(
    max_examples=size(50, 5_000), deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5),
    st.dictionaries(
        st.sampled_from(["fullname", "name", "stats", "params", "extra_info", "param"]), VALUES, max_size=6
    ),
)
def test_any_json(changes, case_changes):
    """Whatever JSON can say in the places that are read."""
    source = document() | changes
    if isinstance(source["benchmarks"], list) and "benchmarks" not in changes:
        source["benchmarks"][0] |= case_changes
    digest(json.dumps(source).encode())


@pytest.mark.parametrize(
    "make",
    [
        "b'{\"benchmarks\": [' + b'[],' * 6_000_000",
        "b'[' * (most - 10)",
        "b'{\"a\":' * (most // 5 - 10)",
        "(b'{\"benchmarks\": [' + b'[],' * 199_000 + b'1]}')",
        "(b'{' + b','.join(b'\"%d\":1' % n for n in range(490_000)) + b'}')",
        "(b'{\"a\": \"' + '\\U0001F600'.encode() * (most // 4 - 100) + b'\"}')",
        "(b'{\"a\": \"' + b'\\\\ud83d\\\\ude00' * (most // 12 - 100) + b'\"}')",
        "(b'{\"a\": ' + b'9' * (most - 100) + b'}')",
        "(b'{\"a\": 0.' + b'9' * (most - 100) + b'}')",
        "(b'{\"a\": 1' + b' ' * (most - 100) + b'}')",
        '(b\'{"benchmarks": [\' + b\'{"fullname":"a","stats":{"data":[1]}},\' * 90_000 + b\'1]}\')',
        "(b'{\"data\": [' + b' ' * (most + 100) + b'1]}')",
        "(b'{\"data\": [' + b'1' * (most + 100) + b']}')",
        "(b'{\"data\": [' + b'1.5,' * (4 * most) + b'1]}')",
        "(b'{\"data\": [' + b'1,' * 20_000 + b' ' * (4 * most) + b'1]}')",
    ],
    ids=lambda text: text[:36],
)
def test_files_made_to_take_memory(tmp_path, make):
    """As much as the limits let through, or more: the reader stays below 300 MB and 5 s of CPU time."""
    code = (
        "import re, sys, time; from pathlib import Path\n"
        "from benchmarks.files.reading import MOST_BYTES as most\n"
        "from benchmarks.history.run import read_run\n"
        "from benchmarks.errors import Unreadable\n"
        "path = Path(sys.argv[1]); began = time.process_time()\n"
        "try: read_run(path)\n"
        "except Unreadable as error: print(str(error)[-100:])\n"
        # Not ru_maxrss: a child inherits that from its parent.
        "print(time.process_time() - began, *re.findall(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text()))"
    )
    path = tmp_path / "0001_big.json"
    path.write_bytes(eval(make, {"most": MOST_BYTES}))  # noqa: S307 - one of the expressions above
    done = subprocess.run(
        [sys.executable, "-c", code, path], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    path.unlink()
    assert done.returncode == 0, done.stderr
    *_, figures = done.stdout.splitlines()
    seconds, kilobytes = map(float, figures.split())
    assert seconds < MOST_SECONDS
    assert kilobytes * 1024 < MOST_BYTES_OF_MEMORY

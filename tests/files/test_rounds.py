"""Run files with very many rounds are read in bounded memory."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.errors import Unreadable
from benchmarks.files import rounds
from benchmarks.files.rounds import RoundsSummary, read_run_document, summarize_rounds
from tests.documents import write


def data_of(path):
    """The value of `data` in a file."""
    return read_run_document(path)["stats"]["data"]


def test_many_rounds_are_summarised_and_few_are_kept(tmp_path):
    """The summary is the one of the rounds, wherever a piece of the file ends and however the file is indented."""
    many = [1e-5 * (1 + number % 7) for number in range(30_000)]
    for name, indent in (("flat", None), ("indented", 4)):
        for extra in range(3):
            text = json.dumps({"pad": "x" * extra, "stats": {"data": many, "rounds": 30_000}}, indent=indent)
            (summary,) = data_of(write(tmp_path / f"{name}.json", text))
            expected = summarize_rounds(many)
            assert summary.rounds == 30_000
            assert (summary.fastest_s, summary.slowest_s) == (expected.fastest_s, expected.slowest_s)
            assert math.isclose(summary.mean_s, expected.mean_s, rel_tol=1e-14)
            assert math.isclose(summary.geometric_mean_s, expected.geometric_mean_s, rel_tol=1e-14)
    few = many[: rounds.MOST_ROUNDS]
    assert data_of(write(tmp_path / "few.json", {"stats": {"data": few}})) == few


@pytest.mark.parametrize("odd", ["null", '"x"', "[1]", '{"a": 1}', "true"])
def test_a_parameter_may_be_called_data(tmp_path, odd):
    """It may be a list of many numbers and of anything else, which costs the file nothing."""
    text = '{"params": {"data": [' + "1, " * 20_000 + f'{odd}, 2]}}, "stats": {{"data": [1, 2]}}}}'
    document = read_run_document(write(tmp_path / "x.json", text))
    assert document["params"]["data"][1:] == [json.loads(odd), 2]
    assert document["stats"]["data"] == [1, 2]


def test_fewer_rounds_are_summarised_in_a_large_file(tmp_path, monkeypatch):
    """A project with hundreds of cases has about 1,000 rounds of each: none is many, and all are."""
    monkeypatch.setattr(rounds, "MOST_BYTES", 60_000)
    monkeypatch.setattr(rounds, "_MOST_KEPT", 30_000)
    cases = [[1e-3 + 1e-9 * number for number in range(1_000)] for _ in range(10)]
    path = write(tmp_path / "x.json", json.dumps({"cases": [{"data": data} for data in cases]}, indent=4))
    found = [case["data"] for case in read_run_document(path)["cases"]]
    assert found[0] == cases[0]
    assert found[-1] == [summarize_rounds(cases[-1])]


def test_a_file_that_is_too_large_is_refused_with_a_way_out(tmp_path, monkeypatch):
    """Its statistics are enough to compare it."""
    monkeypatch.setattr(rounds, "MOST_FILE_BYTES", 10)
    with pytest.raises(Unreadable, match=r"at most 10; a copy without its rounds is smaller: jq 'del"):
        read_run_document(write(tmp_path / "x.json", {"benchmarks": []}))


def test_pieces_of_any_size_give_the_same(tmp_path, monkeypatch):
    """A key, a number or a bracket may be cut in two between two reads."""
    monkeypatch.setattr(rounds, "MOST_ROUNDS", 4)
    path = write(
        tmp_path / "x.json", '{"stats": {"name": "a\\"data\\": [1", "data" : [1.5, 2.5,3e0,\n4, 5, 6] }, "b": 1}'
    )
    whole = path.read_bytes()
    for size in range(1, len(whole)):
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        monkeypatch.setattr(rounds, "read_pieces", lambda *_, pieces=pieces: pieces)
        document = read_run_document(path)
        (summary,) = document["stats"]["data"]
        assert (summary.rounds, summary.mean_s, summary.fastest_s, summary.slowest_s) == (6, 22 / 6, 1.5, 6.0)
        assert (document["stats"]["name"], document["b"]) == ('a"data": [1', 1)


@pytest.mark.parametrize("odd", ["0", "-1", "NaN", "Infinity", "1e999", "9" * 400])
def test_an_odd_round_among_many_is_seen(tmp_path, odd):
    """No number of other rounds hides it."""
    for at in (0, 25_000):
        values = ["1e-5"] * 50_000
        values[at] = odd
        (summary,) = data_of(write(tmp_path / "x.json", f'{{"stats": {{"data": [{",".join(values)}]}}}}'))
        assert isinstance(summary, RoundsSummary)
        assert not (summary.fastest_s > 0 and summary.slowest_s < math.inf)


@pytest.mark.parametrize(
    "end", ["", "]", ",]}}", ", 1,,2]}}", ', "x"', ', 1 "x"]}}', ", 1 2]}}", "," + "1" * 20_000 + "]}}"]
)
def test_a_malformed_list_of_many_rounds_is_refused(tmp_path, end):
    """A list that was cut off or edited does not pass as a shorter one."""
    path = write(tmp_path / "x.json", '{"stats": {"data": [' + ",".join(["1e-5"] * 20_000) + end)
    with pytest.raises(Unreadable, match=r"x\.json: "):
        read_run_document(path)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
def test_a_hundred_megabytes_of_rounds_take_little_memory(tmp_path):
    """The peak does not grow with the number of rounds."""
    numbers = ",\n                    ".join(["1.0123456789012345e-05"] * 100_000)
    with (tmp_path / "x.json").open("w") as file:
        file.write('{"cases": [')
        for number in range(20):
            file.write(f'{"," if number else ""}{{"data": [{numbers}]}}')
        file.write("]}")
    assert (tmp_path / "x.json").stat().st_size > 80 * 2**20
    code = (
        "import re, sys; from pathlib import Path; from benchmarks.files.rounds import read_run_document\n"
        "assert len(read_run_document(Path(sys.argv[1]))['cases']) == 20\n"
        # Not ru_maxrss: a child inherits that from its parent.
        "print(*re.findall(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "x.json")], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) * 1024 < 60 * 2**20


def test_a_file_that_is_large_without_rounds_is_refused(tmp_path):
    """The bound on everything else stays, because its memory can't be bounded."""
    path = write(tmp_path / "x.json", '{"a": "' + "x" * rounds.MOST_BYTES + '"}')
    with pytest.raises(Unreadable, match="bytes beside long lists of rounds"):
        read_run_document(path)

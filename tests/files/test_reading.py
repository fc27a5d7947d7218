"""Files from strangers: each is refused in one line, in bounded time and memory."""

import json
import os
import socket

import pytest

from benchmarks.errors import Unreadable
from benchmarks.files.reading import MOST_BYTES, parse_document, read_document, read_toml
from benchmarks.text.printable import visible
from tests.documents import write


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "empty; was it cut off?"),
        ("{", "not JSON: "),
        ('{"a": [1, 2', "was it cut off?"),
        ("\0" * 4096, "not JSON"),
        (b"\xff\xfe{}", "not UTF-8 text at byte 0"),
        ('{"a": NaN}', "NaN is not a JSON number"),
        ('{"a": -Infinity}', "-Infinity is not a JSON number"),
        ('{"a": 1e999}', "a number is out of range; expected finite numbers"),
        ('{"a": ' + "9" * 5000 + "}", "a number is out of range"),
        ('{"a": 1, "b": 2, "a": 3}', "the key 'a' occurs twice in one object"),
        ('{"\\u001b[31m": 1, "\\u001b[31m": 3}', "the key '\\x1b[31m' occurs twice"),
        ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ("[" * 250_000, "250,000 times [; a run file has at most 200,000"),
        ('{"a": [' + ",".join(["1"] * 2_100_000) + "]}", "2,099,999 times ,; a run file has at most"),
        ("[]", "a list; expected a JSON object"),
        ("3", "a number; expected a JSON object"),
    ],
    ids=lambda value: None if len(value) > 40 else value[:20],
)
def test_content_that_is_no_run_file(tmp_path, content, expected):
    """One line that names the file and what was expected."""
    path = write(tmp_path / "0001_x.json", content)
    with pytest.raises(Unreadable) as refused:
        read_document(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert expected in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_byte_order_mark_is_skipped(tmp_path):
    """Editors and PowerShell write one."""
    assert read_document(write(tmp_path / "x.json", b'\xef\xbb\xbf{"a": 1}')) == {"a": 1}


def test_a_sparse_file_of_10_gb_is_refused_unread(tmp_path):
    """By its size, before a byte of it is read."""
    path = tmp_path / "0001_huge.json"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 10 * 2**30)
    with pytest.raises(Unreadable, match=f"10,737,418,240 bytes; a run file has at most {MOST_BYTES:,}"):
        read_document(path)


def test_what_is_no_ordinary_file_is_refused_at_once(tmp_path):
    """A named pipe has no writer to wait for; a link leads elsewhere."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(write(tmp_path / "run.json", {}))
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "socket"))
    with listener:
        for name, expected in [
            ("pipe", "not an ordinary file"),
            ("link", "a symbolic link"),
            ("socket", "No such device"),
            (".", "not an ordinary file"),
            ("absent", "No such file"),
        ]:
            with pytest.raises(Unreadable, match=expected):
                read_document(tmp_path / name)


def test_visible_spells_out_what_a_terminal_would_obey():
    """Escapes, line ends, and marks that turn the direction of text; other letters stay."""
    assert visible("a\x1b[2Jb\nc\u202ed\x9b\ud800é") == "a\\x1b[2Jb\\nc\\u202ed\\x9b\\ud800é"


def test_unprintable_text_is_escaped_when_a_file_is_read():
    """Everywhere in a document, keys and lists included; other text and numbers stay as they are."""
    document = {"a\x1b": ["b\x9b", {"c": "\ud800\u202e"}, 1.5, None], "é\n": "\ufffe", "plain": "\U0001f600 \\x1b"}
    expected = {
        "a\\x1b": ["b\\x9b", {"c": "\\ud800\\u202e"}, 1.5, None],
        "é\\n": "\\ufffe",
        "plain": "\U0001f600 \\x1b",
    }
    assert parse_document(json.dumps(document).encode(), "x") == expected
    raw = json.dumps({"a\x7f": "\x9b\u2028"}, ensure_ascii=False).encode()
    assert parse_document(raw, "x") == {"a\\x7f": "\\x9b\\u2028"}


def test_keys_that_become_one_are_refused():
    """Nobody can tell which of their values counts."""
    with pytest.raises(Unreadable, match="x: two keys of an object differ in unprintable characters only"):
        parse_document(json.dumps({"a\x1b": 1, "a\\x1b": 2}).encode(), "x")


def test_unprintable_text_of_a_toml_file_is_escaped(tmp_path):
    """The same rule, and an error has one printable line."""
    path = write(tmp_path / "limits.toml", 'match = "a\\u001b[2J"')
    assert read_toml(path, 1000) == {"match": "a\\x1b[2J"}
    with pytest.raises(Unreadable) as refused:
        read_toml(write(path, 'a = "\x1b"'), 1000)
    assert str(refused.value).isprintable()

"""Finds the runs that a user names: by number, name or file, `latest~2`, `baseline:NAME`, ranges and lists of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.errors import BadReference
from benchmarks.history.comparability import comparable, fields_apart
from benchmarks.history.index import Entry, Index
from benchmarks.history.marks import Marks
from benchmarks.text.formatting import counted
from benchmarks.text.printable import visible

# More runs than that on one side are a mistyped range.
_MOST_RUNS = 500

EXPECTED = "a number (12), a range (12..18), a name, latest, latest~2, baseline:NAME, a file, or a comma list of these"


@dataclass(frozen=True)
class Found:
    """A run that was named. `entry` is None for a file outside of the store.

    `named` is False for `latest` and `latest~N`, which are whatever happens to be there.
    """

    path: Path
    entry: Entry | None
    named: bool

    @property
    def place(self) -> Path:
        """Where the file is, however it was named; a link as the last part stays one."""
        return self.path.parent.resolve() / self.path.name

    @property
    def label(self) -> str:
        """The run in a few words."""
        if self.entry is None:
            return visible(self.path)
        file = self.entry.file
        return file.path.stem if file.number is None else f"{file.number:04} {visible(file.name)}"


def find(text: str, index: Index, marks: Marks) -> list[Found]:
    """The runs that `text` names, at least one; raises BadReference."""
    # The path of a file may have a comma in it.
    parts = [text] if is_there(Path(text)) else [part.strip() for part in text.split(",")]
    runs = [run for part in parts for run in _part(part, index.entries, marks)]
    paths = [run.place for run in runs]
    twice = next((path for path in paths if paths.count(path) > 1), None)
    if twice:
        raise BadReference(f"'{visible(text)}' names {visible(twice.name)} twice; name each run once")
    if len(runs) > _MOST_RUNS:
        raise BadReference(f"'{visible(text)}' names {len(runs)} runs; a side can have at most {_MOST_RUNS}")
    return runs


def _part(text: str, entries: Sequence[Entry], marks: Marks) -> list[Found]:
    if match := re.fullmatch(r"latest(?:~(\d{1,9}))?", text):
        return [_latest(int(match[1] or 0), entries)]
    if text.startswith("baseline:"):
        return [_pinned(text.removeprefix("baseline:"), entries, marks)]
    if match := re.fullmatch(r"(\d{1,15})\.\.(\d{1,15})", text):
        return _range(int(match[1]), int(match[2]), entries)
    named = [entry for entry in entries if _is_called(entry, text)]
    if len(named) == 1:
        return [Found(named[0].file.path, named[0], named=True)]
    if len(named) > 1:
        places = ", ".join(visible(entry.file.reference) for entry in named[:4])
        how = "file" if text.isdecimal() else "number or file"
        raise BadReference(f"'{visible(text)}' is the name of {len(named)} runs ({places}); say which by {how}")
    return [_file(text, entries)]


def _is_called(entry: Entry, text: str) -> bool:
    file = entry.file
    if text.isdecimal():
        return file.number == int(text) if len(text) < 16 else False
    return text in (file.name, file.path.stem, file.reference)


def _file(text: str, entries: Sequence[Entry]) -> Found:
    path = Path(text)
    if text and not text.isdecimal() and is_there(path):
        named = Found(path, None, named=True)
        same = next(
            (entry for entry in entries if entry.file.path.name == path.name and _place(entry) == named.place), None
        )
        return replace(named, entry=same)
    if text and not text.isdecimal() and _exists(path):
        what = "a folder (one with runs is named by --history)" if path.is_dir() else "no ordinary file"
        raise BadReference(f"'{visible(text)[:80]}' is {what}, and no run is called that; expected {EXPECTED}")
    count = f"the history has {counted(len(entries), 'run')}" if entries else "the history is empty"
    raise BadReference(f"no run is called '{visible(text)[:80]}' ({count}); expected {EXPECTED}")


def is_there(path: Path) -> bool:
    """Whether there is a file or a link; an invalid or too long path is none."""
    try:
        return path.is_file() or path.is_symlink()
    except (OSError, ValueError):
        return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _place(entry: Entry) -> Path:
    return Found(entry.file.path, entry, named=True).place


def _latest(back: int, entries: Sequence[Entry]) -> Found:
    """The newest run, or one before it of the same machine and profile; a broken file is still the newest."""
    if not entries:
        raise BadReference("the history is empty: no latest run; measure one with `pytest --benchmark-only`")
    like = next((entry.bars for entry in reversed(entries) if entry.error is None), None)
    alike = [entry for entry in entries if entry.error is not None or comparable(entry.bars, like)]
    if back >= len(alike):
        raise BadReference(
            f"latest~{back}: the history has {counted(len(alike), 'run')} like the newest{_unlike(entries, like)}; "
            "`runs` lists them all"
        )
    entry = alike[-1 - back]
    return Found(entry.file.path, entry, named=False)


def _unlike(entries: Sequence[Entry], like: str | None) -> str:
    """Say how many runs do not count because they can't be compared with those of these bars, and why."""
    others = [entry.bars for entry in entries if entry.error is None and not comparable(entry.bars, like)]
    if not others:
        return ""
    fields = ", ".join(fields_apart(others, like))
    return f", and {counted(len(others), 'run')} that can't be compared with it, because of {fields}"


def _pinned(name: str, entries: Sequence[Entry], marks: Marks) -> Found:
    if name not in marks.baselines:
        known = visible(", ".join(sorted(marks.baselines))) or "none yet"
        raise BadReference(
            f"no baseline is called '{visible(name)}' (there are: {known}); pin one with `baseline set RUN --name NAME`"
        )
    reference = marks.baselines[name]
    for entry in entries:
        if entry.file.reference == reference:
            return Found(entry.file.path, entry, named=True)
    raise BadReference(f"baseline '{visible(name)}' was {visible(reference)}, which is gone; pin another run")


def _range(first: int, last: int, entries: Sequence[Entry]) -> list[Found]:
    if first > last:
        raise BadReference(f"{first}..{last}: the range ends before it begins; expected {last}..{first}")
    inside = [entry for entry in entries if entry.file.number is not None and first <= entry.file.number <= last]
    if not inside:
        raise BadReference(f"no run has a number from {first} to {last}; `runs` lists them")
    return [Found(entry.file.path, entry, named=True) for entry in inside]

"""The store: one folder of run files a machine, everything else of ours beside them where stock tools do not look.

    .benchmarks/
      Linux-CPython-3.11.7-2-cores-AMD-EPYC-0f3a91c2/0012_NAME.json     a run, pytest-benchmark's format
      store/lock                     held while something is written
      store/writing/                 what is being written; stale leftovers are cleared by the next writer
      store/journal/SESSION.jsonl    the finished cases of a session that has not saved its run yet
      store/marks/marks.json         pinned baselines and rejected runs
      store/index/runs.sqlite        a cache; deleting it loses nothing
      store/quarantine/              broken run files

Stock tools list every `.json` in the store's folder and one folder down, so nothing but runs lies there.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.errors import StoreTrouble
from benchmarks.files.durable import locked, make_folder, trouble, write
from benchmarks.files.system import sync_folder
from benchmarks.history.identity import identity
from benchmarks.text.printable import visible

OWN = "store"

# Longer numbers are names: nobody has stored so many runs.
_MOST_DIGITS = 15


class StoredFile(NamedTuple):
    """A run file's place in the store. `size` in bytes and `mtime_ns` tell whether it has changed since.

    `reference` is its path relative to the store, with a slash; `folder` is empty in the store's own folder.
    """

    root: Path
    folder: str
    reference: str
    number: int | None
    size: int
    mtime_ns: int

    @property
    def path(self) -> Path:
        """The file."""
        return self.root / self.reference

    @property
    def name(self) -> str:
        """The run's name, without number and ending."""
        stem = self.reference.rpartition("/")[2].removesuffix(".json")
        return stem if self.number is None else stem.partition("_")[2]


class Store:
    """The history under `root`, which need not exist before something is saved."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def files(self) -> list[StoredFile]:
        """Every run file, by number and then by path; symbolic links are not followed. Raises StoreTrouble."""
        try:
            entries = _entries(self.root)
            run_files = _run_files(self.root, "", entries)
            for entry in entries:
                if entry.name != OWN and not _is_hidden(entry) and entry.is_dir(follow_symlinks=False):
                    run_files += _run_files(self.root, f"{entry.name}/", _entries(Path(entry.path)))
        except OSError as error:
            raise trouble(Path(error.filename or self.root), error) from None
        return sorted(run_files, key=lambda file: (-1 if file.number is None else file.number, file.reference))

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """Hold the store's lock; gives the name of a temporary file to write through. Raises StoreTrouble."""
        make_folder(self.root, OWN)
        with locked(self.root / OWN / "lock"):
            yield make_folder(self.root, OWN, "writing") / "file"

    def save(
        self, document: Mapping[str, Any], name: str, announce: Callable[[Path], None] = lambda path: None
    ) -> Path:
        """Save a run under the next number; the write is atomic. Raises StoreTrouble.

        `announce` is told the path before anything is written.
        """
        content = encode(document)
        with self.writing() as through:
            folder = make_folder(self.root, identity(document).folder)
            path = folder / f"{self.next_number():04}_{name}.json"
            announce(path)
            write(path, content, through)
        return path

    def next_number(self) -> int:
        """One more than any number in use, quarantined files included. Held still by the lock only."""
        quarantine = self.root / OWN / "quarantine"
        try:
            parents = [*_entries(self.root), *_entries(quarantine)]
            inside = (_entries(Path(entry.path)) for entry in parents if entry.is_dir(follow_symlinks=False))
            numbers = [_number(entry.name) or 0 for entries in (parents, *inside) for entry in entries]
            number = 1 + max(*numbers, *self._marked(), 0, 0)
        except OSError as error:
            raise trouble(self.root, error) from None
        if len(str(number)) > _MOST_DIGITS:
            raise StoreTrouble(f"{self.root}: a run has the highest possible number, {number - 1}; rename that file")
        return number

    def _marked(self) -> list[int]:
        """The numbers that the marks speak of: a new run must not inherit the marks of a deleted one."""
        path = self.own("marks", "marks.json")
        content = path.read_bytes() if path.is_file() else b""
        return [int(digits) for digits in re.findall(rb'["/](\d{1,%d})_' % _MOST_DIGITS, content)]

    def own(self, *parts: str) -> Path:
        """A path among the store's own files; it may not exist."""
        return self.root.joinpath(OWN, *parts)


def default_root() -> Path:
    """Where runs are stored unless the user says otherwise: in this repository, wherever it is run from."""
    return Path(__file__).parents[2] / ".benchmarks"


def encode(document: Mapping[str, Any], indent: int | None = 1) -> bytes:
    """A run file's bytes, or with no `indent` a line's.

    Raises StoreTrouble for a value that JSON can't hold: stock tools would leave half a file.
    """
    try:
        return json.dumps(document, allow_nan=False, ensure_ascii=True, indent=indent).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise StoreTrouble(
            f"the run can't be saved as JSON: {error}; expected finite numbers, text and lists"
        ) from None


def put_aside(store: Store, path: Path, *parts: str) -> Path:
    """Move a broken file into quarantine under a name of its own; nothing is ever deleted. Raises StoreTrouble."""
    folder = make_folder(store.root, OWN, "quarantine", *parts)
    target, copies = folder / path.name, 0
    while target.exists() or target.is_symlink():
        copies += 1
        target = folder / f"{path.name}.{copies}"
    try:
        path.rename(target)
        sync_folder(folder)
    except OSError as error:
        raise trouble(path, error) from None
    return target


def refuse_name(name: str) -> str | None:
    """Why a run can't be called `name`, or None where it can."""
    if not name or len(name) > 100 or not re.fullmatch(r"[\w.+@ =()-]+", name) or name.startswith("."):
        return f"{name!r}; expected 1 to 100 letters, digits and . _ - + @ =, not beginning with a dot"
    if name.isdecimal() or name == "latest" or ".." in name:
        return f"{name!r}; expected a name that is not a number, a range or `latest`"
    return None


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    if not folder.exists():
        return []
    with os.scandir(folder) as entries:
        return list(entries)


def _run_files(root: Path, prefix: str, entries: list[os.DirEntry[str]]) -> list[StoredFile]:
    run_files = []
    for entry in entries:
        if entry.name.endswith(".json") and not _is_hidden(entry) and not entry.is_dir(follow_symlinks=False):
            if not _is_text(entry.name):
                raise StoreTrouble(f"{visible(entry.path)}: the file name is not UTF-8; rename or remove the file")
            facts = entry.stat(follow_symlinks=False)
            reference, number = f"{prefix}{entry.name}", _number(entry.name)
            run_files.append(StoredFile(root, prefix[:-1], reference, number, facts.st_size, facts.st_mtime_ns))
    return run_files


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    """Return whether a program has left the file for itself, as macOS leaves ._0012_NAME.json beside 0012_NAME.json."""
    return entry.name.startswith(".")


def _is_text(name: str) -> bool:
    return not re.search("[\ud800-\udfff]", name)


def _number(file_name: str) -> int | None:
    digits, underscore, _ = file_name.partition("_")
    if underscore and digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS:
        return int(digits)
    return None

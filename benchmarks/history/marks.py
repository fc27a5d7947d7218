"""Marks on stored runs: which are pinned as a baseline, and which were rejected."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from benchmarks.errors import BadReference, NoAccess, Unreadable
from benchmarks.files.decoding import convert
from benchmarks.files.durable import make_folder, write
from benchmarks.files.reading import read_document
from benchmarks.history.store import OWN, Store, StoredFile, encode, refuse_name
from benchmarks.text.printable import visible


@dataclass(frozen=True)
class Marks:
    """`baselines`: run file by name. `rejected`: reason by run file. Files as `StoredFile.reference` names them."""

    baselines: dict[str, str] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)

    def names_of(self, file: StoredFile) -> list[str]:
        """The names a run is pinned by."""
        return sorted(name for name, reference in self.baselines.items() if reference == file.reference)


def read_marks(store: Store) -> Marks:
    """The store's marks; raises Unreadable where they can't be believed: a lost rejection must not pass silently."""
    path = store.own("marks", "marks.json")
    if not path.exists() and not path.is_symlink():
        return Marks()
    try:
        return convert(read_document(path), Marks, visible(path))
    except NoAccess:
        raise
    except Unreadable as error:
        raise Unreadable(f"{error}; put it aside with `check` and set the baselines again") from None


def pin(store: Store, name: str, file: StoredFile) -> None:
    """Make a run the baseline `name`; who does that accepts it, so a rejection is lifted. Raises SuiteError."""
    if why := refuse_name(name):
        raise BadReference(f"--name {why}")
    _change(
        store,
        lambda marks: replace(
            marks,
            baselines={**marks.baselines, name: file.reference},
            rejected={other: why for other, why in marks.rejected.items() if other != file.reference},
        ),
    )


def unpin(store: Store, name: str) -> None:
    """Remove a baseline's name; the run stays. Raises SuiteError."""
    if name not in read_marks(store).baselines:
        raise BadReference(f"no baseline is called {name!r}; `baseline list` shows them")
    _change(
        store,
        lambda marks: replace(
            marks, baselines={other: file for other, file in marks.baselines.items() if other != name}
        ),
    )


def reject(store: Store, reference: str, why: str) -> None:
    """Keep a run from ever becoming a baseline by default. Raises SuiteError."""
    _change(store, lambda marks: replace(marks, rejected={**marks.rejected, reference: why}))


def forget(store: Store, references: set[str]) -> None:
    """Drop the rejections of runs that are gone. Raises SuiteError."""
    _change(
        store,
        lambda marks: replace(
            marks, rejected={file: w for file, w in marks.rejected.items() if file not in references}
        ),
    )


def _change(store: Store, change: Callable[[Marks], Marks]) -> None:
    with store.writing() as through:
        marks = change(read_marks(store))
        path = make_folder(store.root, OWN, "marks") / "marks.json"
        write(path, encode({"baselines": marks.baselines, "rejected": marks.rejected}), through)

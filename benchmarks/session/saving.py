"""The history as pytest-benchmark's storage, and the session's journal."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.errors import SuiteError
from benchmarks.files.durable import trouble, write
from benchmarks.history.journal import Journal
from benchmarks.history.run import read_usable
from benchmarks.history.store import Store


class HistoryStorage:
    """The storage that pytest-benchmark loads baselines from and saves the run to.

    Errors are collected in `troubles`, because pytest would print a traceback if they were raised. `baselines` are the
    files that `--benchmark-compare` chose; `journal` is None before the first case; `saved` is the file of the run.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.baselines: list[Path] = []
        self.journal: Journal | None = None
        self.troubles: list[str] = []
        self.saved: Path | None = None

    def __str__(self) -> str:
        return str(self.store.root)

    @property
    def location(self) -> str:
        """The store's folder, for messages of pytest-benchmark; its own storage fails outside the working directory."""
        return str(self.store.root)

    def load(self, *globs: object) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Yield the path, relative to the store if it is in there, and the content of each chosen baseline."""
        from pytest_benchmark.stats import normalize_stats

        for path in self.baselines:
            _, document = read_usable(path)
            for entry in document["benchmarks"]:
                normalize_stats(entry["stats"])  # type: ignore[no-untyped-call]
            inside = path.is_relative_to(self.store.root)
            yield (path.relative_to(self.store.root) if inside else path), document

    def save(self, document: Mapping[str, Any], name: str) -> None:
        """Save the session's run. If that fails, the journal still has the finished cases."""
        journal = self.journal
        try:
            self.saved = self.store.save(
                plain(document), name, lambda path: journal.append({"saving": path.name}) if journal else None
            )
        except SuiteError as error:
            remedy = f"; {journal.path} has the finished cases: save them with `runs --recover`" if journal else ""
            self.troubles.append(f"the run was not saved: {error}{remedy}")

    def finished(self, entry: Mapping[str, Any]) -> bool:
        """Append a finished case to the journal; return False if that failed, so that the session should stop."""
        return self._append(entry)

    def failed(self, nodeid: str, why: str) -> bool:
        """Append a failed case to the journal; return False if that failed."""
        return self._append({"failed": {nodeid: why}})

    def end_measuring(self) -> None:
        """Note in the journal that all cases were measured."""
        if self.journal:
            # What can't be written now can't be saved either, and that is reported.
            with contextlib.suppress(SuiteError, OSError):
                self.journal.end_measuring()

    def other_sessions(self) -> list[str]:
        """Return the ids of the sessions that measured into the store at the same time; none before the journal."""
        try:
            return self.journal.other_sessions() if self.journal else []
        except (SuiteError, OSError) as error:
            self.troubles.append(f"the journal can't be read: {error}")
            return []

    def close(self) -> None:
        """Close the journal, and remove it unless the run could not be saved."""
        if self.journal:
            self.journal.close(keep=self.saved is None and bool(self.troubles))
            self.journal = None

    def _append(self, line: Mapping[str, Any]) -> bool:
        if self.journal is None:
            return True
        try:
            # Not all numbers, timers and parameters of pytest-benchmark are plain JSON.
            self.journal.append(plain(line))
        except SuiteError as error:
            self.troubles.append(f"the journal can't be written: {error}")
            return False
        return True


def plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return `document` as pytest-benchmark would save it: values that JSON doesn't have become text."""
    from pytest_benchmark.utils import safe_dumps

    result: dict[str, Any] = json.loads(safe_dumps(document))  # type: ignore[no-untyped-call]
    return result


def save_json(path: str, document: Mapping[str, Any]) -> None:
    """Write `--benchmark-json`: atomically to a file, directly to a pipe or a device. Raises StoreTrouble."""
    from pytest_benchmark.utils import safe_dumps

    target = Path(path).resolve()
    content = safe_dumps(document, ensure_ascii=True, indent=4).encode()  # type: ignore[no-untyped-call]
    if target.exists() and not target.is_file():
        try:
            target.write_bytes(content)
        except OSError as error:
            raise trouble(target, error) from None
        return
    write(target, content, through=target.with_name(f".{target.name}.writing"))

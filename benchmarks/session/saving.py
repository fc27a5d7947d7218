"""Puts the history in the place of pytest-benchmark's own storage, and keeps the session's journal."""

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
    """What pytest-benchmark asks of a storage. Troubles are kept in `troubles`: pytest would print a traceback.

    `baselines` are the files that `--benchmark-compare` chose; `journal` is the session's, from its first case on.
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
        """Where the store is, for pytest-benchmark's messages; its own fails outside of the working directory."""
        return str(self.store.root)

    def load(self, *globs: object) -> Iterator[tuple[Path, dict[str, Any]]]:
        """The chosen baselines, by path relative to the store."""
        from pytest_benchmark.stats import normalize_stats

        for path in self.baselines:
            _, document = read_usable(path)
            for entry in document["benchmarks"]:
                normalize_stats(entry["stats"])  # type: ignore[no-untyped-call]
            inside = path.is_relative_to(self.store.root)
            yield (path.relative_to(self.store.root) if inside else path), document

    def save(self, document: Mapping[str, Any], name: str) -> None:
        """Save the session's run; on trouble the journal keeps what was measured."""
        journal = self.journal
        try:
            self.saved = self.store.save(
                plain(document), name, lambda path: journal.append({"saving": path.name}) if journal else None
            )
        except SuiteError as error:
            kept = f"; {journal.path} keeps the finished cases, `runs --recover` saves them" if journal else ""
            self.troubles.append(f"the run was not saved: {error}{kept}")

    def finished(self, entry: Mapping[str, Any]) -> bool:
        """Have a finished case on disk; False where that failed, and nothing more should be measured."""
        return self._append(entry)

    def failed(self, nodeid: str, why: str) -> bool:
        """Have a failed case on disk."""
        return self._append({"failed": {nodeid: why}})

    def close(self) -> None:
        """The session is over: the journal goes, unless its run was not saved."""
        if self.journal:
            self.journal.close(keep=self.saved is None and bool(self.troubles))
            self.journal = None

    def _append(self, line: Mapping[str, Any]) -> bool:
        if self.journal is None:
            return True
        try:
            # pytest-benchmark's own numbers, timers and parameters are not all plain JSON.
            self.journal.append(plain(line))
        except SuiteError as error:
            self.troubles.append(f"the journal can't be written: {error}")
            return False
        return True


def plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """`document` as pytest-benchmark would save it: what JSON can't hold becomes text."""
    from pytest_benchmark.utils import safe_dumps

    result: dict[str, Any] = json.loads(safe_dumps(document))  # type: ignore[no-untyped-call]
    return result


def save_json(path: str, document: Mapping[str, Any]) -> None:
    """`--benchmark-json`: a file is written whole or not at all, a pipe or device written to. Raises StoreTrouble."""
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

"""Damaged and hostile run files on the page: every file that can be read becomes a page in which all of it is text."""

import json
import random
import re

import pytest

from benchmarks.errors import Unreadable
from benchmarks.files.reading import parse_document
from benchmarks.history.run import parse_run, usable
from tests.report.html.runs import grid_run
from tests.soak import size
from tests.soak.test_fuzz import bounded, mutate, replace

pytest.importorskip("vl_convert", reason="the dependency group report is not installed")


def sections_of(content):
    """A file's sections, None where it is refused."""
    from benchmarks.report.html.run_facts import facts_section
    from benchmarks.report.html.run_page import run_sections

    try:
        document = parse_document(content, "file")
        run = parse_run(document, "file")
    except Unreadable:
        return None
    document = usable(run, document)
    with bounded(content[:200]):
        return [*run_sections(run, document), facts_section(run, document)]


def test_mutated_files_become_pages():
    """As in the fuzz of the history; every 20th is drawn, which takes a second."""
    from benchmarks.report.html.document import page

    generator = random.Random(29)
    source = grid_run(backends=("loky",), sizes=("1", "100"), missing=("loky-n2-b100",))
    content, read, drawn = json.dumps(source).encode(), 0, 0
    for number in range(size(150, 12_000)):
        damaged = mutate(content, generator) if number % 2 else json.dumps(replace(source, generator)).encode()
        sections = sections_of(damaged)
        if sections is None:
            continue
        read += 1
        if read % 20 == 0:
            drawn += 1
            text = page("fuzz", sections, "")
            assert len(re.findall(r"<script", text)) == 1
            assert not re.search(r"<[^>]*\son\w+=", text)
            assert "\x1b" not in text
    assert read > 50
    assert drawn > 2

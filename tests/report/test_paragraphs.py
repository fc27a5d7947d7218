"""Sentences and commands on a terminal."""

import shlex
import subprocess

from benchmarks.report.paragraphs import paragraph


def test_sentences_are_wrapped_and_commands_are_not_part_of_them():
    """A command begins on an indented line of its own."""
    lines = paragraph(f"{'word ' * 40}\ntox run -e bench")
    assert lines[-1] == "  tox run -e bench"
    assert max(map(len, lines)) <= 100


def test_a_long_command_can_be_pasted_as_it_stands():
    """A shell reads the continued lines as the words of the command, whatever is quoted in them."""
    words = ["x" * 30, "it's a", '"', "back\\slash and more", "$HOME", "y" * 60, "  ", "#"]
    lines = paragraph(f"Run:\n{shlex.join(['printf', '%s|', *words])}")
    assert max(map(len, lines)) <= 100
    assert len(lines) > 2
    done = subprocess.run(["sh", "-c", "\n".join(lines[1:])], capture_output=True, text=True, check=True)
    assert done.stdout.split("|")[:-1] == words

"""Strings: regular expressions, distances, formatting, sorting, XML."""

import difflib
import random
import re
import textwrap
import xml.etree.ElementTree as ElementTree

_TOKEN = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-z]\w*)|(?P<text>'[^']*')|(?P<sign>[-+*/()=<>])", re.IGNORECASE
)


def tokenize(text):
    """Return how many tokens of each kind a text has."""
    counts = {}
    for match in _TOKEN.finditer(text):
        counts[match.lastgroup] = counts.get(match.lastgroup, 0) + 1
    return counts


def tokenize_tasks():
    """Return 600 texts of very different lengths."""
    dice = random.Random(10)
    pieces = ("total = 3.5 * (price + 17)", "name <= 'a long text'", "x1 / y2 - z3")
    return [" ".join(dice.choices(pieces, k=int(dice.paretovariate(1.2) * 30))) for _ in range(600)]


def edit_distance(first, second):
    """Return the number of edits between two words."""
    previous = list(range(len(second) + 1))
    for row, one in enumerate(first, start=1):
        current = [row]
        for column, other in enumerate(second, start=1):
            cost = previous[column - 1] + (one != other)
            current.append(min(cost, previous[column] + 1, current[-1] + 1))
        previous = current
    return previous[-1]


def _word(dice, longest):
    return "".join(dice.choices("abcdefghij", k=dice.randrange(3, longest)))


def edit_distance_tasks():
    """Return 3,000 pairs of words."""
    dice = random.Random(11)
    return [(_word(dice, 40), _word(dice, 40)) for _ in range(3000)]


def reformat(text):
    """Wrap a text, number its lines, and change its case."""
    lines = textwrap.wrap(text.title(), width=60)
    return "\n".join(f"{number:>4}: {line.swapcase()}" for number, line in enumerate(lines))


def reformat_tasks():
    """Return 300 texts of 400 words."""
    dice = random.Random(12)
    return [" ".join(_word(dice, 12) for _ in range(400)) for _ in range(300)]


def closest_words(word, vocabulary):
    """Return the words of a vocabulary that are most like a word."""
    return difflib.get_close_matches(word, vocabulary, n=3, cutoff=0.5)


def closest_words_tasks():
    """Return 100 words, with the same vocabulary of 400 words."""
    dice = random.Random(13)
    vocabulary = sorted({_word(dice, 14) for _ in range(400)})
    return [(_word(dice, 14), vocabulary) for _ in range(100)]


def sort_words(words):
    """Return the first words in an order that ignores case and length."""
    return sorted(words, key=lambda word: (len(word) // 3, word.lower()))[:20]


def sort_words_tasks():
    """Return 80 lists of 5,000 words."""
    dice = random.Random(14)
    pool = [_word(dice, 10) for _ in range(20_000)]
    return [(dice.sample(pool, 5000),) for _ in range(80)]


def read_xml(text):
    """Return the sum of the prices in a document."""
    return sum(int(node.get("price")) for node in ElementTree.fromstring(text).iter("item"))  # noqa: S314, made below


def read_xml_tasks():
    """Return 200 documents of about 60 kB."""
    dice = random.Random(15)
    items = (
        "".join(f'<item price="{dice.randrange(99)}"><name>{_word(dice, 20)}</name></item>' for _ in range(1200))
        for _ in range(200)
    )
    return [f"<items>{document}</items>" for document in items]

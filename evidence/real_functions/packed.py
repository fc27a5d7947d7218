"""Compression and hashing: C code that gives the GIL away for long inputs."""

import bz2
import hashlib
import lzma
import random
import zlib

_WORDS = ["the", "of", "and", "a", "to", "in", "is", "you", "that", "it", "he", "was", "for", "on", "are", "as", "with"]


def _text(seed, words):
    dice = random.Random(seed)
    return " ".join(dice.choices(_WORDS, k=words)).encode()


def deflate(data):
    """Return how far a text of 130 kB can be compressed by zlib."""
    return len(zlib.compress(data, 6)) / len(data)


def deflate_tasks():
    """Return 80 texts."""
    return [_text(seed, 35_000) for seed in range(80)]


def pack_lzma(seed):
    """Return a text that is made, and compressed by lzma."""
    return lzma.compress(_text(seed, 12_000))


def pack_lzma_tasks():
    """Return 30 seeds."""
    return list(range(30))


def unpack_bz2(data):
    """Return how many lines there are in compressed data."""
    return bz2.decompress(data).count(b"the")


def unpack_bz2_tasks():
    """Return 100 compressed texts."""
    return [bz2.compress(_text(seed, 30_000)) for seed in range(100)]


def digest(data):
    """Return the SHA-256 of 600 kB to 1.2 MB."""
    return hashlib.sha256(data).hexdigest()


def digest_tasks():
    """Return 120 inputs."""
    dice = random.Random(8)
    return [dice.randbytes(dice.randrange(600_000, 1_200_000)) for _ in range(120)]


def derive_key(password, rounds):
    """Derive a key from a password."""
    return hashlib.pbkdf2_hmac("sha256", password.encode(), b"salt", rounds)


def derive_key_tasks():
    """Return 60 passwords, with 5,000 to 40,000 rounds."""
    dice = random.Random(9)
    return [(f"password{n}", dice.randrange(5000, 40_000)) for n in range(60)]

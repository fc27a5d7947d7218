"""Pure Python: numbers, simulation, search; tasks of very different lengths, and tiny ones."""

import random
from decimal import Decimal, localcontext
from fractions import Fraction


def decimal_root(number):
    """Return a square root to 300 digits, by Newton's method."""
    with localcontext() as context:
        context.prec = 300
        root = Decimal(number)
        for _ in range(60):
            root = (root + Decimal(number) / root) / 2
        return str(root)


def decimal_root_tasks():
    """Return 400 numbers."""
    return list(range(2, 402))


def harmonic(terms):
    """Return a harmonic number as a fraction: the tasks become longer and longer."""
    return sum((Fraction(1, term) for term in range(1, terms + 1)), Fraction(0)).denominator


def harmonic_tasks():
    """Return 150 numbers of terms, in ascending order."""
    return list(range(10, 760, 5))


def random_walk(seed):
    """Return how far a walk gets in 10,000 steps."""
    dice = random.Random(seed)
    x = y = furthest = 0
    for _ in range(10_000):
        turn = dice.random()
        if turn < 0.5:
            x += 1 if turn < 0.25 else -1
        else:
            y += 1 if turn < 0.75 else -1
        furthest = max(furthest, x * x + y * y)
    return furthest


def random_walk_tasks():
    """Return 200 seeds."""
    return list(range(200))


def factorize(number):
    """Return the prime factors of a number by trial division."""
    factors, divisor = [], 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            factors.append(divisor)
            number //= divisor
        divisor += 1
    return [*factors, number] if number > 1 else factors


def factorize_tasks():
    """Return 1,200 numbers that are done at once, then 12 products of two large primes: a trap for growing batches."""
    primes = (1_000_003, 1_000_033, 1_000_037, 1_000_039)
    return [2**10 * odd for odd in range(1, 2401, 2)] + [one * other for one in primes for other in primes[:3]]


def queens(size, seed):
    """Place queens at random until no two threaten each other, and return how often that failed: a long tail."""
    dice, failures = random.Random(seed), 0
    while True:
        columns = dice.sample(range(size), size)
        if len({c + r for r, c in enumerate(columns)}) == len({c - r for r, c in enumerate(columns)}) == size:
            return failures
        failures += 1


def queens_tasks():
    """Return 120 boards of eight queens, and seeds."""
    return [(8, seed) for seed in range(120)]


def add_one(number):
    """Return the next number: 50 ns."""
    return number + 1


def add_one_tasks():
    """Return 20,000 numbers."""
    return list(range(20_000))


def small_record(name, age, city):
    """Return a record with a key: some microseconds."""
    words = name.strip().lower().split()
    return {"key": "-".join(words) + f"@{city[:3].upper()}", "age": int(age), "initials": "".join(w[0] for w in words)}


def small_record_tasks():
    """Return 10,000 rows of text."""
    return [(f" Ada{n} King Byron", str(n % 90), f"city {n % 50}") for n in range(10_000)]

"""Where a series changes its level: E-divisive.

D. S. Matteson, N. A. James, "A Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data",
J. Am. Stat. Assoc. 109 (2014), with alpha = 1, for series of numbers. There a split is sought in every beginning of a
segment, so that a rise and a fall soon after it do not hide each other; here in eight beginnings of it, which costs n
and not n^2. D. Daly et al. ("The Use of Change Point Detection to Identify Software Performance Regressions", ICPE
2020) look at the whole segment only.

Sums over all pairs take O(n log n): of sorted halves, all distances between them follow from running sums. Permutations
are rows of one array, so that numpy goes through all of them at once.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A split counts where random orders split as well with a chance of less than that.
_LEVEL = 0.005

# How many random orders, by the longest segment that is given so many: where a segment is short, a real change is one
# of few orders, and must not be missed because it was drawn; where it is long, each order costs more.
_ORDERS = ((100, 1999), (300, 599), (10**9, 199))

# Most segments without a change are recognized by the first few.
_FEW = 19

# Among the orders of fewer values too many are as good as the best: nothing can be found.
SHORTEST = 11

# The sums of an order that splits just as well differ in their last digits.
_ALIKE = 1 - 1e-9

# Of so many equally long parts of a segment, each first one, first two and so on is split.
_WINDOWS = 8

# In blocks so short all distances cost less than sorting.
_DIRECTLY = 8

# A level is worth the name from so many values on.
FEWEST = 3


@dataclass(frozen=True)
class ChangePoint:
    """The first place of a new level; `statistic` is the paper's Q, in units of the values."""

    place: int
    statistic: float


def change_points(values: Sequence[float]) -> list[ChangePoint]:
    """The changes in a series of `SHORTEST` values or more, by place. Raises ValueError where one is not finite.

    The random orders follow from the values: the same series has the same changes, others have other orders.
    """
    series = np.asarray(values, dtype=float)
    if not np.isfinite(series).all():
        raise ValueError("change points of values that are not finite")
    seed = int.from_bytes(hashlib.sha256(series.tobytes()).digest()[:8])
    rng, points, waiting = np.random.default_rng(seed), [], [(0, len(series))]
    while waiting:
        start, end = waiting.pop()
        change = _change(series[start:end], rng)
        if change:
            place = start + change.place
            points.append(ChangePoint(place, change.statistic))
            waiting += [(start, place), (place, end)]
    return sorted(points, key=lambda change: change.place)


def _change(segment: Floats, rng: np.random.Generator) -> ChangePoint | None:
    """The best split of a segment if chance does not split it as well."""
    if len(segment) < SHORTEST:
        return None
    statistics, places = best_splits(segment[np.newaxis])
    # Values that are all equal split nowhere.
    if statistics[0] <= 0:
        return None
    orders = next(count for longest, count in _ORDERS if len(segment) <= longest)
    as_good, allowed = 0, _LEVEL * (orders + 1) - 1
    for count in (_FEW, orders - _FEW):
        drawn = rng.permuted(np.tile(segment, (count, 1)), axis=1)
        as_good += int((best_splits(drawn)[0] >= statistics[0] * _ALIKE).sum())
        if as_good > allowed:
            return None
    return ChangePoint(int(places[0]), float(statistics[0]))


def best_splits(rows: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """For each row the largest Q of any split of any of its beginnings, and the place of that split."""
    n = rows.shape[1]
    within = _distances_to_earlier(rows).cumsum(axis=1)
    best, places = np.full(len(rows), -np.inf), np.zeros(len(rows), dtype=np.int64)
    for end in sorted({n * part // _WINDOWS for part in range(1, _WINDOWS + 1)}):
        if end >= 2 * FEWEST:
            statistics = _statistics(rows[:, :end], within[:, :end])
            split = statistics.argmax(axis=1)
            largest = statistics[np.arange(len(rows)), split]
            places = np.where(largest > best, split + FEWEST, places)
            best = np.maximum(best, largest)
    return best, places


def split_statistics(rows: Floats) -> Floats:
    """Q of every split of each row, from `FEWEST` values on the left to `FEWEST` on the right: shape (rows, n - 5)."""
    return _statistics(rows, _distances_to_earlier(rows).cumsum(axis=1))


def _statistics(rows: Floats, within: Floats) -> Floats:
    """Q from the values and, for each place, the sum of all distances among the values up to it.

    With m values on the left and k on the right,
    Q = mk/(m + k) (2 between/(mk) - within left/C(m, 2) - within right/C(k, 2)).
    """
    n = rows.shape[1]
    of_all = _distances_to_all(rows).cumsum(axis=1)
    left = np.arange(FEWEST, n - FEWEST + 1)
    right = n - left
    within_left = within[:, left - 1]
    between = of_all[:, left - 1] - 2 * within_left
    within_right = within[:, -1:] - within_left - between
    pairs_left, pairs_right = left * (left - 1) / 2, right * (right - 1) / 2
    energy = 2 * between / (left * right) - within_left / pairs_left - within_right / pairs_right
    result: Floats = left * right / n * energy
    return result


def _distances_to_all(rows: Floats) -> Floats:
    """Of each value, the sum of its distances to all values of its row."""
    order = rows.argsort(axis=1)
    ranked = np.take_along_axis(rows, order, axis=1)
    sums, n = ranked.cumsum(axis=1), rows.shape[1]
    below = np.arange(n)
    # Above minus below: (total - sums) - above * x + below * x - (sums - x).
    sorted_distances = sums[:, -1:] - 2 * sums + ranked * (2 * below + 2 - n)
    result = np.empty_like(rows)
    np.put_along_axis(result, order, sorted_distances, axis=1)
    return result


def _distances_to_earlier(rows: Floats) -> Floats:
    """Of each value, the sum of its distances to the values before it: block by block, twice as long each time."""
    count, n = rows.shape
    size = 1 << (n - 1).bit_length()
    # What fills up the last block comes after every real value, and is never asked for.
    values = np.concatenate([rows, np.zeros((count, size - n))], axis=1)
    half = min(_DIRECTLY, size)
    distances = _distances_in_blocks(values.reshape(count, -1, half)).reshape(count, size)
    while half < size:
        distances += _distances_to_left_half(values.reshape(count, -1, 2 * half), half).reshape(count, size)
        half *= 2
    return distances[:, :n]


def _distances_in_blocks(blocks: Floats) -> Floats:
    """Of each value in a short block, the sum of its distances to the values before it in the block."""
    distances = np.abs(blocks[:, :, :, np.newaxis] - blocks[:, :, np.newaxis, :])
    earlier: Floats = np.einsum("rbij,ij->rbi", distances, np.tri(blocks.shape[2]))
    return earlier


def _distances_to_left_half(blocks: Floats, half: int) -> Floats:
    """Of each value in a block's right half, the sum of its distances to the left half; 0 in the left half."""
    left = np.sort(blocks[:, :, :half], axis=2)
    right = blocks[:, :, half:]
    sums = np.concatenate([np.zeros((*left.shape[:2], 1)), left.cumsum(axis=2)], axis=2)
    # How many of the left half are not above it: its place among both halves, less its place among its own.
    order = np.concatenate([left, right], axis=2).argsort(axis=2, kind="stable")
    smaller = np.empty_like(order)
    np.put_along_axis(smaller, order, (order < half).cumsum(axis=2), axis=2)
    below = smaller[:, :, half:]
    sum_below = np.take_along_axis(sums, below, axis=2)
    distances = np.zeros_like(blocks)
    distances[:, :, half:] = right * (2 * below - half) - 2 * sum_below + sums[:, :, -1:]
    return distances

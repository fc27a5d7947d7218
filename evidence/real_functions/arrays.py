"""numpy: libraries with threads of their own, large and small arrays, large arguments and results."""

import numpy as np


def multiply(seed):
    """Return the trace of a product of two matrices (BLAS, with threads of its own)."""
    matrix = np.random.default_rng(seed).random((320, 320))
    return round(float(np.trace(matrix @ matrix)), 3)


def multiply_tasks():
    """Return 100 seeds."""
    return list(range(100))


def singular_values(seed, size):
    """Return the largest singular value of a random matrix (LAPACK)."""
    matrix = np.random.default_rng(seed).random((size, size))
    return round(float(np.linalg.svd(matrix, compute_uv=False)[0]), 6)


def singular_values_tasks():
    """Return 48 seeds with sizes from 80 to 268."""
    return [(seed, 80 + 4 * (seed * 7 % 48)) for seed in range(48)]


def solve(seed):
    """Solve a large system: few long tasks that use all cores by themselves."""
    dice = np.random.default_rng(seed)
    return round(float(np.abs(np.linalg.solve(dice.random((900, 900)) + 900 * np.eye(900), dice.random(900))).max()), 9)


def solve_tasks():
    """Return 12 seeds."""
    return list(range(12))


def spectrum(seed):
    """Return the strongest frequency of a noisy signal (FFT)."""
    signal = np.random.default_rng(seed).random(65_536) + np.sin(np.arange(65_536) * (0.01 + seed / 1000))
    return int(np.abs(np.fft.rfft(signal - signal.mean())).argmax())


def spectrum_tasks():
    """Return 150 seeds."""
    return list(range(150))


def small_ufuncs(start):
    """Evaluate a formula on 200 numbers: numpy's own overhead prevails."""
    x = np.arange(start, start + 200)
    return float((np.sin(x) * np.exp(-x / 1000) + np.sqrt(x)).sum())


def small_ufuncs_tasks():
    """Return 4,000 starts."""
    return list(range(4000))


def large_ufuncs(scale):
    """Evaluate a formula on 400,000 numbers: memory as well as computing."""
    x = np.linspace(0, scale, 400_000)
    return float(np.sqrt(np.exp(-x) + np.sin(x) ** 2).sum())


def large_ufuncs_tasks():
    """Return 60 scales."""
    return [float(scale) for scale in range(1, 61)]


def sorted_array(seed):
    """Return the median of 200,000 numbers, by sorting them."""
    return float(np.sort(np.random.default_rng(seed).standard_normal(200_000))[100_000])


def sorted_array_tasks():
    """Return 60 seeds."""
    return list(range(60))


def monte_carlo(seed):
    """Estimate pi from 100,000 points."""
    points = np.random.default_rng(seed).random((100_000, 2))
    return float(4 * ((points**2).sum(axis=1) < 1).mean())


def monte_carlo_tasks():
    """Return 200 seeds."""
    return list(range(200))


def bootstrap(sample, seed):
    """Return the standard error of a median from 50 resamples, in a loop of Python around short calls of numpy."""
    dice = np.random.default_rng(seed)
    return float(np.std([np.median(dice.choice(sample, len(sample))) for _ in range(50)]))


def bootstrap_tasks():
    """Return 150 samples of 300 numbers, and seeds."""
    dice = np.random.default_rng(0)
    return [(dice.random(300), seed) for seed in range(150)]


def normalize_large(image):
    """Return the brightest column of a large array that is an argument."""
    return int(((image - image.mean(axis=0)) / (image.std(axis=0) + 1e-9)).max(axis=0).argmax())


def normalize_large_tasks():
    """Return 40 arrays of 2.9 MB each."""
    dice = np.random.default_rng(1)
    return [dice.random((600, 600)) for _ in range(40)]


def summarize_medium(table):
    """Return the quartiles of a table that is an argument."""
    return [float(value) for value in np.percentile(table, (25, 50, 75))]


def summarize_medium_tasks():
    """Return 300 arrays of 160 kB each."""
    dice = np.random.default_rng(2)
    return [dice.random((200, 100)) for _ in range(300)]


def window_of_shared(series, start):
    """Return how a window correlates with the next one, in a series that all tasks share."""
    window, following = series[start : start + 20_000], series[start + 20_000 : start + 40_000]
    return round(float(np.corrcoef(np.sort(window), np.sort(following))[0, 1]), 9)


def window_of_shared_tasks():
    """Return the same series of 8 MB with 240 starts."""
    series = np.random.default_rng(3).standard_normal(1_000_000)
    return [(series, start) for start in range(0, 960_000, 4000)]


def simulate_paths(seed):
    """Return 250 random paths of 2,000 steps each: 4 MB."""
    return np.random.default_rng(seed).standard_normal((250, 2000)).cumsum(axis=1)


def simulate_paths_tasks():
    """Return 50 seeds."""
    return list(range(50))

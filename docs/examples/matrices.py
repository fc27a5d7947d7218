"""Tasks that compute in threads of numpy's BLAS: docs/own-function.md measures them."""

import numpy

SEEDS = list(range(16))


def multiply(seed):
    """Return a number that takes ten products of two matrices."""
    matrix = numpy.random.default_rng(seed).random((400, 400))
    product = matrix
    for _ in range(10):
        product = product @ matrix
        product /= product.max()
    return float(product.trace().round(6))

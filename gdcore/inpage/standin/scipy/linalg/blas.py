"""A triangular system."""

import numpy as np


def dtrsv(matrix, vector, lower=0, trans=0):
    """x with A x = b, or Aᵀ x = b with `trans`, for a triangular A."""
    A, x = (matrix.T if trans else matrix).tolist(), vector.tolist()
    size, upwards = len(x), bool(lower) == bool(trans)
    for k in reversed(range(size)) if upwards else range(size):
        for j in range(k + 1, size) if upwards else range(k):
            x[k] -= A[k][j] * x[j]
        x[k] /= A[k][k]
    return np.array(x)

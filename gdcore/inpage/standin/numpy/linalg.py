"""Small systems of equations, their pseudo-inverses, and lengths."""

import numpy as np


class LinAlgError(ValueError):
    """A matrix that is singular."""


def norm(x, axis=None, keepdims=False):
    """Euclid's length, of all elements or along an axis."""
    x = np.asarray(x)
    return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))


def solve(matrices, vectors):
    """x with A x = b for each matrix, by elimination with the largest pivot; b are columns."""
    rows, columns = matrices.shape[-1], vectors.shape[-1]
    found = [
        _solved(A.tolist(), b.tolist()) for A, b in zip(matrices.reshape(-1, rows, rows), vectors.reshape(-1, rows, columns))
    ]
    return np.array(found).reshape(vectors.shape)


def _solved(A, b):
    size = len(A)
    for k in range(size):
        pivot = k
        for i in range(k + 1, size):
            if abs(A[i][k]) > abs(A[pivot][k]):
                pivot = i
        if A[pivot][k] == 0:
            raise LinAlgError("Singular matrix")
        A[k], A[pivot], b[k], b[pivot] = A[pivot], A[k], b[pivot], b[k]
        for i in range(k + 1, size):
            factor = A[i][k] / A[k][k]
            A[i] = [x - factor * y for x, y in zip(A[i], A[k])]
            b[i] = [x - factor * y for x, y in zip(b[i], b[k])]
    for k in reversed(range(size)):
        for j in range(k + 1, size):
            b[k] = [x - A[k][j] * y for x, y in zip(b[k], b[j])]
        b[k] = [x / A[k][k] for x in b[k]]
    return b


def pinv(matrices, hermitian=False):
    """The pseudo-inverse of symmetric matrices, by Jacobi's rotations."""
    size = matrices.shape[-1]
    return np.array([_inverse(A.tolist(), size) for A in matrices.reshape(-1, size, size)]).reshape(matrices.shape)


def _inverse(A, size):
    V = [[float(i == j) for j in range(size)] for i in range(size)]
    for _ in range(30 if size > 1 else 0):
        for p in range(size):
            for q in range(p + 1, size):
                if A[p][q] != 0:
                    _rotate(A, V, p, q, size)
    largest = max(abs(A[k][k]) for k in range(size))
    inverted = [1 / A[k][k] if abs(A[k][k]) > 1e-15 * largest else 0.0 for k in range(size)]
    return [[sum(V[i][k] * inverted[k] * V[j][k] for k in range(size)) for j in range(size)] for i in range(size)]


def _rotate(A, V, p, q, size):
    theta = (A[q][q] - A[p][p]) / (2 * A[p][q])
    t = (1 if theta >= 0 else -1) / (abs(theta) + (theta * theta + 1) ** 0.5)
    c = 1 / (t * t + 1) ** 0.5
    s = t * c
    for k in range(size):
        A[k][p], A[k][q] = c * A[k][p] - s * A[k][q], s * A[k][p] + c * A[k][q]
    for k in range(size):
        A[p][k], A[q][k] = c * A[p][k] - s * A[q][k], s * A[p][k] + c * A[q][k]
    A[p][q] = A[q][p] = 0.0
    for k in range(size):
        V[k][p], V[k][q] = c * V[k][p] - s * V[k][q], s * V[k][p] + c * V[k][q]

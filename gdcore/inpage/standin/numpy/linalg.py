"""Small systems of equations, pseudo-inverses, eigenvectors, orthogonal factors, and lengths."""

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
    V = _diagonalized(A, size)
    largest = max(abs(A[k][k]) for k in range(size))
    inverted = [1 / A[k][k] if abs(A[k][k]) > 1e-15 * largest else 0.0 for k in range(size)]
    return [[sum(V[i][k] * inverted[k] * V[j][k] for k in range(size)) for j in range(size)] for i in range(size)]


def eigh(matrices):
    """The eigenvalues of symmetric matrices, the least first, and their eigenvectors as columns, by
    Jacobi's rotations.
    """
    size, lead = matrices.shape[-1], matrices.shape[:-2]
    found = [_eigen(A.tolist(), size) for A in matrices.reshape(-1, size, size)]
    return tuple(np.array(part).reshape(lead + (size,) * axes) for axes, part in enumerate(zip(*found), 1))


def _eigen(A, size):
    V = _diagonalized(A, size)
    order = sorted(range(size), key=lambda k: A[k][k])
    return [A[k][k] for k in order], [[V[i][k] for k in order] for i in range(size)]


def _diagonalized(A, size):
    """Makes A diagonal, and returns the rotations' product."""
    V = [[float(i == j) for j in range(size)] for i in range(size)]
    for _ in range(30 if size > 1 else 0):
        for p in range(size):
            for q in range(p + 1, size):
                if A[p][q] != 0:
                    _rotate(A, V, p, q, size)
    return V


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


def qr(matrices):
    """The orthogonal factor of square matrices and the triangular one, by Householder's
    reflections.
    """
    size = matrices.shape[-1]
    largest = np.max(np.abs(matrices), axis=(-2, -1), keepdims=True)
    scale = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)  # squares neither vanish nor overflow
    pairs = [_factors(A.tolist(), size) for A in (matrices / scale).reshape(-1, size, size)]
    Q, R = (np.array(part).reshape(matrices.shape) for part in zip(*pairs))
    return Q, scale * R


def _factors(A, size):
    Q = [[float(i == j) for j in range(size)] for i in range(size)]
    for k in range(size - 1):
        below = sum(A[i][k] * A[i][k] for i in range(k + 1, size))
        if below == 0:
            continue
        length = (A[k][k] * A[k][k] + below) ** 0.5
        v = [0.0] * k + [A[k][k] + (length if A[k][k] >= 0 else -length)] + [A[i][k] for i in range(k + 1, size)]
        share = 2 / (v[k] * v[k] + below)
        for j in range(size):
            along = share * sum(v[i] * A[i][j] for i in range(k, size))
            for i in range(k, size):
                A[i][j] -= along * v[i]
        for row in Q:
            along = share * sum(row[i] * v[i] for i in range(k, size))
            for i in range(k, size):
                row[i] -= along * v[i]
    return Q, A

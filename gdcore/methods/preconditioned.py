"""A preconditioner for the rows of a matrix and one for its columns: Shampoo and SOAP."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdcore.arrays import Array
from gdcore.hyperparameters import Count, Nonnegative, OneNonnegative, OneShare, Share, checked_step
from gdcore.methods.adaptive import ratio
from gdcore.methods.orthogonal import in_line, matrices_of
from gdcore.objectives import Objective, require


class ShampooState(NamedTuple):
    """For each matrix of w the sum L of G Gᵀ, (..., A, A), and R of Gᵀ G, (..., B, B)."""

    left: tuple[Any, ...]
    right: tuple[Any, ...]


class Basis(NamedTuple):
    """Of one matrix of w: the averages L of G Gᵀ, (..., A, A), and R of Gᵀ G, (..., B, B), bases of
    about their eigenvectors, the columns of QL and QR, and the average V of the squared gradients
    in these bases, (..., A, B).
    """

    L: Array
    R: Array
    QL: Array
    QR: Array
    V: Any = 0.0


class SoapState(NamedTuple):
    """The steps taken t, the average s of the gradients, (..., d), and the bases of each matrix."""

    t: int
    s: float | Array
    bases: tuple[Basis, ...]


@checked_step
def shampoo(
    objective: Objective,
    w: Array,
    state: ShampooState | None = None,
    *,
    learning_rate: Nonnegative = 0.1,
    epsilon: OneNonnegative = 1e-4,
) -> tuple[Array, Any]:
    """One step of Shampoo: AdaGrad with a preconditioner for the rows and one for the columns of
    each matrix of w.

        L ← L + G Gᵀ,   R ← R + Gᵀ G,   W ← W − η (L + ε I)^(−1/4) G (R + ε I)^(−1/4),

    for each matrix W, of A rows and B columns, and its gradient G. For a vector the columns are
    left out, and the power is −1/2: W ← W − η (L + ε I)^(−1/2) G, which is AdaGrad with its whole
    matrix. Turn the rows or the columns, and the path turns with them.

    The matrices are those of `objective.shapes`, one after the other in w; without shapes w is one
    vector, and its L has d² numbers. A kernel (out, in, height, width) counts as a matrix of `out`
    rows; the paper has a preconditioner for each of its axes. w is (..., d); the state is (L, R):
    for each matrix L, (..., A, A), and R, (..., B, B), at first None, as if they were 0.

    - `learning_rate`: η ≥ 0.
    - `epsilon`: ε ≥ 0, the paper's L = ε I at the start. A direction that no gradient has had does
      not move, even with ε = 0.

    Raises ValueError for shapes that do not fill w.
    Source: Gupta, Koren and Singer 2018, algorithms 1 and 2.

    >>> from gdcore.objectives import canyon
    >>> w, state = shampoo(canyon(), [0, 0], learning_rate=1)
    >>> w.round(4), state.left[0]
    (array([0.3714, 0.9285]), array([[144., 360.],
           [360., 900.]]))
    """
    shapes = _shapes(objective, w, (w.shape[-1],), "shampoo")
    before = state or ShampooState((0.0,) * len(shapes), (0.0,) * len(shapes))
    steps, kept = [], []
    for G, L, R, shape in zip(matrices_of(objective.gradient(w), shapes), *before, shapes, strict=True):
        L = L + G @ G.mT
        R = R + G.mT @ G
        if len(shape) == 1:
            steps.append(_inverse_root(L, 1 / 2, epsilon) @ G)
        else:
            steps.append(_inverse_root(L, 1 / 4, epsilon) @ G @ _inverse_root(R, 1 / 4, epsilon))
        kept.append((L, R))
    w = w - learning_rate * in_line(steps, w.shape[:-1])
    return w, ShampooState(*zip(*kept, strict=True))


@checked_step
def soap(
    objective: Objective,
    w: Array,
    state: SoapState | None = None,
    *,
    learning_rate: Nonnegative = 3e-3,
    beta1: Share = 0.95,
    beta2: OneShare = 0.95,
    epsilon: OneNonnegative = 1e-8,
    weight_decay: Nonnegative = 0.0,
    period: Count = 10,
) -> tuple[Array, Any]:
    """One step of SOAP: Adam in the eigenbasis of Shampoo's preconditioners.

        M ← β₁ M + (1 − β₁) G,   V ← β₂ V + (1 − β₂) (QLᵀ G QR)²,
        N = (QLᵀ M̂ QR) / (√V̂ + ε),   W ← W − η (QL N QRᵀ + α W),
        L ← β₂ L + (1 − β₂) G Gᵀ,   R ← β₂ R + (1 − β₂) Gᵀ G,

    for each matrix W, of A rows and B columns, and its gradient G, with Adam's corrections M̂ = M /
    (1 − β₁ᵗ) and V̂ = V / (1 − β₂ᵗ). Every `period` steps the columns of QL come nearer to the
    eigenvectors of L by one power iteration: they are sorted by their eigenvalues, and V with
    them, and QL becomes the orthogonal factor of L QL. QR does the same with R. An exact
    eigendecomposition would cost more, and its columns could change places without V.

    The first step looks, and w rests: its gradient makes L, R and their exact eigenvectors alone,
    as in the authors' code, so that no gradient is judged in a basis that it has made itself. A
    part of a turned gradient that is not larger than its rounding counts as 0: Adam would divide it
    by its own size.

    Matrices and kernels are those of `shampoo`. Vectors move by Adam itself: QL and QR would be 1.
    Without shapes w is one matrix of one column, which makes it Adam in the eigenbasis of the
    average of g gᵀ. w is (..., d); the state is (t, s, bases): the steps taken after the first, the
    average of the gradients, (..., d), whose parts are the M, and for each matrix (L, R, QL, QR,
    V). At first it is None.

    - `learning_rate`: η ≥ 0.
    - `beta1`, `beta2`: β₁ and β₂, in [0, 1), and β₂ the same for all coordinates.
    - `epsilon`: ε ≥ 0.
    - `weight_decay`: α ≥ 0, decoupled as in `adamw`. The authors' default is 0.01.
    - `period`: a whole number ≥ 1.

    Raises ValueError for shapes that do not fill w.
    Source: Vyas et al. 2025, algorithms 3 and 4.

    >>> from gdcore.objectives import canyon
    >>> w, state = soap(canyon(), [0, 0], learning_rate=1)
    >>> w, state = soap(canyon(), w, state, learning_rate=1)
    >>> w.round(4), abs(state.bases[0].QL).round(4)
    (array([0.3714, 0.9285]), array([[0.3714, 0.9285],
           [0.9285, 0.3714]]))
    """
    shapes = _shapes(objective, w, (w.shape[-1], 1), "soap")
    g = objective.gradient(w)
    if state is None:
        return w, SoapState(0, 0.0, tuple(_first_basis(G, beta2) for G in _soaped(g, shapes)))
    t, s, bases = state
    t = t + 1
    s = beta1 * s + (1 - beta1) * g
    s_hat = s / (1 - beta1**t)
    steps, kept = [], []
    for G, M_hat, (L, R, QL, QR, V) in zip(_soaped(g, shapes), _soaped(s_hat, shapes), bases, strict=True):
        V = beta2 * V + (1 - beta2) * _turned(G, QL, QR) ** 2
        V_hat = V / (1 - beta2**t)
        N = ratio(_turned(M_hat, QL, QR), np.sqrt(V_hat) + epsilon, epsilon)
        steps.append(QL @ N @ QR.mT)
        L = beta2 * L + (1 - beta2) * (G @ G.mT)
        R = beta2 * R + (1 - beta2) * (G.mT @ G)
        basis = Basis(L, R, QL, QR, V)
        kept.append(_nearer(basis) if t % period == 0 else basis)
    w = w - learning_rate * (in_line(steps, w.shape[:-1]) + weight_decay * w)
    return w, SoapState(t, s, tuple(kept))


def _shapes(objective: Objective, w: Array, otherwise: tuple[int, ...], needed_by: str) -> tuple[tuple[int, ...], ...]:
    """The shapes of the matrices in w, or what w is if the objective has none."""
    return (otherwise,) if objective.shapes is None else require.shapes(objective, w, needed_by)


def _soaped(u: Array, shapes: tuple[tuple[int, ...], ...]) -> list[Array]:
    """The matrices of u, and the coordinates of a vector as matrices of one number each, in which
    SOAP is Adam.
    """
    return [M[..., np.newaxis] if len(shape) == 1 else M for M, shape in zip(matrices_of(u, shapes), shapes, strict=True)]


def eigen(P: Array) -> tuple[Array, Array]:
    """Eigenvalues, the least first, and eigenvectors of symmetric matrices, (..., n, n).

    They are no numbers where the matrix is not finite, since LAPACK would raise an error. Half
    precision, which LAPACK does not have, becomes single.
    """
    P = P.astype(np.result_type(P, "float32"), copy=False)
    finite: Any = np.isfinite(P).all(axis=(-2, -1), keepdims=True)
    values, vectors = np.linalg.eigh(np.where(finite, P, 0))
    return np.where(finite[..., 0], values, np.nan), np.where(finite, vectors, np.nan)


def _rounding(values: Array) -> Array:
    """What eigenvalues that are 0 may come out as, the largest standing last."""
    return values.shape[-1] * np.finfo(values.dtype).eps * values[..., -1:]


def _inverse_root(P: Array, power: float, epsilon: float) -> Array:
    """(P + ε I)^(−power) of symmetric P ≥ 0, (..., n, n).

    An eigenvalue that is 0 but for rounding counts as 0, and with ε = 0 its direction is left out:
    no gradient has had it.
    """
    values, vectors = eigen(P)
    roots = (np.where(values > _rounding(values), values, 0) + epsilon) ** power
    powers = np.where(np.isfinite(values), ratio(np.ones_like(roots), roots, 0.0), np.nan)
    return ((vectors * powers[..., np.newaxis, :]) @ vectors.mT).astype(P.dtype, copy=False)


def _turned(G: Array, QL: Array, QR: Array) -> Array:
    """QLᵀ G QR, with 0 for what is not larger than the rounding of G's largest part."""
    turned = QL.mT @ G @ QR
    rounding = 16 * np.finfo(G.dtype).eps * np.abs(G).max(axis=(-2, -1), keepdims=True)
    return np.where(np.abs(turned) <= rounding, 0, turned)


def _first_basis(G: Array, beta2: float) -> Basis:
    """Averages of one gradient alone, and bases of their eigenvectors."""
    L, R = (1 - beta2) * (G @ G.mT), (1 - beta2) * (G.mT @ G)
    return Basis(L, R, _eigenbasis(L), _eigenbasis(R))


def _eigenbasis(P: Array) -> Array:
    """The eigenvectors of P ≥ 0, (..., n, n), as columns, those of the largest eigenvalues first.

    Those of the eigenvalue 0 would be any that rounding makes them. Here they are those by which
    Householder's reflections complete the others.
    """
    values, vectors = eigen(P)
    sure = np.where((values > _rounding(values))[..., np.newaxis, :], vectors, 0)
    return _orthogonal(sure[..., ::-1]).astype(P.dtype, copy=False)


def _nearer(basis: Basis) -> Basis:
    """The basis after one power iteration on either side."""
    L, R, QL, QR, V = basis
    QL, rows = _iterated(L, QL)
    QR, columns = _iterated(R, QR)
    V = np.take_along_axis(V, rows[..., :, np.newaxis], axis=-2)
    V = np.take_along_axis(V, columns[..., np.newaxis, :], axis=-1)
    return Basis(L, R, QL, QR, V)


def _iterated(P: Array, Q: Array) -> tuple[Array, NDArray[np.int_]]:
    """The orthogonal factor of P Q, and the order in which Q's columns were sorted before, that of
    their estimated eigenvalues.
    """
    PQ = P @ Q
    order = np.argsort(-(Q * PQ).sum(axis=-2), axis=-1, kind="stable")
    PQ = np.take_along_axis(PQ, order[..., np.newaxis, :], axis=-1)
    return _orthogonal(PQ).astype(P.dtype, copy=False), order


def _orthogonal(X: Array) -> Array:
    """The orthogonal factor of square matrices, (..., n, n); half precision becomes single."""
    return np.linalg.qr(X.astype(np.result_type(X, "float32"), copy=False))[0]

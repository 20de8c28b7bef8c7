"""Objectives on data: least squares, polynomials, logistic regression, the Gabor model.

Inputs and targets may have leading axes in common with w, for models side by side that each see
data of their own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.objectives.objective import Objective
from gdcore.validation import shown


def least_squares(X: ArrayLike, t: ArrayLike, reduction: Literal["mean", "sum"] = "mean") -> Objective:
    """Linear regression: L(w) = (1/N) Σₙ (xₙᵀw − tₙ)², or the sum without 1/N.

    X is (N, d), t (N,), w (..., d); a column of ones in X gives an intercept. The Hessian is 2 XᵀX
    / N: L is convex always, and has a single minimum only if the columns of X are linearly
    independent. Prince's loss is the sum, Bishop's half of the sum. `Minibatches(least_squares, X,
    t, batch_size=…)` sees a few rows at each step; means of batches average to the whole's.
    Raises ValueError or TypeError for data that are not finite numbers of these shapes, and for
    another reduction.
    Source: Prince, equations 6.5 to 6.7, X = (1, x); Bishop and Bishop, equations 7.61 and 7.62.

    >>> line = least_squares([[1, 0], [1, 1], [1, 2]], [1, 3, 5])
    >>> line.value([1, 2]), line.gradient([0, 0])
    (np.float64(0.0), array([-6.        , -8.66666667]))
    """
    X, t, scale = _data("X", X, t, 1, reduction)

    def residuals(w: Array) -> Array:
        return (_products(X, w) - t.astype(w.dtype, copy=False)) * scale**0.5

    def gradient(w: Array) -> Array:
        return 2 * scale**0.5 * _products(np.swapaxes(X, -1, -2), residuals(w))

    def hessian(w: Array) -> Array:
        matrix = 2 * scale * (np.swapaxes(X, -1, -2) @ X)
        return np.broadcast_to(matrix.astype(w.dtype), (*w.shape, w.shape[-1]))

    return Objective(
        name="least squares",
        value=lambda w: (residuals(w) ** 2).sum(axis=-1),
        gradient=gradient,
        hessian=hessian,
        hessian_vector=lambda w, v: 2 * scale * _products(np.swapaxes(X, -1, -2), _products(X, v)),
        residuals=residuals,
        jacobian=lambda w: np.broadcast_to(X.astype(w.dtype) * scale**0.5, (*w.shape[:-1], *X.shape[-2:])),
        dimension=X.shape[-1],
    )


def polynomial_regression(x: ArrayLike, t: ArrayLike, degree: int, reduction: Literal["mean", "sum"] = "mean") -> Objective:
    """Least squares with a polynomial: L(w) = (1/N) Σₙ (w₀ + w₁xₙ + … + w_M xₙᴹ − tₙ)².

    - `x`, `t`: inputs and targets, each (N,).
    - `degree`: M, a whole number ≥ 0; w is (..., M+1).
    - `reduction`: "sum" leaves 1/N out.

    All else as in `least_squares`, with X = `polynomial_features`(x, degree).
    Source: the lecture notes, figure 4.1.

    >>> polynomial_regression([0, 1, 2], [1, 2, 5], degree=2).value([1, 0, 1])
    np.float64(0.0)
    """
    x, t = validation.numbers("x", x), validation.numbers("t", t)
    if x.shape != t.shape or x.ndim == 0:
        raise ValueError(f"x and t must have shape (N,), got {x.shape} and {t.shape}")
    return replace(least_squares(polynomial_features(x, degree), t, reduction), name=f"polynomial of degree {degree}")


def polynomial_features(x: ArrayLike, degree: int) -> Array:
    """The powers 1, x, …, xᴹ of x (...) on a new last axis, (..., M+1); `degree` is M ≥ 0.

    >>> polynomial_features([1, 2, 3], degree=2)
    array([[1., 1., 1.],
           [1., 2., 4.],
           [1., 3., 9.]])
    """
    degree = validation.whole_number("degree", degree, least=0)
    with np.errstate(over="ignore"):
        features = validation.numbers("x", x)[..., np.newaxis] ** np.arange(degree + 1)
    if not np.isfinite(features[..., -1]).all():
        raise ValueError(f"x must have finite powers up to degree {degree}, got {shown(x)}")
    return features


def logistic_regression(X: ArrayLike, t: ArrayLike, reduction: Literal["mean", "sum"] = "mean") -> Objective:
    """Logistic regression: L(w) = −(1/N) Σₙ [tₙ ln yₙ + (1 − tₙ) ln(1 − yₙ)], yₙ = σ(xₙᵀw), or the
    sum without 1/N.

    X is (N, d), t (N,) of 0 and 1, w (..., d). With the margins mₙ = ±xₙᵀw, positive where the
    class is right, each loss is ln(1 + exp(−mₙ)) and its slope −σ(−mₙ), both computed so that none
    of their digits are lost however large the margins are. The Hessian is Xᵀ diag(y (1 − y)) X / N:
    L is convex; if a plane parts the classes it has no minimum, but falls for ever. Bishop's error
    is the sum.
    Raises as `least_squares` does, and for a t other than 0 and 1.
    Source: Bishop and Bishop, equations 7.63 and 7.64, whose sign is mended.

    >>> logistic_regression([[1, -1], [1, 1]], [0, 1]).gradient([0, 0])
    array([ 0. , -0.5])
    """
    X, t, scale = _data("X", X, t, 1, reduction)
    if not np.isin(t, (0, 1)).all():
        raise ValueError(f"t must hold classes 0 and 1, got {shown(np.unique(t).tolist())}")
    signs = 2 * t - 1

    def margins(w: Array) -> Array:
        return signs.astype(w.dtype, copy=False) * _products(X, w)

    def curvature(w: Array) -> Array:
        m = margins(w)
        return scale * scipy.special.expit(m) * scipy.special.expit(-m)

    def gradient(w: Array) -> Array:
        return scale * _products(np.swapaxes(X, -1, -2), -signs.astype(w.dtype, copy=False) * scipy.special.expit(-margins(w)))

    def hessian(w: Array) -> Array:
        columns = X.astype(w.dtype, copy=False)
        return (np.swapaxes(columns, -1, -2) * curvature(w)[..., np.newaxis, :]) @ columns

    return Objective(
        name="logistic regression",
        value=lambda w: scale * np.logaddexp(0, -margins(w)).sum(axis=-1),
        gradient=gradient,
        hessian=hessian,
        hessian_vector=lambda w, v: _products(np.swapaxes(X, -1, -2), curvature(w) * _products(X, v)),
        dimension=X.shape[-1],
    )


def gabor(x: ArrayLike, t: ArrayLike, reduction: Literal["mean", "sum"] = "mean") -> Objective:
    """Least squares with the Gabor model f(x) = sin(u) exp(−u²/32), u = w₀ + 0.06 w₁ x: L(w) =
    (1/N) Σₙ (f(xₙ) − tₙ)².

    x and t are (N,), w (..., 2). L has many minima and saddles. Prince's loss is the sum,
    `reduction`="sum", without 1/N: his rates belong to it. `Minibatches(gabor, x, t, batch_size=…)`
    sees a few data at each step.
    Raises as `least_squares` does.
    Source: Prince, equations 6.8 and 6.9; the box is that of figure 6.4.

    >>> from gdcore.data import gabor_sample
    >>> gabor(*gabor_sample(noise=0)).value([0, 16.6]).round(12)
    np.float64(0.0)
    """
    x, t, scale = _data("x", x, t, 0, reduction)

    features = np.stack([np.ones_like(x), 0.06 * x], axis=-1)

    def residuals(w: Array) -> Array:
        u = _products(features, w)
        return (np.sin(u) * np.exp(-(u**2) / 32) - t.astype(w.dtype, copy=False)) * scale**0.5

    def jacobian(w: Array) -> Array:
        u = _products(features, w)
        slope = np.exp(-(u**2) / 32) * (np.cos(u) - u / 16 * np.sin(u)) * scale**0.5
        return slope[..., np.newaxis] * features.astype(w.dtype, copy=False)

    def hessian(w: Array) -> Array:
        u, z = _products(features, w), features.astype(w.dtype, copy=False)
        bump, sine, cosine = np.exp(-(u**2) / 32), np.sin(u), np.cos(u)
        slope = bump * (cosine - u / 16 * sine)
        bend = bump * (((u / 16) ** 2 - 17 / 16) * sine - u / 8 * cosine)
        curvature = (slope**2 + (bump * sine - t.astype(w.dtype, copy=False)) * bend) * (2 * scale)
        return np.swapaxes(curvature[..., np.newaxis] * z, -1, -2) @ z

    return Objective(
        name="Gabor",
        value=lambda w: (residuals(w) ** 2).sum(axis=-1),
        gradient=lambda w: 2 * (residuals(w)[..., np.newaxis, :] @ jacobian(w))[..., 0, :],
        hessian=hessian,
        residuals=residuals,
        jacobian=jacobian,
        box=np.array([[-10.0, 10.0], [2.5, 22.5]]),
        dimension=2,
    )


def _data(name: str, inputs: ArrayLike, t: ArrayLike, axes: int, reduction: str) -> tuple[Array, Array, float]:
    """Inputs and targets as new float arrays, and the factor of each example's loss.

    `axes` is the number of axes of one input: 1 for features, 0 for single numbers.
    """
    validation.choice("reduction", reduction, ("mean", "sum"))
    expected = "(N, d)" if axes else "(N,)"
    arrays = validation.numbers(name, inputs), validation.numbers("t", t)
    if arrays[1].ndim == 0 or arrays[0].shape[: arrays[0].ndim - axes] != arrays[1].shape:
        raise ValueError(f"{name} must have shape {expected} and t (N,), got {arrays[0].shape} and {arrays[1].shape}")
    return *arrays, 1 / arrays[1].shape[-1] if reduction == "mean" else 1.0


def _products(matrix: Array, vectors: Array) -> Array:
    """Matrices (..., n, m) times vectors (..., m), in the vectors' precision: (..., n)."""
    matrix = matrix.astype(vectors.dtype, copy=False)
    if matrix.ndim == 2:
        return vectors @ matrix.T
    return (matrix @ vectors[..., np.newaxis])[..., 0]

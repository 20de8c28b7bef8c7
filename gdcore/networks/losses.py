"""Losses: functions of a network's outputs (..., N, K) and targets of that shape, means over the N examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from gdcore import validation
from gdcore.objectives import Array


@dataclass(frozen=True)
class Loss:
    """A loss of outputs y and targets t, (..., N, K) each: `value`, (...), and `gradient` ∂L/∂y, (..., N, K)."""

    name: str
    value: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array], Array]


def softmax(z: Array) -> Array:
    """Probabilities p_k = exp(z_k) / Σ_j exp(z_j) along the last axis; the largest z is taken off first, so nothing overflows."""
    p = np.exp(z - z.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    return p


def _cross_entropy(z: Array, targets: Array) -> Array:
    shifted = z - z.max(axis=-1, keepdims=True)
    return (np.log(np.exp(shifted).sum(axis=-1)) - (targets * shifted).sum(axis=-1)).mean(axis=-1)


# L = (1/N) Σ_n ½ ‖y_n − t_n‖², so ∂L/∂y_n = (y_n − t_n) / N. Source: Kneusel, chapters 10 and 11.
squared_error = Loss(
    "squared error",
    lambda y, t: 0.5 * ((y - t) ** 2).sum(axis=-1).mean(axis=-1),
    lambda y, t: (y - t) / y.shape[-2],
)

# L = −(1/N) Σ_n Σ_k t_nk log p_nk with p = softmax(z) and Σ_k t_nk = 1. As ∂ log p_j / ∂z_k = 1[j = k] − p_k,
# ∂L/∂z_nk = (p_nk − t_nk) / N. The outputs z go in without softmax.
softmax_cross_entropy = Loss(
    "softmax cross-entropy",
    _cross_entropy,
    lambda z, t: (softmax(z) - t) / z.shape[-2],
)


def one_hot(labels: ArrayLike, classes: int, dtype: DTypeLike = float) -> Array:
    """Labels 0 … classes − 1, (...), as vectors with a 1 at the label's place, (..., classes).

    Raises TypeError for labels that are not whole numbers, ValueError for a label out of range.
    """
    labels, classes = _labels(labels), validation.whole_number("classes", classes, least=1)
    wrong = (labels < 0) | (labels >= classes)
    if wrong.any():
        raise ValueError(f"labels must lie in 0 … {classes - 1}, got {labels[wrong].flat[0]}")
    return np.eye(classes, dtype=dtype)[labels]


def _labels(labels: ArrayLike) -> NDArray[np.integer]:
    array = np.asarray(labels)
    if array.dtype.kind not in "iu":
        raise TypeError(f"labels must be whole numbers, got an array of {array.dtype}")
    return array


def accuracy(outputs: Array, labels: ArrayLike) -> Array:
    """The share of examples whose largest output is at the label's place: outputs (..., N, K), labels (N,), result (...)."""
    return np.mean(outputs.argmax(axis=-1) == _labels(labels), axis=-1)


def confusion_matrix(outputs: Array, labels: ArrayLike) -> NDArray[np.int_]:
    """How often class i was taken for class j: outputs (..., N, K), labels (N,), result (..., K, K), true class first."""
    return (one_hot(labels, outputs.shape[-1]).mT @ one_hot(outputs.argmax(axis=-1), outputs.shape[-1])).astype(int)


def matthews_correlation(confusion: ArrayLike) -> Array:
    """Matthews' correlation coefficient of K classes from confusion matrices (..., K, K), (...).

    With t_k true examples of class k, p_k predicted ones, c correct ones and n in all,

        MCC = (c n − Σ t_k p_k) / √((n² − Σ p_k²) (n² − Σ t_k²)),

    1 for no error, about 0 for guessing; 0 where one class only is predicted or true, as the fraction is then 0/0.
    Source: Gorodkin 2004; Kneusel, chapters 4 and 11.
    """
    c = np.asarray(confusion, dtype=float)
    true, predicted, n = c.sum(axis=-1), c.sum(axis=-2), c.sum(axis=(-2, -1))
    covariance = c.trace(axis1=-2, axis2=-1) * n - (true * predicted).sum(axis=-1)
    spread = np.sqrt((n**2 - (predicted**2).sum(axis=-1)) * (n**2 - (true**2).sum(axis=-1)))
    return np.divide(covariance, spread, out=np.zeros_like(covariance), where=spread > 0)

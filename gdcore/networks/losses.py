"""Losses: functions of a network's outputs (..., N, K) and targets (N, K), means over N examples.

- `squared_error`: L = (1/N) Σ_n ½ ‖y_n − t_n‖², with ∂L/∂y_n = (y_n − t_n) / N.
  Source: Kneusel, chapters 10 and 11.
- `softmax_cross_entropy`: L = −(1/N) Σ_n Σ_k t_nk log p_nk, with p = softmax(z). The outputs z go
  in without softmax. As ∂ log p_j / ∂z_k = 1[j = k] − p_k, ∂L/∂z_nk = (p_nk Σ_j t_nj − t_nk) / N,
  and Σ_j t_nj is 1 where the targets are probabilities.

How good the guesses of a classifier are stands in `measures`.

>>> squared_error.value([[1, 2]], [[1, 0]]), squared_error.gradient([[1, 2]], [[1, 0]])
(np.float64(2.0), array([[0., 2.]]))
>>> softmax_cross_entropy.gradient([[0, 0]], [[1, 0]])
array([[-0.5,  0.5]])
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cloudpickle
import numpy as np
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.networks.arguments import floats


@dataclass(frozen=True)
class Loss:
    """A loss of outputs and targets, (..., N, K) each, with its gradient.

    - `name`: what pictures call it.
    - `value`: its value, (...), the mean over the N examples.
    - `gradient`: ∂L/∂(outputs), (..., N, K). Hessian-vector products ask for it at complex outputs.

    Both functions take lists and whole numbers too, as float64. They raise TypeError for what is no
    numbers and ValueError for targets whose last two axes are not those of the outputs.

    >>> absolute = Loss(
    ...     "absolute error",
    ...     value=lambda y, t: abs(y - t).sum(axis=-1).mean(axis=-1),
    ...     gradient=lambda y, t: np.sign(y - t) / y.shape[-2],
    ... )
    >>> absolute.value([[1, 2], [0, 0]], [[0, 0], [0, 1]])
    np.float64(2.0)
    """

    name: str
    value: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array], Array]

    def __post_init__(self) -> None:
        validation.text("name", self.name)
        for part in ("value", "gradient"):
            function = validation.function(part, getattr(self, part), "a function of outputs and targets, (..., N, K)")
            checked = function if isinstance(function, _OfOutputs) else _OfOutputs(function)
            object.__setattr__(self, part, checked)

    def __reduce__(self) -> tuple[Any, ...]:  # cloudpickle takes lambdas too
        return _unpickled, (cloudpickle.dumps((self.name, self.value, self.gradient)),)


@dataclass(frozen=True)
class _OfOutputs:
    """A function of outputs and targets that takes lists and whole numbers too."""

    function: Callable[[Array, Array], Array]

    def __call__(self, outputs: ArrayLike, targets: ArrayLike) -> Array:
        y, t = floats("outputs", outputs, "(..., N, K)"), floats("targets", targets, "(..., N, K)")
        if y.ndim < 2 or not y.size:
            raise ValueError(f"outputs must have shape (..., N, K), N and K ≥ 1, got an array of shape {y.shape}")
        if t.ndim < 2 or t.shape != y.shape[y.ndim - t.ndim :]:
            raise ValueError(f"targets must have the last axes of the outputs, {y.shape}, got an array of shape {t.shape}")
        return self.function(y, t)


def softmax(z: ArrayLike) -> Array:
    """Probabilities p_k = exp(z_k) / Σ_j exp(z_j) along the last axis of z, (..., K).

    The largest z is taken off first, so nothing overflows. Raises TypeError for what is no numbers
    and ValueError for a single number, NaN and infinities.

    >>> softmax([0, 0]), softmax([1000, 0])
    (array([0.5, 0.5]), array([1., 0.]))
    """
    return softmax_of(validation.points(z, name="z"))


def softmax_of(z: Array) -> Array:
    """`softmax` of an array of floats, unchecked; −∞ gives 0, if the row has a finite number."""
    p = np.exp(z - z.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    return p


def bound(z: Array, hidden: Array | None = None) -> None:
    """Take the largest number off each row of z, in place, but only where exp(z) could overflow.

    To find it in rows of thirty numbers takes longer than exp, and one look at all tells whether
    it is needed. What is to be `hidden`, 0 or −∞, is added first.
    """
    real = z.real
    safe = np.log(np.finfo(real.dtype).max) / 2
    is_safe = real.max() < safe and real.min() > -safe  # so that NaN goes the careful way
    if hidden is not None:
        z += hidden
    if not is_safe:
        z -= z.max(axis=-1, keepdims=True)


def row_sums(z: Array) -> Array:
    """Sums along the last axis, which keep one place, as a product of matrices: of short rows the
    faster way.
    """
    return (z.reshape(-1, z.shape[-1]) @ np.ones((z.shape[-1], 1), z.dtype)).reshape(*z.shape[:-1], 1)


def _squared_error(y: Array, t: Array) -> Array:
    return 0.5 * ((y - t) ** 2).sum(axis=-1).mean(axis=-1)


def _squared_error_gradient(y: Array, t: Array) -> Array:
    return (y - t) / y.shape[-2]


def _cross_entropy(z: Array, t: Array) -> Array:
    """−Σ_k t_k log p_k = Σ_k t_k · log Σ_j exp(z_j) − Σ_k t_k z_k, with the largest z taken off."""
    shifted = z - z.max(axis=-1, keepdims=True)
    return (t.sum(axis=-1) * np.log(np.exp(shifted).sum(axis=-1)) - (t * shifted).sum(axis=-1)).mean(axis=-1)


def _cross_entropy_gradient(z: Array, t: Array) -> Array:
    return (softmax_of(z) * t.sum(axis=-1, keepdims=True) - t) / z.shape[-2]


squared_error = Loss("squared error", _squared_error, _squared_error_gradient)
"""Half the sum of squares, ½ Σ_k (y_k − t_k)², averaged over the examples."""
softmax_cross_entropy = Loss("softmax cross-entropy", _cross_entropy, _cross_entropy_gradient)
"""The cross-entropy −Σ_k t_k log p_k with p = softmax(z), averaged over the examples."""


def _unpickled(parts: bytes) -> Loss:
    """A loss from its pickled parts."""
    return Loss(*cloudpickle.loads(parts))

"""Penalties on the size of w, for a loss to carry: L1, L2, and both.

The strength is a number or an array (d,), whose entries of 0 leave coordinates, such as an intercept, without a penalty.
The L2 penalty is λ‖w‖², without a half: its gradient is 2λw, and PyTorch's `weight_decay` for it is 2λ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array


@dataclass(frozen=True, eq=False)
class Penalty:
    """A penalty R(w) = Σ αᵢ |wᵢ| + Σ λᵢ wᵢ², with `l1` α and `l2` λ, each a number or (d,), all ≥ 0.

    `value`, `gradient` and `prox` take w (..., d) and broadcast over leading axes.
    """

    name: str
    l1: float | Array
    l2: float | Array

    def value(self, w: Array) -> Array:
        """R(w), (...)."""
        alpha, strength = self._in_precision_of(w)
        return (alpha * np.abs(w) + strength * w**2).sum(axis=-1)

    def gradient(self, w: Array) -> Array:
        """α sign(w) + 2λw, (..., d): the gradient, and where a coordinate is 0 the subgradient 0 of its |wᵢ|."""
        alpha, strength = self._in_precision_of(w)
        return alpha * np.sign(w) + 2 * strength * w

    def curvature(self, w: Array) -> Array:
        """2λ for each coordinate, (..., d): the diagonal of the Hessian, the kinks of the L1 part left out."""
        return np.broadcast_to(2 * self._in_precision_of(w)[1], w.shape).astype(w.dtype)

    def prox(self, w: Array, learning_rate: float | Array) -> Array:
        """The minimizer z of R(z) + ‖z − w‖² / 2η: sign(w) max(|w| − ηα, 0) / (1 + 2ηλ), (..., d).

        η is `learning_rate`, a number or of shape (..., 1) or (d,). With L1 alone this is soft thresholding, with L2 alone a
        shrinking of all coordinates by the same factor.
        """
        alpha, strength = self._in_precision_of(w)
        shorter = np.maximum(np.abs(w) - learning_rate * alpha, 0)
        return np.sign(w) * shorter / (1 + 2 * learning_rate * strength)

    def _in_precision_of(self, w: Array) -> list[Any]:
        """α and λ, where they are arrays in w's precision, so that they do not change it."""
        return [s if isinstance(s, float) else s.astype(w.dtype, copy=False) for s in (self.l1, self.l2)]


def l1(strength: float | ArrayLike) -> Penalty:
    """The L1 penalty, lasso: α Σ |wᵢ|. Source: Tibshirani 1996; the lecture notes, section 4.2.1.

    `strength` is α ≥ 0, a number or (d,). Raises ValueError or TypeError for a strength that is negative or not a finite number.
    """
    return Penalty("L1", l1=_strength("strength", strength), l2=0.0)


def l2(strength: float | ArrayLike) -> Penalty:
    """The L2 penalty, ridge: λ Σ wᵢ². Source: Hoerl and Kennard 1970; the lecture notes, section 4.2.2; Prince, a student's note.

    `strength` is λ ≥ 0, a number or (d,). Raises ValueError or TypeError for a strength that is negative or not a finite number.
    """
    return Penalty("L2", l1=0.0, l2=_strength("strength", strength))


def elastic_net(l1: float | ArrayLike, l2: float | ArrayLike) -> Penalty:
    """The elastic net: α Σ |wᵢ| + λ Σ wᵢ². Source: Zou and Hastie 2005; the lecture notes, section 4.2.4 (λ₁, λ₂).

    `l1` is α ≥ 0 and `l2` λ ≥ 0, each a number or (d,). Raises ValueError or TypeError for what is negative or not a finite
    number.
    """
    return Penalty("elastic net", l1=_strength("l1", l1), l2=_strength("l2", l2))


def _strength(name: str, value: Any) -> float | Array:
    """A finite number ≥ 0 or an array (d,) of such."""
    if np.ndim(value) == 0 or isinstance(value, str):
        return validation.number(name, value, least=0)
    array = validation.numbers(name, value, axes=1, shape="(d,)").astype(float)
    if (array < 0).any():
        raise ValueError(f"{name} must be ≥ 0 and finite, got {validation.shown(value)}")
    return array

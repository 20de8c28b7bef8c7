"""Penalties on the size of w, for a loss to carry: L1, L2, and both.

The strength is a number or an array (d,), whose entries of 0 leave coordinates, such as an
intercept, without a penalty. The L2 penalty is λ‖w‖², without a half: its gradient is 2λw, and
PyTorch's `weight_decay` for it is 2λ.
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
    """A penalty R(w) = Σ αᵢ |wᵢ| + Σ λᵢ wᵢ², with `l1` α and `l2` λ, each a number or (d,), all ≥
    0.

    `value`, `gradient` and `prox` take w (..., d) and broadcast over leading axes.
    """

    name: str
    l1: float | Array
    l2: float | Array

    def __post_init__(self) -> None:
        validation.text("name", self.name)
        for name in ("l1", "l2"):
            object.__setattr__(self, name, _strength(name, getattr(self, name)))

    def value(self, w: Array) -> Array:
        """R(w), (...)."""
        w, alpha, strength = self._at(w)
        return (alpha * np.abs(w) + strength * w**2).sum(axis=-1)

    def gradient(self, w: Array) -> Array:
        """α sign(w) + 2λw, (..., d): the gradient, and where a coordinate is 0 the subgradient 0 of
        its |wᵢ|.
        """
        w, alpha, strength = self._at(w)
        return alpha * np.sign(w) + 2 * strength * w

    def curvature(self, w: Array) -> Array:
        """2λ for each coordinate, (..., d): the diagonal of the Hessian, the kinks of the L1 part
        left out.
        """
        w, _, strength = self._at(w)
        return np.broadcast_to(2 * strength, w.shape).astype(w.dtype)

    def prox(self, w: Array, learning_rate: float | Array) -> Array:
        """The minimizer z of R(z) + ‖z − w‖² / 2η: sign(w) max(|w| − ηα, 0) / (1 + 2ηλ), (..., d).

        η is `learning_rate`, a number or of shape (..., 1) or (d,). With L1 alone this is soft
        thresholding, with L2 alone a shrinking of all coordinates by the same factor.
        """
        w, alpha, strength = self._at(w)
        if not isinstance(learning_rate, float):
            learning_rate = _rate(learning_rate, w)
        shorter = np.maximum(np.abs(w) - learning_rate * alpha, 0)
        return np.sign(w) * shorter / (1 + 2 * learning_rate * strength)

    def _at(self, w: ArrayLike) -> tuple[Array, Any, Any]:
        """The points as an array, and α and λ, where they are arrays in the points' precision, so
        that they do not change it.
        """
        size = next((strength.size for strength in (self.l1, self.l2) if isinstance(strength, np.ndarray)), None)
        w = validation.as_points(w, size)
        alpha, strength = (s if isinstance(s, float) else s.astype(w.dtype, copy=False) for s in (self.l1, self.l2))
        return w, alpha, strength


def l1(strength: float | ArrayLike) -> Penalty:
    """The L1 penalty, lasso: α Σ |wᵢ|. Source: Tibshirani 1996; the lecture notes, section 4.2.1.

    `strength` is α ≥ 0, a number or (d,).
    Raises ValueError or TypeError for a strength that is negative or not a finite number.

    >>> l1(2).prox([3, -1, 0.5], learning_rate=0.5)
    array([ 2., -0.,  0.])
    """
    return Penalty("L1", l1=_strength("strength", strength), l2=0.0)


def l2(strength: float | ArrayLike) -> Penalty:
    """The L2 penalty, ridge: λ Σ wᵢ².
    Source: Hoerl and Kennard 1970; the lecture notes, section 4.2.2; Prince, a student's note.

    `strength` is λ ≥ 0, a number or (d,).
    Raises ValueError or TypeError for a strength that is negative or not a finite number.

    >>> l2(0.5).value([3, 4])
    np.float64(12.5)
    """
    return Penalty("L2", l1=0.0, l2=_strength("strength", strength))


def elastic_net(l1: float | ArrayLike, l2: float | ArrayLike) -> Penalty:
    """The elastic net: α Σ |wᵢ| + λ Σ wᵢ².
    Source: Zou and Hastie 2005; the lecture notes, section 4.2.4 (λ₁, λ₂).

    `l1` is α ≥ 0 and `l2` λ ≥ 0, each a number or (d,).
    Raises ValueError or TypeError for what is negative or not a finite number.

    >>> elastic_net(l1=1, l2=0.5).value([3, -4])
    np.float64(19.5)
    """
    return Penalty("elastic net", l1=_strength("l1", l1), l2=_strength("l2", l2))


def _rate(value: Any, w: Array) -> float | Array:
    """A rate of a proximal step, a number ≥ 0 or an array of such that broadcasts with w."""
    if not validation.is_array(value):
        return validation.number("learning_rate", value, least=0)
    array = validation.numbers("learning_rate", value).astype(w.dtype, copy=False)
    fits = array.ndim <= w.ndim and all(own in (1, of_w) for own, of_w in zip(array.shape[::-1], w.shape[::-1], strict=False))
    if (array < 0).any() or not fits:
        raise ValueError(f"learning_rate must be ≥ 0, of shape (..., 1) or (d,), got {validation.shown(value)}")
    return array


def _strength(name: str, value: Any) -> float | Array:
    """A finite number ≥ 0 or an array (d,) of such."""
    if not validation.is_array(value):
        return validation.number(name, value, least=0)
    array = validation.numbers(name, value, axes=1, shape="(d,)").astype(float)
    if (array < 0).any():
        raise ValueError(f"{name} must be ≥ 0 and finite, got {validation.shown(value)}")
    return array

"""Gradients by differences, and whether a gradient that someone derived is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.objectives import Objective, require


def numerical_gradient(value: Callable[[Array], Array], w: ArrayLike, step: float | None = None) -> Array:
    """The gradient of a function by centred differences: ∂L/∂wᵢ ≈ (L(w + h eᵢ) − L(w − h eᵢ)) / 2h.

    `value` maps (..., d) to (...); w is (..., d), and so is the result. Two calls a coordinate. The error is about h² from
    the third derivative plus ε/h from rounding; `step`, h, is by default ε^⅓ (6·10⁻⁶ in double precision), which balances them,
    times |wᵢ| where that is more than 1. The difference is divided by the step that was really taken after rounding.
    Raises ValueError for a step that is not positive and finite. Source: the lecture notes' section 4.6.1.
    """
    w = validation.points(w)
    return _centred_differences(value, w, _steps(w, step))


def numerical_hessian(gradient: Callable[[Array], Array], w: ArrayLike, step: float | None = None) -> Array:
    """The Hessian by centred differences of a gradient, made symmetric: ½ (D + Dᵀ) with D = ∂gᵢ/∂wⱼ.

    `gradient` maps (..., d) to (..., d); w is (..., d), the result (..., d, d). `step` and errors as in `numerical_gradient`.
    """
    w = validation.points(w)
    columns = _centred_differences(gradient, w, _steps(w, step))
    return (columns + np.swapaxes(columns, -1, -2)) / 2


def _steps(w: Array, step: float | None) -> Array:
    """The difference step of each coordinate, (..., d)."""
    if step is None:
        return np.finfo(w.dtype).eps ** (1 / 3) * np.maximum(1, np.abs(w))
    return np.full_like(w, validation.number("step", step, above=0))


def _centred_differences(function: Callable[[Array], Array], w: Array, steps: Array) -> Array:
    """The derivative of a function along each coordinate, the coordinates on a new last axis."""
    derivatives = []
    for i in range(w.shape[-1]):
        ahead, behind = w.copy(), w.copy()
        ahead[..., i] += steps[..., i]
        behind[..., i] -= steps[..., i]
        rise = np.asarray(function(ahead)) - np.asarray(function(behind))
        run = ahead[..., i] - behind[..., i]
        derivatives.append(rise / run.reshape(run.shape + (1,) * (rise.ndim - run.ndim)))
    return np.stack(derivatives, axis=-1)


@dataclass(frozen=True)
class GradientCheck:
    """The result of `check_gradient`; as a truth value it is `passed`, and it prints as one line.

    - `error`: max |g − n| / max(max |g|, max |n|, 1), for the gradient g and the numerical gradient n;
    - `tolerance`: the largest error that passes;
    - `coordinate`: the index into w where g and n are farthest apart; `analytic` and `numerical`: g and n there.
    """

    passed: bool
    error: float
    tolerance: float
    coordinate: tuple[int, ...]
    analytic: float
    numerical: float

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        verdict, relation = ("agrees with", "≤") if self.passed else ("DIFFERS from", ">")
        return (
            f"The gradient {verdict} the differences: error {self.error:.2g} {relation} {self.tolerance:.2g}, "
            f"largest at w[{', '.join(map(str, self.coordinate))}]: {self.analytic:.10g} against {self.numerical:.10g}."
        )


def check_gradient(objective: Objective, w: ArrayLike, step: float | None = None, tolerance: float = 1e-6) -> GradientCheck:
    """Compare an objective's gradient with centred differences of its value at w, (..., d).

    The default tolerance 10⁻⁶ suits double precision and functions whose third derivatives are not huge. A gradient or a
    difference that is not finite fails. Raises ValueError for a gradient whose shape is not that of w, and for a w that is
    empty or not finite. Source: the lecture notes' section 4.6.1.
    """
    w = validation.points(w, objective.dimension)
    require.gradient_shape(objective, w)
    analytic = np.asarray(objective.gradient(w))
    numerical = numerical_gradient(objective.value, w, step)
    gap = np.abs(analytic - numerical)
    coordinate = np.unravel_index(np.argmax(np.where(np.isnan(gap), np.inf, gap)), gap.shape)
    error = float(gap[coordinate] / max(np.abs(analytic).max(), np.abs(numerical).max(), 1.0))
    return GradientCheck(
        passed=bool(error <= tolerance),
        error=error,
        tolerance=tolerance,
        coordinate=tuple(int(i) for i in coordinate),
        analytic=float(analytic[coordinate]),
        numerical=float(numerical[coordinate]),
    )

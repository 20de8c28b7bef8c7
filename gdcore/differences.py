"""Derivatives by differences of values, and whether a gradient that someone derived is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.objectives import Objective, require

# Differences that leave less than two digits of a slope decide nothing about it.
_TWO_DIGITS = 0.01
# At a minimum g and n are rounding errors of 0: nothing is undecided about such small slopes.
_AS_GOOD_AS_ZERO = 1e-6


def numerical_gradient(value: Callable[[Array], Array], w: ArrayLike, step: float | None = None) -> Array:
    """The gradient of a function by centred differences: ∂L/∂wᵢ ≈ (L(w + h eᵢ) − L(w − h eᵢ)) / 2h.

    The error is about h² from the third derivative plus ε/h from rounding. Two calls a coordinate.
    The difference is divided by the step that was really taken after rounding.

    - `value`: maps (..., d) to (...).
    - `w`: (..., d), and so is the result.
    - `step`: h, by default ε^⅓ (6·10⁻⁶ in double precision), which balances the two errors, times
      |wᵢ| where that is more than 1.

    Raises ValueError or TypeError for a step that is not positive and finite, for points that are
    not finite numbers, and for values of the wrong shape.
    Source: the lecture notes' section 4.6.1.

    >>> from gdcore.objectives import parabola
    >>> numerical_gradient(parabola().value, [0]).round(6)
    array([-12.])
    """
    validation.function("value", value, "a function of w, (..., d)")
    w = validation.points(w)
    return _centred_differences(value, w, _steps(w, step), "value", w.shape[:-1])


def numerical_hessian(gradient: Callable[[Array], Array], w: ArrayLike, step: float | None = None) -> Array:
    """The Hessian by centred differences of a gradient, made symmetric: ½ (D + Dᵀ) with D =
    ∂gᵢ/∂wⱼ.

    `gradient` maps (..., d) to (..., d); w is (..., d), the result (..., d, d). `step`, errors and
    refusals as in `numerical_gradient`.

    >>> from gdcore.objectives import bowl
    >>> numerical_hessian(bowl().gradient, [0, 0]).round(6)
    array([[12.,  0.],
           [ 0., 18.]])
    """
    validation.function("gradient", gradient, "a function of w, (..., d)")
    w = validation.points(w)
    columns = _centred_differences(gradient, w, _steps(w, step), "gradient", w.shape)
    return (columns + np.swapaxes(columns, -1, -2)) / 2


def _steps(w: Array, step: float | None) -> Array:
    """The difference step of each coordinate, (..., d)."""
    if step is None:
        return np.finfo(w.dtype).eps ** (1 / 3) * np.maximum(1, np.abs(w))
    return np.full_like(w, validation.number("step", step, above=0))


def _centred_differences(function: Callable[[Array], Array], w: Array, steps: Array, name: str, shape: tuple[int, ...]) -> Array:
    """The derivative of a function along each coordinate, the coordinates on a new last axis."""
    derivatives = []
    for i in range(w.shape[-1]):
        ahead, behind = _moved(w, i, steps), _moved(w, i, -steps)
        rise = _valued(function, ahead, name, shape) - _valued(function, behind, name, shape)
        run = ahead[..., i] - behind[..., i]
        derivatives.append(rise / run.reshape(run.shape + (1,) * (rise.ndim - run.ndim)))
    return np.stack(derivatives, axis=-1)


def _moved(w: Array, i: int, steps: Array) -> Array:
    """W with its coordinate i moved by its step."""
    there = w.copy()
    there[..., i] += steps[..., i]
    return there


def _valued(function: Callable[[Array], Array], w: Array, name: str, shape: tuple[int, ...]) -> Array:
    """The function at w, its shape checked, as a copy, since some functions reuse one array."""
    result = np.array(function(w))
    if result.shape != shape:
        raise ValueError(f"{name} must give shape {shape} for points of shape {w.shape}, got {result.shape}")
    if result.dtype.kind not in "fiub":
        raise TypeError(f"{name} must give numbers, got {validation.shown(result)}")
    return result if result.dtype.kind == "f" else result.astype(float)


@dataclass(frozen=True)
class GradientCheck:
    """The result of `check_gradient`; as a truth value it is `passed`, and it prints as one line.

    - `verdict`: "agrees", "differs", or "undecided" where the differences cannot tell;
    - `error`: the largest over the coordinates of |g − n| / max(|g|, |n|), for the gradient g and
      the numerical gradient n, where that is more than the differences' own error explains;
    - `tolerance`: the largest error that passes;
    - `coordinate`: the index into w where g and n are farthest apart by this measure; `analytic`
      and `numerical`: g and n there;
    - `reason`: why the differences cannot tell, empty if they can.
    """

    verdict: Literal["agrees", "differs", "undecided"]
    error: float
    tolerance: float
    coordinate: tuple[int, ...]
    analytic: float
    numerical: float
    reason: str = ""

    @property
    def passed(self) -> bool:
        """Whether the gradient agrees."""
        return self.verdict == "agrees"

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        place = f"w[{', '.join(map(str, self.coordinate))}]: {self.analytic:.10g} against {self.numerical:.10g}"
        if self.verdict == "undecided":
            return f"The differences cannot tell: {self.reason}, at {place}."
        says, relation = ("agrees with", "≤") if self.passed else ("DIFFERS from", ">")
        return f"The gradient {says} the differences: error {self.error:.2g} {relation} {self.tolerance:.2g}, largest at {place}."


def check_gradient(objective: Objective, w: ArrayLike, step: float | None = None, tolerance: float = 1e-6) -> GradientCheck:
    """Compare an objective's gradient with centred differences of its value at w, (..., d),
    coordinate by coordinate.

    All is computed in double precision, where the objective allows it. The differences' own error
    is estimated: that of rounding from the size of the values, that of the step by taking it twice
    as long. A gap that this explains is no error of the gradient's. The differences cannot tell at
    a kink, whose two sides have different slopes (any slope between them agrees), and where a large
    constant in the values leaves them less than two digits.

    - `step`: h, as in `numerical_gradient`.
    - `tolerance`: relative, for each coordinate.

    A gradient or a difference that is not finite differs.
    Raises ValueError or TypeError for a gradient or a value of the wrong shape, for a w that is
    empty or not finite, and for a step or tolerance that is not positive.
    Source: the lecture notes' section 4.6.1.

    >>> from gdcore.objectives import rosenbrock
    >>> check_gradient(rosenbrock(), [-1.2, 1]).verdict
    'agrees'
    """
    require.objective(objective)
    w = validation.points(w, objective.dimension).astype(float)
    tolerance = validation.number("tolerance", tolerance, above=0)
    require.gradient_shape(objective, w)
    g = np.array(objective.gradient(w))
    with np.errstate(all="ignore"):
        seen = _Differences(objective.value, w, _steps(w, step))
        size = np.maximum(np.abs(g), np.abs(seen.slope))
        gap = np.abs(g - seen.slope)
        error = np.where(gap == 0, 0, gap / np.maximum(size, seen.error / tolerance))
        between = (np.minimum(seen.left, seen.right) - seen.error <= g) & (g <= np.maximum(seen.left, seen.right) + seen.error)
        error = np.where(seen.kink & between, 0, error)
        hidden = (gap > tolerance * size) & (error <= tolerance) & (seen.error > _TWO_DIGITS * size) & (size > _AS_GOOD_AS_ZERO)
        unsure = hidden | (seen.kink & ~between)
    return _verdict(g, seen, np.where(np.isnan(error), np.inf, error), unsure, tolerance)


class _Differences:
    """Slopes along each coordinate by differences of values, each (..., d), and their own error."""

    def __init__(self, value: Callable[[Array], Array], w: Array, steps: Array) -> None:
        here = _valued(value, w, "value", w.shape[:-1])
        sides: dict[int, list[Array]] = {-2: [], -1: [], 1: [], 2: []}
        for i in range(w.shape[-1]):
            for k, values in sides.items():
                values.append(_valued(value, _moved(w, i, k * steps), "value", w.shape[:-1]))
        at = {k: np.stack(values, axis=-1) for k, values in sides.items()}
        taken = {k: (w + k * steps) - w for k in sides}  # after rounding
        here = here[..., np.newaxis]
        self.largest = np.abs(here) + 0 * w
        self.left, self.right = (here - at[-1]) / -taken[-1], (at[1] - here) / taken[1]
        self.slope = (at[1] - at[-1]) / (taken[1] - taken[-1])
        twice_as_long = (at[2] - at[-2]) / (taken[2] - taken[-2])
        epsilon = float(np.finfo(here.dtype).eps)
        rounding = 4 * epsilon * np.maximum(self.largest, np.maximum(np.abs(at[2]), np.abs(at[-2]))) / steps
        # The two slopes of a smooth function differ by h L″, twice as much at 2 h. Those of a kink
        # differ by as much at both.
        jump = np.abs(self.right - self.left)
        jump_farther = np.abs((at[2] - here) / taken[2] - (here - at[-2]) / -taken[-2])
        self.kink = (jump > 0.8 * jump_farther) & (jump > 10 * rounding) & (jump > 1e-3 * np.abs(self.slope))
        self.error = rounding + np.where(self.kink, 0, np.abs(twice_as_long - self.slope))


def _verdict(g: Array, seen: _Differences, error: Array, unsure: Any, tolerance: float) -> GradientCheck:
    """The check's result: the worst decides, an error that is sure before one that is not."""
    sure = np.where(unsure, 0, error)
    decided = bool((sure > tolerance).any())
    worst = sure if decided or not unsure.any() else unsure * (1 + error)
    place = np.unravel_index(np.argmax(worst), worst.shape)
    verdict: Literal["agrees", "differs", "undecided"] = "differs" if decided else "undecided" if unsure.any() else "agrees"
    reason = ""
    if verdict == "undecided":
        reason = (
            f"w is at a kink, with the slopes {seen.left[place]:.4g} and {seen.right[place]:.4g} on its two sides"
            if seen.kink[place]
            else f"rounding of values as large as {seen.largest[place]:.2g} leaves them uncertain by {seen.error[place]:.2g}; "
            "take away the constant or give a longer step"
        )
    return GradientCheck(
        verdict=verdict,
        error=float(error[place]),
        tolerance=tolerance,
        coordinate=tuple(int(i) for i in place),
        analytic=float(g[place]),
        numerical=float(seen.slope[place]),
        reason=reason,
    )

"""Newton's method, and Gauss and Newton's for sums of squares."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from gdcore.arrays import Array
from gdcore.hyperparameters import Nonnegative, OneNonnegative, checked_step
from gdcore.line_searches import Line, backtracking_trial
from gdcore.objectives import Objective, require


@checked_step
def newton(
    objective: Objective,
    w: Array,
    state: Any = (),
    *,
    learning_rate: Nonnegative = 1.0,
    damping: OneNonnegative = 0.0,
    line_search: Literal["none", "backtracking"] = "none",
) -> tuple[Array, Any]:
    """One step of Newton's method: solve (H + δ I) p = −∇L(w), then w ← w + η p.

    H = ∇²L(w). Plain, with δ = 0 and η = 1, the step goes to the stationary point of the local
    quadratic, be it a minimum, a saddle or a maximum. w is (..., d), with a line search one start
    (d,). There is no state.

    - `learning_rate`: η ≥ 0, or the longest step of the line search.
    - `damping`: δ ≥ 0. Where H + δ I is positive definite, more of it makes the step shorter and
      turns it towards −∇L.
    - `line_search`: with "backtracking" η is the first of `learning_rate` times 1, ½, ¼, … that
      lowers L enough (Armijo). Where p does not descend, −∇L takes its place. That keeps L from
      rising; it does not keep w from a saddle, to which p may descend: only δ > −λmin does.

    Where H + δ I is exactly singular, so that solving fails, p is the shortest least-squares
    solution (the pseudo-inverse); then p is 0 where the gradient is 0 or has no part that H maps
    to. A matrix that is singular only up to rounding is solved as it is: damp it.
    Raises ValueError for an objective without a Hessian, and for a batch of starts with a line
    search.
    Source: Nocedal and Wright 2006, algorithm 3.2; the lecture notes, section 4.14.2.

    >>> from gdcore.objectives import bowl
    >>> newton(bowl(), [0, 0])[0].round(6)
    array([1.      , 0.777778])
    """
    (hessian,) = require.parts(objective, "newton", "hessian")
    g = objective.gradient(w)
    p = _solve(hessian(w) + damping * np.eye(w.shape[-1], dtype=w.dtype), -g)
    if line_search == "backtracking":
        require.one_start("newton with a line search", w)
        p = p if g @ p < 0 else -g
        line = Line(objective, w, p, gradient=g)
        learning_rate = backtracking_trial(line, float(np.max(learning_rate)) * line.unit).step
    w = w + learning_rate * p
    return w, state


@checked_step
def gauss_newton(
    objective: Objective, w: Array, state: Any = (), *, learning_rate: Nonnegative = 1.0, damping: OneNonnegative = 0.0
) -> tuple[Array, Any]:
    """One step of the Gauss–Newton method for L = Σ rᵢ²: solve (JᵀJ + δ I) p = −Jᵀr, then w ← w + η
    p.

    r are the residuals at w and J their Jacobian. It is Newton's method with the residuals' own
    curvature left out of the Hessian 2 JᵀJ + 2 Σ rᵢ ∇²rᵢ, so p never climbs. `damping` δ > 0 is
    Levenberg and Marquardt's. w is (..., d); there is no state.
    Where JᵀJ + δ I is exactly singular, so that solving fails, p is the shortest least-squares
    solution. A matrix that is singular only up to rounding is solved as it is: damp it.
    Raises ValueError for an objective without residuals.
    Source: Nocedal and Wright 2006, section 10.3.

    >>> from gdcore.objectives import least_squares
    >>> line = least_squares([[1, 0], [1, 1], [1, 2]], [1, 3, 5])
    >>> gauss_newton(line, [0, 0])[0].round(6)
    array([1., 2.])
    """
    residuals, jacobian = require.parts(objective, "gauss_newton", "residuals", "jacobian")
    r, J = residuals(w), jacobian(w)
    transposed = np.swapaxes(J, -1, -2)
    p = _solve(transposed @ J + damping * np.eye(w.shape[-1], dtype=w.dtype), -(transposed @ r[..., np.newaxis])[..., 0])
    w = w + learning_rate * p
    return w, state


def _solve(matrices: Array, vectors: Array) -> Array:
    """Solve symmetric equations, (..., d, d) and (..., d), by the pseudo-inverse where some matrix
    is singular.
    """
    try:
        return np.linalg.solve(matrices, vectors[..., np.newaxis])[..., 0]
    except np.linalg.LinAlgError:
        finite = np.isfinite(matrices).all(axis=(-2, -1), keepdims=True)
        inverses = np.linalg.pinv(np.where(finite, matrices, 0), hermitian=True)
        return np.where(finite, inverses @ vectors[..., np.newaxis], np.nan)[..., 0]

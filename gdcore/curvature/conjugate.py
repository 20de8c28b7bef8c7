"""Conjugate gradients."""

from __future__ import annotations

from typing import Any, Literal

from gdcore.line_searches import exact_line_search, wolfe_line_search
from gdcore.arrays import Array
from gdcore.hyperparameters import checked_step
from gdcore.objectives import Objective, require


@checked_step
def conjugate_gradient(
    objective: Objective,
    w: Array,
    state: Any = None,
    *,
    line_search: Literal["exact", "wolfe"] = "exact",
) -> tuple[Array, Any]:
    """One step of conjugate gradients: w ← w + a p by a line search, then p ← −g⁺ + β p, β = max(0, g⁺ᵀ(g⁺ − g) / gᵀg).

    g⁺ = ∇L at the new w; β is Polak and Ribière's, not below 0, and at the first step p = −g. On a quadratic with exact line
    searches the directions are conjugate, pᵀHp′ = 0, and d steps reach the minimum up to rounding, each at the price of two
    gradients (of one, if the objective has a `hessian_vector`, whose product with p gives the length at once). "wolfe" asks
    only for the strong Wolfe conditions with c₂ = 0.1, which is cheaper where the function is not quadratic.
    w is one start (d,); the state is (g, p), at first None. Where the gradient is 0, or no step along −g descends, w rests.
    Raises ValueError for a batch of starts, for minibatches (g must be of the same function as g⁺), and for a function that
    falls without end along a line. Source: Hestenes and Stiefel 1952; Nocedal and Wright 2006, algorithm 5.4; Bishop and Bishop,
    section 7.2.1, on the cost.
    """
    require.one_start("conjugate_gradient", w)
    require.one_function("conjugate_gradient", objective)
    g = objective.gradient(w) if state is None else state[0]
    p = -g if state is None else state[1]
    p = p if g @ p < 0 else -g
    if line_search == "exact":
        a, g_new = exact_line_search(objective, w, p, gradient=g, first=_first_step(objective, w, p, g))
    else:
        a, _, g_new = wolfe_line_search(objective, w, p, gradient=g, first=_first_step(objective, w, p, g), curvature=0.1)
    w = w + a * p
    beta = max(0.0, g_new @ (g_new - g) / (g @ g)) if a > 0 else 0.0
    p = -g_new + beta * p
    return w, (g_new, p)


def _first_step(objective: Objective, w: Array, p: Array, g: Array) -> float:
    """The step to the minimum along p of the local quadratic, −gᵀp / pᵀHp, if its curvature is known and positive; else 1."""
    if objective.hessian_vector is None:
        return 1.0
    curvature = float(p @ objective.hessian_vector(w, p))
    return float(-(g @ p) / curvature) if curvature > 0 else 1.0

"""Conjugate gradients."""

from __future__ import annotations

from typing import Literal, NamedTuple

from gdcore.arrays import Array
from gdcore.hyperparameters import checked_step
from gdcore.line_searches import Line, exact_trial, power_of_two, wolfe_trial
from gdcore.objectives import Objective, require


class ConjugateState(NamedTuple):
    """The gradient at w and the direction to go next, (d,)."""

    gradient: Array
    p: Array


@checked_step
def conjugate_gradient(
    objective: Objective,
    w: Array,
    state: ConjugateState | None = None,
    *,
    line_search: Literal["exact", "wolfe"] = "exact",
) -> tuple[Array, ConjugateState]:
    """One step of conjugate gradients: w ← w + a p by a line search, then p ← −g⁺ + β p.

    β = max(0, g⁺ᵀ(g⁺ − g) / gᵀg) with g⁺ = ∇L at the new w is Polak and Ribière's, not below 0. At
    the first step p = −g. On a quadratic whose eigenvalues are positive, with exact line searches,
    the directions are conjugate, pᵀHp′ = 0, and d steps reach the minimum in exact arithmetic.
    There a step takes two gradients if the curvature is between 1/11 and 1 or so, more if the
    search must go farther; with a `hessian_vector` it takes one gradient and one product, which
    gives the length at once. "wolfe" is content with the strong Wolfe conditions with c₂ = 0.1,
    which is cheaper where the function is not quadratic.

    w is one start (d,); the state is (g, p), at first None. Where the gradient is 0, or no step
    along −g descends, w rests.
    Raises ValueError for a batch of starts, for minibatches (g must be of the same function as g⁺),
    and for a function that falls without end along a line.
    Source: Hestenes and Stiefel 1952; Nocedal and Wright 2006, algorithm 5.4; Bishop and Bishop,
    section 7.2.1, on the cost.

    >>> from gdcore.objectives import bowl
    >>> w, state = conjugate_gradient(bowl(), [0, 0])
    >>> w, state = conjugate_gradient(bowl(), w, state)
    >>> w.round(6)
    array([1.      , 0.777778])
    """
    require.one_start("conjugate_gradient", w)
    require.one_function("conjugate_gradient", objective)
    g, p = (objective.gradient(w), None) if state is None else state
    p = p if p is not None and g @ p < 0 else -g
    line = Line(objective, w, p, gradient=g)
    first = _first_step(objective, w, line.p, g)
    end = exact_trial(line, first) if line_search == "exact" else wolfe_trial(line, first, curvature=0.1)
    g_new = end.gradient
    beta = _polak_ribiere(g_new, g) if end.a > 0 else 0.0
    return end.w, ConjugateState(g_new, -g_new + beta * p)


def _polak_ribiere(g_new: Array, g: Array) -> float:
    """max(0, g⁺ᵀ(g⁺ − g) / gᵀg); scaled where the squares would overflow or vanish."""
    unit = power_of_two(g)
    if unit != 1:
        g_new, g = g_new / unit, g / unit
    return max(0.0, float(g_new @ (g_new - g) / (g @ g)))


def _first_step(objective: Objective, w: Array, p: Array, g: Array) -> float:
    """The step to the minimum along p of the local quadratic, −gᵀp / pᵀHp, if its curvature is
    known and positive; else 1.
    """
    if objective.hessian_vector is None:
        return 1.0
    curvature = float(p @ objective.hessian_vector(w, p))
    return float(-(g @ p) / curvature) if curvature > 0 else 1.0

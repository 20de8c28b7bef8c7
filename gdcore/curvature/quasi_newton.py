"""Curvature learned from gradients: BFGS, with the whole inverse Hessian or from the last few steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdcore import validation
from gdcore.curvature.line_searches import wolfe_line_search
from gdcore.objectives import Array, Objective


def bfgs(objective: Objective, w: Array, state: Any = None) -> tuple[Array, Any]:
    """One step of BFGS: p = −B g, w ← w + a p by a strong Wolfe line search, B ← (I − ρ s yᵀ) B (I − ρ y sᵀ) + ρ s sᵀ.

    g = ∇L(w), s and y are the changes of w and g, ρ = 1 / sᵀy, and B, at first the identity, comes to resemble H⁻¹. The update
    has rank two; it keeps B positive definite if sᵀy > 0, which the line search assures, and is left out otherwise. Before the
    first update B is scaled to sᵀy / yᵀy. w is one start (d,); the state is (L, g, B) at w, at first None, so that a step asks
    for one value and one gradient unless the search tries more lengths. Where the gradient is 0, or no step descends, w rests.
    Raises ValueError for a batch of starts, and for minibatches (y must be of one function).
    Source: Broyden, Fletcher, Goldfarb and Shanno 1970; Nocedal and Wright 2006, algorithm 6.1; the lecture notes, 4.14.5.
    """
    validation.one_start("bfgs", w)
    validation.one_function("bfgs", objective)
    identity = np.eye(w.size, dtype=w.dtype)
    value, g, B = (float(objective.value(w)), objective.gradient(w), identity) if state is None else state
    p = -(B @ g)
    first = _first_step(g) if state is None else 1.0
    a, value, g_new = wolfe_line_search(objective, w, p, value=value, gradient=g, first=first)
    s, y = a * p, g_new - g
    w = w + s
    if s @ y > 0:
        rho = 1 / (s @ y)
        left = identity - rho * np.outer(s, y)
        B = left @ B @ left.T + rho * np.outer(s, s)
    return w, (value, g_new, B)


def lbfgs(objective: Objective, w: Array, state: Any = None, *, memory: int = 10) -> tuple[Array, Any]:
    """One step of L-BFGS: p = −B g, where B is BFGS's from the last `memory` pairs s, y, never written out.

    The two-loop recursion: q ← g; from the newest pair to the oldest αᵢ = ρᵢ sᵢᵀq, q ← q − αᵢ yᵢ; r = (sᵀy / yᵀy) q with the
    newest pair; from the oldest to the newest r ← r + sᵢ (αᵢ − ρᵢ yᵢᵀr); p = −r. It costs 4 `memory` d products and 2 `memory` d
    numbers. `memory` is a whole number ≥ 1. w is one start (d,); the state is (L, g, pairs) with the pairs (s, y, ρ), the oldest
    first, at first None. All else as in `bfgs`.
    Source: Liu and Nocedal 1989; Nocedal and Wright 2006, algorithms 7.4 and 7.5; the lecture notes, section 4.14.5.
    """
    validation.one_start("lbfgs", w)
    validation.one_function("lbfgs", objective)
    value, g, pairs = (float(objective.value(w)), objective.gradient(w), ()) if state is None else state
    p = -_two_loops(g, pairs)
    a, value, g_new = wolfe_line_search(objective, w, p, value=value, gradient=g, first=1.0 if pairs else _first_step(g))
    s, y = a * p, g_new - g
    w = w + s
    if s @ y > 0:
        pairs = (*pairs, (s, y, 1 / (s @ y)))[-memory:]
    return w, (value, g_new, pairs)


def _two_loops(g: Array, pairs: tuple[tuple[Array, Array, float], ...]) -> Array:
    """B g, with B the inverse Hessian that the pairs (s, y, ρ) stand for."""
    q, alphas = g, []
    for s, y, rho in reversed(pairs):
        alphas.append(rho * (s @ q))
        q = q - alphas[-1] * y
    if pairs:
        s, y, rho = pairs[-1]
        q = q / (rho * (y @ y))
    for s, y, rho in pairs:
        q = q + s * (alphas.pop() - rho * (y @ q))
    return q


def _first_step(g: Array) -> float:
    """A first trial of length 1 at most, since nothing is known of the curvature yet."""
    length = float(np.sqrt(g @ g))
    return 1 / length if length > 1 else 1.0

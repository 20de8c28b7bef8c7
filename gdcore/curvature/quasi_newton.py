"""Curvature learned from gradients: BFGS, with the whole inverse Hessian or from the last few steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg.blas import dtrsv

from gdcore.line_searches import Trial, wolfe_trial
from gdcore.arrays import Array
from gdcore.hyperparameters import Count, checked_step
from gdcore.objectives import Objective, require

Pairs = tuple[Array, Array, float]


@checked_step
def bfgs(objective: Objective, w: Array, state: Any = None) -> tuple[Array, Any]:
    """One step of BFGS: p = −B g, w ← w + a p by a strong Wolfe line search, B ← (I − ρ s yᵀ) B (I − ρ y sᵀ) + ρ s sᵀ.

    g = ∇L(w), s and y are the changes of w and g, ρ = 1 / sᵀy, and B, at first the identity, comes to resemble H⁻¹. The update
    has rank two; it keeps B positive definite if sᵀy > 0, which the line search assures, and is left out otherwise.
    w is one start (d,); the state is (L, g, B) at w, at first None, so that a step asks for one value and one gradient unless
    the search tries more lengths. Where the gradient is 0, or no step descends, w rests.
    Raises ValueError for a batch of starts, and for minibatches (y must be of one function).
    Source: Broyden, Fletcher, Goldfarb and Shanno 1970; Nocedal and Wright 2006, algorithm 6.1; the lecture notes, 4.14.5.
    """
    require.one_start("bfgs", w)
    require.one_function("bfgs", objective)
    value, g, B = (float(objective.value(w)), objective.gradient(w), np.eye(w.size, dtype=w.dtype)) if state is None else state
    p = -B.dot(g)
    first = _first_step(g) if state is None else 1.0
    end = wolfe_trial(Trial(objective, w, p, 0.0, value, g), first)
    s, y = end.w - w, end.gradient - g
    if (curvature := float(s.dot(y))) > 0:
        # Multiplied out: products of matrices with a vector, d² operations instead of the d³ of the product of three matrices.
        rho, By = 1 / curvature, B.dot(y)
        half = np.outer(s, 0.5 * rho * (1 + rho * y.dot(By)) * s - rho * By)
        B = B + (half + half.T)
    return end.w, (end.value, end.gradient, B)


@checked_step
def lbfgs(objective: Objective, w: Array, state: Any = None, *, memory: Count = 10) -> tuple[Array, Any]:
    """One step of L-BFGS: p = −B g, where B is BFGS's from the last `memory` pairs s, y, never written out.

    The two-loop recursion: q ← g; from the newest pair to the oldest αᵢ = ρᵢ sᵢᵀq, q ← q − αᵢ yᵢ; r = (sᵀy / yᵀy) q with the
    newest pair; from the oldest to the newest r ← r + sᵢ (αᵢ − ρᵢ yᵢᵀr); p = −r. It costs 4 `memory` d products and 2 `memory` d
    numbers. `memory` is a whole number ≥ 1. w is one start (d,); the state is (L, g, (SY, R, γ)) at w, at first None: SY, (2, k,
    d), holds the s and the y of the pairs, the oldest first, R, (k, k), sᵢᵀyⱼ for i ≤ j, and γ is sᵀy / yᵀy of the newest. All
    else as in `bfgs`. Source: Liu and Nocedal 1989; Nocedal and Wright 2006, algorithms 7.4 and 7.5; the lecture notes, section
    4.14.5.
    """
    require.one_start("lbfgs", w)
    require.one_function("lbfgs", objective)
    value, g, pairs = (float(objective.value(w)), objective.gradient(w), None) if state is None else state
    p = _two_loops(g, pairs)
    first = _first_step(g) if pairs is None else 1.0
    end = wolfe_trial(Trial(objective, w, p, 0.0, value, g), first)
    s, y = end.w - w, end.gradient - g
    if (curvature := float(s.dot(y))) > 0:
        pairs = _remembered(pairs, s, y, curvature, memory)
    return end.w, (end.value, end.gradient, pairs)


def _two_loops(g: Array, pairs: Pairs | None) -> Array:
    """−B g. Each loop solves a triangular system, since αᵢ = ρᵢ (sᵢᵀg − Σ sᵢᵀyⱼ αⱼ) over the newer pairs j, and so the other."""
    if pairs is None:
        return -g
    (S, Y), R, scale = pairs
    alpha = dtrsv(R.T, S.dot(g), lower=1, trans=1)
    p = scale * (alpha.dot(Y) - g)
    difference = dtrsv(R.T, R.diagonal() * alpha + Y.dot(p), lower=1)
    return (p - difference.dot(S)).astype(g.dtype, copy=False)


def _remembered(pairs: Pairs | None, s: Array, y: Array, curvature: float, memory: int) -> Pairs:
    """The pairs with a new one, of curvature sᵀy, and without the oldest if they would be more than `memory`."""
    old = 0 if pairs is None else min(pairs[0].shape[1], memory - 1)
    SY, R = np.empty((2, old + 1, s.size), s.dtype), np.zeros((old + 1, old + 1))
    if old and pairs is not None:
        SY[:, :-1], R[:-1, :-1] = pairs[0][:, -old:], pairs[1][-old:, -old:]
    SY[0, -1], SY[1, -1] = s, y
    R[:, -1] = SY[0].dot(y)
    return SY, R, curvature / float(y.dot(y))


def _first_step(g: Array) -> float:
    """A first trial of length 1 at most, since nothing is known of the curvature yet."""
    length = float(np.sqrt(g.dot(g)))
    return 1 / length if length > 1 else 1.0

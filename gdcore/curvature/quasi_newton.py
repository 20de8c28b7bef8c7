"""Curvature learned from gradients: BFGS, with the whole inverse Hessian or from the last few
steps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg.blas import dtrsv

from gdcore.arrays import Array
from gdcore.hyperparameters import Count, checked_step
from gdcore.line_searches import Line, Trial, power_of_two, wolfe_trial
from gdcore.objectives import Objective, require


class BfgsState(NamedTuple):
    """L, its gradient g (d,) and the estimate B of the inverse Hessian (d, d) at w."""

    value: float
    gradient: Array
    B: Array


class Pairs(NamedTuple):
    """The last k changes of w and of the gradient, the oldest first.

    `SY` (2, k, d) holds the s and the y, `R` (k, k) the products sᵢᵀyⱼ for i ≤ j, and `scale` is
    sᵀy / yᵀy of the newest pair.
    """

    SY: Array
    R: Array
    scale: float


class LbfgsState(NamedTuple):
    """L and its gradient g (d,) at w, and the last pairs, None as long as there are none."""

    value: float
    gradient: Array
    pairs: Pairs | None


@checked_step
def bfgs(objective: Objective, w: Array, state: BfgsState | None = None) -> tuple[Array, BfgsState]:
    """One step of BFGS: p = −B g, w ← w + a p, B ← (I − ρ s yᵀ) B (I − ρ y sᵀ) + ρ s sᵀ.

    a is found by a strong Wolfe line search. g = ∇L(w), s and y are the changes of w and g,
    ρ = 1 / sᵀy, and B, at first the identity, comes to resemble H⁻¹. The update has rank two. It
    keeps B positive definite if sᵀy > 0, which the line search assures up to rounding; where sᵀy is
    no larger than the rounding error of ‖s‖‖y‖ it is left out. Where −B g does not descend, because
    rounding has spoiled B, B begins anew at the identity.

    w is one start (d,); the state is (L, g, B) at w, at first None, so that a step takes one value
    and one gradient unless the search tries more lengths. Where the gradient is 0, or no step
    descends, w rests.
    Raises ValueError for a batch of starts, for minibatches (y must be of one function), and for a
    function that falls without end along a line.
    Source: Broyden, Fletcher, Goldfarb and Shanno 1970; Nocedal and Wright 2006, algorithm 6.1; the
    lecture notes, 4.14.5.

    >>> from gdcore.objectives import bowl
    >>> w, state = bfgs(bowl(), [0, 0])
    >>> w, state = bfgs(bowl(), w, state)
    >>> state.B.shape
    (2, 2)
    """
    require.one_start("bfgs", w)
    require.one_function("bfgs", objective)
    fresh = np.eye(w.size, dtype=w.dtype)
    value, g, B = (float(objective.value(w)), objective.gradient(w), fresh) if state is None else state
    p = -B.dot(g)
    begins = state is None
    if not p.dot(g) < 0:
        B, p, begins = fresh, -g, True
    end = _searched(Line(objective, w, p, value, g), _first_step(g) if begins else 1.0)
    s, y = end.w - w, end.gradient - g
    if (curvature := float(s.dot(y))) > _noise(s, y):
        # Multiplied out: a matrix times a vector takes d² operations, the product of three d³.
        rho, unit = 1 / curvature, power_of_two(y)
        By = B.dot(y / unit)
        yBy = unit * unit * float((y / unit).dot(By))
        half = np.outer(s, 0.5 * rho * (1 + rho * yBy) * s - rho * unit * By)
        B = B + (half + half.T)
    return end.w, BfgsState(end.value, end.gradient, B)


@checked_step
def lbfgs(objective: Objective, w: Array, state: LbfgsState | None = None, *, memory: Count = 10) -> tuple[Array, LbfgsState]:
    """One step of L-BFGS: p = −B g, where B is BFGS's from the last `memory` pairs s, y, never
    written out.

    The two-loop recursion is: q ← g; from the newest pair to the oldest αᵢ = ρᵢ sᵢᵀq, q ← q − αᵢ
    yᵢ; r = (sᵀy / yᵀy) q with the newest pair; from the oldest to the newest r ← r + sᵢ (αᵢ − ρᵢ
    yᵢᵀr); p = −r. A step costs 5 `memory` d products, and copies the 2 `memory` d numbers that it
    keeps.

    w is one start (d,); the state is (L, g, pairs) at w, at first None. `memory` is a whole number
    ≥ 1. All else as in `bfgs`.
    Source: Liu and Nocedal 1989; Nocedal and Wright 2006, algorithms 7.4 and 7.5; the lecture
    notes, section 4.14.5.

    >>> from gdcore.objectives import bowl
    >>> w, state = lbfgs(bowl(), [0, 0])
    >>> state.pairs.SY.shape
    (2, 1, 2)
    """
    require.one_start("lbfgs", w)
    require.one_function("lbfgs", objective)
    value, g, pairs = (float(objective.value(w)), objective.gradient(w), None) if state is None else state
    p = _two_loops(g, pairs)
    if not p.dot(g) < 0:
        pairs, p = None, -g
    end = _searched(Line(objective, w, p, value, g), _first_step(g) if pairs is None else 1.0)
    s, y = end.w - w, end.gradient - g
    if (curvature := float(s.dot(y))) > _noise(s, y):
        pairs = _remembered(pairs, s, y, curvature, memory)
    return end.w, LbfgsState(end.value, end.gradient, pairs)


def _searched(line: Line, first: float) -> Trial:
    """The end of a strong Wolfe search whose first trial is `first` times the direction that was
    given.
    """
    return wolfe_trial(line, line.first_trial(first))


def _noise(s: Array, y: Array) -> float:
    """What rounding alone may make of sᵀy where it is 0."""
    return float(np.finfo(s.dtype).eps) * float(np.abs(s).max()) * float(np.abs(y).max())


def _two_loops(g: Array, pairs: Pairs | None) -> Array:
    """−B g, by the two loops of the recursion.

    Each loop solves a triangular system. The first finds αᵢ = ρᵢ (sᵢᵀg − Σ sᵢᵀyⱼ αⱼ), a sum over
    the newer pairs j; the second finds the ρᵢ yᵢᵀr in the same way, from sums over the older pairs.
    """
    if pairs is None:
        return -g
    (S, Y), R, scale = pairs
    alpha = dtrsv(R.T, S.dot(g), lower=1, trans=1)
    p = scale * (alpha.dot(Y) - g)
    difference = dtrsv(R.T, R.diagonal() * alpha + Y.dot(p), lower=1)
    return (p - difference.dot(S)).astype(g.dtype, copy=False)


def _remembered(pairs: Pairs | None, s: Array, y: Array, curvature: float, memory: int) -> Pairs:
    """The pairs with a new one, of curvature sᵀy, and without the oldest if they would be more than
    `memory`.
    """
    old = 0 if pairs is None else min(pairs.SY.shape[1], memory - 1)
    SY, R = np.empty((2, old + 1, s.size), s.dtype), np.zeros((old + 1, old + 1))
    if old and pairs is not None:
        SY[:, :-1], R[:-1, :-1] = pairs.SY[:, -old:], pairs.R[-old:, -old:]
    SY[0, -1], SY[1, -1] = s, y
    R[:, -1] = SY[0].dot(y)
    unit = power_of_two(y)
    return Pairs(SY, R, curvature / unit / float((y / unit).dot(y / unit)) / unit)


def _first_step(g: Array) -> float:
    """A first trial of length 1 at most, since nothing is known of the curvature yet."""
    unit = power_of_two(g)
    length = unit * float(np.linalg.norm(g / unit))
    return 1 / length if length > 1 else 1.0

"""Newton's method with a trust region: the damping moves by how well the last step was
predicted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gdcore.arrays import Array
from gdcore.hyperparameters import OneNonnegative, checked_step
from gdcore.methods.preconditioned import eigen
from gdcore.objectives import Objective, require


class TrustState(NamedTuple):
    """The damping δ of the next step, (...)."""

    damping: Array


@checked_step
def trust_region(
    objective: Objective, w: Array, state: TrustState | None = None, *, damping: OneNonnegative = 1.0
) -> tuple[Array, TrustState]:
    """One step of a trust-region Newton method: solve (H + (δ + max(0, −λmin)) I) p = −∇L(w), then
    w ← w + p if that lowers L, and move δ by the quality of the prediction.

        r = (L(w) − L(w + p)) / (q(0) − q(p)),   q(p) = L + ∇Lᵀp + ½ pᵀHp,
        δ ← 4 δ if r < ¼,   δ ← δ / 4 if r > ¾,   else δ stays.

    λmin is the least eigenvalue of H, so that the damped matrix is positive definite and p is the
    lowest point of q within its own length. A step with r ≤ 0 is not taken. Near a minimum with
    positive curvatures δ goes to 0, and the steps become Newton's. To numerator and denominator
    the rounding of L is added, so that r is 1 where nothing can be measured any more. A δ that is
    smaller than the rounding of H is taken for that.

    w is (..., d); the state is (δ,), the damping of the next step, (...), at first None.

    - `damping`: the first δ ≥ 0.

    Raises ValueError for an objective without a Hessian.
    Source: Levenberg 1944 and Marquardt 1963 for a damping that moves; Nocedal and Wright 2006,
    algorithm 4.1, with the length of p in the place of δ; Conn, Gould and Toint 2000, section
    17.4.2, for the rounding.

    >>> from gdcore.objectives import bowl
    >>> w, state = trust_region(bowl(), [0, 0])
    >>> w.round(4), float(state.damping)
    (array([0.9231, 0.7368]), 0.25)
    """
    (hessian,) = require.parts(objective, "trust_region", "hessian")
    delta = np.broadcast_to(np.asarray(damping if state is None else state.damping, w.dtype), w.shape[:-1])
    values, vectors = eigen(hessian(w))
    delta = np.maximum(delta, np.finfo(w.dtype).eps * np.abs(values).max(axis=-1))
    along = (vectors.mT @ objective.gradient(w)[..., np.newaxis])[..., 0]
    damped = values - np.minimum(values[..., :1], 0) + delta[..., np.newaxis]
    z = -along / np.where(damped > 0, damped, np.inf)
    p = (vectors @ z[..., np.newaxis])[..., 0].astype(w.dtype, copy=False)
    before, after = objective.value(w), objective.value(w + p)
    rounding = 10 * np.finfo(w.dtype).eps * np.abs(before)
    predicted = -(along * z + values * z**2 / 2).sum(axis=-1) + rounding
    r = np.where(predicted > 0, (before - after + rounding) / np.where(predicted > 0, predicted, 1), 1)
    w = np.where(np.asarray(r > 0)[..., np.newaxis], w + p, w)
    delta = np.where(r > 3 / 4, delta / 4, np.where(r >= 1 / 4, delta, 4 * delta))
    return w, TrustState(delta)

"""Objectives of two parts: a smooth loss with a penalty, and a whole that is sampled by batches."""

from __future__ import annotations

from typing import Any, NamedTuple

from gdcore.arrays import Array
from gdcore.hyperparameters import Count, Nonnegative, checked_step
from gdcore.objectives import Objective, require


@checked_step
def proximal_gradient(objective: Objective, w: Array, state: Any = (), *, learning_rate: Nonnegative = 0.01) -> tuple[Array, Any]:
    """One step of the proximal gradient method: w ← prox_ηR(w − η ∇L(w)), for an objective L + R.

    R is a convex penalty, and prox_ηR(z) minimizes R(w) + ‖w − z‖² / 2η. For the L1 penalty it
    shortens each coordinate by ηλ and stops at 0, so that coordinates become 0 exactly, which steps
    along a subgradient never do. w is (..., d); there is no state. It converges for η < 2 / λmax of
    the Hessian of L alone, where L is convex. Raises ValueError for an objective without a penalty:
    make one by `with_penalty`.
    Source: Daubechies, Defrise and De Mol 2004 (ISTA); Parikh and Boyd 2014; the lecture notes'
    sections 4.2.1 and 4.7.3 name soft thresholding.

    >>> from gdcore.objectives import l1, quadratic, with_penalty
    >>> lasso = with_penalty(quadratic([1, 10]), l1(1))
    >>> proximal_gradient(lasso, [0.05, 2], learning_rate=0.1)[0]
    array([0., 0.])
    """
    smooth, penalty = require.parts(objective, "proximal_gradient", "smooth", "penalty")
    w = penalty.prox(w - learning_rate * smooth.gradient(w), learning_rate)
    return w, state


class SvrgState(NamedTuple):
    """The steps taken t, the snapshot w̃, and the gradient of the whole there, `mean`."""

    t: int
    snapshot: Any
    mean: Any


@checked_step
def svrg(
    objective: Objective,
    w: Array,
    state: SvrgState = SvrgState(0, 0.0, 0.0),  # noqa: B008
    *,
    learning_rate: Nonnegative = 0.01,
    period: Count = 100,
) -> tuple[Array, Any]:
    """One step of SVRG, stochastic gradients of falling variance.

        w ← w − η (∇L_B(w) − ∇L_B(w̃) + ∇L(w̃))

    L_B is the objective of the step's batch and L the whole. Every `period` steps, the first
    included, the snapshot w̃ becomes w, and the gradient of the whole is taken there. The direction
    has the mean ∇L(w) where the batches' mean is L, and its variance goes to 0 as w and w̃ go to
    the minimum, so that a constant rate converges. w is (..., d); the state is (t, w̃, ∇L(w̃)): the
    steps taken, the snapshot and its gradient. On an objective that is its own whole this is
    gradient descent.

    - `learning_rate`: η ≥ 0.
    - `period`: a whole number ≥ 1; some epochs are usual.

    Source: Johnson and Zhang 2013; Prince, notes to chapter 6.

    >>> from gdcore.minibatches import Minibatches
    >>> from gdcore.objectives import least_squares
    >>> batches = Minibatches(least_squares, np.eye(4), np.ones(4), batch_size=2)
    >>> w, state = svrg(batches.at(1), [0, 0, 0, 0], learning_rate=0.5)
    >>> w
    array([0.25, 0.25, 0.25, 0.25])
    """
    t, snapshot, mean = state
    if t % period == 0:
        snapshot, mean = w, objective.whole.gradient(w)
    w = w - learning_rate * (objective.gradient(w) - objective.gradient(snapshot) + mean)
    return w, SvrgState(t + 1, snapshot, mean)

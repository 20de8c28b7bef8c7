"""The slope and the velocity: gradient descent, momentum, Nesterov momentum; and the average in the
velocity's place: schedule-free descent.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from gdcore.arrays import Array
from gdcore.hyperparameters import Nonnegative, Share, checked_step
from gdcore.objectives import Objective


class ScheduleFreeState(NamedTuple):
    """The steps taken t, the sum of the squared rates so far, and the fast sequence z, (..., d)."""

    t: int
    total: float | Array
    z: float | Array


@checked_step
def gradient_descent(objective: Objective, w: Array, state: Any = (), *, learning_rate: Nonnegative = 0.01) -> tuple[Array, Any]:
    """One step of gradient descent: w ← w − η ∇L(w).

    w is (..., d), `learning_rate` (η ≥ 0) a number or of shape (..., 1) or (d,). There is no state.
    On minibatches this is stochastic gradient descent.
    Source: Cauchy 1847; Bishop and Bishop, equations 7.16 and 7.18; Kneusel, equations 11.1 and
    11.3; Prince, equation 6.10, where L is the sum over the batch, not the mean; the lecture notes,
    sections 4.6.2 and 4.8.1.

    >>> from gdcore.objectives import canyon
    >>> gradient_descent(canyon(), [0, 0])[0]
    array([0.12, 0.3 ])
    """
    w = w - learning_rate * objective.gradient(w)
    return w, state


@checked_step
def momentum(
    objective: Objective, w: Array, state: Any = 0.0, *, learning_rate: Nonnegative = 0.01, momentum: Share = 0.9
) -> tuple[Array, Any]:
    """One step of momentum, the heavy ball: v ← μ v − η ∇L(w), w ← w + v.

    w is (..., d); the state is the velocity v, (..., d), at first 0; `momentum` is μ in [0, 1). η
    is that of the present step: PyTorch's buffer form, b ← μ b + ∇L, w ← w − η b, parts from this
    when η changes.
    Source: Polyak 1964; Bishop and Bishop, equation 7.31; Kneusel, equation 11.5; the lecture
    notes, section 4.9.2, with the opposite sign of v. Prince's equation 6.11 averages: see
    `gdcore.conventions`.

    >>> from gdcore.objectives import canyon
    >>> w, v = momentum(canyon(), [0, 0])
    >>> w, v = momentum(canyon(), w, v)
    >>> w
    array([0.3336, 0.63  ])
    """
    v = state
    v = momentum * v - learning_rate * objective.gradient(w)
    w = w + v
    return w, v


@checked_step
def nesterov(
    objective: Objective, w: Array, state: Any = 0.0, *, learning_rate: Nonnegative = 0.01, momentum: Share = 0.9
) -> tuple[Array, Any]:
    """One step of Nesterov momentum: v ← μ v − η ∇L(w + μ v), w ← w + v.

    The gradient is taken where the velocity alone would lead, in all coordinates at once. w is
    (..., d); the state is the velocity v, (..., d), at first 0; `momentum` is μ in [0, 1).
    Source: Nesterov 1983; Sutskever et al. 2013; Bishop and Bishop, equation 7.34; Kneusel,
    equation 11.6; the lecture notes, section 4.9.6, NAG. NAG-prac and PyTorch report the point w +
    μ v instead: see `gdcore.conventions`.

    >>> from gdcore.objectives import canyon
    >>> w, v = nesterov(canyon(), [0, 0])
    >>> w, v = nesterov(canyon(), w, v)
    >>> w.round(4)
    array([0.3206, 0.414 ])
    """
    v = state
    v = momentum * v - learning_rate * objective.gradient(w + momentum * v)
    w = w + v
    return w, v


@checked_step
def schedule_free(
    objective: Objective,
    w: Array,
    state: ScheduleFreeState = ScheduleFreeState(0, 0.0, 0.0),  # noqa: B008
    *,
    learning_rate: Nonnegative = 0.01,
    momentum: Share = 0.9,
) -> tuple[Array, Any]:
    """One step of schedule-free gradient descent: z moves by the gradient at y, between z and the
    average x of all z, and x is the answer.

        y = (1 − β) z + β x,   z ← z − η ∇L(y),   x ← (1 − c) x + c z,   c = η² / Σ η²,

    the sum being over the steps so far, so that c = 1/t at a constant rate. The point w that is
    passed and returned is x, of which the paper proves its bounds. z and x begin at the start, and
    the start is not averaged: the first step is one of gradient descent. w is (..., d); the state
    is (t, Σ η², z): the steps taken, the sum, and z, (..., d).

    - `learning_rate`: η ≥ 0. With a warm-up the small first steps count little, by η².
    - `momentum`: β, in [0, 1), in the place of momentum. At 0 z is gradient descent, and x its
      average (Polyak and Ruppert). Near 1 the gradient is taken near the average.

    Source: Defazio et al. 2024, with the weights of their code.

    >>> from gdcore.objectives import canyon
    >>> w, state = schedule_free(canyon(), [0, 0])
    >>> w, state = schedule_free(canyon(), w, state)
    >>> w, state.z.round(4)
    (array([0.1728, 0.33  ]), array([0.2256, 0.36  ]))
    """
    t, total, z = state
    x, z = w, z if t else w
    y = (1 - momentum) * z + momentum * x
    z = z - learning_rate * objective.gradient(y)
    total = total + learning_rate**2
    c = learning_rate**2 / (total + (total == 0))  # 0 as long as all rates have been 0
    x = (1 - c) * x + c * z
    return x, ScheduleFreeState(t + 1, total, z)

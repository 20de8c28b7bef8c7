"""First-order methods. Each is one step: a pure function from (objective, w, state) to (w, state).

The first state is the default argument, so a first step needs none. `gdcore.descent.descend` takes many steps.
"""

from __future__ import annotations

from typing import Any

from gdcore.objectives import Array, Objective


def gradient_descent(
    objective: Objective, w: Array, state: Any = (), *, learning_rate: float | Array = 0.01
) -> tuple[Array, Any]:
    """One step of gradient descent: w ← w − η ∇L(w).

    w is (..., d), `learning_rate` (η ≥ 0) a number or of shape (..., 1) or (d,). There is no state.
    Source: Cauchy 1847; Bishop and Bishop, equation 7.16; Kneusel, equation 11.3.
    """
    w = w - learning_rate * objective.gradient(w)
    return w, state


def momentum(
    objective: Objective, w: Array, state: Any = 0.0, *, learning_rate: float | Array = 0.01, momentum: float = 0.9
) -> tuple[Array, Any]:
    """One step of momentum, the heavy ball: v ← μ v − η ∇L(w), w ← w + v.

    w is (..., d); the state is the velocity v, (..., d), at first 0; `momentum` is μ in [0, 1).
    Source: Polyak 1964; Bishop and Bishop, equation 7.31; Kneusel, equation 11.5.
    """
    v = state
    v = momentum * v - learning_rate * objective.gradient(w)
    w = w + v
    return w, v


def nesterov(
    objective: Objective, w: Array, state: Any = 0.0, *, learning_rate: float | Array = 0.01, momentum: float = 0.9
) -> tuple[Array, Any]:
    """One step of Nesterov momentum: v ← μ v − η ∇L(w + μ v), w ← w + v.

    The gradient is taken where the velocity alone would lead, in all coordinates at once.
    w is (..., d); the state is the velocity v, (..., d), at first 0; `momentum` is μ in [0, 1).
    Source: Nesterov 1983; Sutskever et al. 2013; Bishop and Bishop, equation 7.34; Kneusel, equation 11.6.
    """
    v = state
    v = momentum * v - learning_rate * objective.gradient(w + momentum * v)
    w = w + v
    return w, v

"""Searches: by chance, along one coordinate, along the slope."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from gdcore.arrays import Array
from gdcore.hyperparameters import Nonnegative, OneNonnegative, WholeNumber, checked_step
from gdcore.line_searches import Line, backtracking_trial, exact_trial
from gdcore.objectives import Objective, require


@checked_step
def random_search(
    objective: Objective, w: Array, state: Any = 0, *, radius: Nonnegative = 1.0, local: bool = False, seed: WholeNumber = 0
) -> tuple[Array, Any]:
    """One try of random search: draw a candidate, and move there if the objective is lower.

    No gradient is used. w is (..., d), and each run draws its own candidate; the state is t, the
    number of tries so far. The draw depends on nothing but `seed`, t and the shape of w, so that a
    run is repeatable and can be continued. A value that is not a number is never lower.

    - `radius`: how far candidates lie, ≥ 0: this times a standard normal vector, as in the lecture
      notes.
    - `local`: if True, w plus that.
    - `seed`: a whole number ≥ 0.

    Source: the lecture notes, section 4.5.3.

    >>> from gdcore.objectives import canyon
    >>> random_search(canyon(), [3, 3], seed=1)[0].round(3)
    array([0.533, 1.242])
    """
    t = state + 1
    noise = np.random.default_rng((seed, t)).standard_normal(w.shape).astype(w.dtype, copy=False)
    candidate = w + radius * noise if local else radius * noise
    lower = objective.value(candidate) < objective.value(w)
    w = np.where(np.expand_dims(lower, -1), candidate, w)
    return w, t


@checked_step
def coordinate_descent(
    objective: Objective, w: Array, state: Any = 0, *, learning_rate: Nonnegative = 0.01, exact: bool = False
) -> tuple[Array, Any]:
    """One step along one coordinate, each in turn: wᵢ ← wᵢ − η ∂L/∂wᵢ(w).

    d steps are a sweep. The state is the number of steps so far; the coordinate is its remainder by
    d. w is (..., d), with `exact` one start (d,). For smooth functions a point where no coordinate
    descends has gradient 0. On a ridge of a function that is not smooth, exact coordinate descent
    can rest where the function still falls.

    - `learning_rate`: η ≥ 0, with `exact` only the first trial of the search.
    - `exact`: go to the minimum along the axis instead (see `exact_line_search`).

    Raises ValueError for a batch of starts with `exact`, and for a function that falls without end
    along an axis. Source: the lecture notes, section 4.7.3.

    >>> from gdcore.objectives import canyon
    >>> w, t = coordinate_descent(canyon(), [0, 0], exact=True)
    >>> w, t = coordinate_descent(canyon(), w, t, exact=True)
    >>> w.round(6)
    array([1.   , 0.375])
    """
    i = state % w.shape[-1]
    g = objective.gradient(w)
    direction = np.zeros_like(w)
    direction[..., i] = -g[..., i]
    if exact:
        require.one_start("exact coordinate_descent", w)
        line = Line(objective, w, direction, gradient=g)
        learning_rate = exact_trial(line, line.first_trial(float(np.max(learning_rate)))).step
    w = w + learning_rate * direction
    return w, state + 1


@checked_step
def steepest_descent(
    objective: Objective,
    w: Array,
    state: Any = 0.0,
    *,
    line_search: Literal["exact", "backtracking"] = "exact",
    learning_rate: OneNonnegative = 1.0,
) -> tuple[Array, Any]:
    """One step of steepest descent with a line search: w ← w − η ∇L(w), η chosen anew at each step.

    "exact": η minimizes L along the line. "backtracking": η is the first of `learning_rate` times
    1, ½, ¼, … that lowers L by at least 10⁻⁴ η ‖∇L‖² (Armijo). w is one start (d,); the state is
    the η chosen, 0 before the first step. Where the gradient is 0, or no step lowers L beyond
    rounding, w rests and η is 0. A trial whose value is not finite counts as too long.
    Raises ValueError for a batch of starts, and for a function that falls without end along the
    line.
    Source: Cauchy 1847; Armijo 1966; Prince, figure 6.1.

    >>> from gdcore.objectives import canyon
    >>> w, rate = steepest_descent(canyon(), [0, 0])
    >>> w.round(4), round(rate, 4)
    (array([0.1699, 0.4248]), 0.0142)
    """
    require.one_start("steepest_descent", w)
    g = objective.gradient(w)
    line = Line(objective, w, -g, gradient=g)
    if line_search == "exact":
        found = exact_trial(line, line.first_trial(learning_rate))
    else:
        found = backtracking_trial(line, learning_rate * line.unit)
    return found.w, found.step

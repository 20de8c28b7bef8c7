"""A rate for each coordinate, from the size of its gradients: normalized gradients, AdaGrad,
RMSProp, Adadelta.

In all of them a coordinate whose gradients have so far been 0 does not move, even where ε = 0 would
make that 0/0: 0 is the limit of 0 / (0 + ε) for ε → 0.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from gdcore.arrays import Array
from gdcore.hyperparameters import Nonnegative, Share, checked_step
from gdcore.objectives import Objective


class RmspropState(NamedTuple):
    """The averages r of squared gradients and, if centered, m of gradients; the velocity v."""

    r: float | Array
    m: float | Array
    v: float | Array


class AdadeltaState(NamedTuple):
    """The average r of the squared gradients and u of the squared steps, (..., d)."""

    r: float | Array
    u: float | Array


@checked_step
def normalized_gradient(
    objective: Objective, w: Array, state: Any = (), *, learning_rate: Nonnegative = 0.01, epsilon: Nonnegative = 0.0
) -> tuple[Array, Any]:
    """One step along each coordinate's sign: g = ∇L(w), w ← w − η g / (|g| + ε).

    Each coordinate moves by η, whatever the size of its gradient (by less where |g| is not large
    beside ε, and not at all where g is 0). So it ends by stepping to and fro across the minimum. w
    is (..., d); there is no state; ε ≥ 0.
    Source: Prince, equations 6.13 and 6.14.

    >>> from gdcore.objectives import canyon
    >>> normalized_gradient(canyon(), [0, 0])[0]
    array([0.01, 0.01])
    """
    g = objective.gradient(w)
    w = w - learning_rate * ratio(g, np.abs(g) + epsilon, epsilon)
    return w, state


@checked_step
def adagrad(
    objective: Objective,
    w: Array,
    state: Any = 0.0,
    *,
    learning_rate: Nonnegative = 0.01,
    epsilon: Nonnegative = 1e-8,
    inside_root: bool = False,
) -> tuple[Array, Any]:
    """One step of AdaGrad: r ← r + g², w ← w − η g / (√r + ε), with g = ∇L(w).

    w is (..., d); the state is r, the sum of all squared gradients, (..., d), at first 0.

    - `learning_rate`: η ≥ 0.
    - `epsilon`: ε ≥ 0. PyTorch's is 10⁻¹⁰; Kneusel prints none.
    - `inside_root`: puts ε under the root, η g / √(r + ε), as the lecture notes' text does. That
      matters where the gradients are about as small as √ε.

    PyTorch's `initial_accumulator_value` is a first state here.
    Source: Duchi, Hazan and Singer 2011; Bishop and Bishop, equations 7.39 and 7.40; Kneusel,
    equation 11.9; the lecture notes, section 4.10.1.

    >>> from gdcore.objectives import canyon
    >>> w, r = adagrad(canyon(), [0, 0], learning_rate=0.1)
    >>> w.round(4), r
    (array([0.1, 0.1]), array([144., 900.]))
    """
    r = state
    g = objective.gradient(w)
    r = r + g**2
    denominator = np.sqrt(r + epsilon) if inside_root else np.sqrt(r) + epsilon
    w = w - learning_rate * ratio(g, denominator, epsilon)
    return w, r


@checked_step
def rmsprop(
    objective: Objective,
    w: Array,
    state: RmspropState = RmspropState(0.0, 0.0, 0.0),  # noqa: B008
    *,
    learning_rate: Nonnegative = 0.01,
    decay: Share = 0.9,
    epsilon: Nonnegative = 1e-8,
    momentum: Share = 0.0,
    nesterov: bool = False,
    centered: bool = False,
    inside_root: bool = False,
) -> tuple[Array, Any]:
    """One step of RMSProp: r ← β r + (1 − β) g², v ← μ v − η g / (√r + ε), w ← w + v.

    g = ∇L(w). With μ = 0, as usual, v is only the step. w is (..., d); the state is (r, m, v), each
    (..., d), at first 0.

    - `learning_rate`: η ≥ 0.
    - `decay`: β, in [0, 1). PyTorch calls it alpha, and its default is 0.99.
    - `epsilon`: ε ≥ 0.
    - `momentum`: μ, in [0, 1). PyTorch has the rate outside v, which is the same at constant η.
    - `nesterov`: takes the gradient ahead, g = ∇L(w + μ v).
    - `centered`: takes the root of the spread r − m² about the mean m ← β m + (1 − β) g. A spread
      that rounding makes negative counts as 0. Otherwise m stays 0.
    - `inside_root`: puts ε under the root, as the lecture notes' text does.

    Source: Hinton 2012; Bishop and Bishop, equations 7.41 and 7.42; Kneusel, equations 11.7 and
    11.8, without ε; the lecture notes, section 4.11.2; centered: Graves 2013.

    >>> from gdcore.objectives import canyon
    >>> w, state = rmsprop(canyon(), [0, 0])
    >>> w.round(4), state.r
    (array([0.0316, 0.0316]), array([14.4, 90. ]))
    """
    r, m, v = state
    g = objective.gradient(w + momentum * v if nesterov else w)
    r = decay * r + (1 - decay) * g**2
    m = decay * m + (1 - decay) * g if centered else m
    spread = np.maximum(r - m**2, 0) if centered else r
    denominator = np.sqrt(spread + epsilon) if inside_root else np.sqrt(spread) + epsilon
    v = momentum * v - learning_rate * ratio(g, denominator, epsilon)
    w = w + v
    return w, RmspropState(r, m, v)


@checked_step
def adadelta(
    objective: Objective,
    w: Array,
    state: AdadeltaState = AdadeltaState(0.0, 0.0),  # noqa: B008
    *,
    learning_rate: Nonnegative = 1.0,
    decay: Share = 0.9,
    epsilon: Nonnegative = 1e-6,
) -> tuple[Array, Any]:
    """One step of Adadelta: Δ = √(u + ε) / √(r + ε) g, w ← w − η Δ.

    Before it r ← ρ r + (1 − ρ) g², with g = ∇L(w), and after it u ← ρ u + (1 − ρ) Δ². The average u
    of past squared steps takes the role of a rate. The first steps are about √ε: without ε it never
    starts. w is (..., d); the state is (r, u), each (..., d), at first 0.

    - `learning_rate`: η ≥ 0, 1 in the paper.
    - `decay`: ρ, in [0, 1).
    - `epsilon`: ε ≥ 0.

    Source: Zeiler 2012; Kneusel, section Adagrad and Adadelta, in words, with γ for ρ.

    >>> from gdcore.objectives import canyon
    >>> adadelta(canyon(), [0, 0])[0].round(5)
    array([0.00316, 0.00316])
    """
    r, u = state
    g = objective.gradient(w)
    r = decay * r + (1 - decay) * g**2
    # Not np.sqrt, which would make the first u, a plain 0.0, a number of double precision.
    step = ratio((u + epsilon) ** 0.5 * g, (r + epsilon) ** 0.5, epsilon)
    u = decay * u + (1 - decay) * step**2
    w = w - learning_rate * step
    return w, AdadeltaState(r, u)


def ratio(numerator: Array, denominator: Array, epsilon: float | Array) -> Array:
    """The quotient, and 0 where the denominator is 0, as it can be only if the ε in it is 0 or
    rounds to it.
    """
    if isinstance(epsilon, float) and epsilon > _least(denominator.dtype):
        return numerator / denominator
    return np.divide(numerator, denominator, out=np.zeros_like(denominator), where=denominator != 0)


@cache
def _least(dtype: np.dtype) -> float:
    """A number below which a float of this kind may round to 0; its square is what is under
    Adadelta's root.
    """
    return float(np.finfo(dtype).tiny)

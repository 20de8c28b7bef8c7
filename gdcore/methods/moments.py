"""Averages of the gradient and of its square: Adam and its kin."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gdcore.arrays import Array
from gdcore.hyperparameters import Nonnegative, OneNonnegative, Share, checked_step
from gdcore.methods.adaptive import ratio
from gdcore.objectives import Objective


class AdamState(NamedTuple):
    """The steps taken t, the average s of the gradients and r of their squares, (..., d)."""

    t: int
    s: float | Array
    r: float | Array


class AmsgradState(NamedTuple):
    """Adam's state, and the largest r so far, q, (..., d)."""

    t: int
    s: float | Array
    r: float | Array
    q: float | Array


class NadamState(NamedTuple):
    """The steps taken t, the product p of the momenta so far, and Adam's averages s and r."""

    t: int
    p: float | Array
    s: float | Array
    r: float | Array


@checked_step
def adam(
    objective: Objective,
    w: Array,
    state: AdamState = AdamState(0, 0.0, 0.0),  # noqa: B008
    *,
    learning_rate: Nonnegative = 1e-3,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    epsilon: Nonnegative = 1e-8,
    weight_decay: Nonnegative = 0.0,
    bias_correction: bool = True,
) -> tuple[Array, Any]:
    """One step of Adam: s ← β₁ s + (1 − β₁) g, r ← β₂ r + (1 − β₂) g², w ← w − η ŝ / (√r̂ + ε).

    g = ∇L(w) + α w. ŝ = s / (1 − β₁ᵗ) and r̂ = r / (1 − β₂ᵗ) correct for the zeros that the
    averages start from. w is (..., d); the state is (t, s, r): the number of steps taken, and the
    averages, (..., d), at first 0. A coordinate whose gradients have all been 0 does not move, even
    with ε = 0.

    - `learning_rate`: η ≥ 0.
    - `beta1`, `beta2`: β₁ and β₂, in [0, 1). With a schedule for one of them its correction uses
      the present value for all past steps.
    - `epsilon`: ε ≥ 0.
    - `weight_decay`: α ≥ 0, an L2 penalty ½ α ‖w‖² inside the gradient, as in PyTorch's Adam (a
      penalty λ ‖w‖² is α = 2λ). It is divided by √r̂ like all else: compare `adamw`.
    - `bias_correction`: if False, s and r take the roles of ŝ and r̂.

    Source: Kingma and Ba 2015; Prince, equations 6.15 to 6.17 (β, γ; his t is one less); Bishop and
    Bishop, equations 7.43 to 7.47 and algorithm 7.4, whose sign is mended; Kneusel, equation 11.10,
    whose t must start at 1; the lecture notes, 4.12.2.

    >>> from gdcore.objectives import canyon
    >>> w, state = adam(canyon(), [0, 0], learning_rate=0.1)
    >>> w.round(6), state.t, state.s
    (array([0.1, 0.1]), 1, array([-1.2, -3. ]))
    """
    t, s, r = state
    t = t + 1
    g = _with_l2(objective.gradient(w), w, weight_decay)
    s = beta1 * s + (1 - beta1) * g
    r = beta2 * r + (1 - beta2) * g**2
    s_hat = s / (1 - beta1**t) if bias_correction else s
    r_hat = r / (1 - beta2**t) if bias_correction else r
    w = w - learning_rate * ratio(s_hat, np.sqrt(r_hat) + epsilon, epsilon)
    return w, AdamState(t, s, r)


@checked_step
def adamw(
    objective: Objective,
    w: Array,
    state: AdamState = AdamState(0, 0.0, 0.0),  # noqa: B008
    *,
    learning_rate: Nonnegative = 1e-3,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    epsilon: Nonnegative = 1e-8,
    weight_decay: Nonnegative = 0.01,
) -> tuple[Array, Any]:
    """One step of AdamW, Adam with decoupled weight decay: w ← w − η (ŝ / (√r̂ + ε) + α w).

    ŝ and r̂ are those of `adam`, of the gradient without a penalty: each weight shrinks by the same
    share η α. w is (..., d); the state is (t, s, r).

    - `learning_rate`: η ≥ 0.
    - `beta1`, `beta2`: in [0, 1).
    - `epsilon`: ε ≥ 0.
    - `weight_decay`: α ≥ 0. As in PyTorch it is multiplied by the rate η. The paper's λ′ is
      multiplied by the schedule alone, not by the rate: α = λ′ / η.

    Source: Loshchilov and Hutter 2019, algorithm 2; the lecture notes, section 4.13.2 (the text's λ
    is α; the slide decays by λ alone, and its figure 4.26 writes 2λ).

    >>> from gdcore.objectives import canyon
    >>> adamw(canyon(), [1, 1], learning_rate=0.1)[0].round(6)
    array([0.999, 0.899])
    """
    t, s, r = state
    t = t + 1
    g = objective.gradient(w)
    s = beta1 * s + (1 - beta1) * g
    r = beta2 * r + (1 - beta2) * g**2
    s_hat = s / (1 - beta1**t)
    r_hat = r / (1 - beta2**t)
    w = w - learning_rate * (ratio(s_hat, np.sqrt(r_hat) + epsilon, epsilon) + weight_decay * w)
    return w, AdamState(t, s, r)


@checked_step
def amsgrad(
    objective: Objective,
    w: Array,
    state: AmsgradState = AmsgradState(0, 0.0, 0.0, 0.0),  # noqa: B008
    *,
    learning_rate: Nonnegative = 1e-3,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    epsilon: Nonnegative = 1e-8,
) -> tuple[Array, Any]:
    """One step of AMSGrad, Adam whose denominator never falls: w ← w − η ŝ / (√q̂ + ε).

    q ← max(q, r), with s and r as in `adam`; ŝ = s / (1 − β₁ᵗ) and q̂ = q / (1 − β₂ᵗ).
    w is (..., d); the state is (t, s, r, q), at first 0.

    - `learning_rate`: η ≥ 0.
    - `beta1`, `beta2`: in [0, 1).
    - `epsilon`: ε ≥ 0.

    It is PyTorch's definition. The paper has no corrections, and so does not divide q by 1 − β₂ᵗ.
    Source: Reddi, Kale and Kumar 2018, algorithm 2.

    >>> from gdcore.objectives import canyon
    >>> w, state = amsgrad(canyon(), [0, 0])
    >>> state.q
    array([0.144, 0.9  ])
    """
    t, s, r, q = state
    t = t + 1
    g = objective.gradient(w)
    s = beta1 * s + (1 - beta1) * g
    r = beta2 * r + (1 - beta2) * g**2
    q = np.maximum(q, r)
    s_hat = s / (1 - beta1**t)
    q_hat = q / (1 - beta2**t)
    w = w - learning_rate * ratio(s_hat, np.sqrt(q_hat) + epsilon, epsilon)
    return w, AmsgradState(t, s, r, q)


@checked_step
def nadam(
    objective: Objective,
    w: Array,
    state: NadamState = NadamState(0, 1.0, 0.0, 0.0),  # noqa: B008
    *,
    learning_rate: Nonnegative = 2e-3,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    epsilon: Nonnegative = 1e-8,
    momentum_decay: OneNonnegative = 0.004,
) -> tuple[Array, Any]:
    """One step of NAdam, Adam with Nesterov's look-ahead and a momentum that warms up.

        μₜ = β₁ (1 − ½ · 0.96^(ψ t)),   p ← p μₜ,
        w ← w − η ((1 − μₜ) / (1 − p) g + μₜ₊₁ / (1 − p μₜ₊₁) s) / (√r̂ + ε),

    with g, s and r̂ as in `adam`. w is (..., d); the state is (t, p, s, r): the steps taken, the
    product of the μ so far, at first 1, and the averages.

    - `learning_rate`: η ≥ 0.
    - `beta1`, `beta2`: in [0, 1).
    - `epsilon`: ε ≥ 0.
    - `momentum_decay`: ψ ≥ 0.

    It is PyTorch's definition. Source: Dozat 2016; the lecture notes name it in section 4.12.7.

    >>> from gdcore.objectives import canyon
    >>> nadam(canyon(), [0, 0])[0].round(6)
    array([0.002113, 0.002113])
    """
    t, p, s, r = state
    t = t + 1
    g = objective.gradient(w)
    mu = beta1 * (1 - 0.5 * 0.96 ** (momentum_decay * t))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** (momentum_decay * (t + 1)))
    p = p * mu
    s = beta1 * s + (1 - beta1) * g
    r = beta2 * r + (1 - beta2) * g**2
    r_hat = r / (1 - beta2**t)
    ahead = (1 - mu) / (1 - p) * g + mu_next / (1 - p * mu_next) * s
    w = w - learning_rate * ratio(ahead, np.sqrt(r_hat) + epsilon, epsilon)
    return w, NadamState(t, p, s, r)


@checked_step
def lion(
    objective: Objective,
    w: Array,
    state: float | Array = 0.0,
    *,
    learning_rate: Nonnegative = 1e-4,
    beta1: Share = 0.9,
    beta2: Share = 0.99,
    weight_decay: Nonnegative = 0.0,
) -> tuple[Array, Array]:
    """One step of Lion: u = sign(β₁ m + (1 − β₁) g), w ← w − η (u + α w), m ← β₂ m + (1 − β₂) g.

    g = ∇L(w). Each coordinate moves by η, in the direction of an average m of the gradients that
    looks ahead by the present one. Only the sign counts, so the size of the loss does not, and
    there is no ε. Where the average is 0 the coordinate rests. A rate 3 to 10 times smaller than
    Adam's is usual, since every coordinate moves by all of it. w is (..., d); the state is m,
    (..., d), at first 0.

    - `learning_rate`: η ≥ 0.
    - `beta1`, `beta2`: in [0, 1).
    - `weight_decay`: α ≥ 0, decoupled as in `adamw`.

    Source: Chen et al. 2023, algorithm 2.

    >>> from gdcore.objectives import canyon
    >>> lion(canyon(), [0, 0], learning_rate=0.1)[0]
    array([0.1, 0.1])
    """
    m = state
    g = objective.gradient(w)
    u = np.sign(beta1 * m + (1 - beta1) * g)
    w = w - learning_rate * (u + weight_decay * w)
    m = beta2 * m + (1 - beta2) * g
    return w, m


def _with_l2(g: Array, w: Array, weight_decay: float | Array) -> Array:
    """The gradient g with that of ½ α ‖w‖² added."""
    return g if isinstance(weight_decay, float) and weight_decay == 0 else g + weight_decay * w

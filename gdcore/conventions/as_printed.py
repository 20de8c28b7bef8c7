"""The steps as the sources print them, where they are not those of `gdcore.methods` under other
names.

Each is a method, line for line as printed, so that `descend` can run both and compare. The
hyperparameters have gdcore's names and the source's meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from gdcore.arrays import Array
from gdcore.hyperparameters import Nonnegative, Share, checked_step
from gdcore.methods.moments import AdamState
from gdcore.objectives import Objective


@checked_step
def prince_momentum(
    objective: Objective, w: Array, state: Any = 0.0, *, learning_rate: Nonnegative = 0.1, momentum: Share = 0.9
) -> tuple[Array, Any]:
    """One step of Prince's momentum, a moving average: m ← β m + (1 − β) g, φ ← φ − α m.

    α is `learning_rate`, β `momentum`, m the state. It is `momentum` with η = α (1 − β) and v = −α
    m.
    Source: Prince, equation 6.11.

    >>> from gdcore.objectives import parabola
    >>> w, m = prince_momentum(parabola(), [0])
    >>> w, m = prince_momentum(parabola(), w, m)
    >>> w
    array([0.3336])
    """
    m = state
    m = momentum * m + (1 - momentum) * objective.gradient(w)
    w = w - learning_rate * m
    return w, m


@checked_step
def prince_nesterov(
    objective: Objective,
    w: Array,
    state: Any = 0.0,
    *,
    learning_rate: Nonnegative = 0.1,
    momentum: Share = 0.9,
    printed: bool = True,
) -> tuple[Array, Any]:
    """One step of Prince's Nesterov momentum: m ← β m + (1 − β) ∇L(φ − α m), φ ← φ − α m.

    As printed it looks ahead by α m, farther than the momentum alone would lead, which is α β m:
    with `printed`=False it looks there, and is `nesterov` with η = α (1 − β), v = −α m.
    Source: Prince, equation 6.12.

    >>> from gdcore.objectives import parabola
    >>> prince_nesterov(parabola(), [0])[0]
    array([0.12])
    """
    m = state
    reach = learning_rate if printed else learning_rate * momentum
    m = momentum * m + (1 - momentum) * objective.gradient(w - reach * m)
    w = w - learning_rate * m
    return w, m


@checked_step
def notes_momentum(
    objective: Objective, w: Array, state: Any = 0.0, *, learning_rate: Nonnegative = 0.01, momentum: Share = 0.9
) -> tuple[Array, Any]:
    """One step of momentum as in the lecture notes' text: v ← ρ v + η g, x ← x − v. Their v is
    minus that of `momentum`.

    Source: the lecture notes, section 4.9.2.

    >>> from gdcore.objectives import parabola
    >>> notes_momentum(parabola(), [0])
    (array([0.12]), array([-0.12]))
    """
    v = state
    v = momentum * v + learning_rate * objective.gradient(w)
    w = w - v
    return w, v


@checked_step
def slides_momentum(
    objective: Objective, w: Array, state: Any = 0.0, *, learning_rate: Nonnegative = 0.01, momentum: Share = 0.9
) -> tuple[Array, Any]:
    """One step of momentum as on the slide and in PyTorch: v ← ρ v + g, x ← x − α v. Their v is
    −1/α times that of `momentum`.

    So at a constant rate the points are equal, and after a change of the rate they part.
    Source: the lecture notes, figure 4.16.

    >>> from gdcore.objectives import parabola
    >>> slides_momentum(parabola(), [0])
    (array([0.12]), array([-12.]))
    """
    v = state
    v = momentum * v + objective.gradient(w)
    w = w - learning_rate * v
    return w, v


@checked_step
def practical_nesterov(
    objective: Objective, w: Array, state: Any = 0.0, *, learning_rate: Nonnegative = 0.01, momentum: Share = 0.9
) -> tuple[Array, Any]:
    """One step of NAG-prac: v ← ρ v − η ∇L(y), y ← y + ρ v − η ∇L(y), with y for the notes' x.

    It is `nesterov` exactly, for every L, with the point ahead y = w + ρ v in the place of w:
    `position` goes back.
    Source: the lecture notes, section 4.9.6, NAG-prac, where it is taken for an approximation.

    >>> from gdcore.objectives import parabola
    >>> practical_nesterov(parabola(), [0])[0]
    array([0.228])
    """
    v = state
    g = objective.gradient(w)
    v = momentum * v - learning_rate * g
    w = w + momentum * v - learning_rate * g
    return w, v


@checked_step
def library_nesterov(
    objective: Objective, w: Array, state: Any = 0.0, *, learning_rate: Nonnegative = 0.01, momentum: Share = 0.9
) -> tuple[Array, Any]:
    """One step of Nesterov momentum as PyTorch has it: v ← ρ v + g, x ← x − η (g + ρ v).

    At a constant rate it is `practical_nesterov`, its v being −1/η times that one's.
    Source: the lecture notes, section 4.9.6.

    >>> from gdcore.objectives import parabola
    >>> library_nesterov(parabola(), [0])[0]
    array([0.228])
    """
    v = state
    g = objective.gradient(w)
    v = momentum * v + g
    w = w - learning_rate * (g + momentum * v)
    return w, v


@checked_step
def folded_adam(
    objective: Objective,
    w: Array,
    state: AdamState = AdamState(0, 0.0, 0.0),  # noqa: B008
    *,
    learning_rate: Nonnegative = 1e-3,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    epsilon: Nonnegative = 1e-8,
    weight_decay: Nonnegative = 0.0,
    constant: bool = False,
) -> tuple[Array, Any]:
    """One step of Adam with its corrections folded into the rate: w ← w − ηₜ s / (√r + ε̂).

    ηₜ = η √(1 − β₂ᵗ) / (1 − β₁ᵗ) and ε̂ = ε √(1 − β₂ᵗ), with which it is `adam`. The paper leaves ε̂
    constant there, and so does Keras.

    - `learning_rate`: η ≥ 0.
    - `beta1`, `beta2`: in [0, 1).
    - `epsilon`: ε ≥ 0.
    - `weight_decay`: α ≥ 0, decoupled as in `adamw`.
    - `constant`: whether ε̂ is ε at every step.

    Source: Kingma and Ba 2015, section 2; Keras 3, `keras.optimizers.Adam`.

    >>> from gdcore.objectives import parabola
    >>> folded_adam(parabola(), [0], learning_rate=0.1)[0].round(6)
    array([0.1])
    """
    t, s, r = state
    t = t + 1
    g = objective.gradient(w)
    s = beta1 * s + (1 - beta1) * g
    r = beta2 * r + (1 - beta2) * g**2
    root = (1 - beta2**t) ** 0.5
    added = epsilon if constant else epsilon * root
    w = w - learning_rate * (root / (1 - beta1**t) * s / (r**0.5 + added) + weight_decay * w)
    return w, AdamState(t, s, r)


_PRINTED: dict[str, dict[str, Callable[..., Any]]] = {
    "momentum": {
        "prince": prince_momentum,
        "notes": notes_momentum,
        **dict.fromkeys(("slides", "pytorch", "optax"), slides_momentum),
    },
    "nesterov": {
        "prince": prince_nesterov,
        **dict.fromkeys(("pytorch", "optax"), library_nesterov),
        "keras": practical_nesterov,
    },
    "adam": {"keras": partial(folded_adam, constant=True)},
    "adamw": {"keras": partial(folded_adam, constant=True)},
}


def printed(method: str, source: str) -> Callable[..., Any] | None:
    """A method's step as a source prints it or a library takes it, where that is not gdcore's step
    under other names; None where it is.

    Its hyperparameters have gdcore's names and the source's meaning.

    >>> printed("momentum", "pytorch").__name__, printed("momentum", "keras")
    ('slides_momentum', None)
    """
    return _PRINTED.get(method, {}).get(source)

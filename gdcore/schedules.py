"""Learning rates that change: a schedule is a function of the step, t = 1, 2, … to η ≥ 0.

Sources count from 0: their τ is t − 1, so that the first step has the first rate. Each function here returns a schedule, to be
given to `descend` in place of a number. They end at a rate; to warm up and to follow one by another, compose them by `warmup` and
`one_after_another`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from gdcore import validation

Schedule = Callable[[int], float]


def constant(rate: float) -> Schedule:
    """The same rate at each step: η. Raises ValueError or TypeError for a rate that is not a finite number ≥ 0."""
    rate = _rate("rate", rate)
    return lambda t: rate


def step_decay(first: float, factor: float, every: int) -> Schedule:
    """A fall by a factor every so many steps: η_τ = η₀ cᵏ with k = ⌊τ / every⌋.

    `first` is η₀, `factor` c in [0, 1], `every` a number of steps, such as those of some epochs.
    Raises ValueError or TypeError for what is outside. Source: Prince, section 6.2.2; PyTorch's StepLR.
    """
    first, factor, every = _rate("first", first), _share("factor", factor), validation.whole_number("every", every, least=1)
    return lambda t: first * factor ** ((t - 1) // every)


def linear(first: float, last: float, steps: int) -> Schedule:
    """A straight line from one rate to another, which then stays: η_τ = (1 − τ/K) η₀ + (τ/K) η_K for τ < K, η_K from then on.

    `first` is η₀, `last` η_K, `steps` K ≥ 1. Raises ValueError or TypeError for what is negative, not finite or not whole.
    Source: Bishop and Bishop, equation 7.36; PyTorch's LinearLR.
    """
    first, last, steps = _rate("first", first), _rate("last", last), validation.whole_number("steps", steps, least=1)

    def rate(t: int) -> float:
        share = min((t - 1) / steps, 1.0)
        return (1 - share) * first + share * last

    return rate


def power_law(first: float, scale: float, power: float) -> Schedule:
    """A fall by a power of the step: η_τ = η₀ (1 + τ/s)ᶜ.

    `first` is η₀, `scale` s > 0, `power` c ≤ 0, which the source leaves open: above 0 the rate would grow. Robbins and Monro's
    conditions, Σ η = ∞ and Σ η² < ∞, hold for −1 ≤ c < −½. Raises ValueError or TypeError for what is outside.
    Source: Bishop and Bishop, equation 7.37.
    """
    first, scale = _rate("first", first), validation.positive("scale", scale)
    if not (_is_number(power) and power <= 0):
        raise ValueError(f"power must be a number ≤ 0, finite, so that the rate falls, got {power!r}")
    return lambda t: first * (1 + (t - 1) / scale) ** power


def exponential(first: float, factor: float, scale: float = 1.0) -> Schedule:
    """A fall by the same factor each s steps, in equal parts: η_τ = η₀ c^(τ/s).

    `first` is η₀, `factor` c in [0, 1], `scale` s > 0. The rates have a finite sum, so the run comes to rest wherever it is.
    Raises ValueError or TypeError for what is outside. Source: Bishop and Bishop, equation 7.38; PyTorch's
    ExponentialLR(c^(1/s)).
    """
    first, factor, scale = _rate("first", first), _share("factor", factor), validation.positive("scale", scale)
    return lambda t: first * factor ** ((t - 1) / scale)


def geometric(first: float, base: float) -> Schedule:
    """A fall by a constant divisor: η_τ = η₀ / Cᵗ with τ for t.

    `first` is η₀, `base` C ≥ 1. All steps together cover η₀ C / (C − 1) gradients at most: it can stall before it arrives.
    Raises ValueError or TypeError for what is outside. Source: Prince, a student's note, 1/Cᵗ.
    """
    first = _rate("first", first)
    if not (_is_number(base) and base >= 1):
        raise ValueError(f"base must be a number ≥ 1, finite, so that the rate falls, got {base!r}")
    return lambda t: first * (1 / base) ** (t - 1)


def cosine(first: float, steps: int, last: float = 0.0) -> Schedule:
    """Half a cosine from one rate to another, which then stays: η_τ = η_T + ½ (η₀ − η_T)(1 + cos(π τ/T)) for τ < T.

    `first` is η₀, `last` η_T, `steps` T ≥ 1. Raises ValueError or TypeError for what is negative, not finite or not whole.
    Source: Loshchilov and Hutter 2017; the lecture notes, figure 4.24; PyTorch's CosineAnnealingLR.
    """
    first, last, steps = _rate("first", first), _rate("last", last), validation.whole_number("steps", steps, least=1)

    def rate(t: int) -> float:
        share = (1 + math.cos(math.pi * min((t - 1) / steps, 1.0))) / 2
        return share * first + (1 - share) * last

    return rate


def warmup(steps: int, then: Schedule) -> Schedule:
    """A linear rise to the first rate of another schedule, which then begins: η_t = (t / W) then(1) for t ≤ W, then(t − W) after.

    `steps` is W ≥ 1. Raises TypeError if `then` is no schedule. Source: Goyal et al. 2017.
    """
    steps, then = validation.whole_number("steps", steps, least=1), _schedule("then", then)
    return lambda t: then(1) * t / steps if t <= steps else then(t - steps)


def one_after_another(*parts: tuple[Schedule, int], last: Schedule) -> Schedule:
    """Schedules in turn: the first for its number of steps, then the next from its own beginning, `last` for ever.

    Each part is a pair (schedule, steps). Three cosines with warm restarts: `one_after_another((c, 100), (c, 100), last=c)` with
    `c = cosine(0.1, 100)`. Raises ValueError or TypeError for what is no such pair.
    """
    for part in parts:
        if not (isinstance(part, tuple) and len(part) == 2):
            raise TypeError(f"each part must be a pair (schedule, steps), got {part!r}")
        _schedule("each part's schedule", part[0])
        validation.whole_number("each part's steps", part[1], least=1)
    _schedule("last", last)

    def rate(t: int) -> float:
        for schedule, steps in parts:
            if t <= steps:
                return schedule(t)
            t = t - steps
        return last(t)

    return rate


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _rate(name: str, value: Any) -> float:
    """A rate: a finite number ≥ 0, as a float."""
    if not _is_number(value):
        raise (ValueError if isinstance(value, float) else TypeError)(f"{name} must be a number ≥ 0, finite, got {value!r}")
    if value < 0:
        raise ValueError(f"{name} must be a number ≥ 0, finite, got {value!r}")
    return float(value)


def _share(name: str, value: Any) -> float:
    """A factor by which a rate falls: a number from 0 to 1."""
    if not (_is_number(value) and 0 <= value <= 1):
        raise ValueError(f"{name} must be a number from 0 to 1, so that the rate falls, got {value!r}")
    return float(value)


def _schedule(name: str, value: Any) -> Schedule:
    if not callable(value):
        raise TypeError(f"{name} must be a schedule, a function of the step such as constant({value!r}), got {value!r}")
    return value

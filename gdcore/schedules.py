"""Learning rates that change: a schedule is a function of the step, t = 1, 2, … to η ≥ 0.

Sources count from 0: their τ is t − 1, so that the first step has the first rate. Each function
here returns a schedule, to be given to `descend` in place of a number. A schedule takes an array of
steps too, for a picture. `warmup` puts a rise before another schedule, and `one_after_another`
joins several.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from gdcore import validation

Schedule = Callable[[int], float]

_LAST = 2**53  # further steps cannot be told apart as floats


def _schedule(rate: Schedule) -> Schedule:
    """The rate of a step t, as a schedule that refuses t < 1 and takes an array of steps."""

    @wraps(rate)
    def schedule(t: Any) -> Any:
        if type(t) is int and 1 <= t <= _LAST:
            return rate(t)
        if validation.is_array(t):
            steps = validation.numbers("t", t)
            return np.array([schedule(int(each) if each == int(each) else each) for each in steps.flat]).reshape(steps.shape)
        return rate(validation.whole_number("t", t, least=1, most=_LAST))

    return schedule


def constant(rate: float) -> Schedule:
    """The same rate at each step: η.

    `rate` is η ≥ 0. Raises ValueError or TypeError for a rate that is not a finite number ≥ 0.

    >>> constant(0.1)(7)
    0.1
    """
    rate = validation.number("rate", rate, least=0)
    return _schedule(lambda t: rate)


def step_decay(first: float, factor: float, every: int) -> Schedule:
    """A fall by a factor every so many steps: η_τ = η₀ cᵏ with k = ⌊τ / every⌋.

    `first` is η₀, `factor` c in [0, 1], `every` a number of steps, such as those of some epochs.
    Raises ValueError or TypeError for what is outside.
    Source: Prince, section 6.2.2; PyTorch's StepLR.

    >>> step_decay(0.1, 0.5, every=10)([1, 10, 11])
    array([0.1 , 0.1 , 0.05])
    """
    first = validation.number("first", first, least=0)
    factor = validation.number("factor", factor, least=0, most=1)
    every = validation.whole_number("every", every, least=1)
    return _schedule(lambda t: first * factor ** ((t - 1) // every))


def linear(first: float, last: float, steps: int) -> Schedule:
    """A straight line to another rate, which then stays: η_τ = (1 − τ/K) η₀ + (τ/K) η_K for τ < K,
    then η_K.

    `first` is η₀, `last` η_K, `steps` K ≥ 1.
    Raises ValueError or TypeError for what is negative, not finite or not whole.
    Source: Bishop and Bishop, equation 7.36; PyTorch's LinearLR.

    >>> linear(0.1, 0.0, steps=4)([1, 3, 5, 6])
    array([0.1 , 0.05, 0.  , 0.  ])
    """
    first = validation.number("first", first, least=0)
    last = validation.number("last", last, least=0)
    steps = validation.whole_number("steps", steps, least=1)

    def rate(t: int) -> float:
        share = min((t - 1) / steps, 1.0)
        return (1 - share) * first + share * last

    return _schedule(rate)


def power_law(first: float, scale: float, power: float) -> Schedule:
    """A fall by a power of the step: η_τ = η₀ (1 + τ/s)ᶜ.

    `first` is η₀, `scale` s > 0, `power` c ≤ 0, which the source leaves open: above 0 the rate
    would grow. Robbins and Monro's conditions, Σ η = ∞ and Σ η² < ∞, hold for −1 ≤ c < −½.
    Raises ValueError or TypeError for what is outside.
    Source: Bishop and Bishop, equation 7.37.

    >>> power_law(0.1, scale=1, power=-1)([1, 2, 4])
    array([0.1  , 0.05 , 0.025])
    """
    first = validation.number("first", first, least=0)
    scale = validation.number("scale", scale, above=0)
    power = validation.number("power", power, most=0)
    return _schedule(lambda t: first * (1 + (t - 1) / scale) ** power)


def exponential(first: float, factor: float, scale: float = 1.0) -> Schedule:
    """A fall by the same factor each s steps, in equal parts: η_τ = η₀ c^(τ/s).

    `first` is η₀, `factor` c in [0, 1], `scale` s > 0. For c < 1 the rates have a finite sum, so
    the run comes to rest wherever it is.
    Raises ValueError or TypeError for what is outside.
    Source: Bishop and Bishop, equation 7.38; PyTorch's ExponentialLR(c^(1/s)).

    >>> exponential(0.1, 0.5)([1, 2, 3])
    array([0.1  , 0.05 , 0.025])
    """
    first = validation.number("first", first, least=0)
    factor = validation.number("factor", factor, least=0, most=1)
    scale = validation.number("scale", scale, above=0)
    return _schedule(lambda t: first * factor ** ((t - 1) / scale))


def geometric(first: float, base: float) -> Schedule:
    """A fall by a constant divisor: η_τ = η₀ / Cᵗ with τ for t.

    `first` is η₀, `base` C ≥ 1. For C > 1 all steps together cover η₀ C / (C − 1) gradients at
    most: the run can stall before it arrives.
    Raises ValueError or TypeError for what is outside.
    Source: Prince, a student's note, 1/Cᵗ.

    >>> geometric(0.1, base=2)([1, 2, 3])
    array([0.1  , 0.05 , 0.025])
    """
    first = validation.number("first", first, least=0)
    base = validation.number("base", base, least=1)
    return _schedule(lambda t: first * (1 / base) ** (t - 1))


def cosine(first: float, steps: int, last: float = 0.0) -> Schedule:
    """Half a cosine to another rate, which then stays: η_τ = η_T + ½ (η₀ − η_T)(1 + cos(π τ/T)) for
    τ < T, then η_T.

    `first` is η₀, `last` η_T, `steps` T ≥ 1. PyTorch's CosineAnnealingLR is the same up to step
    T + 1 and rises again after it.
    Raises ValueError or TypeError for what is negative, not finite or not whole.
    Source: Loshchilov and Hutter 2017; the lecture notes, figure 4.24.

    >>> cosine(0.1, steps=2)([1, 2, 3, 4])
    array([0.1 , 0.05, 0.  , 0.  ])
    """
    first = validation.number("first", first, least=0)
    last = validation.number("last", last, least=0)
    steps = validation.whole_number("steps", steps, least=1)

    def rate(t: int) -> float:
        share = (1 + math.cos(math.pi * min((t - 1) / steps, 1.0))) / 2
        return share * first + (1 - share) * last

    return _schedule(rate)


def warmup(steps: int, then: Schedule) -> Schedule:
    """A linear rise to the first rate of another schedule, which then begins.

    η_t = (t / W) then(1) for t ≤ W, and then(t − W) after. `steps` is W ≥ 1, `then` a schedule.
    Raises ValueError or TypeError for a W that is no whole number ≥ 1 and for what is no schedule.
    Source: Goyal et al. 2017.

    >>> warmup(4, constant(0.1))([1, 2, 4, 5])
    array([0.025, 0.05 , 0.1  , 0.1  ])
    """
    steps, then = validation.whole_number("steps", steps, least=1), _is_schedule("then", then)
    return _schedule(lambda t: then(1) * t / steps if t <= steps else then(t - steps))


def one_after_another(*parts: tuple[Schedule, int], last: Schedule) -> Schedule:
    """Schedules in turn: each for its number of steps from its own beginning, `last` from then on.

    Each part is a pair (schedule, steps). Three cosines with warm restarts are
    `one_after_another((c, 100), (c, 100), last=c)` with `c = cosine(0.1, 100)`.
    Raises ValueError or TypeError for what is no such pair.

    >>> one_after_another((constant(0.1), 2), last=constant(0.01))([1, 2, 3])
    array([0.1 , 0.1 , 0.01])
    """
    pairs = []
    for place, part in enumerate(parts):
        if not (isinstance(part, (tuple, list)) and len(part) == 2):
            raise TypeError(f"parts[{place}] must be a pair (schedule, steps), got {validation.shown(part)}")
        schedule = _is_schedule(f"parts[{place}][0]", part[0])
        pairs.append((schedule, validation.whole_number(f"parts[{place}][1]", part[1], least=1)))
    _is_schedule("last", last)

    def rate(t: int) -> float:
        for schedule, steps in pairs:
            if t <= steps:
                return schedule(t)
            t = t - steps
        return last(t)

    return _schedule(rate)


def _is_schedule(name: str, value: Any) -> Schedule:
    what = f"a schedule, a function of the step such as constant({validation.shown(value)})"
    return validation.function(name, value, what)

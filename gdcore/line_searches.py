"""How far to go along a direction p that descends: three ways to choose a in w + a p.

φ(a) = L(w + a p) is the function along the line, with slope φ′(a) = ∇L(w + a p)ᵀ p. A trial whose value or slope is not finite
is too long: no search ends there. Where p does not descend, φ′(0) ≥ 0, or no trial is lower than the start, the step is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import copysign, inf, isfinite, nan, sqrt

import numpy as np
from scipy.optimize import brentq

from gdcore.arrays import Array
from gdcore.objectives import Objective

_MOST_TRIALS = 200
_RTOL = 4 * float(np.finfo(float).eps)


class Trial:
    """The point w + a p, with the value, gradient and slope there, each computed when first asked for."""

    __slots__ = ("_gradient", "_slope", "_value", "a", "objective", "p", "w")

    def __init__(
        self, objective: Objective, w: Array, p: Array, a: float, value: float | None = None, gradient: Array | None = None
    ) -> None:
        self.objective, self.p, self.a = objective, p, a
        self.w = w + (p if a == 1 else a * p) if a else w
        self._value, self._gradient = value, gradient
        self._slope: float | None = None

    @property
    def value(self) -> float:
        """L there."""
        if self._value is None:
            self._value = float(self.objective.value(self.w))
        return self._value

    @property
    def gradient(self) -> Array:
        """∇L there."""
        if self._gradient is None:
            self._gradient = self.objective.gradient(self.w)
        return self._gradient

    @property
    def slope(self) -> float:
        """∇Lᵀp there."""
        if self._slope is None:
            self._slope = float(self.gradient.dot(self.p))
        return self._slope

    @property
    def has_slope(self) -> bool:
        """Whether the slope has been asked for, and is finite."""
        return self._slope is not None and isfinite(self._slope)

    def rounding(self) -> float:
        """By so much a value may seem to rise where it does not."""
        return 10 * _precision(self.w.dtype) * abs(self.value)


@cache
def _precision(dtype: np.dtype) -> float:
    return float(np.finfo(dtype).eps)


def exact_line_search(
    objective: Objective, w: Array, p: Array, *, gradient: Array | None = None, first: float = 1.0, tolerance: float = 1e-10
) -> tuple[float, Array]:
    """The step a at which L(w + a p) has a minimum along the line, by the sign of the slope, and the gradient there.

    It tries `first`, goes farther until the slope rises, and finds its change of sign by Brent's method: to `tolerance` times
    the slope at 0, or as narrowly as rounding lets it, so that it finds kinks too; at a kink where no step descends a is 0. On a
    quadratic the second trial is the minimum. Of several minima it takes one that is not higher than the start, not always the
    nearest. w, p and `gradient`, ∇L(w) if it is known, are (d,). Raises ValueError if L falls without end along the line. Source:
    Brent 1973 for the root.
    """
    start = Trial(objective, w, p, 0.0, None, gradient)
    trials = {0.0: start}

    def slope(a: float) -> float:
        trial = trials.setdefault(a, Trial(objective, w, p, a))
        return 0.0 if abs(trial.slope) <= tolerance * abs(start.slope) else trial.slope

    low, high, a = 0.0, inf, first if 0 < first < inf else 1.0
    for _ in range(_MOST_TRIALS if start.slope < 0 else 0):
        if 0 <= slope(a) < inf:
            beyond = a
            a, _ = brentq(slope, low, beyond, xtol=1e-20 * beyond, rtol=_RTOL, maxiter=_MOST_TRIALS, full_output=True, disp=False)
            smooth = slope(a) == 0 and trials[a].value <= start.value + start.rounding()
            if smooth or trials[a].value < start.value:
                return a, trials[a].gradient
            if a < 1e-15 * beyond:
                break
        if isfinite(trials[a].slope) and trials[a].slope < 0 and trials[a].value <= start.value:
            low, a = a, _beyond(trials[low], trials[a], most=10.0) if high == inf else (a + high) / 2
        else:
            high, a = a, (low + a) / 2
        if low > 1e50 * first:
            raise ValueError(f"{objective.name} falls without end along the line from w = {w}")
        if not low < a < high:
            break
    return low, trials[low].gradient


def backtracking(
    objective: Objective,
    w: Array,
    p: Array,
    *,
    gradient: Array | None = None,
    first: float = 1.0,
    shrink: float = 0.5,
    decrease: float = 1e-4,
) -> float:
    """The first step a of `first` · 1, s, s², … that is enough of a decrease: L(w + a p) ≤ L(w) + c a ∇L(w)ᵀ p (Armijo).

    `shrink` is s in (0, 1), `decrease` c in (0, 1); w, p and `gradient`, ∇L(w) if it is known, are (d,). The step is 0 if p does
    not descend, or none does before w + a p is w itself. Source: Armijo 1966; Nocedal and Wright 2006, algorithm 3.1.
    """
    start = Trial(objective, w, p, 0.0, None, gradient)
    trial = Trial(objective, w, p, first)
    for _ in range(_MOST_TRIALS if start.slope < 0 else 0):
        if (trial.w == w).all():
            break
        if isfinite(trial.value) and trial.value <= start.value + decrease * trial.a * start.slope:
            return trial.a
        trial = Trial(objective, w, p, shrink * trial.a)
    return 0.0


def wolfe_line_search(
    objective: Objective,
    w: Array,
    p: Array,
    *,
    value: float | None = None,
    gradient: Array | None = None,
    first: float = 1.0,
    decrease: float = 1e-4,
    curvature: float = 0.9,
) -> tuple[float, float, Array]:
    """A step a that satisfies the strong Wolfe conditions, with L and ∇L there: φ(a) ≤ φ(0) + c₁ a φ′(0), |φ′(a)| ≤ c₂ |φ′(0)|.

    The first asks for a decrease, the second for a flatter slope; together they keep sᵀy > 0 for BFGS. From `first` it goes
    farther until it has passed a minimum, then narrows the bracket by cubic interpolation. `decrease` is c₁ and `curvature` c₂,
    0 < c₁ < c₂ < 1; w, p and `gradient` are (d,); `value` and `gradient` are those at w, if they are known. A decrease counts
    up to rounding. If the bracket is as narrow as rounding first, the lowest trial is returned, which may be a = 0.
    Source: Wolfe 1969; Nocedal and Wright 2006, algorithms 3.5 and 3.6; Moré and Thuente 1994 for the safeguards.
    """
    found = wolfe_trial(Trial(objective, w, p, 0.0, value, gradient), first, decrease, curvature)
    return found.a, found.value, found.gradient


def wolfe_trial(start: Trial, first: float, decrease: float = 1e-4, curvature: float = 0.9) -> Trial:
    """The trial that `wolfe_line_search` ends with, on the line that starts at `start`."""
    wolfe = _Wolfe(start, start.rounding(), decrease, curvature)
    before, trial = start, Trial(start.objective, start.w, start.p, first)
    for _ in range(_MOST_TRIALS if start.slope < 0 else 0):
        if not wolfe.enough(trial) or (before is not start and trial.value > before.value + wolfe.rounding):
            return _zoom(wolfe, before, trial)
        if wolfe.flat(trial):
            return trial
        if trial.slope >= 0:
            return _zoom(wolfe, trial, before)
        before, trial = trial, Trial(start.objective, start.w, start.p, _beyond(before, trial, most=10.0))
    return before


@dataclass(slots=True)
class _Wolfe:
    """The strong Wolfe conditions for a line that starts at `start`, in which values may rise by `rounding`."""

    start: Trial
    rounding: float
    decrease: float
    curvature: float

    def enough(self, trial: Trial) -> bool:
        limit = self.start.value + self.decrease * trial.a * self.start.slope + self.rounding
        return -inf < trial.value <= limit and isfinite(trial.slope)

    def flat(self, trial: Trial) -> bool:
        return abs(trial.slope) <= self.curvature * abs(self.start.slope)


def _zoom(wolfe: _Wolfe, low: Trial, high: Trial) -> Trial:
    """Narrow the steps between `low`, the best so far, and `high`, to one that satisfies the conditions."""
    start = wolfe.start
    narrow = 4 * _precision(start.w.dtype)
    for _ in range(_MOST_TRIALS):
        if abs(high.a - low.a) <= narrow * max(high.a, low.a):
            break
        trial = Trial(start.objective, start.w, start.p, _between(low, high))
        if not wolfe.enough(trial) or trial.value > low.value + wolfe.rounding:
            high = trial
        elif wolfe.flat(trial):
            return trial
        else:
            high = low if trial.slope * (high.a - low.a) >= 0 else high
            low = trial
    return low


def _beyond(before: Trial, trial: Trial, most: float) -> float:
    """A longer step: where the secant of the slope is 0, but from 0.1 to `most` times the last advance farther."""
    advance = trial.a - before.a
    rise = trial.slope - before.slope
    secant = -trial.slope * advance / rise if rise > 0 else inf
    return trial.a + min(max(secant, 0.1 * advance), most * advance)


def _between(low: Trial, high: Trial) -> float:
    """The minimum of the cubic through two trials, or of the parabola if the slope at `high` is unknown, a fifth off the ends."""
    gap, a = high.a - low.a, nan
    if high.has_slope:
        bend = low.slope + high.slope - 3 * (high.value - low.value) / gap
        square = bend**2 - low.slope * high.slope
        if square >= 0:
            root = copysign(sqrt(square), gap)
            a = high.a - gap * (high.slope + root - bend) / (high.slope - low.slope + 2 * root)
    elif isfinite(high.value):
        a = low.a - low.slope * gap**2 / (2 * (high.value - low.value - low.slope * gap))
    nearest, farthest = sorted((low.a + 0.2 * gap, high.a - 0.2 * gap))
    return min(max(a, nearest), farthest) if isfinite(a) else (low.a + high.a) / 2

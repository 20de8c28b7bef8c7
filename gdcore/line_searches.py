"""How far to go along a direction p that descends: three ways to choose a in w + a p.

φ(a) = L(w + a p) is the function along the line, with slope φ′(a) = ∇L(w + a p)ᵀ p. A trial whose
value or slope is not finite is too long: no search ends there. Where p does not descend, φ′(0) ≥ 0,
or no trial is lower than the start, the step is 0. A gradient of the wrong sign looks the same: see
`gdcore.differences.check_gradient`.

The public functions check what they are given. The methods use `Line` and the three functions that
return a `Trial`, which trust it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import copysign, frexp, inf, isfinite, ldexp, nan, sqrt
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.objectives import Objective, require

__all__ = ["backtracking", "exact_line_search", "wolfe_line_search"]

_MOST_TRIALS = 200
_MOST_HALVINGS = 2200  # from the largest float to the smallest
_KINK = 1e-40  # a root so much nearer to the start than the bracket is wide counts as a kink at the start
_RTOL = 4 * float(np.finfo(float).eps)


class Line:
    """The line w + a p, on which `first`, the value and the gradient at w may be known.

    A direction so long or so short that its squares overflow or vanish is scaled by a power of two:
    the line is the same, and no digit changes. `unit` is that power, 1 for ordinary directions.
    """

    __slots__ = ("far", "gradient", "objective", "p", "unit", "value", "w")

    def __init__(
        self, objective: Objective, w: Array, p: Array, value: float | None = None, gradient: Array | None = None
    ) -> None:
        self.objective, self.w, self.value, self.gradient = objective, w, value, gradient
        self.unit = power_of_two(p)
        self.p = p if self.unit == 1 else p / self.unit
        largest = float(np.abs(self.p).max())
        # A minimum farther away than this is taken for none: w is lost in rounding there.
        self.far = _farthest(w.dtype) * max(1.0, float(np.abs(w).max())) / largest if largest else inf

    def first_trial(self, first: float) -> float:
        """The first trial, `first` times the direction that was given; of an extreme direction not
        an extreme length.
        """
        return first if self.unit == 1 else min(max(first * self.unit, 1e-6), 1e6)

    def start(self) -> Trial:
        """The point w itself, a = 0."""
        return Trial(self, 0.0, self.value, self.gradient)

    def falls_without_end(self) -> ValueError:
        """The error for a function that has no minimum along the line."""
        return ValueError(f"objective must not fall without end along a line, and {self.objective.name} does from w = {self.w}")


class Trial:
    """The point w + a p, with the value, gradient and slope there, each computed when first asked
    for.
    """

    __slots__ = ("_gradient", "_slope", "_value", "a", "line", "w")

    def __init__(self, line: Line, a: float, value: float | None = None, gradient: Array | None = None) -> None:
        self.line, self.a = line, a
        self.w = line.w + (line.p if a == 1 else a * line.p) if a else line.w
        self._value, self._gradient = value, gradient
        self._slope: float | None = None

    @property
    def step(self) -> float:
        """The step in units of the direction given: a, unless that direction was scaled."""
        return self.a / self.line.unit

    @property
    def value(self) -> float:
        """L there."""
        if self._value is None:
            self._value = float(self.line.objective.value(self.w))
        return self._value

    @property
    def gradient(self) -> Array:
        """∇L there."""
        if self._gradient is None:
            self._gradient = self.line.objective.gradient(self.w)
        return self._gradient

    @property
    def slope(self) -> float:
        """∇Lᵀp there."""
        if self._slope is None:
            self._slope = float(self.gradient.dot(self.line.p))
        return self._slope

    @property
    def has_slope(self) -> bool:
        """Whether the slope has been asked for, and is finite."""
        return self._slope is not None and isfinite(self._slope)

    def rounding(self) -> float:
        """How much higher than this another value may come out by rounding alone."""
        return 10 * _precision(self.w.dtype) * abs(self.value)


@cache
def _precision(dtype: np.dtype) -> float:
    return float(np.finfo(dtype).eps)


@cache
def _farthest(dtype: np.dtype) -> float:
    """2 · 10⁵¹ in double precision, 3 · 10⁶ in single."""
    return float(np.finfo(dtype).max) ** (1 / 6)


@cache
def _ordinary(dtype: np.dtype) -> tuple[float, float]:
    """Sizes whose squares, and sums of many of them, neither vanish nor overflow."""
    kind = np.finfo(dtype)
    return float(kind.tiny) ** 0.4, float(kind.max) ** 0.4


def power_of_two(v: Array) -> float:
    """The power of two next to the largest number in v, by which its squares can be saved; 1 where
    they need not be.
    """
    largest = float(np.abs(v).max())
    smallest_ordinary, largest_ordinary = _ordinary(v.dtype)
    if largest == 0 or not isfinite(largest) or smallest_ordinary <= largest <= largest_ordinary:
        return 1.0
    return ldexp(1.0, frexp(largest)[1])


def exact_line_search(
    objective: Objective,
    w: ArrayLike,
    p: ArrayLike,
    *,
    gradient: ArrayLike | None = None,
    first: float = 1.0,
    tolerance: float = 1e-10,
) -> tuple[float, Array]:
    """The step a at which L(w + a p) has a minimum along the line, and the gradient there.

    The minimum is where the slope changes sign. The search tries `first`. It goes farther until the
    slope rises above 0, then Brent's method narrows the interval. It ends where the slope is
    `tolerance` times that at 0, or where rounding lets the interval shrink no more: so it finds a
    kink too, but a = 0 at a kink where no step descends. On a quadratic the second trial is the
    minimum if that lies below 11 times `first`. Of several minima it takes one that is not higher
    than the start, not always the nearest.

    - `w`, `p`: the point and the direction, (d,).
    - `gradient`: ∇L(w), (d,), if it is known.
    - `first`: the first trial, > 0.
    - `tolerance`: > 0.

    Raises ValueError if L falls without end along the line (to 10⁵¹ times ‖w‖ in double precision).
    Source: Brent 1973 for the root.

    >>> from gdcore.objectives import parabola
    >>> a, g = exact_line_search(parabola(), [0], [1])
    >>> round(a, 6)
    1.0
    """
    line = _checked_line(objective, w, p, None, gradient)
    first = validation.number("first", first, above=0)
    found = exact_trial(line, line.first_trial(first), validation.number("tolerance", tolerance, above=0))
    return found.step, found.gradient


def exact_trial(line: Line, first: float, tolerance: float = 1e-10) -> Trial:
    """The trial that `exact_line_search` ends with."""
    start = line.start()
    trials = {0.0: start}

    def slope(a: float) -> float:
        trial = trials.setdefault(a, Trial(line, a))
        return 0.0 if abs(trial.slope) <= tolerance * abs(start.slope) else trial.slope

    low, high, a = 0.0, inf, first if 0 < first < inf else 1.0
    for _ in range(_MOST_TRIALS if start.slope < 0 else 0):
        if 0 <= slope(a) < inf:
            beyond = a
            narrowest = max(_KINK * beyond, 1e-300)
            a, _ = scipy.optimize.brentq(
                slope, low, beyond, xtol=narrowest, rtol=_RTOL, maxiter=_MOST_TRIALS, full_output=True, disp=False
            )
            smooth = slope(a) == 0 and trials[a].value <= start.value + start.rounding()
            if smooth or trials[a].value < start.value:
                return trials[a]
            if a < 1e5 * _KINK * beyond:
                break
        if isfinite(trials[a].slope) and trials[a].slope < 0 and trials[a].value <= start.value:
            low, a = a, _beyond(trials[low], trials[a], most=10.0) if high == inf else (a + high) / 2
        else:
            high, a = a, (low + a) / 2
        if low > line.far:
            raise line.falls_without_end()
        if not low < a < high:
            break
    return trials[low]


def backtracking(
    objective: Objective,
    w: ArrayLike,
    p: ArrayLike,
    *,
    gradient: ArrayLike | None = None,
    first: float = 1.0,
    shrink: float = 0.5,
    decrease: float = 1e-4,
) -> float:
    """The first step a of `first` · 1, s, s², … that is enough of a decrease (Armijo).

    Enough is L(w + a p) ≤ L(w) + c a ∇L(w)ᵀ p. The step is 0 if p does not descend, or none does
    before w + a p is w itself.

    - `w`, `p`: the point and the direction, (d,).
    - `gradient`: ∇L(w), (d,), if it is known.
    - `first`: the longest step, > 0.
    - `shrink`: s, > 0 and < 1.
    - `decrease`: c, > 0 and < 1.

    Raises ValueError or TypeError for what is outside.
    Source: Armijo 1966; Nocedal and Wright 2006, algorithm 3.1.

    >>> from gdcore.objectives import parabola
    >>> backtracking(parabola(), [0], [12])
    0.125
    """
    line = _checked_line(objective, w, p, None, gradient)
    first = validation.number("first", first, above=0)
    shrink = validation.number("shrink", shrink, above=0, below=1)
    decrease = validation.number("decrease", decrease, above=0, below=1)
    return backtracking_trial(line, first * line.unit, shrink, decrease).step


def backtracking_trial(line: Line, first: float, shrink: float = 0.5, decrease: float = 1e-4) -> Trial:
    """The trial that `backtracking` ends with."""
    start = line.start()
    trial = Trial(line, first)
    for _ in range(_MOST_HALVINGS if start.slope < 0 else 0):
        if (trial.w == line.w).all():
            break
        if isfinite(trial.value) and trial.value <= start.value + decrease * trial.a * start.slope:
            return trial
        trial = Trial(line, shrink * trial.a)
    return start


def wolfe_line_search(
    objective: Objective,
    w: ArrayLike,
    p: ArrayLike,
    *,
    value: float | None = None,
    gradient: ArrayLike | None = None,
    first: float = 1.0,
    decrease: float = 1e-4,
    curvature: float = 0.9,
) -> tuple[float, float, Array]:
    """A step a that satisfies the strong Wolfe conditions, with L and ∇L there.

    They are φ(a) ≤ φ(0) + c₁ a φ′(0), a decrease, and |φ′(a)| ≤ c₂ |φ′(0)|, a flatter slope.
    Together they keep sᵀy > 0 for BFGS. From `first` the search goes farther until it has passed a
    minimum, then narrows the bracket by cubic interpolation. A value counts as lower up to
    rounding. Where rounding lets the bracket shrink no more before both hold, the lowest trial is
    returned, which may be a = 0.

    - `w`, `p`: the point and the direction, (d,).
    - `value`, `gradient`: L(w) and ∇L(w), (d,), if they are known.
    - `first`: the first trial, > 0.
    - `decrease`, `curvature`: c₁ and c₂, 0 < c₁ < c₂ < 1.

    Raises ValueError if L falls without end along the line (to 10⁵¹ times ‖w‖ in double precision).
    Source: Wolfe 1969; Nocedal and Wright 2006, algorithms 3.5 and 3.6; Moré and Thuente 1994 for
    the safeguards.

    >>> from gdcore.objectives import parabola
    >>> a, L, g = wolfe_line_search(parabola(), [0], [1])
    >>> round(a, 6), round(L, 6)
    (1.0, -3.0)
    """
    line = _checked_line(objective, w, p, value, gradient)
    first = validation.number("first", first, above=0)
    curvature = validation.number("curvature", curvature, above=0, below=1)
    decrease = validation.number("decrease", decrease, above=0, below=1)
    if decrease >= curvature:
        raise ValueError(f"decrease must be less than curvature, got {decrease} and {curvature}")
    found = wolfe_trial(line, line.first_trial(first), decrease, curvature)
    return found.step, found.value, found.gradient


def _checked_line(objective: Objective, w: Any, p: Any, value: Any, gradient: Any) -> Line:
    """The line, its parts checked."""
    require.objective(objective)
    w = validation.points(w, objective.dimension)
    require.one_start("a line search", w)
    p = _one("p", p, w, finite=False)
    if value is not None:
        value = validation.number("value", value)
    if gradient is not None:
        gradient = _one("gradient", gradient, w)
    return Line(objective, w, p, value, gradient)


def _one(name: str, value: Any, w: Array, finite: bool = True) -> Array:
    """One vector of w's dimension and precision."""
    vector = validation.points(value, w.size, name, finite=finite).astype(w.dtype, copy=False)
    if vector.ndim != 1:
        raise ValueError(f"{name} must have shape (d,), got {vector.shape}")
    return vector


def wolfe_trial(line: Line, first: float, decrease: float = 1e-4, curvature: float = 0.9) -> Trial:
    """The trial that `wolfe_line_search` ends with."""
    start = line.start()
    wolfe = _Wolfe(start, start.rounding(), decrease, curvature)
    before, trial = start, Trial(line, first)
    for _ in range(_MOST_TRIALS if start.slope < 0 else 0):
        if not wolfe.enough(trial) or (before is not start and trial.value > before.value + wolfe.rounding):
            return _zoom(wolfe, before, trial)
        if wolfe.flat(trial):
            return trial
        if trial.slope >= 0:
            return _zoom(wolfe, trial, before)
        if trial.a > line.far:
            raise line.falls_without_end()
        before, trial = trial, Trial(line, _beyond(before, trial, most=10.0))
    return before


@dataclass(slots=True)
class _Wolfe:
    """The strong Wolfe conditions for a line that starts at `start`, in which values may rise by
    `rounding`.
    """

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
    """Narrow the steps between `low`, the best so far, and `high`, to one that satisfies the
    conditions.
    """
    line = wolfe.start.line
    narrow = 4 * _precision(line.w.dtype)
    for _ in range(_MOST_TRIALS):
        if abs(high.a - low.a) <= narrow * max(high.a, low.a):
            break
        trial = Trial(line, _between(low, high))
        if not wolfe.enough(trial) or trial.value > low.value + wolfe.rounding:
            high = trial
        elif wolfe.flat(trial):
            return trial
        else:
            high = low if trial.slope * (high.a - low.a) >= 0 else high
            low = trial
    return low


def _beyond(before: Trial, trial: Trial, most: float) -> float:
    """A longer step: where the secant of the slope is 0, but from 0.1 to `most` times the last
    advance farther.
    """
    advance = trial.a - before.a
    rise = trial.slope - before.slope
    secant = -trial.slope * advance / rise if rise > 0 else inf
    return trial.a + min(max(secant, 0.1 * advance), most * advance)


def _between(low: Trial, high: Trial) -> float:
    """A step between two trials: the minimum of the cubic through their values and slopes.

    Where the slope at `high` is not known, it is the minimum of the parabola instead; where neither
    has one, the middle. It keeps a fifth of the gap away from either end.
    """
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

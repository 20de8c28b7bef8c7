"""The one loop: run a method on an objective, step by step, and keep the path."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite
from typing import Any, Protocol

import cloudpickle
import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdcore import hyperparameters, validation
from gdcore.arrays import Array
from gdcore.hyperparameters import Schedules, name_of
from gdcore.objectives import Objective, require
from gdcore.objectives.objective import unpickled
from gdcore.validation import shown


class Method(Protocol):
    """One step: a function from (objective, w, state) and hyperparameters by name to (w, state)."""

    def __call__(self, objective: Objective, w: Array, state: Any = ..., /, **hyperparameters: Any) -> tuple[Array, Any]:
        """Take the step."""
        ...


@dataclass(frozen=True, eq=False)
class Path:
    """What a run of `descend` leaves behind.

    - `points`: (k+1, ..., d), the start and every recorded iterate; the last step is always
      recorded.
    - `steps`: (k+1,), the step number of each point; the start of a fresh run has number 0.
    - `state`: the method's state after the last step. A run goes on, bit for bit, by
      `descend(method, objective, path.points[-1], more, state=path.state, first_step=path.steps[-1]
      + 1, ...)`.
    - `records`: for each name that `observe` returned, an array with one entry a recorded step.
    - `diverged_at`: the first recorded step whose point is not finite, None if all are; for batched
      starts an int array (...), -1 where all points are finite.
    - `objective`, `method`, `hyperparameters`: what was run.

    A path can be pickled, a reader's own functions in it included.
    """

    points: Array
    steps: NDArray[np.int_]
    state: Any
    diverged_at: int | NDArray[np.int_] | None
    objective: Objective
    method: Method
    hyperparameters: Mapping[str, Any]
    records: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @cached_property
    def values(self) -> Array:
        """The whole objective at each point, (k+1, ...); not finite where a run has diverged.

        A function written for one point is taken at one point after the other.
        """
        with np.errstate(all="ignore"):
            return _values(self.objective.whole.value, self.points)

    def arrival(self, target: ArrayLike, tolerance: float, *, quiet: int = 0) -> int | None:
        """The first recorded step from which on every point is within `tolerance` of `target`.

        None if the last point is not, or if it came there less than `quiet` steps before the end:
        "from then on" is seen as far as the run goes. For one run; `target` is (d,), the distance
        is Euclid's.

        >>> from gdcore.methods import gradient_descent
        >>> from gdcore.objectives import canyon
        >>> run = descend(gradient_descent, canyon(), [0, 0], 100, learning_rate=0.02)
        >>> run.arrival(canyon().minima[0], 0.001)
        26
        """
        _require_one_run(self.points)
        goal = validation.points(target, self.points.shape[-1], "target")
        tolerance = validation.number("tolerance", tolerance, least=0)
        with np.errstate(all="ignore"):  # the points of a run that diverges may be as large as floats are
            near = np.linalg.norm(self.points - goal, axis=-1) <= tolerance
        return _from_then_on(near, self.steps, validation.whole_number("quiet", quiet, least=0))

    def arrival_of_values(self, level: float, *, quiet: int = 0) -> int | None:
        """The first recorded step from which on the whole objective is at most `level`; else as
        `arrival`.

        >>> from gdcore.methods import gradient_descent
        >>> from gdcore.objectives import parabola
        >>> run = descend(gradient_descent, parabola(), [0], 50, learning_rate=0.05)
        >>> run.arrival_of_values(-2.99)
        4
        """
        _require_one_run(self.points)
        level = validation.number("level", level)
        return _from_then_on(self.values <= level, self.steps, validation.whole_number("quiet", quiet, least=0))

    def __reduce__(self) -> tuple[Any, ...]:
        return unpickled, (type(self), cloudpickle.dumps(self.__dict__))


def descend(
    method: Method,
    objective: Objective,
    start: ArrayLike,
    steps: int,
    *,
    state: Any = None,
    first_step: int = 1,
    record_every: int = 1,
    observe: Callable[[int, Array, Any], Mapping[str, Any]] | None = None,
    **hyperparameters: Any,
) -> Path:
    """Take `steps` steps of `method` on `objective` from `start`.

    At step t = first_step, first_step + 1, … this calls `method(objective.at(t), w, state,
    **hyperparameters)`, in which a hyperparameter that is a function of t, a schedule, is replaced
    by its value.

    - `start`: (..., d). Leading axes are runs side by side.
    - `state`: where an earlier run stopped; by default the method's own first state.
    - `record_every`: keep the start, each step divisible by this number, and the last step; 0 keeps
      the last only.
    - `observe(t, w, state)`: called at each recorded step, the start included; returns a dictionary
      of numbers or arrays.

    `method` is one of gdcore's or your own: any function of (objective, w, state) that returns the
    new (w, state). A run that diverges is recorded, not warned about: see `Path.diverged_at`.

    Raises ValueError or TypeError, before the first step, for a start that is empty, not numeric,
    not finite or of the wrong dimension, a count that is not whole, a hyperparameter that the
    method does not have or that is out of range, a state that the method cannot have returned, a
    gradient of the wrong shape, and several starts for an objective that is written for one point.
    A schedule's values are checked as they are used.

    >>> from gdcore.methods import gradient_descent
    >>> from gdcore.objectives import parabola
    >>> descend(gradient_descent, parabola(), [0], 3, learning_rate=0.05).points.ravel()
    array([0.   , 0.6  , 0.84 , 0.936])
    """
    require.objective(objective)
    w = validation.points(start, objective.dimension, "start")
    steps = validation.whole_number("steps", steps, least=0)
    first_step = validation.whole_number("first_step", first_step, least=1)
    record_every = validation.whole_number("record_every", record_every, least=0)
    if observe is not None:
        validation.function("observe", observe, "a function of (t, w, state)")
    walk = _Walk(method, objective, observe, hyperparameters, w)
    recorded = _recorded_steps(first_step, steps, record_every)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        points, observed, state = walk.along(recorded, first_step, w, walk.first_state(state, w))
    records = {name: np.array([row[name] for row in observed]) for name in (observed[0] if observed else ())}
    taken = np.array(recorded)
    return Path(points, taken, state, _diverged_at(points, taken), objective, method, dict(hyperparameters), records)


class _Walk:
    """A method on an objective, its hyperparameters checked, ready to be taken step by step."""

    def __init__(self, method: Method, objective: Objective, observe: Any, given: Mapping[str, Any], w: Array) -> None:
        self.method, self.objective, self.observe = method, objective, observe
        self.settings: dict[str, Any]
        self.schedules: Schedules
        self.settings, self.schedules = hyperparameters.split(method, given, w)

    def first_state(self, given: Any, w: Array) -> Any:
        """The state to begin with. A copy: a method of the reader's may change it in place."""
        return deepcopy(hyperparameters.first_state(self.method, inspect.Parameter.empty if given is None else given, w))

    def along(self, recorded: list[int], first_step: int, w: Array, state: Any) -> tuple[Array, list[Mapping[str, Any]], Any]:
        """Walk to each recorded step in turn. Returns the points there, what was observed there,
        and the last state.
        """
        observed: list[Mapping[str, Any]] = []
        varies = recorded[-1] >= first_step and self._varies(first_step, w)
        step = hyperparameters.bare(self.method, self.settings)
        points = np.empty((len(recorded), *w.shape), w.dtype)
        t = first_step - 1
        for place, stop in enumerate(recorded):
            while t < stop:
                t = t + 1
                if self.schedules:
                    now = {name: schedule(t) for name, schedule in self.schedules}
                    step = hyperparameters.bare(self.method, self.settings | now)
                if t == first_step:
                    w, state = self._first(step(self.objective.at(t), w, state), w)
                    points = points.astype(np.result_type(points, w), copy=False)
                else:
                    w, state = step(self.objective.at(t) if varies else self.objective, w, state)
            if np.shape(w) != points.shape[1:]:
                raise ValueError(
                    f"method must return w in its shape, {points.shape[1:]}, and {name_of(self.method)} "
                    f"returned shape {np.shape(w)} at step {t}"
                )
            points[place] = w
            if self.observe is not None:
                observed.append(_observation(self.observe(t, w, state), observed))
        return points, observed, state

    def _varies(self, first_step: int, w: Array) -> bool:
        """Whether the objective is another one at each step. Refuses a gradient of the wrong shape
        or that mixes runs.
        """
        first = self.objective.at(first_step)
        require.gradient_shape(first, w)
        if w.ndim > 1:
            _refuse_mixing(first, w)
        return first is not self.objective

    def _first(self, result: Any, w: Array) -> tuple[Array, Any]:
        """What the first step returned, which must be (w, state)."""
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(f"method must return (w, state), and {name_of(self.method)} returned {shown(result)}")
        if np.shape(result[0]) != w.shape:
            raise ValueError(
                f"method must return w in its shape, {w.shape}, and {name_of(self.method)} returned shape {np.shape(result[0])}"
            )
        return np.asarray(result[0]), result[1]


def _refuse_mixing(objective: Objective, w: Array) -> None:
    """Refuse several starts for an objective that is written for one point: it would mix them.

    The gradient of a stack of two copies must be a stack of two equal gradients.
    """
    alone = objective.gradient(w)
    try:
        twice = objective.gradient(np.stack([w, w]))
        apart = np.shape(twice) == (2, *w.shape) and np.allclose(twice, alone, rtol=1e-3, equal_nan=True)
    except (IndexError, ValueError, TypeError):
        apart = False
    if not apart:
        raise ValueError(
            f"objective must broadcast over leading axes for several starts, and the gradient of {objective.name} is of one "
            "point: write it with w[..., 0] for w[0], or take one start after the other"
        )


def _values(value: Callable[[Array], Array], points: Array) -> Array:
    """The function at many points, (k, ..., d); at one after the other if it is written for one."""
    try:
        values = np.asarray(value(points))
        if values.shape == points.shape[:-1] and np.allclose(values[-1], value(points[-1]), rtol=1e-3, equal_nan=True):
            return values
    except (IndexError, ValueError, TypeError):
        pass
    rows = points.reshape(-1, points.shape[-1])
    return np.array([value(row) for row in rows]).reshape(points.shape[:-1])


def _observation(row: Any, earlier: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """What `observe` returned, which must be a dictionary, with the same names each time."""
    if not isinstance(row, Mapping):
        raise TypeError(f"observe must return a dictionary of what it observed, got {shown(row)}")
    if earlier and row.keys() != earlier[0].keys():
        raise ValueError(f"observe must return the same names each time, first {list(earlier[0])}, got {list(row)}")
    return row


def _require_one_run(points: Array) -> None:
    """Refuse the points of several runs at once, (k, ..., d)."""
    if points.ndim != 2:
        raise ValueError(f"a path of one run is needed, of points (k, d), got shape {points.shape}")


def _from_then_on(holds: NDArray[np.bool_], steps: NDArray[np.int_], quiet: int) -> int | None:
    """The step from which on something holds to the end, at least `quiet` steps long; None if there
    is none.
    """
    last = np.flatnonzero(~holds)
    place = int(last[-1]) + 1 if last.size else 0
    if place == len(steps) or steps[-1] - steps[place] < quiet:
        return None
    return int(steps[place])


def _recorded_steps(first_step: int, steps: int, record_every: int) -> list[int]:
    """The steps after which to record: the start, each one divisible by `record_every`, and the
    last.
    """
    start, last = first_step - 1, first_step + steps - 1
    if record_every == 0:
        return [last]
    between = range(start + record_every - start % record_every, last, record_every)
    return [start, *between, last] if steps else [start]


def _diverged_at(points: Array, steps: NDArray[np.int_]) -> int | NDArray[np.int_] | None:
    """The first recorded step whose point is not finite: None, a number, or for batched starts an
    array with -1 where none.
    """
    with np.errstate(all="ignore"):
        all_finite = isfinite(points.sum()) or np.isfinite(points).all()
    if all_finite:
        return None if points.ndim == 2 else np.full(points.shape[1:-1], -1)
    broken = ~np.isfinite(points).all(axis=-1)
    first = np.where(broken.any(axis=0), steps[broken.argmax(axis=0)], -1)
    return int(first) if points.ndim == 2 else first

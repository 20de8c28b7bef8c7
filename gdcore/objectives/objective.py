"""What a method descends: a function with its gradient and whatever else is known of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import cloudpickle

from gdcore import validation
from gdcore.arrays import Array
from gdcore.objectives.penalties import Penalty


@dataclass(frozen=True, eq=False)
class Objective:
    """A function to minimize, with what is known of it; what is not known is None.

    Required are `name`, `value`: (..., d) -> (...), and `gradient`: (..., d) -> (..., d).
    Optional are

    - `hessian`: (..., d) -> (..., d, d);
    - `hessian_vector(w, v)`: the product H(w) v, (..., d);
    - `residuals`: (..., d) -> (..., N) and `jacobian`: (..., d) -> (..., N, d), where
      value = Σ residuals²;
    - `penalty`: the part of the loss that is a penalty, and `smooth`: the objective without it, for
      proximal steps;
    - `shapes`: the shapes of the matrices and vectors that w holds one after the other;
    - `minima`: (m, d), every local minimum in the box, the lowest first;
    - `box`: (d, 2), the region that pictures show;
    - `dimension`: d, where it is fixed.

    Its functions take lists and whole numbers too, as float64. They raise TypeError for what is no
    numbers and ValueError for points of another dimension.

    An objective that is a different function at each step, such as one on minibatches, sets
    `batch`, the function from the step t = 1, 2, … to the objective of that step. Such a step's
    objective sets `full`, the function that it is a sample of. Methods and pictures ask for
    neither: they use `at(t)` and `whole`, which every objective has.

    >>> slope = Objective("slope", value=lambda w: w.sum(axis=-1), gradient=lambda w: w**0)
    >>> slope.value([1, 2]), slope.gradient([1, 2])
    (np.float64(3.0), array([1., 1.]))
    """

    name: str
    value: Callable[[Array], Array]
    gradient: Callable[[Array], Array]
    hessian: Callable[[Array], Array] | None = None
    hessian_vector: Callable[[Array, Array], Array] | None = None
    residuals: Callable[[Array], Array] | None = None
    jacobian: Callable[[Array], Array] | None = None
    penalty: Penalty | None = None
    smooth: Objective | None = None
    shapes: tuple[tuple[int, ...], ...] | None = None
    minima: Array | None = None
    box: Array | None = None
    dimension: int | None = None
    batch: Callable[[int], Objective] | None = None
    full: Objective | None = None

    def __post_init__(self) -> None:
        validation.text("name", self.name)
        for part in ("value", "gradient", "hessian", "hessian_vector", "residuals", "jacobian"):
            function = getattr(self, part)
            if function is not None or part in ("value", "gradient"):
                validation.function(part, function, "a function of w, (..., d)")
                object.__setattr__(self, part, _of_points(function, self.dimension))

    def at(self, t: int) -> Objective:
        """The objective of step t: this one at every step, or another one, the batch of step t."""
        return self if self.batch is None else self.batch(t)

    @property
    def whole(self) -> Objective:
        """The objective on all of the data: this one, or the one that this is a batch of."""
        return self if self.full is None else self.full

    def sample_of(self, full: Objective | None) -> Objective:
        """The same objective as a step's sample of `full`."""
        made: Objective = object.__new__(type(self))
        made.__dict__.update(self.__dict__, full=full)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return unpickled, (type(self), cloudpickle.dumps(self.__dict__))


def _of_points(function: Callable[..., Array], dimension: int | None) -> Callable[..., Array]:
    """The function, its arguments turned into arrays of floats; NaN may come in."""
    if isinstance(function, partial) and function.func is _at_points:
        return function
    return partial(_at_points, function, dimension)


def _at_points(function: Callable[..., Array], dimension: int | None, w: Any, *vectors: Any) -> Array:
    w = validation.as_points(w, dimension)
    return function(w, *[validation.as_points(v, w.shape[-1], "v") for v in vectors])


def unpickled(kind: type, parts: bytes) -> Any:
    """An object of this kind whose parts, local functions included, `cloudpickle` has pickled."""
    made: Any = object.__new__(kind)
    made.__dict__.update(cloudpickle.loads(parts))
    return made

"""What a method descends: a function with its gradient and whatever else is known of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gdcore.penalties import Penalty

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Objective:
    """A function to minimize, with what is known of it; what is not known is None.

    Required are `name`, `value`: (..., d) -> (...), and `gradient`: (..., d) -> (..., d). Optional are

    - `hessian`: (..., d) -> (..., d, d);
    - `hessian_vector(w, v)`: the product H(w) v, (..., d);
    - `residuals`: (..., d) -> (..., N) and `jacobian`: (..., d) -> (..., N, d), where value = Σ residuals²;
    - `penalty`: the part of the loss that is a penalty, and `smooth`: the objective without it, for proximal steps;
    - `shapes`: the shapes of the matrices and vectors that w holds one after the other;
    - `minima`: (m, d), every local minimum in the box, the lowest first;
    - `box`: (d, 2), the region that pictures show;
    - `dimension`: d, where it is fixed.

    An objective that is a different function at each step, such as one on minibatches, sets `batch`, the function from the
    step t = 1, 2, … to the objective of that step. Such a step's objective sets `full`, the function that it is a sample of.
    Methods and pictures ask for neither: they use `at(t)` and `whole`, which every objective has.
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

    def at(self, t: int) -> Objective:
        """The objective of step t: this one at every step, or another at every step, the batch of step t."""
        return self if self.batch is None else self.batch(t)

    @property
    def whole(self) -> Objective:
        """The objective on all of the data: this one, or the one that this is a batch of."""
        return self if self.full is None else self.full

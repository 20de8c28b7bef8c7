"""The functions to descend.

An `Objective` holds a function L(w) with its gradient and whatever else is known of it. All of its callables broadcast over
leading axes: for w of shape (..., d), value gives (...), gradient (..., d), hessian (..., d, d).
The test functions below are functions that return one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Objective:
    """A function to minimize, with what is known of it; what is not known is None.

    Required are `name`, `value`: (..., d) -> (...), and `gradient`: (..., d) -> (..., d). Optional are

    - `hessian`: (..., d) -> (..., d, d);
    - `hessian_vector(w, v)`: the product H(w) v, (..., d);
    - `residuals`: (..., d) -> (..., N) and `jacobian`: (..., d) -> (..., N, d), of a sum of squares;
    - `penalty`: the part of the loss that is a penalty, for proximal steps;
    - `shapes`: the shapes of the matrices and vectors that w holds one after the other;
    - `minima`: (m, d), every local minimum in the box, the lowest first;
    - `box`: (d, 2), the region that pictures show;
    - `dimension`: d, where it is fixed.
    """

    name: str
    value: Callable[[Array], Array]
    gradient: Callable[[Array], Array]
    hessian: Callable[[Array], Array] | None = None
    hessian_vector: Callable[[Array, Array], Array] | None = None
    residuals: Callable[[Array], Array] | None = None
    jacobian: Callable[[Array], Array] | None = None
    penalty: object | None = None
    shapes: tuple[tuple[int, ...], ...] | None = None
    minima: Array | None = None
    box: Array | None = None
    dimension: int | None = None

    def at(self, t: int) -> Objective:
        """The objective of step t: this one. An objective on minibatches returns that of the batch of step t."""
        return self

    @property
    def whole(self) -> Objective:
        """The full objective: this one. An objective on minibatches returns that of all its data."""
        return self


def canyon() -> Objective:
    """A canyon forty to six: L(x, y) = 6x² + 40y² − 12x − 30y + 3, with eigenvalues 12 and 80.

    The minimum is (1, 3/8). Source: Kneusel, figure 11-4.
    """
    curvature, slope = np.array([12.0, 80.0]), np.array([12.0, 30.0])
    return Objective(
        name="canyon",
        value=lambda w: ((curvature / 2 * w - slope) * w).sum(axis=-1) + 3,
        gradient=lambda w: curvature * w - slope,
        hessian=lambda w: np.broadcast_to(np.diag(curvature), (*w.shape, 2)),
        minima=np.array([[1.0, 0.375]]),
        box=np.array([[-1.0, 3.0], [-2.0, 3.0]]),
        dimension=2,
    )

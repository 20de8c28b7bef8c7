"""Input normalization: any data by the means and deviations of the training data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array


@dataclass(eq=False)
class Normalization:
    """Each input with the training data's mean and standard deviation: x̃ = (x − μ) / σ.

    `mean` and `deviation` are (d,), every deviation above 0. Call it on data (..., d).
    Source: Bishop and Bishop, equations 7.48–7.50.

    >>> Normalization([1, 2], [1, 10])([[2, 2], [1, 12]])
    array([[1., 0.],
           [0., 1.]])
    """

    mean: Array
    deviation: Array

    def __post_init__(self) -> None:
        """Keep arrays of the normalization's own."""
        self.mean = validation.numbers("mean", self.mean, axes=1, shape="(d,)")
        self.deviation = validation.numbers("deviation", self.deviation, axes=1, shape="(d,)")
        if self.deviation.shape != self.mean.shape:
            raise ValueError(f"deviation must have shape {self.mean.shape} as mean, got an array of shape {self.deviation.shape}")
        if not (self.deviation > 0).all():
            raise ValueError(f"deviation must be numbers > 0, got {validation.shown(self.deviation)}")

    def __call__(self, x: ArrayLike) -> Array:
        """The normalized data, (..., d)."""
        data = validation.numbers("x", x, empty=True)
        if data.shape[-1:] != self.mean.shape:
            raise ValueError(
                f"x must have {len(self.mean)} inputs along its last axis, as the training data, got shape {data.shape}"
            )
        return (data - self.mean) / self.deviation


def fit_normalization(x_train: ArrayLike) -> Normalization:
    """Mean and standard deviation of each column of the training data, (N, d).

    Those of test data must not come in. A column that is constant up to the rounding of its numbers
    is only centred: its σ is taken as 1. Float32 stays float32, though sums are taken in float64.

    Raises TypeError for what is no numbers, ValueError for another shape, NaN and infinities.

    >>> normalize = fit_normalization([[1, 7], [3, 7]])
    >>> normalize([[5, 7]])
    array([[3., 0.]])
    """
    x = validation.numbers("x_train", x_train, axes=2, shape="(N, d)")
    # Powers of two bring each column between −1 and 1 without rounding: no square overflows then.
    exponent = np.frexp(np.abs(x).max(axis=0).astype(float))[1]
    scaled = np.ldexp(x.astype(float), -exponent)
    # Numbers that agree in six digits have exact differences: measured from the first number, their
    # rounding does not grow with N.
    origin = np.where(np.ptp(scaled, axis=0) < 1e-6, scaled[0], 0.0)
    shifted = scaled - origin
    mean = np.ldexp(origin + shifted.mean(axis=0), exponent).astype(x.dtype)
    deviation = shifted.std(axis=0)
    constant = deviation <= 4 * np.finfo(x.dtype).eps
    deviation = np.ldexp(deviation, exponent).astype(x.dtype)
    return Normalization(mean, np.where(constant | (deviation == 0), np.ones_like(deviation), deviation))

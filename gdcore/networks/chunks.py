"""Few examples and few networks at a time, so that the memory that a gradient takes is bounded.

Examples go through a network independently, unless batch norm couples them. So a mean over all of
them is the mean of the means over parts, weighted by their shares, and a gradient likewise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gdcore.arrays import Array
from gdcore.networks.layers import Layer

Function = Callable[..., Array]

EXAMPLES_AT_ONCE = 1024


def parts(layers: Sequence[Layer], count: int, *, own: bool) -> list[slice]:
    """The examples that go through at once, as slices.

    All go at once where they are few, coupled by batch norm, or each model has its `own`.
    """
    if count <= EXAMPLES_AT_ONCE or own or any(layer.couples_examples for layer in layers):
        return [slice(None)]
    return [slice(start, start + EXAMPLES_AT_ONCE) for start in range(0, count, EXAMPLES_AT_ONCE)]


def few_models(function: Function, layers: Sequence[Layer], count: int, *, own: bool) -> Function:
    """The function of w (..., d), or of w and v, for few networks after the other on `count` examples.

    All go at once where each model has its `own` data or running statistics.
    """
    at_once = max(1, EXAMPLES_AT_ONCE // count)

    def of_few(*points: Array) -> Array:
        most = max(point.size // point.shape[-1] for point in points)
        if most <= at_once or own or any(layer.differs_by_model for layer in layers):
            return function(*points)
        points = tuple(np.broadcast_arrays(*points))
        rows = [point.reshape(-1, point.shape[-1]) for point in points]
        done = [function(*[row[i : i + at_once] for row in rows]) for i in range(0, len(rows[0]), at_once)]
        return np.concatenate(done).reshape(points[0].shape[:-1] + done[0].shape[1:])

    return of_few


def mean(shares: Sequence[float], functions: Sequence[Function]) -> Function:
    """The mean of functions on parts of the data, weighted by their shares of the examples."""
    if len(functions) == 1:
        return functions[0]
    return lambda *points: sum(share * function(*points) for share, function in zip(shares, functions, strict=True))  # type: ignore[return-value]

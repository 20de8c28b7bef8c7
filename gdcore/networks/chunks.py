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

# Examples times models. With 1000 units in a layer, 1024 of them take 8 MiB in double precision for
# each array of that layer that is kept for the way back.
EXAMPLES_AT_ONCE = 1024


def parts(layers: Sequence[Layer], count: int, *, own: bool) -> list[slice]:
    """The examples that go through at once, as slices.

    All go at once where they are few, coupled by batch norm, or each model has its `own`.
    """
    if count <= EXAMPLES_AT_ONCE or own or any(layer.couples_examples for layer in layers):
        return [slice(None)]
    return [slice(start, start + EXAMPLES_AT_ONCE) for start in range(0, count, EXAMPLES_AT_ONCE)]


def few_models(function: Function, layers: Sequence[Layer], count: int, *, own: bool) -> Function:
    """The function of w (..., d), or of w and v, for few networks after the other.

    `count` is the number of examples. All networks go at once where each has its `own` examples or
    running statistics.
    """
    if own:
        return function
    at_once = max(1, EXAMPLES_AT_ONCE // count)

    def of_few(*points: Array) -> Array:
        most = max([point.size // point.shape[-1] for point in points])
        if most <= at_once or any(layer.differs_by_model for layer in layers):
            return function(*points)
        points = tuple(np.broadcast_arrays(*points))
        rows = [point.reshape(-1, point.shape[-1]) for point in points]
        done = [function(*[row[i : i + at_once] for row in rows]) for i in range(0, len(rows[0]), at_once)]
        return np.concatenate(done).reshape(points[0].shape[:-1] + done[0].shape[1:])

    return of_few


def means(counts: Sequence[int], functions: Sequence[Sequence[Function]]) -> list[Function]:
    """Means over all examples of functions that are means over parts.

    `counts` are the numbers of examples of the parts, and `functions` has the functions of a part
    in a row: what comes is a function for each column.
    """
    if len(counts) == 1:
        return list(functions[0])
    shares = [count / sum(counts) for count in counts]

    def mean(*column: Function) -> Function:
        def of_all(*points: Array) -> Array:
            total = shares[0] * column[0](*points)
            for share, function in zip(shares[1:], column[1:], strict=True):
                total = total + share * function(*points)
            return total

        return of_all

    return [mean(*column) for column in zip(*functions, strict=True)]

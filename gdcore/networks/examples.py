"""Examples and targets as a network takes them: floats or tokens, and targets that fit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.networks import arguments
from gdcore.networks.arguments import Shape


def examples(x: ArrayLike, rank: int, vocabulary: int | None = None) -> Array:
    """Examples of `rank` axes each, as they are if they are floats; NaN may come in.

    With a vocabulary they are tokens, whole numbers below it.
    """
    array: Any
    if vocabulary is not None:
        array = arguments.labels("x", x, vocabulary)
    else:
        array = arguments.floats("x", x, "(examples ≥ 1, then the axes of an example)", kinds="f")
    if array.ndim <= rank or not array.size:
        raise ValueError(f"x must be (examples ≥ 1, then the {rank} axes of an example), got shape {array.shape}")
    return array


def targets_of(x: Array, rank: int, outputs: Shape, targets: ArrayLike) -> Array:
    """Targets of examples x, labels or vectors, as new vectors in the precision of x.

    Where x are tokens they are in double precision.

    `outputs` is the shape of what the network makes of one example.
    """
    if len(outputs) != 1:
        raise ValueError(f"x must leave the network as one row of numbers each, got outputs of shape {outputs}: end with Flatten")
    shape, kind = x.shape[:-rank], x.dtype if x.dtype.kind == "f" else np.dtype(float)
    array = arguments.as_array("targets", targets)
    if array.dtype.kind in "iu" and array.shape == shape:
        labels = arguments.labels("targets", array, outputs[0])
        return arguments.one_hot(labels, outputs[0], kind)
    vectors = array if array.dtype.kind == "f" else validation.numbers("targets", targets, finite=False, empty=True)
    if vectors.shape != shape + outputs:
        raise ValueError(
            f"targets must be labels of shape {shape} or vectors of shape {shape + outputs}, "
            f"got {array.dtype} of shape {vectors.shape}"
        )
    if vectors.dtype == kind:
        return arguments.finite("targets", np.array(vectors))
    with np.errstate(over="ignore"):  # what is too large for x's precision is refused as infinite
        return arguments.finite("targets", vectors.astype(kind))

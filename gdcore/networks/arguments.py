"""Checks of what networks take besides plain numbers: shapes, labels, seeds, kinds of floats."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from gdcore import validation
from gdcore.arrays import Array

Shape = tuple[int, ...]

MOST = 2**40  # more numbers than a reader's memory holds; below it a product of sizes fits an index


def shape_of(name: str, value: Any) -> Shape:
    """A shape of at least one axis as a tuple of ints; TypeError or ValueError for all else."""
    if not isinstance(value, (tuple, list, np.ndarray)) or np.ndim(value) != 1:
        raise TypeError(f"{name} must be a tuple of whole numbers ≥ 1, got {validation.shown(value)}")
    shape = tuple(validation.whole_number(name, size, least=1) for size in value)
    if not shape or prod(shape) > MOST:
        raise ValueError(f"{name} must have at least one axis and at most {MOST} places, got {validation.shown(value)}")
    return shape


def float_type(name: str, value: DTypeLike) -> np.dtype[Any]:
    """A kind of floats, such as np.float32. TypeError for all else: in whole numbers 0.3 is 0."""
    try:
        kind = np.dtype(value) if value is not None else None
    except Exception:  # NumPy asks the value for its parts, which may fail in any way
        kind = None
    if kind is None or kind.kind != "f":
        raise TypeError(f"{name} must be a kind of floats, such as float or np.float32, got {validation.shown(value)}")
    return kind


def as_array(name: str, value: ArrayLike) -> NDArray[Any]:
    """The value as an array, of whatever kind; ValueError for rows of different lengths."""
    try:
        return np.asarray(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} must be an array, all rows of one length, got {validation.shown(value)}") from None


def labels(name: str, value: ArrayLike, classes: int, where: str = "") -> NDArray[np.integer]:
    """Whole numbers 0 … classes − 1 as an array; TypeError or ValueError for all else."""
    array = as_array(name, value)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be whole numbers 0 … {classes - 1}{where}, got {validation.shown(value)}")
    wrong = (array < 0) | (array >= classes)
    if wrong.any():
        raise ValueError(f"{name} must lie in 0 … {classes - 1}{where}, got {array[wrong][0]}")
    return array


def one_hot(labels: NDArray[np.integer], classes: int, kind: DTypeLike) -> Array:
    """Labels 0 … classes − 1, (...), as vectors with a 1 at the label's place, (..., classes)."""
    return (labels[..., None] == np.arange(classes)).astype(kind)


def seeds(value: int | Sequence[int]) -> int | list[int]:
    """One seed as an int or several as a list; TypeError or ValueError for all else."""
    if validation.is_array(value):
        if not len(value):  # type: ignore[arg-type]
            raise ValueError("seed must be a whole number ≥ 0 or several of them, got none")
        return [validation.whole_number("seed", one, least=0) for one in value]  # type: ignore[union-attr]
    return validation.whole_number("seed", value, least=0)


def floats(name: str, value: Any, what: str = "numbers", kinds: str = "fc") -> Array:
    """An array of floats as it is, and of complex numbers too; whole numbers as float64.

    For functions that are called at each step: NaN and infinities may come in.
    """
    if type(value) is np.ndarray and value.dtype.kind in kinds:
        return value
    return validation.numbers(name, value, shape=what, finite=False, empty=True)


def finite(name: str, array: Array) -> Array:
    """The array, if its numbers are finite; ValueError else.

    The sum of squares tells it in one pass without another array. It may overflow itself: then all
    numbers are looked at.
    """
    if not isfinite(np.vdot(array, array)) and not np.isfinite(array).all():
        validation.numbers(name, array)  # which names the first that is not finite
    return array

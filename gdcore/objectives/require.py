"""What a method needs of an objective, refused by name where it is missing."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from gdcore.arrays import Array
from gdcore.validation import shown


def objective(value: Any, name: str = "objective") -> None:
    """Refuse what is not an objective."""
    if not all(hasattr(value, part) for part in ("at", "whole", "value", "gradient", "dimension")) or isinstance(value, type):
        raise TypeError(f"{name} must be an Objective, such as canyon() returns, got {shown(value)}")


def gradient_shape(function: Any, w: Array) -> None:
    """Refuse an objective whose gradient has another shape than the point: it would broadcast
    unseen.
    """
    shape = np.shape(function.gradient(w))
    if shape != w.shape:
        raise ValueError(f"the gradient of {function.name} must have the shape of w, {w.shape}, got {shape}")


def one_start(name: str, w: Array) -> None:
    """Refuse a batch of starts where each run would search on its own."""
    if w.ndim != 1:
        raise ValueError(f"{name} takes one start of shape (d,), not a batch, got w of shape {w.shape}")


def one_function(name: str, function: Any) -> None:
    """Refuse minibatches where gradients of two steps are compared."""
    if function.full is not None:
        raise ValueError(
            f"{name} compares gradients of two steps, so it needs one function, not a batch: give {function.name}.whole"
        )


def parts(function: Any, by: str, *names: str) -> list[Any]:
    """Parts of an objective that a method cannot do without."""
    found = [getattr(function, name) for name in names]
    for name, part in zip(names, found, strict=True):
        if part is None:
            hint = "; with_penalty gives it one" if name in ("penalty", "smooth") else ""
            raise ValueError(f"{by} needs an objective that has {name}, and {function.name} has none{hint}")
    return found


def shapes(function: Any, w: Array, needed_by: str) -> tuple[tuple[int, ...], ...]:
    """The shapes of an objective's matrices, which must fill w."""
    (of_matrices,) = parts(function, needed_by, "shapes")
    numbers = sum(map(prod, of_matrices))
    if numbers != w.shape[-1]:
        raise ValueError(f"the shapes {of_matrices} of {function.name} hold {numbers} numbers, but w has {w.shape[-1]}")
    return of_matrices

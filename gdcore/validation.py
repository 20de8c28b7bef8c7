"""Bad input gets a clear error before the first step: it names the argument, the value given and what is allowed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdcore.objectives import Array, Objective

# What each hyperparameter may be: its least value, whether the least itself is allowed, its upper limit (never allowed itself).
_RANGES = {
    "learning_rate": (0.0, True, np.inf),
    "momentum": (0.0, True, 1.0),
    "beta1": (0.0, True, 1.0),
    "beta2": (0.0, True, 1.0),
    "decay": (0.0, True, 1.0),
    "epsilon": (0.0, True, np.inf),
    "weight_decay": (0.0, True, np.inf),
    "damping": (0.0, True, np.inf),
}


def start(value: ArrayLike, dimension: int | None) -> Array:
    """The start of a run as an array of floats, (..., d); whole numbers become float64, float32 stays."""
    array = np.array(value)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"start must be numbers, got {value!r}")
    if array.ndim == 0:
        raise ValueError(f"start must have shape (..., d), got the single number {value!r}; for one dimension write [{value!r}]")
    if array.size == 0:
        raise ValueError(f"start must not be empty, got an array of shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"start must be finite, got {value!r}")
    if dimension is not None and array.shape[-1] != dimension:
        raise ValueError(f"start must have {dimension} numbers along its last axis, got an array of shape {array.shape}")
    return array if array.dtype.kind == "f" else array.astype(float)


def whole_number(name: str, value: Any, least: int) -> int:
    """A count, as an int."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number ≥ {least}, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be a whole number ≥ {least}, got {value!r}")
    return int(value)


def gradient_shape(objective: Objective, w: Array) -> None:
    """Refuse an objective whose gradient at the start has another shape than the start: it would broadcast unseen."""
    shape = np.shape(objective.gradient(w))
    if shape != w.shape:
        raise ValueError(f"the gradient of {objective.name} must have the shape of w, {w.shape}, got {shape}")


def observation(row: Any) -> Mapping[str, Any]:
    """What `observe` returned, which must be a dictionary."""
    if not isinstance(row, Mapping):
        raise TypeError(f"observe must return a dictionary of what it observed, got {row!r}")
    return row


@lru_cache(maxsize=256)
def _defaults(method: Callable[..., Any]) -> tuple[Any, Mapping[str, Any]]:
    """The first state of a method and its hyperparameters with their defaults, read from its signature."""
    parameters = inspect.signature(method).parameters
    named = {name: p.default for name, p in parameters.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}
    return parameters["state"].default, MappingProxyType(named)


def first_state(method: Callable[..., Any]) -> Any:
    """The state that a method starts from."""
    return _defaults(method)[0]


def hyperparameters(
    method: Callable[..., Any], given: Mapping[str, Any], w: Array
) -> tuple[dict[str, Any], list[tuple[str, Callable[[int], Any]]]]:
    """Check hyperparameters by name and value. Returns those that are fixed and, apart, the schedules among them."""
    known = _defaults(method)[1]
    fixed, schedules = {}, []
    for name, value in given.items():
        if name not in known:
            raise TypeError(f"{method.__name__} has no hyperparameter {name!r}; it has {', '.join(known)}")
        if callable(value):
            schedules.append((name, value))
        else:
            fixed[name] = hyperparameter(name, value, w)
    for name, default in known.items():
        if default is inspect.Parameter.empty and name not in given:
            raise TypeError(f"{method.__name__} needs the hyperparameter {name!r}")
    return fixed, schedules


def hyperparameter(name: str, value: Any, w: Array, step: int | None = None) -> Any:
    """One hyperparameter, checked. Numbers come back as Python numbers and arrays in w's precision, so neither changes w's."""
    if name not in _RANGES:
        return value
    where = "" if step is None else f" at step {step}"
    least, closed, limit = _RANGES[name]
    allowed = f"a number {'≥' if closed else '>'} {least:g}" + (f" and < {limit:g}" if np.isfinite(limit) else ", finite")
    if isinstance(value, Real) and not isinstance(value, bool):
        value = float(value)
    elif isinstance(value, (np.ndarray, list, tuple)) and np.asarray(value).dtype.kind in "fiu":
        value = np.asarray(value, dtype=w.dtype)
    else:
        raise TypeError(f"{name} must be {allowed}, got {value!r}{where}")
    if not np.all((value >= least if closed else value > least) & (value < limit)):
        raise ValueError(f"{name} must be {allowed}, got {value!r}{where}")
    return value

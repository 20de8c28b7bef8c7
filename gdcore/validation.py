"""Bad input gets a clear error before the first step: it names the argument, the value given and what is allowed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdcore.objectives import Array, Objective

# What each hyperparameter may be: at least this, and less than that.
_RANGES = {
    "learning_rate": (0.0, np.inf),
    "momentum": (0.0, 1.0),
    "beta1": (0.0, 1.0),
    "beta2": (0.0, 1.0),
    "decay": (0.0, 1.0),
    "epsilon": (0.0, np.inf),
    "weight_decay": (0.0, np.inf),
    "damping": (0.0, np.inf),
}


def objective(value: Any) -> None:
    """Refuse what is not an objective."""
    if not all(hasattr(value, name) for name in ("at", "whole", "value", "gradient", "dimension")):
        raise TypeError(f"objective must be an Objective, such as canyon() returns, got {value!r}")


def start(value: ArrayLike, dimension: int | None) -> Array:
    """The start of a run as an array of floats, (..., d); whole numbers become float64, float32 stays."""
    return points(value, dimension, name="start")


def points(value: ArrayLike, dimension: int | None = None, name: str = "w") -> Array:
    """One point (d,) or many (..., d) as a new array of floats; whole numbers become float64, float32 stays."""
    try:
        array = np.array(value)
    except ValueError:
        raise ValueError(f"{name} must be an array of numbers of shape (..., d), got {value!r}") from None
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got an array of shape {array.shape}")
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must be numbers, got {value!r}")
    if array.ndim == 0:
        raise ValueError(f"{name} must have shape (..., d), got the single number {value!r}; for one dimension write [{value!r}]")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {value!r}")
    if dimension is not None and array.shape[-1] != dimension:
        raise ValueError(f"{name} must have {dimension} numbers along its last axis, got an array of shape {array.shape}")
    return array if array.dtype.kind == "f" else array.astype(float)


def whole_number(name: str, value: Any, least: int) -> int:
    """A count, as an int."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number ≥ {least}, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be a whole number ≥ {least}, got {value!r}")
    return int(value)


def gradient_shape(function: Objective, w: Array) -> None:
    """Refuse an objective whose gradient at the start has another shape than the start: it would broadcast unseen."""
    shape = np.shape(function.gradient(w))
    if shape != w.shape:
        raise ValueError(f"the gradient of {function.name} must have the shape of w, {w.shape}, got {shape}")


def observation(row: Any, earlier: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """What `observe` returned, which must be a dictionary, with the same names each time."""
    if not isinstance(row, Mapping):
        raise TypeError(f"observe must return a dictionary of what it observed, got {row!r}")
    if earlier and row.keys() != earlier[0].keys():
        raise ValueError(f"observe must return the same names each time, first {list(earlier[0])}, got {list(row)}")
    return row


@lru_cache(maxsize=256)
def _defaults(method: Callable[..., Any]) -> tuple[Any, Mapping[str, Any]]:
    """The first state of a method and its hyperparameters with their defaults, read from its signature."""
    parameters = inspect.signature(method).parameters if callable(method) else {}
    if "state" not in parameters:
        raise TypeError(f"method must be a function of (objective, w, state) such as gradient_descent, got {method!r}")
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
            raise TypeError(f"{_name(method)} has no hyperparameter {name!r}; it has {', '.join(known)}")
        if callable(value):
            schedules.append((name, value))
        else:
            fixed[name] = hyperparameter(name, value, w)
    for name, default in known.items():
        if default is inspect.Parameter.empty and name not in given:
            raise TypeError(f"{_name(method)} needs the hyperparameter {name!r}")
    return fixed, schedules


def hyperparameter(name: str, value: Any, w: Array, step: int | None = None) -> Any:
    """One hyperparameter, checked. Numbers come back as Python numbers and arrays in w's precision, so neither changes w's."""
    if name not in _RANGES:
        return value
    least, limit = _RANGES[name]
    if isinstance(value, Real) and not isinstance(value, bool):
        value = float(value)
        in_range = least <= value < limit
    elif isinstance(value, (np.ndarray, list, tuple)) and np.asarray(value).dtype.kind in "fiu":
        value = np.asarray(value, dtype=w.dtype)
        in_range = bool(((least <= value) & (value < limit)).all())
        _fits(name, value, w)
    else:
        raise TypeError(f"{name} must be {_allowed(name)}, got {value!r}{_at(step)}")
    if not in_range:
        raise ValueError(f"{name} must be {_allowed(name)}, got {value!r}{_at(step)}")
    return value


def _fits(name: str, value: Array, w: Array) -> None:
    """Refuse an array of hyperparameters that would change the shape of w."""
    try:
        fits = np.broadcast_shapes(value.shape, w.shape) == w.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"{name} must be a number, or an array of shape (..., 1) or (d,) beside w of shape {w.shape}, got shape {value.shape}"
        )


def _allowed(name: str) -> str:
    least, limit = _RANGES[name]
    return f"a number ≥ {least:g}" + (f" and < {limit:g}" if np.isfinite(limit) else ", finite")


def _at(step: int | None) -> str:
    return "" if step is None else f" at step {step}"


def _name(method: Callable[..., Any]) -> str:
    return getattr(method, "__name__", repr(method))

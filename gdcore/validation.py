"""Bad input gets a clear error before the first step: it names the argument, the value given and what is allowed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin, get_type_hints

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
    "momentum_decay": (0.0, np.inf),
    "radius": (0.0, np.inf),
}
# The least of each whole number; of the others it is 1.
_LEAST = {"seed": 0, "newton_schulz_steps": 0}


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


def whole_number(name: str, value: Any, least: int, where: str = "") -> int:
    """A count, as an int."""
    if type(value) is not int and (isinstance(value, bool) or not isinstance(value, Integral)):
        raise TypeError(f"{name} must be a whole number ≥ {least}, got {value!r}{where}")
    if value < least:
        raise ValueError(f"{name} must be a whole number ≥ {least}, got {value!r}{where}")
    return int(value)


def gradient_shape(function: Objective, w: Array) -> None:
    """Refuse an objective whose gradient at the start has another shape than the start: it would broadcast unseen."""
    shape = np.shape(function.gradient(w))
    if shape != w.shape:
        raise ValueError(f"the gradient of {function.name} must have the shape of w, {w.shape}, got {shape}")


def one_start(name: str, w: Array) -> None:
    """Refuse a batch of starts where each run would search on its own."""
    if w.ndim != 1:
        raise ValueError(f"{name} takes one start of shape (d,), not a batch, got w of shape {w.shape}")


def one_function(name: str, function: Objective) -> None:
    """Refuse minibatches where gradients of two steps are compared."""
    if function.full is not None:
        raise ValueError(
            f"{name} compares gradients of two steps, so it needs one function, not a batch: give {function.name}.whole"
        )


def needed(function: Objective, by: str, *names: str) -> list[Any]:
    """Parts of an objective that a method cannot do without."""
    parts = [getattr(function, name) for name in names]
    for name, part in zip(names, parts, strict=True):
        if part is None:
            hint = "; with_penalty gives it one" if name in ("penalty", "smooth") else ""
            raise ValueError(f"{by} needs an objective that has {name}, and {function.name} has none{hint}")
    return parts


def shapes(function: Objective, w: Array, needed_by: str) -> tuple[tuple[int, ...], ...]:
    """The shapes of an objective's matrices, which must fill w."""
    (of_matrices,) = needed(function, needed_by, "shapes")
    numbers = sum(map(prod, of_matrices))
    if numbers != w.shape[-1]:
        raise ValueError(f"the shapes {of_matrices} of {function.name} hold {numbers} numbers, but w has {w.shape[-1]}")
    return of_matrices


def positive(name: str, value: Any) -> float:
    """A finite number > 0, as a float."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < np.inf:
        raise ValueError(f"{name} must be a number > 0, finite, got {value!r}")
    return float(value)


def observation(row: Any, earlier: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """What `observe` returned, which must be a dictionary, with the same names each time."""
    if not isinstance(row, Mapping):
        raise TypeError(f"observe must return a dictionary of what it observed, got {row!r}")
    if earlier and row.keys() != earlier[0].keys():
        raise ValueError(f"observe must return the same names each time, first {list(earlier[0])}, got {list(row)}")
    return row


@dataclass(frozen=True)
class _Signature:
    """What a method's signature says: its first state, and of each hyperparameter the default and the type."""

    state: Any
    defaults: Mapping[str, Any]
    kinds: Mapping[str, Any]


@lru_cache(maxsize=256)
def _signature(method: Callable[..., Any]) -> _Signature:
    parameters = inspect.signature(method).parameters if callable(method) else {}
    if "state" not in parameters:
        raise TypeError(f"method must be a function of (objective, w, state) such as gradient_descent, got {method!r}")
    defaults = {name: p.default for name, p in parameters.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}
    return _Signature(parameters["state"].default, MappingProxyType(defaults), _kinds(method))


def _kinds(method: Callable[..., Any]) -> Mapping[str, Any]:
    """The types that a method's signature gives its parameters; none if they are not to be had, as of a class's instance."""
    try:
        return get_type_hints(getattr(method, "func", method))
    except (NameError, TypeError):
        return {}


def first_state(method: Callable[..., Any]) -> Any:
    """The state that a method starts from."""
    return _signature(method).state


def hyperparameters(
    method: Callable[..., Any], given: Mapping[str, Any], w: Array
) -> tuple[dict[str, Any], list[tuple[str, Callable[[int], Any]]]]:
    """Check hyperparameters by name and value. Returns those that are fixed and, apart, the schedules, which check themselves."""
    signature = _signature(method)
    fixed, schedules = {}, []
    for name, value in given.items():
        if name not in signature.defaults:
            raise TypeError(f"{_name(method)} has no hyperparameter {name!r}; it has {', '.join(signature.defaults) or 'none'}")
        kind = signature.kinds.get(name)
        if callable(value):
            schedules.append((name, _checked(name, value, kind, w)))
        else:
            fixed[name] = hyperparameter(name, value, kind, w)
    for name, default in signature.defaults.items():
        if default is inspect.Parameter.empty and name not in given:
            raise TypeError(f"{_name(method)} needs the hyperparameter {name!r}")
    return fixed, schedules


def _checked(name: str, schedule: Callable[[int], Any], kind: Any, w: Array) -> Callable[[int], Any]:
    """The schedule, its values checked as they are used."""

    def at(t: int) -> Any:
        return hyperparameter(name, schedule(t), kind, w, f" at step {t}")

    return at


def hyperparameter(name: str, value: Any, kind: Any, w: Array, where: str = "") -> Any:
    """One hyperparameter, checked. Numbers come back as Python numbers and arrays in w's precision, so neither changes w's."""
    if kind is bool and not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r}{where}")
    if kind is int:
        return whole_number(name, value, least=_LEAST.get(name, 1), where=where)
    if get_origin(kind) is Literal and value not in get_args(kind):
        raise ValueError(f"{name} must be one of {', '.join(map(repr, get_args(kind)))}, got {value!r}{where}")
    return number(name, value, kind, w, where) if name in _RANGES else value


def number(name: str, value: Any, kind: Any, w: Array, where: str = "") -> Any:
    """A hyperparameter that is a number or, unless its kind is float, an array that broadcasts with w; within its range."""
    least, limit = _RANGES[name]
    allowed = f"a number ≥ {least:g}" + (f" and < {limit:g}" if np.isfinite(limit) else ", finite")
    if isinstance(value, float) or (isinstance(value, Real) and not isinstance(value, bool)):
        value = float(value)
        in_range = least <= value < limit
    elif kind is not float and isinstance(value, (np.ndarray, list, tuple)) and np.asarray(value).dtype.kind in "fiu":
        value = np.asarray(value, dtype=w.dtype)
        in_range = bool(((least <= value) & (value < limit)).all())
        _fits(name, value, w)
    else:
        raise TypeError(f"{name} must be {allowed}, got {value!r}{where}")
    if not in_range:
        raise ValueError(f"{name} must be {allowed}, got {value!r}{where}")
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


def _name(method: Callable[..., Any]) -> str:
    return getattr(method, "__name__", repr(method))

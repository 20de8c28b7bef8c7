"""What a method's signature means: its first state, its hyperparameters and their ranges.

A range stands at the parameter that it limits, as its type:

    def momentum(objective, w, state=0.0, *, learning_rate: Nonnegative = 0.01,
                 momentum: Share = 0.9)

and everything that checks a hyperparameter reads it there. A number of unknown range, such as one
of a reader's own method, must be finite.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial, wraps
from math import inf
from numbers import Real
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import numpy as np

from gdcore import validation
from gdcore.arrays import Array
from gdcore.objectives import require
from gdcore.validation import shown


class Range(NamedTuple):
    """From `least` on, and less than `below`; with `array` also one for each run or coordinate."""

    least: float
    below: float = inf
    array: bool = False


Nonnegative = Annotated[float | Array, Range(0, array=True)]
"""A number ≥ 0, or an array: (..., 1), one for each run, or (d,), one for each coordinate."""

Share = Annotated[float | Array, Range(0, 1, array=True)]
"""A number ≥ 0 and < 1, or an array of such."""

OneNonnegative = Annotated[float, Range(0)]
"""A number ≥ 0, the same for all runs and coordinates."""

OneShare = Annotated[float, Range(0, 1)]
"""A number ≥ 0 and < 1, the same for all runs and coordinates."""

Count = Annotated[int, Range(1)]
"""A whole number ≥ 1."""

WholeNumber = Annotated[int, Range(0)]
"""A whole number ≥ 0."""

Rounds = Annotated[int, Range(0, 1_001)]
"""How often a step repeats what it does inside, a whole number from 0 to 1,000."""


@dataclass(frozen=True)
class Signature:
    """What a method's signature says.

    - `state`: the state that it starts from;
    - `defaults`: of each hyperparameter the default, `inspect.Parameter.empty` where it has none;
    - `kinds`: of each parameter the type, where it has one.
    """

    state: Any
    defaults: Mapping[str, Any]
    kinds: Mapping[str, Any]


def checked_step(step: Callable[..., tuple[Array, Any]]) -> Callable[..., tuple[Array, Any]]:
    """A method that checks what it is called with, as `descend` does before the first of many
    steps.

    `descend` itself takes the plain `step`, which stands in the result's `bare_step`.
    """

    @wraps(step)
    def checked(objective: Any, w: Any, state: Any = inspect.Parameter.empty, **hyperparameters: Any) -> tuple[Array, Any]:
        require.objective(objective)
        w = validation.points(w, objective.dimension, finite=False)
        settings, schedules = split(checked, hyperparameters, w)
        for name, _ in schedules:
            raise TypeError(f"{name} must be a number in a single step, got a schedule: descend evaluates it at each step")
        return step(objective, w, first_state(checked, state, w), **settings)

    checked.bare_step, checked.checks = step, checked  # type: ignore[attr-defined]
    return checked


def bare_step(method: Any) -> Callable[..., tuple[Array, Any]] | None:
    """The plain step of a method that checks; None of any other, such as a reader's own wrapper of
    one.
    """
    return getattr(method, "bare_step", None) if getattr(method, "checks", None) is method else None


def bare(method: Callable[..., Any], settings: Mapping[str, Any]) -> Callable[..., tuple[Array, Any]]:
    """The plain step of a method, without the checks of a single call, its hyperparameters set."""
    if isinstance(method, partial) and (inner := bare_step(method.func)):
        return partial(inner, *method.args, **{**method.keywords, **settings})
    return partial(bare_step(method) or method, **settings)


@lru_cache(maxsize=256)
def _signature(method: Callable[..., Any]) -> Signature:
    parameters = inspect.signature(method).parameters if callable(method) else {}
    if "state" not in parameters:
        raise TypeError(f"method must be a function of (objective, w, state) such as gradient_descent, got {shown(method)}")
    defaults = {name: p.default for name, p in parameters.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}
    return Signature(parameters["state"].default, MappingProxyType(defaults), _kinds(method))


def signature_of(method: Callable[..., Any]) -> Signature:
    """What a method's signature says. Raises TypeError for what is no method."""
    try:
        return _signature(method)
    except (ValueError, TypeError) as error:  # a builtin has no signature, a list no hash
        if str(error).startswith("method must be"):
            raise
        raise TypeError(
            f"method must be a function of (objective, w, state) such as gradient_descent, got {shown(method)}"
        ) from None


def _kinds(method: Callable[..., Any]) -> Mapping[str, Any]:
    """The types of a method's parameters; none where they are not to be had, as of a class's
    instance.
    """
    try:
        return get_type_hints(getattr(method, "func", method), include_extras=True)
    except (NameError, TypeError):
        return {}


def name_of(method: Any) -> str:
    """A method's name: its own, for `partial(momentum, momentum=0.5)` that of momentum, else its
    class's.
    """
    inner = method.func if isinstance(method, partial) else method
    return getattr(inner, "__name__", type(inner).__name__)


def first_state(method: Callable[..., Any], given: Any, w: Array) -> Any:
    """The state to begin with: the method's own first one if none is `given`, else that one,
    checked.

    What a reader's own method takes for a state is the reader's affair. Raises TypeError or
    ValueError for a state that one of gdcore's methods cannot have returned for such a w.
    """
    first = signature_of(method).state
    if given is inspect.Parameter.empty or (given is None and first is not None):
        return first
    inner = method.func if isinstance(method, partial) else method
    if bare_step(inner) is None or given is None:
        return given
    if isinstance(first, tuple) or first is None:
        return _tuple_state(name_of(method), given, first, signature_of(method).kinds.get("state"), w)
    return _state_part(name_of(method), "state", given, first, w)


def _tuple_state(method: str, given: Any, first: Any, kind: Any, w: Array) -> Any:
    """A state of several parts, as a tuple of the method's own kind."""
    own = next((each for each in (kind, *get_args(kind)) if hasattr(each, "_fields")), type(first))
    names = getattr(own, "_fields", ())
    if not isinstance(given, tuple) or len(given) != len(names):
        parts = f"the tuple ({', '.join(names)})" if names else "the empty tuple ()"
        raise TypeError(f"state must be {parts}, as {method} returns it, got {shown(given)}")
    if first is None:
        return given
    return own(*(_state_part(method, f"state.{name}", g, f, w) for name, g, f in zip(names, given, first, strict=True)))


def _state_part(method: str, name: str, given: Any, first: Any, w: Array) -> Any:
    """One number or array of a state: a count where the first state has a whole number, else
    numbers that fit w.
    """
    if isinstance(first, int):
        return validation.whole_number(name, given, least=0)
    array = validation.numbers(name, given, finite=False)
    try:
        fits = np.broadcast_shapes(array.shape, w.shape) == w.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"{name} must have the shape of w, {w.shape}, as {method} returns it, got shape {array.shape}")
    return given if isinstance(given, (float, np.ndarray)) else array


Schedules = list[tuple[str, Callable[[int], Any]]]


def split(method: Callable[..., Any], given: Mapping[str, Any], w: Array) -> tuple[dict[str, Any], Schedules]:
    """The hyperparameters that are fixed, checked, and apart the schedules, which check each value
    as it is used.

    Raises TypeError for one that the method does not have or needs and is not given, TypeError or
    ValueError for a value out of range.
    """
    signature = signature_of(method)
    fixed, schedules = {}, []
    bound = method.keywords if isinstance(method, partial) else {}
    for name, value in {**bound, **given}.items():
        if name not in signature.defaults:
            if name in bound:
                continue  # the partial's own affair
            has = ", ".join(signature.defaults) or "none"
            raise TypeError(f"{name_of(method)} has no hyperparameter {name!r}; it has {has}")
        kind, default = signature.kinds.get(name), signature.defaults[name]
        if callable(value):
            schedules.append((name, _checked(name, value, kind, default, w)))
        else:
            fixed[name] = hyperparameter(name, value, kind, default, w)
    for name, default in signature.defaults.items():
        if default is inspect.Parameter.empty and name not in given:
            raise TypeError(f"{name_of(method)} needs the hyperparameter {name!r}")
    return fixed, schedules


def _checked(name: str, schedule: Callable[[int], Any], kind: Any, default: Any, w: Array) -> Callable[[int], Any]:
    """The schedule, its values checked as they are used."""

    def at(t: int) -> Any:
        return hyperparameter(name, schedule(t), kind, default, w, f" at step {t}")

    return at


def hyperparameter(name: str, value: Any, kind: Any, default: Any, w: Array, where: str = "") -> Any:
    """One hyperparameter, checked by its kind or, where it has none, by that of its default.

    Numbers come back as Python numbers and arrays in w's precision, so that neither changes w's.
    """
    plain, limits = _kind_and_range(kind)
    if plain is bool or isinstance(default, bool):
        return validation.flag(name, value, where)
    if get_origin(plain) is Literal:
        return validation.choice(name, value, get_args(plain), where)
    if plain is int:
        most = int(limits.below) - 1 if limits and limits.below < inf else None
        return validation.whole_number(name, value, least=int(limits.least) if limits else 1, most=most, where=where)
    if limits is not None:
        return _in_range(name, value, limits, w, where)
    if isinstance(default, Real) or (isinstance(value, Real) and not isinstance(value, bool)):
        return _finite(name, value, w, where)
    return value


def _kind_and_range(kind: Any) -> tuple[Any, Range | None]:
    """A parameter's type without its range, and the range."""
    if get_origin(kind) is not Annotated:
        return kind, None
    plain, *notes = get_args(kind)
    return plain, next((note for note in notes if isinstance(note, Range)), None)


def _in_range(name: str, value: Any, limits: Range, w: Array, where: str) -> Any:
    """A number in its range, or an array of such that broadcasts with w where the parameter may be
    one.
    """
    below = None if limits.below == inf else limits.below
    if not limits.array or not validation.is_array(value):
        return validation.number(name, value, least=limits.least, below=below, where=where)
    allowed = f"a number ≥ {limits.least:g}" + (", finite" if below is None else f" and < {below:g}") + ", or an array of such"
    array = _numbers(name, value, allowed, w, where)
    if not ((limits.least <= array) & (array < limits.below)).all():
        raise ValueError(f"{name} must be {allowed}, got {shown(value)}{where}")
    _fits(name, array, w)
    return array


def _finite(name: str, value: Any, w: Array, where: str) -> Any:
    """A finite number of any size, whole numbers as they are, or an array of such."""
    if validation.is_array(value):
        array = _numbers(name, value, "a finite number, or an array of such", w, where)
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite, got {shown(value)}{where}")
        return array
    number = validation.number(name, value, where=where)
    return int(value) if isinstance(value, (int, np.integer)) else number


def _numbers(name: str, value: Any, allowed: str, w: Array, where: str) -> Array:
    """An array of numbers in w's precision, truth values refused."""
    array = validation.numbers(name, value, finite=False)
    if np.asarray(value).dtype.kind == "b":
        raise TypeError(f"{name} must be {allowed}, got {shown(value)}{where}")
    return array.astype(w.dtype)


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

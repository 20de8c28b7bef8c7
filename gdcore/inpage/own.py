"""What a reader wrote, a method or a landscape, as gdcore's own kind of thing."""

from __future__ import annotations
import __future__

import inspect
import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from gdcore import hyperparameters
from gdcore.arrays import Array
from gdcore.catalogue import METHODS
from gdcore.differences import numerical_gradient
from gdcore.inpage.mistakes import LANDSCAPE, METHOD, Mistake, file_of, return_line
from gdcore.objectives import Objective


def namespace_of(origin: str | None) -> dict[str, Any]:
    """The names that a reader's code finds: np, math, and those of the module that it is from."""
    names: dict[str, Any] = {"np": np, "math": math}
    if origin is not None:
        names.update(inspect.unwrap(METHODS[origin].function).__globals__)
    names["__name__"] = "__yours__"
    return names


def _run(code: str, of: str, names: dict[str, Any]) -> dict[str, Any]:
    exec(compile(code, file_of(of), "exec", __future__.annotations.compiler_flag, True), names)
    return names


@lru_cache(maxsize=16)
def method(code: str, name: str = "step", origin: str | None = None) -> Callable[..., Any]:
    """The step that a reader wrote: the function `step`, or one that is called like the method.

    >>> method("def step(objective, w, state=0.0): return w, state").__name__
    'step'
    """
    names = _run(code, METHOD, namespace_of(origin))
    for wanted in ("step", origin, name):
        found = names.get(wanted) if wanted else None
        if callable(found) and (wanted == "step" or _is_own(found)):
            _require_parameters(found, code)
            return found
    raise Mistake("MissingFunction", f"The code must define a function {origin or 'step'}(objective, w, state, …).")


def _is_own(function: Any) -> bool:
    """Whether the reader's code defined it, and not the module that its names come from."""
    return getattr(function, "__module__", "__yours__") == "__yours__"


def _require_parameters(step: Callable[..., Any], code: str) -> None:
    try:
        hyperparameters.signature_of(step)
    except TypeError:
        line = return_line(code.replace("return", "      "), step.__name__)
        says = f"{step.__name__} must take (objective, w, state) and, after a *, its hyperparameters."
        raise Mistake("ArgumentError", says, line) from None


def probed(step: Callable[..., Any], code: str, objective: Objective, w: Array, steps: int, settings: Mapping[str, Any]) -> None:
    """Take the steps one by one, and say by a Mistake what the first wrong one returned."""
    with np.errstate(all="ignore"):
        state = hyperparameters.signature_of(step).state
        taken = hyperparameters.bare_step(step) or step
        for t in range(1, steps + 1):
            now = {name: value(t) if callable(value) else value for name, value in settings.items()}
            try:
                result = taken(objective.at(t), w, state, **now)
            except Exception:
                return  # its own message says more
            _require_pair(result, w, step.__name__, code)
            w, state = result


def _require_pair(result: Any, w: Array, name: str, code: str) -> None:
    line = return_line(code, name)
    if result is None:
        raise Mistake("ReturnError", f"{name} returns nothing: it must end with return w, state.", line)
    if not isinstance(result, tuple) or len(result) != 2:
        raise Mistake("ReturnError", f"{name} must return the pair w, state.", line)
    if isinstance(result[0], str):
        raise Mistake("TypeError", "A text stands here where a number is needed.", line)
    if np.shape(result[0]) != w.shape:
        says = f"{name} must return a w of {len(w)} numbers, as it got, and returns one of shape {np.shape(result[0])}."
        raise Mistake("ShapeError", says, line)


@lru_cache(maxsize=8)
def landscape(code: str, box: tuple[tuple[float, float], ...]) -> Objective:
    """The landscape L(x, y) that a reader wrote, its gradient by centred differences.

    >>> hill = landscape("def L(x, y): return x**2 + 3 * y", ((-1, 1), (-1, 1)))
    >>> hill.value([2, 1]), hill.gradient([2, 1]).round(6)
    (np.float64(7.0), array([4., 3.]))
    """
    L = _run(code, LANDSCAPE, namespace_of(None)).get("L")
    if not callable(L):
        raise Mistake("MissingFunction", "The code must define a function L(x, y).", of=LANDSCAPE)

    def at_one(w: Array) -> Any:
        height = L(w[0], w[1])
        if type(height) is not float and type(height) is not np.float64:
            _require_height(height, code)
        return np.float64(height)

    def value(w: Array) -> Array:
        if w.ndim == 1:
            return at_one(w)
        try:
            heights = np.asarray(L(w[..., 0], w[..., 1]))
            if heights.shape == w.shape[:-1] and heights.dtype.kind == "f":
                return heights
        except (IndexError, ValueError, TypeError, OverflowError, ZeroDivisionError):
            pass
        return np.array([at_one(row) for row in w.reshape(-1, 2)]).reshape(w.shape[:-1])

    def gradient(w: Array) -> Array:
        return numerical_gradient(value, w) if np.isfinite(w).all() else np.full_like(w, np.nan)

    return Objective("your landscape", value, gradient, box=np.array(box, float), dimension=2)


def _require_height(height: Any, code: str) -> None:
    line = return_line(code, "L")
    if height is None:
        raise Mistake("ReturnError", "L returns nothing: it must end with return and a number.", line, LANDSCAPE)
    if isinstance(height, str):
        raise Mistake("TypeError", "A text stands here where a number is needed.", line, LANDSCAPE)
    if isinstance(height, complex) or np.shape(height) != ():
        raise Mistake("ShapeError", "L must return one number for one point.", line, LANDSCAPE)

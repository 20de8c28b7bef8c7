"""A method's constants in every notation, and the lines of code that make it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.catalogue import METHODS
from gdcore.conventions.as_printed import printed
from gdcore.conventions.forms import FORMS, Hyperparameters
from gdcore.conventions.translation import constants_of, nearest, notations, translate

NOTATIONS = {
    "prince": "Prince",
    "bishop": "Bishop",
    "kneusel": "Kneusel",
    "notes": "Lecture notes",
    "slides": "Slides",
    "pytorch": "PyTorch",
    "optax": "optax",
    "keras": "Keras",
    "gdcore": "gdcore",
}
"""Each source and library, and what a reader calls it."""

LIBRARY_DEFAULTS: dict[str, dict[str, Hyperparameters]] = {
    "pytorch": {
        "SGD": {"lr": 0.001, "momentum": 0, "weight_decay": 0},
        "Adagrad": {"lr": 0.01, "weight_decay": 0, "initial_accumulator_value": 0, "eps": 1e-10},
        "RMSprop": {"lr": 0.01, "alpha": 0.99, "eps": 1e-08, "weight_decay": 0, "momentum": 0},
        "Adadelta": {"lr": 1.0, "rho": 0.9, "eps": 1e-06, "weight_decay": 0},
        "Adam": {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-08, "weight_decay": 0},
        "AdamW": {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-08, "weight_decay": 0.01},
        "NAdam": {"lr": 0.002, "betas": (0.9, 0.999), "eps": 1e-08, "weight_decay": 0, "momentum_decay": 0.004},
    },
    "optax": {
        "sgd": {},
        "adagrad": {"initial_accumulator_value": 0.1, "eps": 1e-07},
        "rmsprop": {"decay": 0.9, "eps": 1e-08, "eps_in_sqrt": True},
        "adadelta": {"rho": 0.9, "eps": 1e-06, "weight_decay": 0.0},
        "adam": {"b1": 0.9, "b2": 0.999, "eps": 1e-08},
        "adamw": {"b1": 0.9, "b2": 0.999, "eps": 1e-08, "weight_decay": 0.0001},
        "nadam": {"b1": 0.9, "b2": 0.999, "eps": 1e-08},
    },
    "keras": {
        "SGD": {"learning_rate": 0.01, "momentum": 0.0},
        "Adagrad": {"learning_rate": 0.001, "initial_accumulator_value": 0.1, "epsilon": 1e-07},
        "RMSprop": {"learning_rate": 0.001, "rho": 0.9, "momentum": 0.0, "epsilon": 1e-07},
        "Adadelta": {"learning_rate": 0.001, "rho": 0.95, "epsilon": 1e-07},
        "Adam": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07},
        "AdamW": {"learning_rate": 0.001, "weight_decay": 0.004, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07},
        "Nadam": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07},
    },
}
"""What the constants of each library's optimizers are where a call does not give them: PyTorch
2.13, optax 0.2.8, Keras 3.15.
"""

_CALLS = {
    "optax": {
        **dict.fromkeys(("gradient_descent", "momentum", "nesterov"), "sgd"),
        **{name: name for name in ("adagrad", "rmsprop", "adadelta", "adam", "adamw", "nadam", "lion")},
    },
    "keras": {
        **dict.fromkeys(("gradient_descent", "momentum", "nesterov"), "SGD"),
        **{"adagrad": "Adagrad", "rmsprop": "RMSprop", "adadelta": "Adadelta", "adam": "Adam", "adamw": "AdamW"},
        **{"amsgrad": "Adam", "nadam": "Nadam", "lion": "Lion"},
    },
}
_LETTERS = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "mu": "μ", "rho": "ρ"}
_LETTERS |= {"beta1": "β₁", "beta2": "β₂"}
# What a target has otherwise, by gdcore's names.
_OTHERWISE = {
    "epsilon": "adds ε before the correction",
    "inside_root": "adds ε on the other side of the root",
    "momentum": "has no momentum",
    "momentum_decay": "warms its momentum up otherwise",
    "nesterov": "looks ahead otherwise",
    "weight_decay": "has no decay inside the gradient",
}


def library_line(library: str, method: str, **hyperparameters: Any) -> str:
    """The line of code that makes the same optimizer in PyTorch, optax, Keras or gdcore.

    - `library`: "pytorch", "optax", "keras" or "gdcore".
    - `method`: its name in gdcore.
    - `hyperparameters`: gdcore's, those left out at gdcore's defaults.

    Numbers are written with at most twelve digits. Raises ValueError as `translate` does.

    >>> library_line("keras", "momentum", learning_rate=0.1)
    'keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)'
    >>> library_line("gdcore", "momentum", learning_rate=0.1)
    'descend(momentum, objective, start, steps, learning_rate=0.1, momentum=0.9)'
    """
    validation.choice("library", library, ("pytorch", "optax", "keras", "gdcore"))
    return _line(library, method, translate(method, "gdcore", library, **hyperparameters))


def pytorch_line(method: str, **hyperparameters: Any) -> str:
    """The line of PyTorch that makes the same optimizer, such as "torch.optim.SGD(parameters,
    lr=0.01, momentum=0.9)".

    The hyperparameters are gdcore's, those left out at gdcore's defaults.
    Raises ValueError as `translate` does.

    >>> pytorch_line("momentum", learning_rate=0.1)
    'torch.optim.SGD(parameters, lr=0.1, momentum=0.9)'
    """
    return library_line("pytorch", method, **hyperparameters)


def in_every_notation(method: str, source: str, **values: Any) -> list[tuple[str, str, str]]:
    """One run in every notation: for each its name, its constants or its line of code, and what it
    has otherwise.

    - `method`: its name in gdcore.
    - `source`: whose constants the values are.
    - `values`: named as gdcore names them, and meant as the source means them; those that the
      source has no name for are left out.

    The last text is empty where the iterates are equal. Where the source does not write the method
    the values are meant as gdcore's. Raises ValueError as `nearest` does.

    >>> for row in in_every_notation("momentum", "prince", learning_rate=0.5, momentum=0.5)[:2]:
    ...     print(row)
    ('Prince', 'α = 0.5, β = 0.5', '')
    ('Bishop', 'η = 0.25, μ = 0.5', '')
    """
    validation.choice("source", source, NOTATIONS)
    source = source if source in notations(method) else "gdcore"
    given, rows = constants_of(method, source, **values), []
    for target in (*notations(method), "gdcore"):
        found, otherwise = nearest(method, source, target, **given)
        write = _line if target in ("pytorch", "optax", "keras", "gdcore") else _letters
        said = " and ".join(_otherwise(name, method, target, source) for name in otherwise)
        rows.append((NOTATIONS[target], write(target, method, found), said))
    return rows


def listing(said: str, rows: Sequence[tuple[str, str, str]]) -> str:
    r"""A figure's caption: what it says, and below it the rows of `in_every_notation`, to copy.

    >>> listing("Equal.", [("Keras", "keras.optimizers.SGD()", "has no momentum")])
    'Equal.\nKeras\tkeras.optimizers.SGD()\tnearest: it has no momentum'
    """
    said = validation.text("said", said)
    if not isinstance(rows, (list, tuple)) or not all(_is_row(row) for row in rows):
        raise TypeError(f"rows must be (notation, line, what it does otherwise), each a text, got {validation.shown(rows)}")
    entries = ("\t".join((name, text, f"nearest: it {otherwise}")[: 3 if otherwise else 2]) for name, text, otherwise in rows)
    return "\n".join([said, *entries])


def _is_row(row: Any) -> bool:
    return isinstance(row, (list, tuple)) and len(row) == 3 and all(isinstance(each, str) for each in row)


def distance(one: ArrayLike, two: ArrayLike) -> tuple[float, float]:
    """The largest distance of two runs' points at the same step, in a coordinate, and the largest
    coordinate. A run that ends earlier is compared as far as it goes.

    Raises ValueError for points of different dimensions.

    >>> distance([[0, 0], [1, 2]], [[0, 0], [1, 2.5]])
    (0.5, 2.5)
    """
    here, there = (
        validation.numbers(name, run, axes=2, shape="(T + 1, d)", finite=False) for name, run in (("one", one), ("two", two))
    )
    if here.shape[1] != there.shape[1]:
        raise ValueError(f"one and two must have points of one dimension, got {here.shape[1]} and {there.shape[1]} coordinates")
    steps = min(len(here), len(there))
    here, there = here[:steps], there[:steps]
    return float(np.abs(here - there).max()), float(np.maximum(np.abs(here), np.abs(there)).max())


def meant(method: str, source: str, **values: Any) -> Hyperparameters:
    """Gdcore's hyperparameters, equal or nearest, for values that are named as gdcore names them
    and meant as the source means them. Those that the source has no name for are left out.

    >>> meant("momentum", "prince", learning_rate=0.5, momentum=0.5, epsilon=0.1)
    {'learning_rate': 0.25, 'momentum': 0.5}
    """
    return nearest(method, source, "gdcore", **constants_of(method, source, **values))[0]


def as_written(method: str, source: str, **values: Any) -> tuple[Callable[..., Any], Hyperparameters]:
    """A method's step as the source writes it, and its hyperparameters, for values as `meant` takes
    them.

    The step is the printed one where the source has a form of its own, else gdcore's.

    >>> step, hyperparameters = as_written("momentum", "prince", learning_rate=0.5, momentum=0.5)
    >>> step.__name__, hyperparameters
    ('prince_momentum', {'learning_rate': 0.5, 'momentum': 0.5})
    """
    own = printed(method, source)
    if own is None:
        return METHODS[method].function, meant(method, source, **values)
    has = FORMS[method][source].names
    return own, {name: value for name, value in values.items() if name in has}


def _otherwise(name: str, method: str, target: str, source: str) -> str:
    """What a target does otherwise."""
    fixed = {} if target == "gdcore" else FORMS[method][target].fixed
    if name in ("epsilon", "learning_rate") and name in fixed:
        return f"has {'ε' if name == 'epsilon' else 'the rate'} = {_shown(fixed[name])}"
    if target != "keras" and source == "keras" and name == "epsilon":
        return "adds ε after the correction"
    return _OTHERWISE[name]


def _line(library: str, method: str, constants: dict[str, Any]) -> str:
    arguments = ", ".join(f"{name}={_shown(value)}" for name, value in constants.items())
    if library == "pytorch":
        return f"torch.optim.{METHODS[method].pytorch}(parameters, {arguments})"
    if library == "gdcore":
        return f"descend({method}, objective, start, steps, {arguments})"
    module = "optax" if library == "optax" else "keras.optimizers"
    return f"{module}.{_CALLS[library][method]}({arguments})"


def _letters(source: str, method: str, constants: dict[str, Any]) -> str:
    """Constants as a text writes them; λ is what gdcore calls a decay of the weights."""
    letters = {**_LETTERS, **({"decay": "λ"} if method == "adamw" else {})}
    return ", ".join(f"{letters.get(name, name)} = {_shown(value)}" for name, value in constants.items())


def _shown(value: Any) -> str:
    """A constant as code writes it, without the last digits that rounding left."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_shown, value))})"
    return repr(float(f"{value:.12g}")) if isinstance(value, float) else repr(value)

"""Trajectories of PyTorch, optax and Keras in float64, for tests/test_libraries.py: `python tests/reference/libraries.py`.

Writes libraries.npz (the iterates) and libraries.json (settings, each library's defaults, versions). The tests need none of the
three. The functions are written out anew, and JAX or PyTorch differentiates them. Keras runs on its JAX backend.
"""

import inspect
import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
import torch

jax.config.update("jax_enable_x64", True)
keras.config.set_floatx("float64")
torch.set_default_dtype(torch.float64)

STEPS, FALLS_AFTER = 100, 20


def canyon(w, exp):
    x, y = w
    return 6 * x**2 + 40 * y**2 - 12 * x - 30 * y + 3


def two_wells(w, exp):
    x, y = w
    return -2 * exp(-((x + 1) ** 2 + (y - 1) ** 2) / 2) - exp(-((x - 1) ** 2 + (y + 1) ** 2) / 2)


def himmelblau(w, exp):
    x, y = w
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


# name: function, start, and a rate of plain descent that suits it
FUNCTIONS = {
    "canyon": (canyon, [-0.5, 2.3], 0.005),
    "two_wells": (two_wells, [0.7, -0.2], 0.1),
    "himmelblau": (himmelblau, [-1.0, 0.5], 0.002),
}

# gdcore's method: the library's call, and its arguments (None: the function's own rate)
OPTAX = {
    "gradient_descent": ("sgd", {"learning_rate": None}),
    "momentum": ("sgd", {"learning_rate": None, "momentum": 0.9}),
    "nesterov": ("sgd", {"learning_rate": None, "momentum": 0.9, "nesterov": True}),
    "adagrad": ("adagrad", {"learning_rate": 0.3, "initial_accumulator_value": 0.1, "eps": 1e-3}),
    "rmsprop": ("rmsprop", {"learning_rate": 0.01, "decay": 0.9, "eps": 1e-3, "eps_in_sqrt": True}),
    "adadelta": ("adadelta", {"learning_rate": 1.0, "rho": 0.9, "eps": 1e-4}),
    "adam": ("adam", {"learning_rate": 0.03, "b1": 0.9, "b2": 0.999, "eps": 1e-3}),
    "adamw": ("adamw", {"learning_rate": 0.03, "b1": 0.9, "b2": 0.99, "eps": 1e-3, "weight_decay": 0.3}),
    "nadam": ("nadam", {"learning_rate": 0.03, "b1": 0.9, "b2": 0.999, "eps": 1e-3}),
    "lion": ("lion", {"learning_rate": 0.003, "b1": 0.9, "b2": 0.99, "weight_decay": 0.1}),
}
KERAS = {
    "gradient_descent": ("SGD", {"learning_rate": None}),
    "momentum": ("SGD", {"learning_rate": None, "momentum": 0.9}),
    "nesterov": ("SGD", {"learning_rate": None, "momentum": 0.9, "nesterov": True}),
    "adagrad": ("Adagrad", {"learning_rate": 0.3, "initial_accumulator_value": 0.1, "epsilon": 1e-3}),
    "rmsprop": ("RMSprop", {"learning_rate": 0.01, "rho": 0.9, "epsilon": 1e-3}),
    "adadelta": ("Adadelta", {"learning_rate": 1.0, "rho": 0.9, "epsilon": 1e-4}),
    "adam": ("Adam", {"learning_rate": 0.03, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-3}),
    "adamw": ("AdamW", {"learning_rate": 0.03, "beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-3, "weight_decay": 0.3}),
    "nadam": ("Nadam", {"learning_rate": 0.03, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-3}),
    "lion": ("Lion", {"learning_rate": 0.003, "beta_1": 0.9, "beta_2": 0.99, "weight_decay": 0.1}),
}
# What a library can be told beside, on the canyon: its call and arguments, and whether its rate falls to a tenth.
VARIANTS = {
    "optax-rmsprop_outside": ("rmsprop", {"learning_rate": 0.01, "decay": 0.9, "eps": 1e-3, "eps_in_sqrt": False}, False),
    "optax-rmsprop_momentum": (
        "rmsprop",
        {"learning_rate": 0.002, "decay": 0.9, "eps": 1e-3, "eps_in_sqrt": True, "momentum": 0.8},
        False,
    ),
    "optax-amsgrad": ("amsgrad", {"learning_rate": 0.03, "b1": 0.9, "b2": 0.9, "eps": 1e-3}, False),
    "keras-rmsprop_momentum": ("RMSprop", {"learning_rate": 0.002, "rho": 0.9, "epsilon": 1e-3, "momentum": 0.8}, False),
    "keras-adam_decay": (
        "Adam",
        {"learning_rate": 0.03, "beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-3, "weight_decay": 0.3},
        False,
    ),
    "pytorch-dampened": ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.9}, False),
    "pytorch-falling": ("SGD", {"lr": 0.005, "momentum": 0.9}, True),
    "optax-falling": ("sgd", {"learning_rate": 0.005, "momentum": 0.9}, True),
    "keras-falling": ("SGD", {"learning_rate": 0.005, "momentum": 0.9}, True),
}
DEFAULTS = {
    "pytorch": ["SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW", "NAdam"],
    "optax": ["sgd", "adagrad", "rmsprop", "adadelta", "adam", "adamw", "nadam"],
    "keras": ["SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW", "Nadam"],
}
OF_LIBRARY = {"pytorch": torch.optim, "optax": optax, "keras": keras.optimizers}


def rate_at(first, step, falls):
    return first / 10 if falls and step >= FALLS_AFTER else first


def run_optax(function, start, name, settings, falls=False):
    first = settings["learning_rate"]
    rate = (lambda count: jnp.where(count >= FALLS_AFTER, first / 10, first)) if falls else first
    optimizer = getattr(optax, name)(**{**settings, "learning_rate": rate})
    gradient = jax.jit(jax.grad(lambda w: function(w, jnp.exp)))
    w = jnp.array(start)
    state, points = optimizer.init(w), [w]
    for _ in range(STEPS):
        updates, state = optimizer.update(gradient(w), state, w)
        w = optax.apply_updates(w, updates)
        points.append(w)
    return np.array(points)


def run_keras(function, start, name, settings, falls=False):
    optimizer = getattr(keras.optimizers, name)(**settings)
    gradient = jax.jit(jax.grad(lambda w: function(w, jnp.exp)))
    w = keras.Variable(np.array(start), dtype="float64")
    points = [np.array(w.value)]
    for step in range(STEPS):
        if falls:
            optimizer.learning_rate = rate_at(settings["learning_rate"], step, falls)
        optimizer.apply([gradient(w.value)], [w])
        points.append(np.array(w.value))
    return np.array(points)


def run_pytorch(function, start, name, settings, falls=False):
    w = torch.tensor(start, requires_grad=True)
    optimizer = getattr(torch.optim, name)([w], **settings)
    points = [w.detach().clone()]
    for step in range(STEPS):
        optimizer.param_groups[0]["lr"] = rate_at(settings["lr"], step, falls)
        optimizer.zero_grad()
        function(w, torch.exp).backward()
        optimizer.step()
        points.append(w.detach().clone())
    return torch.stack(points).numpy()


RUN = {"pytorch": run_pytorch, "optax": run_optax, "keras": run_keras}


def defaults(library, name):
    """The arguments that are numbers or truth values, at what they are if they are not given."""
    parameters = inspect.signature(getattr(OF_LIBRARY[library], name)).parameters.values()
    return {each.name: each.default for each in parameters if isinstance(each.default, bool | int | float | tuple)}


def main():
    here, arrays, runs = Path(__file__).parent, {}, []
    for library, table in (("optax", OPTAX), ("keras", KERAS)):
        for function, (f, start, rate) in FUNCTIONS.items():
            for method, (name, arguments) in table.items():
                settings = {k: rate if v is None else v for k, v in arguments.items()}
                key = f"{library}-{method}-{function}"
                arrays[key] = RUN[library](f, start, name, settings)
                facts = {"key": key, "library": library, "method": method, "function": function}
                runs.append({**facts, "start": start, "settings": settings})
    f, start, _ = FUNCTIONS["canyon"]
    for key, (name, settings, falls) in VARIANTS.items():
        arrays[key] = RUN[key.partition("-")[0]](f, start, name, settings, falls)
    np.savez_compressed(here / "libraries.npz", **arrays)
    modules = {"torch": torch, "optax": optax, "keras": keras, "jax": jax, "numpy": np}
    facts = {
        "versions": {name: module.__version__ for name, module in modules.items()},
        "runs": runs,
        "start": start,
        "variants": {key: settings for key, (_, settings, _) in VARIANTS.items()},
        "defaults": {library: {name: defaults(library, name) for name in names} for library, names in DEFAULTS.items()},
    }
    (here / "libraries.json").write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    main()

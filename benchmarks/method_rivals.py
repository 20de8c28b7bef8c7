"""100 steps of torch.optim and of optax from one start, as a reader would write them: what bench_methods times beside gdcore.

Each function imports its library when called, and returns for each of gdcore's methods a function that takes so many steps on
the two wells, the gradient being the library's own; Muon's matrix is fitted to another.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from gdcore.catalogue import METHODS
from gdcore.conventions import translate

Way = Callable[[], Any]

# gdcore's methods that PyTorch has, each with PyTorch's class and the arguments of the same step.
TORCH = {
    name: (known.pytorch, translate(name, "gdcore", "pytorch", learning_rate=1.0 if name == "adadelta" else 0.02))
    for name, known in METHODS.items()
    if known.pytorch
}
OPTAX = {
    "gradient_descent": ("sgd", {"learning_rate": 0.02}),
    "momentum": ("sgd", {"learning_rate": 0.02, "momentum": 0.9}),
    "nesterov": ("sgd", {"learning_rate": 0.02, "momentum": 0.9, "nesterov": True}),
    "adagrad": ("adagrad", {"learning_rate": 0.02}),
    "rmsprop": ("rmsprop", {"learning_rate": 0.02}),
    "adadelta": ("adadelta", {"learning_rate": 1.0}),
    "adam": ("adam", {"learning_rate": 0.02}),
    "adamw": ("adamw", {"learning_rate": 0.02}),
    "amsgrad": ("amsgrad", {"learning_rate": 0.02}),
    "nadam": ("nadam", {"learning_rate": 0.02}),
    "lion": ("lion", {"learning_rate": 0.02}),
}


def torch_ways(start: np.ndarray, matrix: np.ndarray, steps: int) -> dict[str, Way]:
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    target = torch.tensor(matrix)

    def two_wells(w: Any) -> Any:
        x, y = w
        deep = -2 * torch.exp(-((x + 1) ** 2 + (y - 1) ** 2) / 2)
        return deep - torch.exp(-((x - 1) ** 2 + (y + 1) ** 2) / 2)

    def to_the_matrix(W: Any) -> Any:
        return ((W - target) ** 2).sum() / 2

    def way(name: str) -> Way:
        optimizer, settings = TORCH[name]
        loss = to_the_matrix if name == "muon" else two_wells

        def descend() -> Any:
            w = torch.tensor(np.zeros_like(matrix) if name == "muon" else start, requires_grad=True)
            stepper = getattr(torch.optim, optimizer)([w], **settings)
            for _ in range(steps):
                stepper.zero_grad()
                loss(w).backward()
                stepper.step()
            return w

        return descend

    return {name: way(name) for name in TORCH}


def optax_ways(start: np.ndarray, steps: int, jitted: bool) -> dict[str, Way]:
    jax, optax = importlib.import_module("jax"), importlib.import_module("optax")
    jnp = jax.numpy
    jax.config.update("jax_enable_x64", True)

    def two_wells(w: Any) -> Any:
        x, y = w
        deep = -2 * jnp.exp(-((x + 1) ** 2 + (y - 1) ** 2) / 2)
        return deep - jnp.exp(-((x - 1) ** 2 + (y + 1) ** 2) / 2)

    def way(name: str) -> Way:
        kind, settings = OPTAX[name]
        optimizer = getattr(optax, kind)(**settings)

        def step(w: Any, state: Any) -> tuple[Any, Any]:
            updates, state = optimizer.update(jax.grad(two_wells)(w), state, w)
            return optax.apply_updates(w, updates), state

        stepper = jax.jit(step) if jitted else step

        def descend() -> Any:
            w = jnp.array(start)
            state = optimizer.init(w)
            for _ in range(steps):
                w, state = stepper(w, state)
            return w.block_until_ready()

        return descend

    return {name: way(name) for name in OPTAX}

"""The Fashion-MNIST network trained by PyTorch and by JAX, as a reader would write it: what bench_networks times beside gdcore.

Each function imports its library when called, and returns ways to train: functions of the number of steps.
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gdcore.networks import Network, small_uniform

Way = Callable[[int], Any]


def torch_ways(x: np.ndarray, targets: np.ndarray, batch: int) -> dict[str, Way]:
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    X, T = torch.tensor(x), torch.tensor(targets)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, T), batch_size=batch, shuffle=True)

    def from_the_loader(steps: int) -> Iterator[Any]:
        yield from itertools.islice(loader, steps)

    def by_index(steps: int) -> Iterator[Any]:
        order = torch.randperm(len(X))
        for i in range(steps):
            rows = order[i * batch : (i + 1) * batch]
            yield X[rows], T[rows]

    return {
        "PyTorch eager, DataLoader": _torch_training(torch, from_the_loader),
        "PyTorch eager, by index": _torch_training(torch, by_index),
        "PyTorch compiled, by index": _torch_training(torch, by_index, compiled=True),
    }


def _torch_training(torch: Any, batches: Callable, compiled: bool = False) -> Way:
    nn = torch.nn
    network = nn.Sequential(nn.Linear(196, 100), nn.Sigmoid(), nn.Linear(100, 50), nn.Sigmoid(), nn.Linear(50, 10), nn.Sigmoid())
    optimizer = torch.optim.SGD(network.parameters(), lr=1.0)

    def loss_of(xb: Any, tb: Any) -> Any:
        return 0.5 * ((network(xb) - tb) ** 2).sum(dim=1).mean()

    loss = torch.compile(loss_of) if compiled else loss_of

    def train(steps: int) -> None:
        for xb, tb in batches(steps):
            optimizer.zero_grad()
            loss(xb, tb).backward()
            optimizer.step()

    return train


def torch_convolutional(images: np.ndarray, labels: np.ndarray) -> Way:
    """Gradients of 3 × 3 convolutions to 8 and to 16 channels, each pooled, and a dense layer, on images (N, 14, 14, 1)."""
    torch = importlib.import_module("torch")
    nn = torch.nn
    torch.set_num_threads(1)
    body = nn.Sequential(
        *(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(64, 10)),
    )
    X, Y, loss = torch.tensor(images.transpose(0, 3, 1, 2).copy()), torch.tensor(labels), nn.CrossEntropyLoss()

    def gradients(steps: int) -> None:
        for _ in range(steps):
            body.zero_grad()
            loss(body(X), Y).backward()

    return gradients


def jax_ways(x: np.ndarray, targets: np.ndarray, batch: int, network: Network) -> dict[str, Way]:
    jax, jnp = importlib.import_module("jax"), importlib.import_module("jax.numpy")
    X, T = jnp.asarray(x), jnp.asarray(targets)
    parts = [jnp.asarray(array) for layer in network.unpack(network.initialize(small_uniform, 0, np.float32)) for array in layer]

    def loss(parts: Any, xb: Any, tb: Any) -> Any:
        for W, b in zip(parts[::2], parts[1::2], strict=True):
            xb = jax.nn.sigmoid(xb @ W + b)
        return 0.5 * ((xb - tb) ** 2).sum(axis=1).mean()

    def step(parts: Any, rows: Any) -> Any:
        gradients = jax.grad(loss)(parts, X[rows], T[rows])
        return [p - 1.0 * g for p, g in zip(parts, gradients, strict=True)], None

    one, many = jax.jit(step), jax.jit(lambda parts, order: jax.lax.scan(step, parts, order)[0])
    generator = np.random.default_rng(0)

    def batches(steps: int) -> np.ndarray:
        return generator.permutation(len(x))[: steps * batch].reshape(steps, batch)

    def stepwise(steps: int) -> None:
        now = parts
        for rows in batches(steps):
            now, _ = one(now, rows)
        jax.block_until_ready(now)

    return {"JAX, jitted step": stepwise, "JAX, scan": lambda steps: jax.block_until_ready(many(parts, batches(steps)))}

"""Makes network_torch.npz: outputs, losses, gradients and Hessian-vector products of two networks as PyTorch computes them.

    python tests/reference/network_torch.py

needs PyTorch (2.13.0 made the file); the tests need only the file. All in float64. The flat w holds each layer's parameters in
gdcore's order: a dense matrix (inputs, outputs), a convolution (kernel · kernel · inputs, outputs), vectors, each in row order.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
EPSILON = 1e-5


def pieces(w: torch.Tensor, *shapes: tuple[int, ...]) -> list[torch.Tensor]:
    """The parameters that lie in w one after the other."""
    sizes = [int(np.prod(shape)) for shape in shapes]
    assert sum(sizes) == w.numel()
    return [part.reshape(shape) for part, shape in zip(torch.split(w, sizes), shapes, strict=True)]


DENSE = ((6, 5), (5,), (5,), (5,), (5, 5), (5,), (5,), (5,), (5, 4), (4,), (4, 3), (3,))


def dense(w: torch.Tensor, x: torch.Tensor, running: list[torch.Tensor], training: bool) -> torch.Tensor:
    """Dense 6-5, batch norm, sigmoid, dense 5-5, layer norm, tanh, dense 5-4, ReLU, dense 4-3."""
    W1, b1, g1, s1, W2, b2, g2, s2, W3, b3, W4, b4 = pieces(w, *DENSE)
    a = F.batch_norm(F.linear(x, W1.T, b1), *running, g1, s1, training=training, momentum=0.1, eps=EPSILON)
    a = F.layer_norm(F.linear(torch.sigmoid(a), W2.T, b2), (5,), g2, s2, eps=EPSILON)
    return F.linear(torch.relu(F.linear(torch.tanh(a), W3.T, b3)), W4.T, b4)


IMAGE = ((3 * 3 * 2, 3), (3,), (3,), (3,), (2 * 2 * 3, 4), (4,), (4, 3), (3,))


def image(w: torch.Tensor, x: torch.Tensor, running: list[torch.Tensor], training: bool) -> torch.Tensor:
    """On images 8 × 8 × 2: convolution, batch norm, ReLU, max pool, convolution, average pool, dense, sigmoid."""
    W1, b1, g1, s1, W2, b2, W3, b3 = pieces(w, *IMAGE)
    a = F.conv2d(x.permute(0, 3, 1, 2), W1.reshape(3, 3, 2, 3).permute(3, 2, 0, 1), b1)
    a = F.batch_norm(a, *running, g1, s1, training=training, momentum=0.1, eps=EPSILON)
    a = F.conv2d(F.max_pool2d(torch.relu(a), 2), W2.reshape(2, 2, 3, 4).permute(3, 2, 0, 1), b2)
    a = F.avg_pool2d(a, 2).permute(0, 2, 3, 1).flatten(1)
    return torch.sigmoid(F.linear(a, W3.T, b3))


def cross_entropy(outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(outputs, labels)


def half_squared_error(outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return 0.5 * ((outputs - F.one_hot(labels, 3)) ** 2).sum(dim=1).mean()


def reference(
    name: str, network: Callable, loss: Callable, shapes: tuple, x_shape: tuple[int, ...], features: int, seed: int
) -> dict[str, np.ndarray]:
    """Everything of one network, on three batches: the first for the gradient, all of them for the running statistics."""
    generator = np.random.default_rng(seed)
    d = sum(int(np.prod(shape)) for shape in shapes)
    w, v = torch.tensor(generator.normal(0, 0.7, d)), torch.tensor(generator.normal(size=d))
    batches = torch.tensor(generator.normal(0.3, 1.5, (3, *x_shape)))
    labels = torch.tensor(generator.integers(3, size=x_shape[0]))

    def fresh() -> list[torch.Tensor]:
        return [torch.zeros(features), torch.ones(features)]

    def loss_of(w: torch.Tensor) -> torch.Tensor:
        return loss(network(w, batches[0], fresh(), True), labels)

    gradient = torch.func.grad(loss_of)(w)
    product = torch.autograd.functional.hvp(loss_of, w, v)[1]
    running = fresh()
    for batch in batches:
        network(w, batch, running, True)
    found = {
        "w": w,
        "v": v,
        "batches": batches,
        "labels": labels,
        "outputs": network(w, batches[0], fresh(), True),
        "loss": loss_of(w),
        "gradient": gradient,
        "hessian_vector": product,
        "running": torch.cat(running),
        "inference": network(w, batches[0], running, False),
    }
    return {f"{name}_{key}": value.numpy() for key, value in found.items()}


if __name__ == "__main__":
    np.savez(
        Path(__file__).with_suffix(".npz"),
        version=np.array(torch.__version__),
        **reference("dense", dense, cross_entropy, DENSE, (7, 6), features=5, seed=1),
        **reference("image", image, half_squared_error, IMAGE, (4, 8, 8, 2), features=3, seed=2),
    )

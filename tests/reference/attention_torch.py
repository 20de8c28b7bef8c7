"""Makes attention_torch.npz: a transformer's block on sequences as PyTorch computes it.

    python tests/reference/attention_torch.py

needs PyTorch (2.13.0 made the file); the tests need only the file. All in float64. The flat w holds in gdcore's order the gain of
an RMS norm, the matrix of queries, keys and values, that of the output, a second gain, and a dense layer's matrix and bias.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
SHAPES = ((6,), (6, 18), (6, 6), (6,), (30, 3), (3,))
HEADS = 3


def network(w: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Pre-norm attention with the way around it, RMS norm, flattened to a dense layer; x is (N, 5, 6)."""
    sizes = [int(np.prod(shape)) for shape in SHAPES]
    assert sum(sizes) == w.numel()
    g1, W, U, g2, V, b = (part.reshape(shape) for part, shape in zip(torch.split(w, sizes), SHAPES, strict=True))
    parts = (F.rms_norm(x, (6,), g1, eps=1e-5) @ W).chunk(3, dim=-1)
    q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in parts)
    read = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
    return F.rms_norm(x + read @ U, (6,), g2, eps=1e-5).flatten(1) @ V + b


if __name__ == "__main__":
    generator = np.random.default_rng(3)
    d = sum(int(np.prod(shape)) for shape in SHAPES)
    w = torch.tensor(generator.normal(0, 0.7, d), requires_grad=True)
    x, labels = torch.tensor(generator.normal(size=(4, 5, 6))), torch.tensor(generator.integers(3, size=4))
    outputs = network(w, x)
    loss = F.cross_entropy(outputs, labels)
    (gradient,) = torch.autograd.grad(loss, w)
    found = {"w": w, "x": x, "labels": labels, "outputs": outputs, "loss": loss, "gradient": gradient}
    np.savez(
        Path(__file__).with_suffix(".npz"),
        version=np.array(torch.__version__),
        **{key: value.detach().numpy() for key, value in found.items()},
    )

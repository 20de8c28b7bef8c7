"""The language model: gradients a second by us and by PyTorch as a reader would write it, one thread, single precision.

The model is `LanguageModel(110)` (113 thousand parameters, two blocks, width 64), a minibatch 16 sequences of 32 characters. Both
are timed in turns, in seconds of the processor, and their best turns compared.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import contextlib
import importlib
from typing import Any

import numpy as np

from benchmarks.bench_networks import rates
from benchmarks.network_rivals import Way
from gdcore.networks import LanguageModel

MODEL = LanguageModel(110)
BATCH = 16


def floor(sequences: np.ndarray) -> Way:
    """The matrix products of a gradient, those of the layers alone, on arrays that stay in the cache."""
    rows = sequences[:, 1:].size
    pairs = [
        shape
        for name, shape in zip(MODEL.parts, MODEL.shapes, strict=True)
        if len(shape) == 2 and name not in ("tokens", "positions")
    ]
    matrices = [(np.ones((rows, n), np.float32), np.ones((n, m), np.float32), np.ones((rows, m), np.float32)) for n, m in pairs]

    def products(steps: int) -> None:
        for _ in range(steps):
            for a, W, delta in matrices:
                a @ W, a.T @ delta, delta @ W.T

    return products


def torch_language(sequences: np.ndarray) -> Way:
    """Gradients by PyTorch, eagerly: its own embedding, RMS norm, attention and cross-entropy."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    nn: Any = torch.nn
    F: Any = nn.functional
    D, heads, hidden = MODEL.features, MODEL.heads, MODEL.hidden

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.read, self.write = nn.Linear(D, 3 * D, bias=False), nn.Linear(D, D, bias=False)

        def forward(self, h: Any) -> Any:
            q, k, v = (part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in self.read(h).chunk(3, dim=-1))
            return self.write(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))

    class Around(nn.Module):
        def __init__(self, *layers: Any) -> None:
            super().__init__()
            self.layers = nn.Sequential(nn.RMSNorm(D, eps=1e-5), *layers)

        def forward(self, h: Any) -> Any:
            return h + self.layers(h)

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens, self.positions = nn.Embedding(MODEL.vocabulary, D), nn.Embedding(MODEL.positions, D)
            blocks = []
            for _ in range(MODEL.blocks):
                up, down = nn.Linear(D, hidden, bias=False), nn.Linear(hidden, D, bias=False)
                blocks += [Around(Attention()), Around(up, nn.ReLU(), down)]
            self.body = nn.Sequential(*blocks, nn.RMSNorm(D, eps=1e-5), nn.Linear(D, MODEL.vocabulary, bias=False))

        def forward(self, c: Any) -> Any:
            return self.body(self.tokens(c) + self.positions.weight[: c.shape[-1]])

    model, s = Model(), torch.tensor(sequences)
    assert sum(part.numel() for part in model.parameters()) == MODEL.dimension

    def gradients(steps: int) -> None:
        for _ in range(steps):
            model.zero_grad()
            F.cross_entropy(model(s[:, :-1]).flatten(0, 1), s[:, 1:].flatten()).backward()

    return gradients


def main() -> None:
    sequences = np.random.default_rng(0).integers(MODEL.vocabulary, size=(BATCH, MODEL.positions + 1))
    objective, w = MODEL.objective(sequences), MODEL.initialize(dtype=np.float32)
    ways: dict[str, Way] = {"floor": floor(sequences), "gdcore": lambda steps: [objective.gradient(w) for _ in range(steps)]}
    with contextlib.suppress(ModuleNotFoundError):
        ways["PyTorch eager"] = torch_language(sequences)
    found = rates(ways, {}, steps=15)
    print(f"### The language model, {MODEL.dimension:,} parameters, {BATCH} sequences of {MODEL.positions} tokens, float32\n")
    print("| way | gradients/s | gdcore to it | asked for |\n|---|---|---|---|")
    for name, rate in found.items():
        asked = "≥ 1" if name.startswith("PyTorch") else ""
        print(f"| {name} | {rate:.0f} | {found['gdcore'] / rate:.2f} | {asked} |")


if __name__ == "__main__":
    main()

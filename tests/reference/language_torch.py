"""Makes language_torch.npz: a language model's logits, loss and gradient as PyTorch computes them.

    python tests/reference/language_torch.py

needs PyTorch (2.13.0 made the file); the tests need only the file. All in float64, for norms before and behind the blocks and
none, with an output of its own and with the embedding's. The flat w holds the arrays in gdcore's order.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
VOCABULARY, POSITIONS, FEATURES, HEADS, BLOCKS, HIDDEN = 7, 5, 6, 3, 2, 10


def shapes(norm: str, tied: bool) -> list[tuple[int, ...]]:
    gain, attention, hidden = (
        (FEATURES,),
        [(FEATURES, 3 * FEATURES), (FEATURES, FEATURES)],
        [(FEATURES, HIDDEN), (HIDDEN, FEATURES)],
    )
    block = {"pre": [gain, *attention, gain, *hidden], "post": [*attention, gain, *hidden, gain], "none": [*attention, *hidden]}
    last = [gain] * (norm == "pre") + [(FEATURES, VOCABULARY)] * (not tied)
    return [(VOCABULARY, FEATURES), (POSITIONS, FEATURES), *block[norm] * BLOCKS, *last]


def logits(w: torch.Tensor, tokens: torch.Tensor, norm: str, tied: bool) -> torch.Tensor:
    own = shapes(norm, tied)
    parts = [part.reshape(shape) for part, shape in zip(torch.split(w, [int(np.prod(s)) for s in own]), own, strict=True)]
    E, P = parts[:2]
    rest = iter(parts[2:])

    def normed(h: torch.Tensor) -> torch.Tensor:
        return F.rms_norm(h, (FEATURES,), next(rest), eps=1e-5)

    def around(h: torch.Tensor, f) -> torch.Tensor:
        if norm == "pre":
            return h + f(normed(h))
        h = h + f(h)
        return normed(h) if norm == "post" else h

    def attention(h: torch.Tensor) -> torch.Tensor:
        q, k, v = ((h @ next(rest)).unflatten(-1, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)).unbind()
        return F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2) @ next(rest)

    h = E[tokens] + P[: tokens.shape[-1]]
    for _ in range(BLOCKS):
        h = around(h, attention)
        h = around(h, lambda h: torch.relu(h @ next(rest)) @ next(rest))
    h = normed(h) if norm == "pre" else h
    return h @ (E.T if tied else next(rest))


if __name__ == "__main__":
    generator = np.random.default_rng(4)
    sequences = torch.tensor(generator.integers(VOCABULARY, size=(4, POSITIONS + 1)))
    found = {"version": np.array(torch.__version__), "sequences": sequences.numpy()}
    for norm in ("pre", "post", "none"):
        for tied in (False, True):
            d = sum(int(np.prod(s)) for s in shapes(norm, tied))
            w = torch.tensor(generator.normal(0, 0.5, d), requires_grad=True)
            outputs = logits(w, sequences[:, :-1], norm, tied)
            loss = F.cross_entropy(outputs.flatten(0, 1), sequences[:, 1:].flatten())
            (gradient,) = torch.autograd.grad(loss, w)
            name = f"{norm}_{'tied' if tied else 'own'}"
            for key, value in {"w": w, "logits": outputs, "loss": loss, "gradient": gradient}.items():
                found[f"{name}_{key}"] = value.detach().numpy()
    np.savez(Path(__file__).with_suffix(".npz"), **found)

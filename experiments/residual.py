"""Thirty layers of weights, plain, normalized and residual: what learns from which gain.

    python -m experiments.residual

trains networks of `depth.WIDTH` units a layer on two moons by gradient descent, for each kind and
gain one network for each of `SEEDS` at each of `RATES`, all from weights N(0, g²/fan_in). It
writes experiments/results/residual.json: the last loss of each network at each rate, after each of
`BUDGETS` steps.

- `plain`: dense, ReLU, 29 times, and a dense layer.
- `layer`, `batch`: the same with layer norm or batch norm before each ReLU.
- `residual`: a dense layer, 28 blocks a + W relu(a) + b, and a dense layer.
- `pre-norm`, `pre-norm RMS`: blocks a + W relu(norm(a)) + b, a norm before the last layer.
- `post-norm`: blocks norm(a + W relu(a) + b).
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from experiments import depth
from experiments.jobs import command, experiment
from gdcore import results
from gdcore.data import fit_normalization, two_moons
from gdcore.networks import BatchNorm, Dense, Layer, LayerNorm, Network, relu, softmax_cross_entropy
from gdcore.networks.initializations import Rule
from gdcore.objectives import Array, Objective

LAYERS, SEEDS, BUDGETS = 30, list(range(5)), [200, 400]
GAINS = [0.5, 2**-0.5, 1.0, 2**0.5, 2.0]


class RMSNorm(Layer):
    """γ a / √(mean a² + δ₀), over the features of each example: layer norm without the mean."""

    def __init__(self, features: int, epsilon: float = 1e-5) -> None:
        self.features, self.epsilon = features, epsilon

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        return ((self.features,),)

    def initialize(self, rule: Rule, generator: np.random.Generator) -> tuple[Array, ...]:
        return (np.ones(self.features),)

    def forward(self, parameters: tuple[Array, ...], a: Array) -> tuple[Array, Any]:
        s = np.sqrt((a * a).mean(axis=-1, keepdims=True) + self.epsilon)
        return parameters[0][..., None, :] * (a / s), (a / s, s)

    def gradients(self, parameters: tuple[Array, ...], cache: Any, delta: Array) -> tuple[Array, ...]:
        return ((delta * cache[0]).sum(axis=-2),)

    def backward(self, parameters: tuple[Array, ...], cache: Any, delta: Array) -> Array:
        a_hat, s = cache
        g = delta * parameters[0][..., None, :]
        return (g - a_hat * (g * a_hat).mean(axis=-1, keepdims=True)) / s


class Residual(Layer):
    """a + f(a), where f is a chain of layers."""

    def __init__(self, branch: Sequence[Layer]) -> None:
        self.branch = tuple(branch)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        return tuple(shape for layer in self.branch for shape in layer.shapes)

    def initialize(self, rule: Rule, generator: np.random.Generator) -> tuple[Array, ...]:
        return tuple(p for layer in self.branch for p in layer.initialize(rule, generator))

    def forward(self, parameters: tuple[Array, ...], a: Array) -> tuple[Array, Any]:
        out, kept, rest = a, [], list(parameters)
        for layer in self.branch:
            own = tuple(rest.pop(0) for _ in layer.shapes)
            out, cache = layer.forward(own, out)
            kept.append((layer, own, cache))
        return a + out, kept

    def gradients(self, parameters: tuple[Array, ...], cache: Any, delta: Array) -> tuple[Array, ...]:
        found: tuple[Array, ...] = ()
        for layer, own, kept in reversed(cache):
            found = (*layer.gradients(own, kept, delta), *found)
            delta = layer.backward(own, kept, delta)
        return found

    def backward(self, parameters: tuple[Array, ...], cache: Any, delta: Array) -> Array:
        below = delta
        for layer, own, kept in reversed(cache):
            below = layer.backward(own, kept, below)
        return delta + below


def layers(kind: str, count: int, width: int) -> list[Layer]:
    """The layers of a network of `count` dense layers, two inputs and two outputs."""
    first, last = Dense(2, width), Dense(width, 2)
    norms = {"layer": LayerNorm, "batch": BatchNorm, "pre-norm": LayerNorm, "pre-norm RMS": RMSNorm, "post-norm": LayerNorm}
    norm: list[Any] = [norms[kind](width)] if kind in norms else []
    if kind in ("plain", "layer", "batch"):
        body = [part for _ in range(count - 2) for part in (Dense(width, width), *norm, relu)]
        return [first, *norm, relu, *body, last]
    if kind == "post-norm":
        blocks = [part for _ in range(count - 2) for part in (Residual([relu, Dense(width, width)]), *norm)]
        return [first, *blocks, last]
    blocks = [Residual([*norm, relu, Dense(width, width)]) for _ in range(count - 2)]
    return [first, *blocks, *norm, last]


KINDS = ["plain", "layer", "batch", "residual", "pre-norm", "pre-norm RMS", "post-norm"]
# So far apart that every best rate lies inside: what is not normalized needs the far smaller ones.
RATES = {kind: depth.RATES if kind in ("plain", "residual") else depth.RATES[5:14] for kind in KINDS}


def task(kind: str) -> tuple[Network, Objective]:
    """A network of `LAYERS` dense layers, and its loss on the moons of `experiments.depth`."""
    network = Network(layers(kind, LAYERS, depth.WIDTH))
    x, labels = two_moons(depth.EXAMPLES, noise=0.1, seed=0)
    return network, network.objective(softmax_cross_entropy, fit_normalization(x)(x).astype(np.float32), labels)


def losses(kind: str, gain: float, rates: list[float], seeds: list[int], budgets: list[int]) -> Array:
    """The losses after each budget of steps: (budgets, rates, seeds), infinite where diverged."""
    network, objective = task(kind)
    w = network.initialize(partial(depth.rule, gain=gain), seeds, np.float32)
    w = np.broadcast_to(w, (len(rates), *w.shape))
    pace, found = np.array(rates, dtype=np.float32)[:, None, None], []
    with np.errstate(all="ignore"):  # what has diverged goes on as NaN
        for step in range(1, budgets[-1] + 1):
            w = w - pace * objective.gradient(w)
            if step in budgets:
                values = objective.value(w)
                found.append(np.where(np.isfinite(values), values, np.inf))
    return np.array(found)


def run(jobs: int = 1, backend: str = "loky", folder: Path | None = None) -> Path:
    """Train all and write the results."""
    with experiment("residual", jobs, backend) as work:
        calls = [(kind, gain, RATES[kind], SEEDS, BUDGETS) for kind in KINDS for gain in GAINS]
        ends = iter(work.all(losses, calls))
        return work.write(
            what=f"two moons, {LAYERS} layers of {depth.WIDTH} units, softmax cross-entropy, all data at every step, float32",
            settings={"gains": GAINS, "rates": RATES, "seeds": SEEDS, "budgets": BUDGETS},
            found={"last_losses": {kind: [results.rounded(next(ends), digits=4) for _ in GAINS] for kind in KINDS}},
            folder=folder,
        )


if __name__ == "__main__":
    command(run, __doc__)

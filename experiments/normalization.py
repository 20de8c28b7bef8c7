"""What normalization does to curvature and to a step, over enough networks for a test.

    python -m experiments.normalization

writes experiments/results/normalization.json: networks without normalization, with batch and with
layer normalization, all kinds from the same first weights, on 32 points of two moons.

- `spectra`: λmax, κmean and κmedian of four layers, at the start and at a loss below `LEVEL`.
- `steps`: how far the fifth layer's gradient moves with the layers below it, and the whole gradient
  over a step. Medians of 30 steps.
- `below`: the losses of ten layers with batch norm after 80 steps, the last γ, β and layer at the
  rate 1, all below at another; and by how many degrees the second layer's units turn in the first
  step and in all that follow.
- `finals`: the losses of ten layers after `LONG` steps, by gain at the start, rate and seed.
- `plateaus`: the losses of thirty plain layers of ReLU after 2,000 steps, by gain.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from experiments import depth
from gdcore import results
from gdcore.data import fit_normalization, two_moons
from gdcore.descent import descend
from gdcore.methods import gradient_descent
from gdcore.networks import BatchNorm, Dense, LayerNorm, Network, he, relu, softmax_cross_entropy
from gdcore.objectives import Array, Objective

NETWORKS, LEVEL, LONG = 40, 0.2, 400
KINDS: dict[str, Any] = {"none": None, "batch": BatchNorm, "layer": LayerNorm}
STEP_RATES = [0.01, 0.1]
GAINS = {"He": np.sqrt(2), "half": 0.5}
RATES = (10.0 ** np.arange(-2, 1.1, 0.5)).tolist()
BELOW = [0.0, 1.0, 10.0, 31.6, 100.0, 1000.0]  # the rates below; 0 freezes these layers
PLATEAUS = [(1.0, 0.01), (np.sqrt(2), 0.01), (2.0, 1e-6)]  # a gain and a rate for it


def task(kind: str, layers: int, width: int) -> tuple[Network, Objective]:
    """`layers` layers of weights, all but the last with normalization and ReLU, and the loss."""
    parts: list[Any] = []
    kinds = [KINDS[kind](width)] if KINDS[kind] is not None else []
    for fan_in in [2] + [width] * (layers - 2):
        parts += [Dense(fan_in, width), *kinds, relu]
    network = Network([*parts, Dense(width, 2)])
    moons, sides = two_moons(64, noise=0.1, seed=0)
    return network, network.objective(softmax_cross_entropy, fit_normalization(moons)(moons)[:32], sides[:32])


def measures(objective: Objective, w: Array) -> Array:
    """λmax, κmean and κmedian of the exact Hessian at w (d,)."""
    assert objective.hessian_vector is not None  # a network has one
    H = objective.hessian_vector(np.broadcast_to(w, (w.size, w.size)), np.eye(w.size))
    values = np.linalg.eigvalsh((H + H.T) / 2)
    sizes = np.abs(values)
    return np.array([values[-1], sizes.max() / sizes.mean(), sizes.max() / np.median(sizes)])


def spectra(kind: str, networks: int) -> dict[str, Any]:
    """The measures at the start and at a loss of `LEVEL`, None where 300 steps do not reach it."""
    network, objective = task(kind, 4, 8)
    starts = network.initialize(he, range(networks))
    run = descend(gradient_descent, objective, starts, 300, learning_rate=0.1, record_every=10)
    there = run.values < LEVEL
    ends = [run.points[row.argmax(), m] if row.any() else None for m, row in enumerate(there.T)]
    return {
        "start": [results.rounded(measures(objective, w), digits=6) for w in starts],
        "after": [None if w is None else results.rounded(measures(objective, w), digits=6) for w in ends],
    }


def steps(kind: str, rate: float, networks: int) -> dict[str, Any]:
    """Medians over 30 steps of what moves, as shares of the gradient's length, and the loss."""
    network, objective = task(kind, 8, 16)
    w = network.initialize(he, range(networks))
    ends = np.cumsum([0] + [np.prod(shape) for shape in network.shapes])
    first = 4 * (4 if KINDS[kind] else 2)  # the fifth layer's matrix in shapes
    fifth, below = slice(ends[first], ends[first + 1]), np.arange(ends[-1]) < ends[first]
    g, seen = objective.gradient(w), []
    for _ in range(30):
        moved = w - rate * g
        mixed = objective.gradient(np.where(below, moved, w))
        g_moved = objective.gradient(moved)
        length = partial(np.linalg.norm, axis=1)
        shift = length(mixed[:, fifth] - g[:, fifth]) / length(g[:, fifth])
        seen.append([shift, length(g_moved - g) / length(g)])
        w, g = moved, g_moved
    shift, change = np.median(seen, axis=0)
    return {
        name: results.rounded(v, digits=5) for name, v in (("shift", shift), ("change", change), ("loss", objective.value(w)))
    }


def below(rate: float, seeds: list[int], count: int = 80) -> dict[str, Any]:
    """Batch norm, with a rate of its own for what the next normalization takes the scale out of."""
    network, objective = task("batch", 10, 16)
    rates = np.full(network.dimension, rate)
    for parts in network.unpack(rates)[-3:]:  # the last γ and β, a ReLU, the last layer
        for part in parts:
            part[...] = 1.0
    starts = network.initialize(he, seeds)
    first = descend(gradient_descent, objective, starts, 1, learning_rate=rates).points[-1]
    run = descend(gradient_descent, objective, first, count - 1, learning_rate=rates, record_every=0)
    second = [network.unpack(w)[3][0] for w in (starts, first, run.points[-1])]  # a column is a unit
    a, b, c = (W / np.linalg.norm(W, axis=-2, keepdims=True) for W in second)
    turns = [np.degrees(np.arccos(np.clip((u * v).sum(axis=-2), -1, 1))) for u, v in ((a, b), (b, c))]
    return {
        "rate": rate,
        "last_losses": results.rounded(_lost(run.values[-1]), digits=4),
        "turns": results.rounded(np.median(turns, axis=(1, 2)), digits=3),
    }


def finals(kind: str, seeds: list[int]) -> Any:
    """The losses after `LONG` steps of ten layers of 16 units: (gains, rates, seeds)."""
    network, objective = task(kind, 10, 16)
    w = np.stack([network.initialize(partial(depth.rule, gain=gain), seeds) for gain in GAINS.values()])
    starts, paces = np.stack([w] * len(RATES), axis=1), np.array(RATES)[:, np.newaxis, np.newaxis]
    run = descend(gradient_descent, objective, starts, LONG, learning_rate=paces, record_every=0)
    return results.rounded(_lost(run.values[-1]), digits=4)


def plateau(gain: float, rate: float, seeds: list[int], count: int) -> dict[str, Any]:
    """Thirty layers of ReLU as in `experiments.depth`, for `count` steps."""
    last = depth.losses(gain, 30, "ReLU", seeds, [rate], count)[-1, 0]
    return {"gain": float(gain), "rate": rate, "steps": count, "last_losses": results.rounded(last, digits=4)}


def _lost(values: Array) -> Array:
    """Infinity for a run that has left the finite."""
    return np.where(np.isfinite(values), values, np.inf)


def run(networks: int = NETWORKS, seeds: int = 6, long: int = 2000, folder: Path | None = None) -> Path:
    """Do all and write the results."""
    found = {
        "spectra": {kind: spectra(kind, networks) for kind in KINDS},
        "steps": {kind: {str(rate): steps(kind, rate, networks) for rate in STEP_RATES} for kind in KINDS},
        "below": [below(rate, list(range(20))) for rate in BELOW],
        "finals": {kind: finals(kind, list(range(seeds))) for kind in KINDS},
        "plateaus": [plateau(gain, rate, list(range(20)), long) for gain, rate in PLATEAUS],
    }
    return results.write(
        "normalization",
        what="two moons, networks with and without normalization, softmax cross-entropy, all data at every step",
        made_by="python -m experiments.normalization",
        settings={"networks": networks, "level": LEVEL, "long": LONG, "rates": RATES, "below": BELOW},
        found=found,
        folder=folder,
    )


if __name__ == "__main__":
    print(run())

"""What normalization does to training, to curvature and to a step, over enough networks for a test.

    python -m experiments.normalization

writes experiments/results/normalization.json: networks without normalization, with batch and with
layer normalization, all kinds from the same first weights, on 32 points of two moons.

- `spectra`: λmax, κmean and κmedian of four layers and how many eigenvalues are 0, at the start
  by gain, and from He's start at a loss below `LEVEL`. Biases in front of a batch norm are left
  out: it takes them out of the network.
- `steps`: how far the fifth layer's gradient moves with the layers below it, and the whole gradient
  over a step, by rate. Medians of 30 steps, and of twice as many.
- `below`: the losses of ten layers with batch norm after `BUDGETS` steps, the last γ, β and layer
  at the rate 1, all below at another; and by how many degrees the second layer's units turn in the
  first step and in the others of the first budget.
- `training`: the losses of ten layers after `MARKS` steps, by gain at the start, rate and seed. The
  kinds "batch, after" and "layer, after" normalize what comes out of each ReLU.
- `adam`: the losses of thirty plain layers of ReLU after `ADAM_STEPS` steps of Adam, by gain and ε,
  rate and seed.
- `plateaus`: the losses of thirty plain layers of ReLU after 2,000 steps, by gain.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import depth
from experiments.jobs import command, experiment
from gdcore import results
from gdcore.data import fit_normalization, two_moons
from gdcore.descent import descend
from gdcore.methods import adam, gradient_descent
from gdcore.networks import BatchNorm, Dense, LayerNorm, Network, he, relu, softmax_cross_entropy
from gdcore.objectives import Array, Objective

Mask = NDArray[np.bool_]

NETWORKS, LEVEL = 40, 0.2
KINDS: dict[str, Any] = {"none": None, "batch": BatchNorm, "layer": LayerNorm}
PLACED = [*KINDS, "batch, after", "layer, after"]
SPECTRUM_GAINS = [0.5, 1.0, np.sqrt(2), 2.0]
STEP_RATES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]
GAINS = {"He": np.sqrt(2), "half": 0.5}
RATES = (10.0 ** np.arange(-4, 1.1, 0.5)).tolist()
MARKS = [0, 5, 10, 20, 40, 60, 80, 120, 160, 240, 320, 400, 500, 600, 800, 1000]
BUDGETS = [80, 400]
BELOW = [0.0, 0.1, 0.316, 1.0, 3.16, 10.0, 31.6, 100.0, 316.0, 1000.0]  # the rates below; 0 freezes these layers
ADAM = [(1.0, 1e-8), (0.5**0.5, 1e-8), (0.5**0.5, 1e-30)]  # gains and ε
ADAM_RATES, ADAM_STEPS = [1e-4, 3.16e-4, 1e-3, 3.16e-3, 1e-2], [100, 400]
PLATEAUS = [(1.0, 0.01), (np.sqrt(2), 0.01), (2.0, 1e-6)]  # a gain and a rate for it


def task(kind: str, layers: int, width: int) -> tuple[Network, Objective]:
    """`layers` layers of weights, all but the last with normalization and ReLU, and the loss."""
    parts: list[Any] = []
    name, _, after = kind.partition(", ")
    for fan_in in [2] + [width] * (layers - 2):
        norm = [KINDS[name](width)] if KINDS[name] is not None else []
        parts += [Dense(fan_in, width), relu, *norm] if after else [Dense(fan_in, width), *norm, relu]
    network = Network([*parts, Dense(width, 2)])
    moons, sides = two_moons(64, noise=0.1, seed=0)
    return network, network.objective(softmax_cross_entropy, fit_normalization(moons)(moons)[:32], sides[:32])


def felt(network: Network) -> Mask:
    """False for the biases right in front of a batch norm, which do nothing."""
    mask = np.ones(network.dimension)
    for (layer, parts), above in zip(zip(network.layers, network.unpack(mask), strict=True), network.layers[1:], strict=False):
        if isinstance(layer, Dense) and isinstance(above, BatchNorm):
            parts[1][...] = 0.0
    return mask > 0


def measures(objective: Objective, w: Array, kept: Mask) -> Array:
    """λmax, κmean, κmedian and zeros of the exact Hessian at w (d,) in the `kept` parameters."""
    assert objective.hessian_vector is not None  # a network has one
    H = objective.hessian_vector(np.broadcast_to(w, (w.size, w.size)), np.eye(w.size))[kept][:, kept]
    values = np.linalg.eigvalsh((H + H.T) / 2)
    sizes = np.abs(values)
    zeros = (sizes < 1e-10 * sizes.max()).sum()
    return np.array([values[-1], sizes.max() / sizes.mean(), sizes.max() / np.median(sizes), zeros])


def spectra(kind: str, networks: int) -> dict[str, Any]:
    """The measures at the start by gain, and at a loss of `LEVEL`, None where it is not reached."""
    network, objective = task(kind, 4, 8)
    kept = felt(network)
    starts = {g: network.initialize(partial(depth.rule, gain=g), range(networks)) for g in SPECTRUM_GAINS}
    run = descend(gradient_descent, objective, starts[np.sqrt(2)], 300, learning_rate=0.1, record_every=10)
    there = run.values < LEVEL
    ends = [run.points[row.argmax(), m] if row.any() else None for m, row in enumerate(there.T)]
    return {
        "start": [[results.rounded(measures(objective, w, kept), digits=6) for w in rows] for rows in starts.values()],
        "after": [None if w is None else results.rounded(measures(objective, w, kept), digits=6) for w in ends],
        "felt": int(kept.sum()),
    }


def steps(kind: str, rate: float, networks: int, count: int = 30) -> dict[str, Any]:
    """Medians over `count` steps and twice as many of what moves, as shares of the gradient."""
    network, objective = task(kind, 8, 16)
    w = network.initialize(he, range(networks))
    ends = np.cumsum([0] + [np.prod(shape) for shape in network.shapes])
    first = 4 * (4 if KINDS[kind] else 2)  # the fifth layer's matrix in shapes
    fifth, below = slice(ends[first], ends[first + 1]), np.arange(ends[-1]) < ends[first]
    g, seen, loss = objective.gradient(w), [], []
    for _ in range(2 * count):
        moved = w - rate * g
        mixed = objective.gradient(np.where(below, moved, w))
        g_moved = objective.gradient(moved)
        length = partial(np.linalg.norm, axis=1)
        shift = length(mixed[:, fifth] - g[:, fifth]) / length(g[:, fifth])
        seen.append([shift, length(g_moved - g) / length(g)])
        w, g = moved, g_moved
        loss.append(objective.value(w))
    (shift, change), (shift_long, change_long) = np.median(seen[:count], axis=0), np.median(seen, axis=0)
    named = {"shift": shift, "change": change, "shift_long": shift_long, "change_long": change_long, "loss": loss[count - 1]}
    return {name: results.rounded(values, digits=5) for name, values in named.items()}


def below(rate: float, seeds: list[int]) -> dict[str, Any]:
    """Batch norm, with a rate of its own for what the next normalization takes the scale out of."""
    network, objective = task("batch", 10, 16)
    rates = np.full(network.dimension, rate)
    for parts in network.unpack(rates)[-3:]:  # the last γ and β, a ReLU, the last layer
        for part in parts:
            part[...] = 1.0
    starts = network.initialize(he, seeds)
    runs, at, done = [], starts, 0
    for mark in [1, *BUDGETS]:
        runs.append(descend(gradient_descent, objective, at, mark - done, learning_rate=rates, record_every=0))
        at, done = runs[-1].points[-1], mark
    second = [network.unpack(w)[3][0] for w in (starts, runs[0].points[-1], runs[1].points[-1])]  # a column is a unit
    a, b, c = (W / np.linalg.norm(W, axis=-2, keepdims=True) for W in second)
    turns = [np.degrees(np.arccos(np.clip((u * v).sum(axis=-2), -1, 1))) for u, v in ((a, b), (b, c))]
    return {
        "rate": rate,
        "last_losses": [results.rounded(_lost(run.values[-1]), digits=4) for run in runs[1:]],
        "turns": results.rounded(np.median(turns, axis=(1, 2)), digits=3),
    }


def training(kind: str, seeds: list[int]) -> Any:
    """The losses of ten layers of 16 units after `MARKS` steps: (gains, marks, rates, seeds)."""
    network, objective = task(kind, 10, 16)
    w = np.stack([network.initialize(partial(depth.rule, gain=gain), seeds) for gain in GAINS.values()])
    at, paces = np.stack([w] * len(RATES), axis=1), np.array(RATES)[:, np.newaxis, np.newaxis]
    seen = []
    with np.errstate(all="ignore"):  # what has diverged goes on as NaN
        for step in range(MARKS[-1] + 1):
            if step in MARKS:
                seen.append(_lost(objective.value(at)))
            at = at - paces * objective.gradient(at)
    return results.rounded(np.swapaxes(seen, 0, 1), digits=4)


def with_adam(gain: float, epsilon: float, seeds: list[int]) -> dict[str, Any]:
    """Thirty layers as in `experiments.depth` under Adam: losses (budgets, rates, seeds)."""
    network, objective = depth.task(30, relu)
    w = network.initialize(partial(depth.rule, gain=gain), seeds, np.float32)
    settings: dict[str, Any] = {
        "learning_rate": np.array(ADAM_RATES, np.float32)[:, np.newaxis, np.newaxis],
        "epsilon": np.full((len(ADAM_RATES), 1, 1), epsilon, np.float32),
        "record_every": ADAM_STEPS[0],
    }
    run = descend(adam, objective, np.stack([w] * len(ADAM_RATES)), ADAM_STEPS[-1], **settings)
    ends = [run.values[budget // ADAM_STEPS[0]] for budget in ADAM_STEPS]
    return {"gain": gain, "epsilon": epsilon, "last_losses": results.rounded(_lost(np.array(ends)), digits=4)}


def plateau(gain: float, rate: float, seeds: list[int], count: int) -> dict[str, Any]:
    """Thirty layers of ReLU as in `experiments.depth`, for `count` steps."""
    last = depth.losses(gain, 30, "ReLU", seeds, [rate], count)[-1, 0]
    return {"gain": float(gain), "rate": rate, "steps": count, "last_losses": results.rounded(last, digits=4)}


def _lost(values: Array) -> Array:
    """Infinity for a run that has left the finite."""
    return np.where(np.isfinite(values), values, np.inf)


def run(
    networks: int = NETWORKS, seeds: int = 10, long: int = 2000, folder: Path | None = None, jobs: int = 1, backend: str = "loky"
) -> Path:
    """Do all and write the results."""
    with experiment("normalization", jobs, backend) as work:
        spectral = work.all(spectra, [(kind, networks) for kind in KINDS])
        stepped = iter(work.all(steps, [(kind, rate, networks) for kind in KINDS for rate in STEP_RATES]))
        trained = work.all(training, [(kind, list(range(seeds))) for kind in PLACED])
        found = {
            "spectra": dict(zip(KINDS, spectral, strict=True)),
            "steps": {kind: {str(rate): next(stepped) for rate in STEP_RATES} for kind in KINDS},
            "below": work.all(below, [(rate, list(range(networks))) for rate in BELOW]),
            "training": dict(zip(PLACED, trained, strict=True)),
            "adam": work.all(with_adam, [(gain, epsilon, list(range(seeds))) for gain, epsilon in ADAM]),
            "plateaus": work.all(plateau, [(gain, rate, list(range(20)), long) for gain, rate in PLATEAUS]),
        }
        return work.write(
            what="two moons, networks with and without normalization, softmax cross-entropy, all data at every step",
            settings={
                "networks": networks,
                "level": LEVEL,
                "gains": SPECTRUM_GAINS,
                "rates": RATES,
                "marks": MARKS,
                "budgets": BUDGETS,
                "adam_rates": ADAM_RATES,
                "adam_steps": ADAM_STEPS,
            },
            found=found,
            folder=folder,
        )


if __name__ == "__main__":
    command(lambda jobs, backend: run(jobs=jobs, backend=backend), __doc__)

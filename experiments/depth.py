"""Does a deep network learn from these first weights? Trainings for every gain, depth and
activation, at the best of fifteen rates.

    python -m experiments.depth

trains networks of `WIDTH` units a layer on two moons by gradient descent: for each setting one for
each of `SEEDS` at each of `RATES`. They start from weights N(0, g²/fan_in), where g is the gain. It
writes experiments/results/depth.json:

- which rate gave the lowest median of the last losses;
- the last loss of each network at each rate;
- at the best rate, the least, the median and the largest loss along the way.

A network is decided by its seed and setting alone.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a thread each: processes share the cores

from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from experiments.jobs import command, experiment
from gdcore import results
from gdcore.data import fit_normalization, two_moons
from gdcore.descent import descend
from gdcore.methods import gradient_descent
from gdcore.networks import Activation, Dense, Network, gaussian, relu, softmax_cross_entropy, tanh
from gdcore.objectives import Array, Objective

WIDTH, EXAMPLES, STEPS, EVERY = 32, 64, 200, 5
SEEDS = list(range(5))
# So far apart that every best rate of a setting that learns lies inside: a test looks.
RATES = [1e-6, 3.16e-6, 1e-5, 3.16e-5, 1e-4, 3.16e-4, 0.001, 0.00316, 0.01, 0.0316, 0.1, 0.316, 1.0, 3.16, 10.0]
GAINS = (2.0 ** (np.arange(-4, 5) / 4)).tolist()  # from 1/2 to 2 by quarter octaves
DEPTHS = [5, 10, 20, 30]
ACTIVATIONS = {"ReLU": relu, "tanh": tanh}


def rule(generator: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int, gain: float) -> Array:
    """Weights from N(0, g²/fan_in), biases 0: `gaussian` with a deviation for the layer's size."""
    return gaussian(generator, shape, fan_in, fan_out, deviation=gain / np.sqrt(fan_in))


def task(depth: int, activation: Activation) -> tuple[Network, Objective]:
    """A network of `depth` layers of weights, and its loss on the normalized moons."""
    hidden = [layer for _ in range(depth - 2) for layer in (Dense(WIDTH, WIDTH), activation)]
    network = Network([Dense(2, WIDTH), activation, *hidden, Dense(WIDTH, 2)])
    x, labels = two_moons(EXAMPLES, noise=0.1, seed=0)
    return network, network.objective(softmax_cross_entropy, fit_normalization(x)(x).astype(np.float32), labels)


def losses(gain: float, depth: int, activation: str, seeds: list[int], rates: list[float], steps: int) -> Array:
    """The losses every `EVERY` steps, (recorded, rates, seeds); infinite once a run diverged."""
    network, objective = task(depth, ACTIVATIONS[activation])
    w = network.initialize(partial(rule, gain=gain), seeds, np.float32)
    w = np.broadcast_to(w, (len(rates), *w.shape))
    pace = np.array(rates, dtype=np.float32)[:, None, None]
    run = descend(gradient_descent, objective, w, steps, learning_rate=pace, record_every=EVERY)
    return np.where(np.isfinite(run.values), run.values, np.inf)


def trained(gain: float, depth: int, activation: str) -> dict[str, Any]:
    """The record of one setting."""
    values = losses(gain, depth, activation, SEEDS, RATES, STEPS)
    best = int(np.median(values[-1], axis=-1).argmin())
    along = values[:, best]
    return {
        "gain": gain,
        "depth": depth,
        "activation": activation,
        "best_rate": RATES[best],
        "last_losses": results.rounded(values[-1], digits=4),
        **{
            name: results.rounded(of(along, axis=-1), digits=4)
            for name, of in (("least", np.min), ("median", np.median), ("largest", np.max))
        },
    }


def run(jobs: int = 1, backend: str = "loky") -> Path:
    """Train all settings and write the results."""
    with experiment("depth", jobs, backend) as work:
        return work.write(
            what=f"two moons, networks of {WIDTH} units a layer, softmax cross-entropy, all data at every step, float32",
            settings={"width": WIDTH, "examples": EXAMPLES, "steps": STEPS, "every": EVERY, "seeds": SEEDS, "rates": RATES},
            found={
                "recorded_steps": range(0, STEPS + 1, EVERY),
                "trainings": work.all(trained, list(product(GAINS, DEPTHS, ACTIVATIONS))),
            },
        )


if __name__ == "__main__":
    command(run, __doc__)

"""Sharpness and its limit: a small network trained with all data at constant learning rates.

    python -m experiments.edge_of_stability

trains the network 2-20-20-3 of tanh units on three spirals by gradient descent and with momentum
0.9, at several rates and from several seeds. It writes experiments/results/edge_of_stability.json:

- of the first seed, the loss and the sharpness every `every` steps;
- of each seed, the mean sharpness over the last quarter of the training, and the final loss.

The sharpness is the largest eigenvalue of the Hessian, by Lanczos' method.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pathlib import Path
from typing import Any

import numpy as np

from experiments.jobs import command, experiment
from gdcore import data, methods, results
from gdcore.curvature import top_eigenvalues
from gdcore.descent import descend
from gdcore.networks import Dense, Network, one_hot, squared_error, tanh, xavier

NETWORK = Network([Dense(2, 20), tanh, Dense(20, 20), tanh, Dense(20, 3)])
SETTING: dict[str, Any] = {
    "points": 120,
    "gradient_descent": {"learning_rates": [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45], "momentum": 0.0},
    "momentum": {"learning_rates": [0.2, 0.3], "momentum": 0.9},
    "steps": 8000,
    "every": 40,
    "seeds": [0, 1, 2, 3, 4],
}


def objective() -> Any:
    """The loss on the spirals."""
    x, labels = data.spirals(SETTING["points"], 3, turns=1.0, noise=0.05, seed=0)
    return NETWORK.objective(squared_error, x, one_hot(labels, 3))


def train(rates: list[float], momentum: float, seeds: list[int], steps: int, every: int) -> dict[str, np.ndarray]:
    """Train a network for each rate and seed: steps (k,), loss and sharpness (k, rates, seeds)."""
    loss, start = objective(), NETWORK.initialize(xavier, seeds, float)
    path = descend(
        methods.momentum,
        loss,
        np.tile(start, (len(rates), 1, 1)),
        steps,
        learning_rate=np.array(rates)[:, None, None],
        momentum=momentum,
        record_every=every,
    )
    sharpness = np.full(path.values.shape, np.nan)
    for place in zip(*np.nonzero(np.isfinite(path.points).all(axis=-1)), strict=True):
        sharpness[place] = top_eigenvalues(loss, path.points[place], tolerance=1e-4)[0][0]
    return {"steps": path.steps, "loss": path.values, "sharpness": sharpness}


def run(jobs: int = 1, backend: str = "loky") -> Path:
    """Train all and write the results."""
    parts = {name: SETTING[name] for name in ("gradient_descent", "momentum")}
    rest = (SETTING["seeds"], SETTING["steps"], SETTING["every"])
    calls = [([rate], part["momentum"], *rest) for part in parts.values() for rate in part["learning_rates"]]
    with experiment("edge_of_stability", jobs, backend) as work:
        records = iter(work.all(train, calls))
        found = {name: {str(rate): told(next(records)) for rate in part["learning_rates"]} for name, part in parts.items()}
        return work.write(
            what="three spirals, network 2-20-20-3 of tanh units, squared error, all data at every step, float64",
            settings=SETTING,
            found={"steps": range(0, SETTING["steps"] + 1, SETTING["every"]), **found},
        )


def told(records: dict[str, np.ndarray]) -> dict[str, Any]:
    """What is written of one rate."""
    loss, sharpness = records["loss"][:, 0], records["sharpness"][:, 0]
    late = records["steps"] >= 0.75 * SETTING["steps"]
    return {
        "loss": results.rounded(loss[:, 0], digits=5),
        "sharpness": results.rounded(sharpness[:, 0], digits=5),
        "late_sharpness_of_each_seed": results.rounded(sharpness[late].mean(axis=0), digits=5),
        "final_loss_of_each_seed": results.rounded(loss[-1], digits=5),
    }


if __name__ == "__main__":
    command(run, __doc__)

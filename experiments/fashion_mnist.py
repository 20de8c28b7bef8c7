"""The Fashion-MNIST trainings of Kneusel's chapter 11.

The network is 196-100-50-10 of sigmoids, the loss the squared error, a minibatch 64 images.

    GDCORE_DATA=folder python -m experiments.fashion_mnist headline
    GDCORE_DATA=folder python -m experiments.fashion_mnist plain momentum --jobs 8

trains each run of the experiments named and writes experiments/results/fashion_mnist_NAME.json. A
run is decided by its seed alone: neither the number of jobs nor the runs beside it change a bit of
it. The chapter "Fair races" compares them. Options, and how a killed run goes on: see
`experiments.jobs`.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a thread each: processes share the cores

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from experiments.jobs import command, experiment
from gdcore import data, methods, results
from gdcore.descent import descend
from gdcore.minibatches import Minibatches
from gdcore.networks import (
    Dense,
    Network,
    accuracy,
    confusion_matrix,
    matthews_correlation,
    one_hot,
    sigmoid,
    small_uniform,
    squared_error,
)

NETWORK = Network([Dense(196, 100), sigmoid, Dense(100, 50), sigmoid, Dense(50, 10), sigmoid])
PLAIN = {"method": "gradient_descent", "learning_rate": 1.0, "replacement": True}
MOMENTUM = {"method": "momentum", "learning_rate": 0.2, "momentum": 0.9, "replacement": True}

# The source draws each minibatch anew from all data: with replacement, but for the few that would
# come twice into one batch.
# Seeds of different experiments differ, so that comparing two of them compares independent samples.
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "headline": {**PLAIN, "steps": 10_000, "runs": 22, "first_seed": 0},
    "headline_epochs": {**PLAIN, "replacement": False, "steps": 10_000, "runs": 22, "first_seed": 500},
    "plain": {**PLAIN, "steps": 40_000, "runs": 22, "first_seed": 1000},
    "momentum": {**MOMENTUM, "steps": 40_000, "runs": 22, "first_seed": 2000},
    "small_rate": {**PLAIN, "learning_rate": 0.2, "steps": 40_000, "runs": 22, "first_seed": 3000},
    "hundred": {**MOMENTUM, "steps": 10_000, "runs": 100, "first_seed": 4000},
}


def train(images: data.Images, setting: dict[str, Any], seeds: list[int]) -> dict[str, np.ndarray]:
    """Train a network for each seed. Returns what was observed: columns (recorded, seeds)."""
    x, targets = data.pixels(images.train_images), one_hot(images.train_labels, 10, np.float32)
    test_x, test_labels = data.pixels(images.test_images), images.test_labels
    objective_of = partial(NETWORK.objective, squared_error)
    hyperparameters = {name: setting[name] for name in ("learning_rate", "momentum") if name in setting}

    def observe(t: int, w: np.ndarray, state: Any) -> dict[str, np.ndarray]:
        outputs = NETWORK.outputs(w, test_x)
        return {
            "mcc": matthews_correlation(confusion_matrix(outputs, test_labels)),
            "accuracy": accuracy(outputs, test_labels),
            "steps": np.full(len(seeds), t),
        }

    path = descend(
        getattr(methods, setting["method"]),
        Minibatches(objective_of, x, targets, batch_size=64, seed=seeds, replacement=setting["replacement"]),
        NETWORK.initialize(small_uniform, seeds, np.float32),
        setting["steps"],
        record_every=setting["steps"] // 20,
        observe=observe,
        **hyperparameters,
    )
    return dict(path.records)


def run(name: str, jobs: int, backend: str, together: int = 11) -> Path:
    """Run one experiment, `together` networks in each job, and write its results."""
    setting = EXPERIMENTS[name]
    seeds = list(range(setting["first_seed"], setting["first_seed"] + setting["runs"]))
    groups = [seeds[i : i + together] for i in range(0, len(seeds), together)]
    images = data.load_images(data.FASHION_MNIST, halved=True)
    with experiment(f"fashion_mnist_{name}", jobs, backend) as work:
        records = work.all(train, [(images, setting, group) for group in groups])
        mcc, share = (np.concatenate([r[column] for r in records], axis=1) for column in ("mcc", "accuracy"))
        means = {
            "mean_mcc": results.rounded(mcc[-1].mean(), 5),
            "standard_error_mcc": results.rounded(mcc[-1].std(ddof=1) / np.sqrt(len(seeds)), 3),
            "mean_accuracy": results.rounded(share[-1].mean(), 5),
        }
        print(f"{name}: MCC {means['mean_mcc']:.4f} ± {means['standard_error_mcc']:.4f}", flush=True)
        return work.write(
            what="Fashion-MNIST 14 × 14, network 196-100-50-10 of sigmoids, squared error, minibatches of 64, float32",
            made_by=f"python -m experiments.fashion_mnist {name}",
            settings=setting,
            found={
                **means,
                "seeds": seeds,
                "mcc": results.rounded(mcc[-1], 6),
                "accuracy": results.rounded(share[-1], 4),
                "recorded_steps": records[0]["steps"][:, 0],
                "mean_mcc_at_recorded_steps": results.rounded(mcc.mean(axis=1), 5),
            },
        )


if __name__ == "__main__":
    command(run, __doc__, names=list(EXPERIMENTS))

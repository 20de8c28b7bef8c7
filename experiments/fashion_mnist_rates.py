"""Momentum or none, each at its best rate: the comparison of `experiments.fashion_mnist`, tuned.

    GDCORE_DATA=folder python -m experiments.fashion_mnist_rates

1. trains 5 networks at each rate of `RATES` on the first 50,000 training images, and scores them on
   the other 10,000, the validation images;
2. chooses for each method the rate of the highest mean score;
3. trains 22 networks of fresh seeds at that rate on all training images, and scores them on the
   test images, which nothing before has seen.

Network, loss, minibatches and number of steps are those of `plain` and `momentum` there. It writes
experiments/results/fashion_mnist_rates.json. Options, and how a killed run goes on: see
`experiments.jobs`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from experiments.fashion_mnist import MOMENTUM, PLAIN, train
from experiments.jobs import command, experiment
from gdcore import data, results

STEPS, VALIDATION = 40_000, 10_000
METHODS: dict[str, dict[str, Any]] = {"plain": PLAIN, "momentum": MOMENTUM}
# By factors of two, so far that the best lies inside: a test looks.
RATES = {"plain": [1.0, 2.0, 4.0, 8.0, 16.0], "momentum": [0.05, 0.1, 0.2, 0.4, 0.8]}
CHOOSING = list(range(5000, 5005))
MEASURING = {"plain": list(range(6000, 6022)), "momentum": list(range(7000, 7022))}


def split(images: data.Images) -> data.Images:
    """The training images without the last ones, which stand in for the test images."""
    x, labels = images.train_images, images.train_labels
    return data.Images(x[:-VALIDATION], labels[:-VALIDATION], x[-VALIDATION:], labels[-VALIDATION:])


def run(jobs: int = 1, backend: str = "loky", together: int = 11) -> Path:
    """Choose, measure, and write the results."""
    images = data.load_images(data.FASHION_MNIST, halved=True)
    tried = [(name, {**METHODS[name], "learning_rate": rate, "steps": STEPS}) for name in METHODS for rate in RATES[name]]
    with experiment("fashion_mnist_rates", jobs, backend) as work:
        records = work.all(train, [(split(images), setting, CHOOSING) for _, setting in tried])
        scores: dict[str, list[np.ndarray]] = {name: [] for name in METHODS}
        for (name, _), record in zip(tried, records, strict=True):
            scores[name].append(record["mcc"])
        chosen = {name: RATES[name][int(np.argmax([mcc[-1].mean() for mcc in scores[name]]))] for name in METHODS}
        calls = [
            (images, {**METHODS[name], "learning_rate": chosen[name], "steps": STEPS}, seeds[i : i + together])
            for name, seeds in MEASURING.items()
            for i in range(0, len(seeds), together)
        ]
        confirmed = iter(work.all(train, calls))
        measured = {}
        for name, seeds in MEASURING.items():
            parts = [next(confirmed) for _ in range(0, len(seeds), together)]
            mcc, share = (np.concatenate([part[column] for part in parts], axis=1) for column in ("mcc", "accuracy"))
            measured[name] = {
                "mcc": results.rounded(mcc[-1], 6),
                "accuracy": results.rounded(share[-1], 4),
                "mean_mcc_at_recorded_steps": results.rounded(mcc.mean(axis=1), 5),
            }
        return work.write(
            what="Fashion-MNIST 14 × 14 as in fashion_mnist, each method at the best of its rates on 10,000 validation images",
            settings={
                "methods": METHODS,
                "steps": STEPS,
                "validation": VALIDATION,
                "rates": RATES,
                "choosing": CHOOSING,
                "measuring": MEASURING,
            },
            found={
                "validation_mcc": {name: [results.rounded(mcc[-1], 5) for mcc in scores[name]] for name in METHODS},
                "chosen": chosen,
                "recorded_steps": records[0]["steps"][:, 0],
                "validation_curves": {name: [results.rounded(mcc.mean(axis=1), 5) for mcc in scores[name]] for name in METHODS},
                "measured": measured,
            },
        )


if __name__ == "__main__":
    command(run, __doc__)

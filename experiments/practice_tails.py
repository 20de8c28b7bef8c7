"""Gradient norms and clipping: how far the largest stand out, and what a threshold is good for.

    GDCORE_DATA=folder python -m experiments.practice_tails --jobs 2

trains a small language model on the book's words, and a network on Fashion-MNIST for comparison. It
writes experiments/results/practice_tails.json:

- `norms`: the norm of each minibatch gradient along runs of Adam, by place and seed;
- `losses`: the validation loss of the language model after `STEPS` steps, by method, with
  and without outliers, by threshold, rate and seed. Thresholds are multiples of the median norm of
  the language model's gradients. The rate falls linearly.

A run is decided by its setting and seed alone.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a thread each: processes share the cores

from pathlib import Path
from typing import Any

import numpy as np

from experiments.jobs import command, experiment
from gdcore import data, results
from gdcore.arrays import Array
from gdcore.data import load_language, sequences
from gdcore.networks import Dense, LanguageModel, Network, he, relu, softmax_cross_entropy

WORDS, POSITIONS, BATCH, STEPS, SEEDS = 500, 16, 8, 200, list(range(5))
THRESHOLDS = [0.1, 0.3, 1.0, 3.0, np.inf]  # times the median norm
RATES = {"momentum": (3.0 ** np.arange(-5.0, 2.1)).tolist(), "Adam": (3.0 ** np.arange(-7.0, -1.9)).tolist()}
OUTLIERS = {"as they come": 1.0, "with outliers": 30.0}  # one gradient in a hundred is so many times as long
NORM_RATE, NORM_STEPS = 3e-3, 600


def language() -> tuple[LanguageModel, Any, Any]:
    """The model, and its sequences to learn from and to be tested on."""
    text = load_language("words", most=WORDS)
    model = LanguageModel(len(text.vocabulary), positions=POSITIONS, features=32, heads=2, blocks=1)
    return model, sequences(text.train, POSITIONS + 1), sequences(text.validation, POSITIONS + 1)[:200]


def clip(g: Array, threshold: float) -> Array:
    """The gradient, no longer than the threshold."""
    return g * g.dtype.type(min(1.0, threshold / max(float(np.linalg.norm(g)), 1e-30)))


def steps_of(method: str, w: Array, gradient: Any, rate: float, threshold: float, steps: int) -> tuple[Array, list[float]]:
    """The end of a run whose rate falls linearly to 0, and its norms before clipping."""
    m, r, norms = 0 * w, 0 * w, []
    for t in range(1, steps + 1):
        g = gradient(w, t)
        norms.append(float(np.linalg.norm(g)))
        g, pace = clip(g, threshold), np.float32(rate * (1 - (t - 1) / steps))
        if method == "momentum":
            m = np.float32(0.9) * m - pace * g
            w = w + m
        else:
            m, r = np.float32(0.9) * m + np.float32(0.1) * g, np.float32(0.999) * r + np.float32(0.001) * g**2
            first, second = np.float32(1 - 0.9**t), np.float32(1 - 0.999**t)
            w = w - pace * (m / first) / (np.sqrt(r / second) + np.float32(1e-8))
    return w, norms


def learned(method: str, outlier: float, threshold: float, rate: float, seed: int, steps: int = STEPS) -> float:
    """The validation loss of the language model at the end of a run; infinite if it diverged."""
    model, train, held = language()
    generator = np.random.default_rng([seed, 1])

    def gradient(w: Array, t: int) -> Array:
        longer = np.float32(outlier if generator.random() < 0.01 else 1)
        return longer * model.loss_and_gradient(w, train[generator.integers(len(train), size=BATCH)])[1]

    with np.errstate(all="ignore"):
        w, _ = steps_of(method, model.initialize(seed, np.float32), gradient, rate, threshold, steps)
        found = float(model.losses(w, held).mean()) if np.isfinite(w).all() else np.inf
    return found if np.isfinite(found) else np.inf


def logged(place: str, seed: int, images: Any = None, steps: int = NORM_STEPS) -> list[float]:
    """The gradient norms along a run of Adam without clipping."""
    generator = np.random.default_rng([seed, 2])
    if place == "language":
        model, train, _ = language()
        w = model.initialize(seed, np.float32)

        def gradient(w: Array, t: int) -> Array:
            return model.loss_and_gradient(w, train[generator.integers(len(train), size=BATCH)])[1]
    else:
        network = Network([Dense(196, 64), relu, Dense(64, 64), relu, Dense(64, 10)])
        w = network.initialize(he, seed, np.float32)
        x = data.pixels(images.train_images[:8192]).reshape(-1, 196)
        x, labels = ((x - x.mean()) / x.std()).astype(np.float32), images.train_labels[:8192]

        def gradient(w: Array, t: int) -> Array:
            rows = generator.integers(len(x), size=128)  # as many examples as a batch has positions
            return network.objective(softmax_cross_entropy, x[rows], labels[rows]).gradient(w)

    return steps_of("Adam", w, gradient, NORM_RATE, np.inf, steps)[1]


def run(jobs: int = -1, backend: str = "loky") -> Path:
    """Log the norms, clip at multiples of their median, and write the results."""
    images = data.load_images(data.FASHION_MNIST, halved=True)
    with experiment("practice_tails", jobs, backend) as work:
        places = ["language", "Fashion-MNIST"]
        norms = work.all(logged, [(place, seed, images) for place in places for seed in SEEDS])
        typical = float(np.median(norms[: len(SEEDS)]))
        settings = [
            (method, outlier, threshold * typical, rate, seed)
            for method in RATES
            for outlier in OUTLIERS.values()
            for threshold in THRESHOLDS
            for rate in RATES[method]
            for seed in SEEDS
        ]
        ends = iter(work.all(learned, settings))
        losses = {
            method: {kind: [[[next(ends) for _ in SEEDS] for _ in RATES[method]] for _ in THRESHOLDS] for kind in OUTLIERS}
            for method in RATES
        }
        return work.write(
            what="norms of minibatch gradients; a language model on words, its gradients clipped at several thresholds",
            settings={
                "thresholds": THRESHOLDS,
                "outliers": OUTLIERS,
                "typical": typical,
                "rates": RATES,
                "seeds": SEEDS,
                "steps": STEPS,
                "batch": BATCH,
                "positions": POSITIONS,
                "words": WORDS,
                "norm_rate": NORM_RATE,
                "norm_steps": NORM_STEPS,
            },
            found={
                "norms": {p: results.rounded(norms[k * len(SEEDS) : (k + 1) * len(SEEDS)], 3) for k, p in enumerate(places)},
                "losses": {m: {kind: results.rounded(ends, 5) for kind, ends in kinds.items()} for m, kinds in losses.items()},
            },
        )


if __name__ == "__main__":
    command(run, __doc__)

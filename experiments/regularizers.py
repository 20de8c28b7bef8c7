"""What regularizes a network: weight decay, dropout, augmentation, label smoothing, each against
none.

    GDCORE_DATA=folder python -m experiments.regularizers --jobs 2

trains networks 196-256-256-10 of ReLUs with softmax cross-entropy on 1,000 images of Fashion-MNIST,
14 × 14, by momentum with a rate that falls to zero along half a cosine. For each seed the images,
the first weights, the minibatches and the noise are others. The strength of each regularizer is the
one with the lowest mean validation error over `CHOOSING`; then it is measured on the test images
over `MEASURING`, which are other seeds. It writes experiments/results/regularizers.json.

A network is decided by its seed and setting alone.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a thread each: processes share the cores

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from experiments.jobs import Work, command, experiment
from gdcore import data, results
from gdcore.networks import one_hot, softmax
from gdcore.objectives import Array

SIZES = (196, 256, 256, 10)
Weights = list[tuple[Any, Any]]  # the matrix and the biases of each layer

EXAMPLES, HELD_OUT = 1000, 2000
EPOCHS, BATCH, RATE, MOMENTUM = 100, 50, 0.05, 0.9
CHOOSING, MEASURING = list(range(100, 104)), list(range(12))
STRENGTHS: dict[str, list[float]] = {
    "none": [0],
    "weight decay": [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2],  # the share of 2λ of L2, on weights alone
    "dropout": [0.1, 0.2, 0.35, 0.5, 0.65, 0.8],  # the share of hidden units that is left out
    "shifts": [0.1, 0.25, 0.5, 0.75, 1.0],  # the share of images that are shifted by up to a pixel
    "mirroring": [0.02, 0.1, 0.25, 0.5],  # the share of images that are mirrored
    "label smoothing": [0.1, 0.2, 0.35, 0.5, 0.7, 0.8, 0.9, 0.97],  # the share that is spread over all classes
}


def first_weights(generator: np.random.Generator) -> Weights:
    """He's weights and zero biases of each layer."""
    pairs = pairwise(SIZES)
    return [(generator.normal(0, np.sqrt(2 / a), (a, b)).astype(np.float32), np.zeros(b, np.float32)) for a, b in pairs]


def forward(layers: Weights, x: Array, masks: list[Array] | None = None) -> list[Array]:
    """The input of each layer, then the logits. A mask multiplies the hidden units of its layer."""
    values = [x]
    for k, (weights, bias) in enumerate(layers):
        z = values[-1] @ weights + bias
        if k < len(layers) - 1:
            z = np.maximum(z, 0)
            if masks is not None:
                z = z * masks[k]
        values.append(z)
    return values


def gradients(layers: Weights, x: Array, targets: Array, masks: list[Array] | None) -> Weights:
    """Those of the mean cross-entropy, layer by layer, from softmax minus target back."""
    values = forward(layers, x, masks)
    slope = (softmax(values[-1]) - targets) / len(x)
    found = []
    for k in range(len(layers) - 1, -1, -1):
        found.append((values[k].T @ slope, slope.sum(axis=0)))
        if k:
            slope = (slope @ layers[k][0].T) * (values[k] > 0)
            if masks is not None:
                slope = slope * masks[k - 1]
    return found[::-1]


def shifted(images: Array, generator: np.random.Generator, share: float) -> Array:
    """The images, a share of them moved by up to a pixel each way, zeros where they came from."""
    count, side = len(images), images.shape[-1]
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    down, across = np.where(generator.random(count) < share, generator.integers(0, 3, (2, count)), 1)
    rows, columns = down[:, None] + np.arange(side), across[:, None] + np.arange(side)
    return wide[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]


def mirrored(images: Array, generator: np.random.Generator, share: float) -> Array:
    """The images, a share of them with left and right exchanged."""
    return np.where((generator.random(len(images)) < share)[:, None, None], images[:, :, ::-1], images)


AUGMENTATIONS = {"shifts": shifted, "mirroring": mirrored}


def sample(images: data.Images, seed: int) -> tuple[Array, Any, Array, Any]:
    """The training images and labels of a seed, and those that it holds out for validation."""
    chosen = np.random.default_rng([seed, 0]).permutation(len(images.train_labels))[: EXAMPLES + HELD_OUT]
    x = (images.train_images[chosen] / 255).astype(np.float32)
    labels = images.train_labels[chosen]
    return x[:EXAMPLES], labels[:EXAMPLES], x[EXAMPLES:], labels[EXAMPLES:]


def train(images: data.Images, kind: str, strength: float, seed: int, epochs: int = EPOCHS) -> dict[str, float]:
    """Train the network of a seed; its errors and cross-entropies at the end."""
    x, labels, held_x, held_labels = sample(images, seed)
    generator = np.random.default_rng([seed, 1])
    layers = first_weights(generator)
    speeds = [(np.zeros_like(w), np.zeros_like(b)) for w, b in layers]
    smoothing = strength if kind == "label smoothing" else 0.0
    targets = (1 - smoothing) * one_hot(labels, 10, np.float32) + np.float32(smoothing / 10)
    steps, t = epochs * len(x) // BATCH, 0
    for _ in range(epochs):
        for rows in np.split(generator.permutation(len(x)), len(x) // BATCH):
            batch = AUGMENTATIONS[kind](x[rows], generator, strength) if kind in AUGMENTATIONS else x[rows]
            masks = None
            if kind == "dropout":
                kept = [generator.random((len(rows), size)) >= strength for size in SIZES[1:-1]]
                masks = [mask.astype(np.float32) / np.float32(1 - strength) for mask in kept]
            rate = np.float32(RATE * 0.5 * (1 + np.cos(np.pi * t / steps)))
            decay = np.float32(strength if kind == "weight decay" else 0)
            found = gradients(layers, batch.reshape(len(rows), -1), targets[rows], masks)
            for k, ((w, b), (dw, db), (vw, vb)) in enumerate(zip(layers, found, speeds, strict=True)):
                vw, vb = MOMENTUM * vw - rate * (dw + decay * w), MOMENTUM * vb - rate * db
                speeds[k], layers[k] = (vw, vb), (w + vw, b + vb)
            t += 1
    sets = {
        "train": (x, labels),
        "validation": (held_x, held_labels),
        "test": ((images.test_images / 255).astype(np.float32), images.test_labels),
    }
    measured = {}
    for name, (at, truth) in sets.items():
        logits = forward(layers, at.reshape(len(at), -1))[-1]
        shares = softmax(logits.astype(float))[np.arange(len(truth)), truth]
        measured[f"{name}_error"] = float(np.mean(logits.argmax(axis=1) != truth))
        measured[f"{name}_loss"] = float(-np.log(np.maximum(shares, 1e-300)).mean())
    return measured


def choose(images: data.Images, work: Work) -> tuple[dict[str, float], dict[str, list[float]]]:
    """The strength of each kind with the lowest mean validation error, and all those errors."""
    calls = [(images, kind, s, seed) for kind, all_of in STRENGTHS.items() for s in all_of for seed in CHOOSING]
    errors = iter(each["validation_error"] for each in work.all(train, calls))
    curves = {kind: [float(np.mean([next(errors) for _ in CHOOSING])) for _ in all_of] for kind, all_of in STRENGTHS.items()}
    return {kind: all_of[int(np.argmin(curves[kind]))] for kind, all_of in STRENGTHS.items()}, curves


def run(jobs: int, backend: str) -> Path:
    """Choose, measure, and write the results."""
    images = data.load_images(data.FASHION_MNIST, halved=True)
    with experiment("regularizers", jobs, backend) as work:
        chosen, curves = choose(images, work)
        calls = [(images, kind, strength, seed) for kind, strength in chosen.items() for seed in MEASURING]
        measured = work.all(train, calls)
        each = {
            kind: {
                name: results.rounded([one[name] for one in measured[k * len(MEASURING) : (k + 1) * len(MEASURING)]], 5)
                for name in measured[0]
            }
            for k, kind in enumerate(chosen)
        }
        return work.write(
            what="1,000 images of Fashion-MNIST 14 × 14, network 196-256-256-10 of ReLUs, 100 epochs of momentum, float32",
            settings={
                "strengths": STRENGTHS,
                "choosing": CHOOSING,
                "measuring": MEASURING,
                "epochs": EPOCHS,
                "batch_size": BATCH,
                "learning_rate": RATE,
                "momentum": MOMENTUM,
            },
            found={
                "chosen": chosen,
                "validation_errors": {k: results.rounded(v, 5) for k, v in curves.items()},
                "measured": each,
            },
        )


if __name__ == "__main__":
    command(run, __doc__)

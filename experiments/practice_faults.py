"""Small networks on 14 × 14 images, trained with one fault each, and the trainer of such runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from gdcore import data
from gdcore.arrays import Array

EXAMPLES, HELD_OUT, BATCH, EPOCHS, EVERY = 4000, 1000, 50, 10, 10
STEPS, CLASSES, SEEDS = EPOCHS * EXAMPLES // BATCH, 10, list(range(10, 15))
Layers = list[tuple[Any, Any]]


@dataclass(frozen=True)
class Run:
    """How a run goes: the place where it is at home, then what a fault changes."""

    sizes: tuple[int, ...] = (196, 64, 64, 10)
    tanh: bool = False
    adam: bool = False
    rate: float = 0.02
    schedule: str = "cosine"
    batch: int = BATCH
    examples: int = EXAMPLES
    clip: float = np.inf
    decay: float = 0.0
    labels: str = "right"
    order: str = "shuffled"
    start: str = "He"
    softmax_twice: bool = False
    keep_gradients: bool = False
    trained: int = 99  # so many layers, counted from the output
    scale: float = 0.0  # the loss scale of gradients in float16; 0 for float32
    inputs: str = "right"  # or one that is not a number, a few that are huge
    validation: str = "right"  # or in other units than the training inputs


PLACES = {
    "Fashion-MNIST": Run(),
    "MNIST": Run(sizes=(196, 100, 10), tanh=True, adam=True, rate=3e-3),
}
FAULTS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "rate too large": {"rate": 40.0, "schedule": "constant"},  # times the place's rate, as below
    "rate too small": {"rate": 0.003, "schedule": "constant"},
    "noise floor": {"schedule": "constant", "batch": 5},
    "rate spent too early": {"schedule": "early"},
    "schedule restarted": {"schedule": "restarted"},
    "labels of other examples": {"labels": "permuted"},
    "wrong labels": {"labels": "noisy", "schedule": "constant"},
    "few examples": {"examples": 200, "schedule": "constant"},
    "softmax twice": {"softmax_twice": True},
    "sorted by class": {"order": "sorted", "schedule": "constant"},
    "zero weights": {"start": "zero"},
    "gradients not reset": {"keep_gradients": True},
    "only the last layer": {"trained": 1},
    "decay too strong": {"decay": 0.02},
    "clipped at every step": {"clip": 0.003},
    "not a number in the data": {"inputs": "NaN"},
    "huge inputs": {"inputs": "huge", "schedule": "constant"},
    "overflow in float16": {"scale": 2.0**19},
    "validation in other units": {"validation": "other units"},
}
SILENT = {("MNIST", "clipped at every step")}  # Adam divides the threshold out: nothing is wrong


def faulty(place: str, fault: str) -> Run:
    """The run of a place with one fault."""
    home, changed = PLACES[place], dict(FAULTS[fault])
    changed["rate"] = home.rate * changed.get("rate", 1.0)
    return replace(home, **changed)


def forward(run: Run, layers: Layers, x: Array) -> list[Array]:
    """The input of each layer, then the logits."""
    values = [x]
    for k, (w, b) in enumerate(layers):
        z = values[-1] @ w + b
        hidden = k < len(layers) - 1
        values.append((np.tanh(z) if run.tanh else np.maximum(z, 0)) if hidden else z)
    return values


def shares(run: Run, logits: Array) -> Array:
    """The softmax, of which a fault takes a softmax once more."""
    found = logits
    for _ in range(2 if run.softmax_twice else 1):
        found = np.exp(found - found.max(axis=-1, keepdims=True))
        found = found / found.sum(axis=-1, keepdims=True)
    return found


def loss(run: Run, layers: Layers, x: Array, labels: Array, heat: float = 1.0) -> float:
    """The mean cross-entropy, the logits divided by `heat`."""
    found = shares(run, forward(run, layers, x)[-1].astype(float) / heat)
    return float(-np.log(np.maximum(found[np.arange(len(labels)), labels], 1e-300)).mean())


def gradients(run: Run, layers: Layers, x: Array, labels: Array) -> Layers:
    """Those of the mean cross-entropy, layer by layer, from the output back."""
    values = forward(run, layers, x)
    outer = shares(run, values[-1])
    outer[np.arange(len(labels)), labels] -= 1
    delta = outer / np.float32(len(x))
    if run.softmax_twice:  # through the inner softmax
        inner = shares(replace(run, softmax_twice=False), values[-1])
        delta = inner * (delta - (delta * inner).sum(axis=-1, keepdims=True))
    found = []
    for k in range(len(layers) - 1, -1, -1):
        found.append((values[k].T @ delta, delta.sum(axis=0)))
        if k:
            slope = 1 - values[k] ** 2 if run.tanh else values[k] > 0
            delta = (delta @ layers[k][0].T) * slope
    return found[::-1]


def rate_at(run: Run, t: int) -> float:
    """The learning rate of step t, counted from 0."""
    half = STEPS // 2
    shape = {
        "constant": 1.0,
        "cosine": 0.5 * (1 + np.cos(np.pi * min(t / STEPS, 1.0))),
        "early": 0.5 ** (t / 10),
        "restarted": 0.5 * (1 + np.cos(np.pi * (t % half) / half)),
    }
    return run.rate * shape[run.schedule]


class Trainer:
    """A run that can be stopped, copied and gone on with: weights, moments, the step."""

    def __init__(self, run: Run, seed: int) -> None:
        generator = np.random.default_rng([seed, 1])
        self.run, self.t, self.generator = run, 0, generator
        pairs = pairwise(run.sizes)
        self.layers: Layers = [
            (generator.normal(0, np.sqrt(2 / a), (a, b)).astype(np.float32), np.zeros(b, np.float32)) for a, b in pairs
        ]
        if run.start == "zero":
            self.layers = [(0 * w, b) for w, b in self.layers]
        self.moments = [[(0 * w, 0 * b) for w, b in self.layers] for _ in range(2)]
        self.kept: Layers = [(0 * w, 0 * b) for w, b in self.layers]
        self.norms = np.zeros(len(self.layers))
        self.clipped = False

    def step(self, x: Array, labels: Array, rate: float) -> None:
        """One step on a batch, with the faults of its run."""
        run = self.run
        found = gradients(run, self.layers, x, labels)
        if run.keep_gradients:
            found = self.kept = [(a + c, b + d) for (a, b), (c, d) in zip(found, self.kept, strict=True)]
        if run.scale:
            halved = [[(g * np.float32(run.scale)).astype(np.float16) for g in pair] for pair in found]
            found = [tuple(g.astype(np.float32) / np.float32(run.scale) for g in pair) for pair in halved]
        self.norms = np.array([np.sqrt((w**2).sum() + (b**2).sum()) for w, b in found])
        whole = np.sqrt((self.norms**2).sum())
        self.clipped = whole > run.clip
        share = np.float32(run.clip / whole if self.clipped else 1.0)
        self.t += 1
        for k in range(max(0, len(self.layers) - run.trained), len(self.layers)):
            pairs = zip(self.layers[k], found[k], self.moments[0][k], self.moments[1][k], strict=True)
            changed = [self._moved(w, share * g, m, v, np.float32(rate)) for w, g, m, v in pairs]
            self.layers[k], self.moments[0][k], self.moments[1][k] = zip(*changed, strict=True)

    def _moved(self, w: Array, g: Array, m: Array, v: Array, rate: Any) -> tuple[Array, Array, Array]:
        """Momentum's or Adam's step; decay is a share of the weights at the full rate."""
        w = w * np.float32(1 - self.run.decay * rate / self.run.rate)
        if not self.run.adam:
            m = np.float32(0.9) * m - rate * g
            return w + m, m, v
        m, v = np.float32(0.9) * m + np.float32(0.1) * g, np.float32(0.999) * v + np.float32(0.001) * g**2
        first, second = 1 - 0.9**self.t, 1 - 0.999**self.t
        return w - rate * (m / np.float32(first)) / (np.sqrt(v / np.float32(second)) + np.float32(1e-8)), m, v


def sample(images: data.Images, run: Run, seed: int) -> tuple[Array, Any, Array, Any]:
    """Training and validation examples of a seed, with the faults of the run."""
    generator = np.random.default_rng([seed, 0])
    chosen = generator.permutation(len(images.train_labels))[: EXAMPLES + HELD_OUT]
    x = (images.train_images[chosen].reshape(len(chosen), -1) / 255).astype(np.float32)
    labels = images.train_labels[chosen].astype(int)
    mean, deviation = x[:EXAMPLES].mean(), x[:EXAMPLES].std()
    x, held_labels, labels = (x - mean) / deviation, labels[EXAMPLES:], labels[: run.examples]
    held_x, x = as_validated(run, x[EXAMPLES:]), x[: run.examples]
    if run.labels == "permuted":
        labels = generator.permutation(labels)
    if run.labels == "noisy":
        labels = np.where(generator.random(len(labels)) < 0.4, generator.integers(0, CLASSES, len(labels)), labels)
    if run.order == "sorted":
        x, labels = x[np.argsort(labels, kind="stable")], np.sort(labels)
    if run.inputs == "NaN":
        x[generator.integers(len(x)), 5] = np.nan
    if run.inputs == "huge":
        x[generator.integers(len(x), size=2)] *= 60
    return x, labels, held_x, held_labels


def as_validated(run: Run, x: Array) -> Array:
    """Normalized inputs as the validation sees them: a fault forgets the mean and the unit."""
    return 3 * x + 4 if run.validation == "other units" else x


def batches(run: Run, count: int, generator: np.random.Generator) -> Any:
    """Rows of minibatches, without end."""
    size = min(run.batch, count)
    while True:
        rows = np.arange(count) if run.order == "sorted" else generator.permutation(count)
        yield from (rows[k : k + size] for k in range(0, count - size + 1, size))


def all_images() -> dict[str, data.Images]:
    """The images of each place."""
    sets = {"Fashion-MNIST": data.FASHION_MNIST, "MNIST": data.MNIST}
    return {place: data.load_images(one, halved=True) for place, one in sets.items()}

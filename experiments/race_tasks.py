"""What the methods of experiments.optimizer_race are raced on: tasks with data, network and length.

A task is all that a race needs to know. Another one is a function that returns a `Task`, and a row
of `TASKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np

from gdcore import data, methods
from gdcore.arrays import Array
from gdcore.descent import Path, descend
from gdcore.minibatches import Minibatches
from gdcore.networks import (
    Convolution,
    Dense,
    Flatten,
    LanguageModel,
    MaxPool,
    Network,
    accuracy,
    he,
    one_hot,
    relu,
    softmax_cross_entropy,
)
from gdcore.objectives import Objective
from gdcore.schedules import cosine, warmup

WARMUP = 0.05  # the share of a run in which the rate rises


@dataclass(frozen=True)
class Task:
    """Something to train.

    - `what`: in words.
    - `objective_of(*data)`: the Objective of some of the training data.
    - `initialize(seed)`: the first parameters.
    - `data`: the training data, arrays with a row for each example; `batch_size` of them a step.
    - `measure(w, part)`: numbers by name on "validation" or "test"; `loss` is one of them.
    - `score`: the name of the one that is raced by; the larger the better but for `loss`.
    - `steps`: of a run; `short`: of a run that tunes, on the same schedule, compressed.
    - `every`: how often a run is looked at.
    - `without`: methods that cannot take part, each with the reason.
    """

    what: str
    objective_of: Callable[..., Objective]
    initialize: Callable[[int], Array]
    data: tuple[Any, ...]
    batch_size: int
    measure: Callable[[Array, str], dict[str, float]]
    score: str
    steps: int
    short: int
    every: int
    without: Mapping[str, str]


class Run(NamedTuple):
    """One training to be done.

    - `task`, `method`: their names.
    - `settings`: the method's hyperparameters.
    - `rate`: the name of the one that follows the schedule, "" for none.
    - `fall`: whether it falls after the warm-up, or stays.
    - `state`: what each number of the method's first state is, None for the method's own.
    - `steps`, `every`: its length, and how often to look; 0 for the end alone.
    - `parts`: the data to look at, of "validation" and "test".
    """

    task: str
    method: str
    settings: Mapping[str, Any]
    rate: str
    fall: bool
    state: float | None
    steps: int
    every: int
    seed: int
    parts: tuple[str, ...]


def train(run: Run) -> dict[str, list[float]]:
    """What is measured at each look, by name, such as "test accuracy".

    The seed decides the start and the batches.
    """
    task = task_named(run.task)
    batches = Minibatches(task.objective_of, *task.data, batch_size=task.batch_size, seed=run.seed)
    start = task.initialize(run.seed)
    settings = dict(run.settings)
    if run.rate:
        rise = max(1, round(WARMUP * run.steps))
        top = settings[run.rate]
        settings[run.rate] = warmup(rise, cosine(top, run.steps - rise, last=0.0 if run.fall else top))

    def observe(t: int, w: Array, state: Any) -> dict[str, float]:
        return {f"{part} {name}": value for part in run.parts for name, value in task.measure(w, part).items()}

    path: Path = descend(
        getattr(methods, run.method),
        batches,
        start,
        run.steps,
        state=None if run.state is None else np.full_like(start, run.state),
        record_every=run.every,
        observe=observe,
        **settings,
    )
    return {"step": path.steps.tolist()} | {name: values.tolist() for name, values in path.records.items()}


def classified(network: Network, parts: Mapping[str, tuple[Any, Any]], w: Array, part: str) -> dict[str, float]:
    """The loss and the accuracy of a classifier; a network that has diverged has infinite loss."""
    x, labels = parts[part]
    outputs = network.outputs(w, x)
    loss = float(softmax_cross_entropy.value(outputs, one_hot(labels, outputs.shape[-1], outputs.dtype)))
    return {"loss": loss if np.isfinite(loss) else np.inf, "accuracy": float(accuracy(outputs, labels))}


def of_images(images: data.Images, training: int, validation: int, batch_size: int, epochs: int, short: int) -> Task:
    """A small convolutional network on images of 14 × 14."""
    layers = [Convolution(1, 8, 3), relu, MaxPool(2), Convolution(8, 16, 3), relu, MaxPool(2), Flatten((2, 2, 16)), Dense(64, 10)]
    network = Network(layers)
    order = np.random.default_rng(0).permutation(len(images.train_images))
    rows = {"training": order[:training], "validation": order[training : training + validation]}
    x, labels = _shaped(images.train_images), images.train_labels
    parts = {name: (x[chosen], labels[chosen]) for name, chosen in rows.items()}
    parts["test"] = (_shaped(images.test_images), images.test_labels)
    epoch = -(-training // batch_size)
    return Task(
        what=f"MNIST 14 × 14, {training} training images, network of two convolutions 3 × 3 to 8 and to 16 channels, each with "
        f"ReLU and max-pool 2, and a dense layer 64-10, {network.dimension} parameters, softmax cross-entropy, minibatches of "
        f"{batch_size}, float32",
        objective_of=partial(network.objective, softmax_cross_entropy),
        initialize=lambda seed: network.initialize(he, seed, np.float32),
        data=parts["training"],
        batch_size=batch_size,
        measure=partial(classified, network, parts),
        score="accuracy",
        steps=epochs * epoch,
        short=short * epoch,
        every=epoch,
        without={},
    )


def _shaped(images: Any) -> Array:
    """Images of whole numbers 0 … 255 as numbers from 0 to 1, (N, height, width, 1)."""
    return data.pixels(images).reshape(*images.shape, 1)


def mnist() -> Task:
    """The source's race: 16,384 images, minibatches of 128, 12 epochs; 3 where it is tuned."""
    images = data.load_images(data.MNIST, halved=True)
    return of_images(images, training=16_384, validation=4_096, batch_size=128, epochs=12, short=3)


def of_text(vocabulary: int, positions: int, width: int, batch_size: int, steps: int, short: int) -> Task:
    """A small transformer that reads words of the book's prose and says the next."""
    prose = data.load_language("words", most=vocabulary)
    model = LanguageModel(vocabulary, positions=positions, features=width, heads=2, blocks=1, hidden=2 * width)
    unseen = data.sequences(prose.validation, positions + 1)
    parts = {"validation": unseen[::2], "test": unseen[1::2]}

    def measure(w: Array, part: str) -> dict[str, float]:
        loss = float(model.losses(w, parts[part]).mean())
        return {"loss": loss if np.isfinite(loss) else np.inf}

    return Task(
        what=f"the book's prose as {vocabulary} words, a transformer of one block, 2 heads, width {width} and {model.dimension} "
        f"parameters, which reads at most {positions} words, cross-entropy in nats, minibatches of {batch_size}, float32",
        objective_of=model.objective,
        initialize=lambda seed: model.initialize(seed, np.float32),
        data=(data.sequences(prose.train, positions + 1),),
        batch_size=batch_size,
        measure=measure,
        score="loss",
        steps=steps,
        short=short,
        every=steps // 8,
        without={
            "shampoo": "at each step it needs the eigenvectors of two matrices with a row and a column for each word",
            "soap": "with bases of a row and a column for each word its step takes some fifteen times as long as Adam's",
            "svrg": "a gradient of all data costs as much as half a run",
        },
    )


def language() -> Task:
    """Two epochs of 240 minibatches; half of one where it is tuned."""
    return of_text(vocabulary=1000, positions=16, width=32, batch_size=16, steps=480, short=120)


TASKS: dict[str, Callable[[], Task]] = {"mnist": mnist, "language": language}


@cache
def task_named(name: str) -> Task:
    """The task, loaded once a process."""
    return TASKS[name]()

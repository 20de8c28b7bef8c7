"""Learning curves of known cause: one thing is wrong in each run, and rules must find which.

    GDCORE_DATA=folder python -m experiments.practice_curves --jobs 2

trains small networks on 14 × 14 images, each with one fault of `FAULTS`, and records what a reader
could log: losses, accuracy, gradient norms by layer, and the answers to tests such as "does the
loss fall if the rate is cut?". `diagnosis` reads such a record, without its cause, by the rules of
the chapter. The rules were made on Fashion-MNIST with momentum and ReLUs. They are judged on MNIST
with Adam, tanh and another depth. It writes experiments/results/practice_curves.json.

A run is decided by its place, fault and seed alone.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a thread each: processes share the cores

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.jobs import command, experiment
from experiments.practice_faults import (
    BATCH,
    EVERY,
    EXAMPLES,
    FAULTS,
    PLACES,
    SEEDS,
    STEPS,
    Run,
    Trainer,
    as_validated,
    batches,
    faulty,
    forward,
    loss,
    rate_at,
    sample,
)
from experiments.practice_rules import diagnosis
from gdcore import data, results
from gdcore.arrays import Array


def train(images: data.Images, place: str, fault: str, seed: int, steps: int = STEPS) -> dict[str, Any]:
    """A run with one fault: its curves, and the answers to the tests."""
    run = faulty(place, fault)
    x, labels, held_x, held_labels = sample(images, run, seed)
    trainer, first_norms, curve, losses = Trainer(run, seed), np.zeros(0), [], []
    rows_of = batches(run, len(x), trainer.generator)
    with np.errstate(all="ignore"):
        for t in range(steps):
            rows = next(rows_of)
            losses.append(loss(run, trainer.layers, x[rows], labels[rows]))
            held = loss(run, trainer.layers, held_x, held_labels) if t % EVERY == 0 else 0.0
            guesses = forward(run, trainer.layers, held_x)[-1].argmax(axis=-1) if t % EVERY == 0 else held_labels
            trainer.step(x[rows], labels[rows], rate_at(run, t))
            first_norms = trainer.norms if t == 0 else first_norms
            if t % EVERY == 0:
                curve.append((held, (guesses == held_labels).mean(), np.sqrt((trainer.norms**2).sum()), trainer.clipped))
        answers = tests(run, trainer, (x, labels), (held_x, held_labels), rows_of, seed)
        rerun = np.isfinite(losses).all() or _finite_again(replace(run, scale=0.0), x, labels, seed, losses)
    columns = [np.array(column, float) for column in zip(*curve, strict=True)]
    record = dict(zip(("validation", "accuracy", "norm", "clipped"), columns, strict=True))
    record |= {"loss": np.array(losses), "rate": np.array([rate_at(run, t) for t in range(steps)])}
    return {
        **record,
        **answers,
        "finite_in_float32": rerun,
        "first_norms": first_norms,
        "epoch": len(x) // min(run.batch, len(x)),
    }


def _finite_again(run: Run, x: Array, labels: Any, seed: int, losses: list[float]) -> bool:
    """Whether the same run, changed, gets past the step where the losses were no longer numbers."""
    trainer = Trainer(run, seed)
    rows_of = batches(run, len(x), trainer.generator)
    for t in range(int(np.argmin(np.isfinite(losses))) + 20):
        rows = next(rows_of)
        trainer.step(x[rows], labels[rows], rate_at(run, t))
    return bool(np.isfinite(loss(run, trainer.layers, x[rows], labels[rows])))


def tests(run: Run, trainer: Trainer, training: Any, held: Any, rows_of: Any, seed: int) -> dict[str, Any]:
    """What a reader finds who tests: each answer is a number, those of the layers a list."""
    (x, labels), start = training, Trainer(run, seed)
    found: dict[str, Any] = {}
    first, last = start.layers, trainer.layers
    found["moved"] = [float(np.abs(a - b).max()) for (a, _), (b, _) in zip(first, last, strict=True)]
    found["first_weights"], found["weights"] = (
        float(np.sqrt(sum((w.astype(float) ** 2).sum() for w, _ in layers))) for layers in (first, last)
    )
    rows = np.arange(min(50, len(x)))
    start.step(x[rows], labels[rows], 0.0)
    once = np.sqrt((start.norms**2).sum())
    start.step(x[rows], labels[rows], 0.0)  # the rate 0: the weights are the same
    found["twice"] = float(np.sqrt((start.norms**2).sum()) / once)
    ended = rate_at(run, STEPS - 1)
    for name, rate in (("kept", ended), ("cut", ended / 10), ("full", run.rate), ("larger", 10 * run.rate)):
        found[name] = gone_on(copy.deepcopy(trainer), x, labels, rows_of, rate)
    few = Trainer(run, seed)
    for _ in range(400):
        few.step(x[:10], labels[:10], run.rate)
    found["ten"] = loss(run, few.layers, x[:10], labels[:10])
    found["cooled"] = min(loss(run, last, held[0], held[1], heat) for heat in 2.0 ** np.arange(5))
    found["training"] = loss(run, last, x, labels)
    found["training_by_validation_code"] = loss(run, last, as_validated(run, x), labels)
    found["classes_in_a_batch"] = float(np.mean([len(set(labels[next(rows_of)])) for _ in range(20)]))
    found["inputs_finite"] = bool(np.isfinite(x).all())
    found["largest_input"] = float(np.nanmax(np.abs(x)))
    return found


def gone_on(trainer: Trainer, x: Array, labels: Any, rows_of: Any, rate: float) -> float:
    """The loss of all training examples on the way from 100 to 200 more steps, a mean of ten."""
    found = []
    for t in range(200):
        rows = next(rows_of)
        trainer.step(x[rows], labels[rows], rate)
        if t >= 100 and t % 10 == 9:
            found.append(loss(trainer.run, trainer.layers, x, labels))
    return float(np.mean(found))


def written(record: dict[str, Any]) -> dict[str, Any]:
    """A record as the result keeps it, the batch losses as means of `EVERY` steps."""
    means = record["loss"].reshape(-1, EVERY).mean(axis=1)
    kept = {"loss": means, **{name: record[name] for name in ("validation", "accuracy", "norm")}}
    answers = {name: float(value) for name, value in record.items() if name not in kept and np.ndim(value) == 0}
    layers = {"moved": record["moved"], "first_norms": record["first_norms"], "clipped": np.mean(record["clipped"])}
    return {name: results.rounded(np.asarray(value, float), 4) for name, value in {**kept, **answers, **layers}.items()}


def judged(images: data.Images, place: str, fault: str, seed: int) -> tuple[str, dict[str, Any]]:
    """What the rules say of a run, and its record."""
    record = train(images, place, fault, seed)
    return diagnosis(record), written(record)


def run(jobs: int = -1, backend: str = "loky") -> Path:
    """Train with all faults, judge, and write the results."""
    images = {
        "Fashion-MNIST": data.load_images(data.FASHION_MNIST, halved=True),
        "MNIST": data.load_images(data.MNIST, halved=True),
    }
    with experiment("practice_curves", jobs, backend) as work:
        calls = [(images[place], place, fault, seed) for place in PLACES for fault in FAULTS for seed in SEEDS]
        found = dict(zip([call[1:] for call in calls], work.all(judged, calls), strict=True))
        return work.write(
            what="14 × 14 images, small networks with one fault each, and what rules that do not know it say",
            settings={
                "seeds": SEEDS,
                "steps": STEPS,
                "every": EVERY,
                "examples": EXAMPLES,
                "batch": BATCH,
                "faults": list(FAULTS),
                "places": {name: list(place.sizes) for name, place in PLACES.items()},
            },
            found={
                "said": {place: {f: [found[place, f, s][0] for s in SEEDS] for f in FAULTS} for place in PLACES},
                "curves": {f: found["Fashion-MNIST", f, SEEDS[0]][1] for f in FAULTS},
            },
        )


if __name__ == "__main__":
    command(run, __doc__)

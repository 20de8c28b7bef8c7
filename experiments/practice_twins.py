"""The same seed twice: how far two runs come apart that differ by the order of their sums alone.

    GDCORE_DATA=folder python -m experiments.practice_twins --jobs 2

trains the healthy networks of `practice_faults` at multiples of their rates. Each run has a twin
that reads every minibatch backwards. This changes no sum but by rounding. It writes
experiments/results/practice_twins.json.

A run is decided by its place, rate and seed alone.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a thread each: processes share the cores

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.jobs import command, experiment
from experiments.practice_faults import EVERY, PLACES, STEPS, Trainer, all_images, batches, forward, loss, rate_at, sample
from gdcore import data, results
from gdcore.arrays import Array

FACTORS, SEEDS = [1, 2, 4, 8], list(range(200, 216))


def flat(trainer: Trainer) -> Array:
    """All weights in one vector."""
    return np.concatenate([part.ravel() for pair in trainer.layers for part in pair]).astype(float)


def last(trainer: Trainer, held: Any) -> list[float]:
    """Validation loss and accuracy as a run ends."""
    guesses = forward(trainer.run, trainer.layers, held[0])[-1].argmax(axis=-1)
    return [loss(trainer.run, trainer.layers, *held), float((guesses == held[1]).mean())]


def twins(images: data.Images, place: str, factor: float, seed: int, steps: int = STEPS) -> dict[str, Any]:
    """A run and its twin: their ends, and every `EVERY` steps how far they are `apart`.

    That is the distance of their weights as a share of the way that the first one has gone.
    """
    run = replace(PLACES[place], rate=factor * PLACES[place].rate)
    x, labels, *held = sample(images, run, seed)
    usual, backwards = Trainer(run, seed), Trainer(run, seed)
    start, rows_of, apart = flat(usual), batches(run, len(x), usual.generator), []
    for t in range(steps):
        rows, rate = next(rows_of), rate_at(run, t)
        usual.step(x[rows], labels[rows], rate)
        backwards.step(x[rows[::-1]], labels[rows[::-1]], rate)
        if t % EVERY == EVERY - 1:
            apart.append(np.linalg.norm(flat(usual) - flat(backwards)) / np.linalg.norm(flat(usual) - start))
    ends = {"usual": last(usual, held), "backwards": last(backwards, held)}
    return {"apart": results.rounded(apart, 3), **{name: results.rounded(end, 6) for name, end in ends.items()}}


def run(jobs: int = -1, backend: str = "loky") -> Path:
    """Train all twins and write the results."""
    images = all_images()
    with experiment("practice_twins", jobs, backend) as work:
        calls = [(images[p], p, factor, seed) for p in PLACES for factor in FACTORS for seed in SEEDS]
        found = dict(zip([call[1:] for call in calls], work.all(twins, calls), strict=True))
        return work.write(
            what="14 × 14 images, small networks, each trained twice with one seed and sums in another order, float32",
            settings={"factors": FACTORS, "seeds": SEEDS, "steps": STEPS, "every": EVERY},
            found={p: {str(factor): [found[p, factor, seed] for seed in SEEDS] for factor in FACTORS} for p in PLACES},
        )


if __name__ == "__main__":
    command(run, __doc__)

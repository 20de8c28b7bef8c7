"""Where the noise of minibatches leads on the Gabor loss, over many seeds, and with a control:
noise of the same mean covariance that is the same everywhere.

    python -m experiments.sgd_noise

runs, at the rate 2 for 300 steps and then fifty of plain descent, walks from 400 starts with each
batch size, drawn by shuffling, drawn independently, and with normal noise of constant covariance.
It writes experiments/results/sgd_noise.json: how many of the 400 reach the star and how many leave
the map, in each of REPEATS repetitions; the fates of the first repetition; the shares of
SEEDS seeds that lead from the start of the opening figure to the star; and the count for equal
η/B.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from experiments.jobs import command, experiment
from gdcore.arrays import Array
from gdcore.curvature import newton
from gdcore.data import gabor_sample
from gdcore.descent import descend
from gdcore.methods import gradient_descent
from gdcore.minibatches import Minibatches, noisy
from gdcore.objectives import Objective, gabor

SIZES, RATES, REPEATS, SEEDS = (1, 2, 3, 5, 7, 14, 28), (1.0, 2.0, 4.0), 20, 1000
EQUAL = (1, 2, 4)
INPUTS, TARGETS = gabor_sample()
WAVE = gabor(INPUTS, TARGETS)
ONE_EACH = gabor(INPUTS[:, None], TARGETS[:, None])
RIVAL = descend(newton, WAVE, [[-6.2, 16.1]], 10).points[-1, 0]
START = np.array([3.0, 9.0])
GRID = np.stack(np.meshgrid(np.linspace(-9.5, 9.5, 20), np.linspace(3, 22, 20)), axis=-1).reshape(400, 2)
BY_SEED = GRID.reshape(4, 100, 2)


def batches(size: int, seeds: Any, replacement: bool = False) -> Objective:
    """The Gabor data in batches, other ones for each seed; all data at once need no drawing."""
    if size == len(INPUTS) and not replacement:
        return WAVE
    return Minibatches(gabor, INPUTS, TARGETS, batch_size=size, seed=seeds, replacement=replacement)


def rest(points: Array) -> Array:
    """Where plain descent comes to rest from here."""
    return descend(gradient_descent, WAVE, points, 50, learning_rate=2.0, record_every=0).points[-1]


def fates(source: Objective, rate: float = 2.0, steps: int = 300, starts: Array = BY_SEED) -> Array:
    """0 for the star, 1 for elsewhere on the map, 2 for off the map."""
    run = descend(gradient_descent, source, starts, steps, learning_rate=rate, record_every=0)
    ends = rest(run.points[-1]).reshape(-1, 2)
    low, high = np.asarray(WAVE.box).T
    on_map = ((ends > low) & (ends < high)).all(axis=-1)
    return np.where(WAVE.value(ends) < 0.99 * WAVE.value(RIVAL), 0, np.where(on_map, 1, 2))


def covariance_along(source: Objective) -> Array:
    """The mean covariance of single slopes over the walks from the grid, while on the map."""
    points = descend(gradient_descent, source, BY_SEED, 300, learning_rate=2.0, record_every=10).points
    points = points.reshape(-1, 2)
    low, high = np.asarray(WAVE.box).T
    there = points[((points > low) & (points < high)).all(axis=-1)]
    g = ONE_EACH.gradient(np.broadcast_to(there[:, None], (len(there), 28, 2)))
    away = g - g.mean(axis=1, keepdims=True)
    return np.einsum("pni,pnj->ij", away, away) / (28 * len(there))


def constant_noise(size: int, repeat: int, covariance: Array) -> Objective:
    """The loss of all data, with normal noise that is the same everywhere."""
    root = np.linalg.cholesky(covariance / size).T
    return noisy(WAVE, lambda t: np.random.default_rng([repeat, size, t]).normal(size=(4, 100, 2)) @ root)


def from_the_grid(size: int, repeats: int) -> dict[str, Any]:
    """Of the 400 starts how many reach the star and leave the map, by kind of noise."""
    covariance = covariance_along(batches(size, range(100), replacement=True))
    ends: dict[str, list[Array]] = {"shuffled": [], "independent": [], "constant": []}
    for repeat in range(repeats):
        seeds = range(100 * repeat, 100 * repeat + 100)
        ends["shuffled"].append(fates(batches(size, seeds)))
        ends["independent"].append(fates(batches(size, seeds, replacement=True)))
        ends["constant"].append(fates(constant_noise(size, repeat, covariance)))
    found: dict[str, Any] = {
        kind: {"star": [int((each == 0).sum()) for each in fate], "off": [int((each == 2).sum()) for each in fate]}
        for kind, fate in ends.items()
    }
    return {**found, "first": "".join(map(str, ends["shuffled"][0]))}


def from_the_start(size: int, seeds: int) -> dict[str, Any]:
    """Of so many seeds, how many lead from the start of the opening figure to the star, by rate."""
    nudges = np.array([0.0, 1e-12, -1e-12]).reshape(3, 1, 1)
    counts: dict[str, Any] = {}
    source = batches(size, range(seeds))
    starts = np.tile(START, (3, seeds, 1)) + nudges
    for rate in RATES:
        fate = fates(source, rate, starts=starts).reshape(3, seeds)
        counts[f"{size}, {rate:g}"] = (fate == 0).sum(axis=1).tolist()
    return counts


def equal_noise(size: int, repeats: int) -> list[int]:
    """Starts that lead to the star at equal η/B and equal ηt, independent draws."""
    found = []
    for repeat in range(repeats):
        source = batches(size, range(100 * repeat, 100 * repeat + 100), replacement=True)
        found.append(int((fates(source, float(size), 600 // size) == 0).sum()))
    return found


def run(repeats: int = REPEATS, seeds: int = SEEDS, jobs: int = 1, backend: str = "loky") -> Path:
    """Run all walks and write the results."""
    with experiment("sgd_noise", jobs, backend) as work:
        counted = dict(zip(map(str, SIZES), work.all(from_the_grid, [(size, repeats) for size in SIZES]), strict=True))
        grid = {
            kind: {size: each[kind] for size, each in counted.items()}
            for kind in ("shuffled", "independent", "constant", "first")
        }
        start = [item for each in work.all(from_the_start, [(size, seeds) for size in SIZES]) for item in each.items()]
        equal = work.all(equal_noise, [(size, repeats) for size in EQUAL])
        return work.write(
            what="ends of walks on the Gabor loss with minibatches and with constant noise",
            settings={"sizes": SIZES, "rate": 2.0, "steps": 300, "repeats": repeats, "seeds": seeds},
            found={"grid": grid, "start": dict(start), "equal_noise": dict(zip(map(str, EQUAL), equal, strict=True))},
        )


if __name__ == "__main__":
    command(lambda jobs, backend: run(jobs=jobs, backend=backend), __doc__)

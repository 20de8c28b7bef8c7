"""Where the noise of minibatches leads on the Gabor loss, over many seeds, and with a control:
noise of the same mean covariance that is the same everywhere.

    python -m experiments.sgd_noise

runs, at the rate 2 for 300 steps and then fifty of plain descent, walks from 400 starts with each
batch size, drawn by shuffling, drawn independently, and with normal noise of constant covariance.
It writes experiments/results/sgd_noise.json: how many of the 400 reach the star and how many leave
the map, in each of REPEATS repetitions; the fates of the first repetition; the shares of
SEEDS seeds that lead from the start of the opening figure to the star; and the count for equal
η/B. It takes some minutes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gdcore import results
from gdcore.arrays import Array
from gdcore.curvature import newton
from gdcore.data import gabor_sample
from gdcore.descent import descend
from gdcore.methods import gradient_descent
from gdcore.minibatches import Minibatches, noisy
from gdcore.objectives import Objective, gabor

SIZES, RATES, REPEATS, SEEDS = (1, 2, 3, 5, 7, 14, 28), (1.0, 2.0, 4.0), 20, 1000
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


def from_the_grid(repeats: int) -> dict[str, Any]:
    """Counts of the 400 that reach the star and leave the map, by kind of noise and batch size."""
    found: dict[str, Any] = {"shuffled": {}, "independent": {}, "constant": {}, "first": {}}
    for size in SIZES:
        covariance = covariance_along(batches(size, range(100), replacement=True))
        ends: dict[str, list[Array]] = {"shuffled": [], "independent": [], "constant": []}
        for repeat in range(repeats):
            seeds = range(100 * repeat, 100 * repeat + 100)
            ends["shuffled"].append(fates(batches(size, seeds)))
            ends["independent"].append(fates(batches(size, seeds, replacement=True)))
            ends["constant"].append(fates(constant_noise(size, repeat, covariance)))
        for kind, fate in ends.items():
            found[kind][str(size)] = {
                "star": [int((each == 0).sum()) for each in fate],
                "off": [int((each == 2).sum()) for each in fate],
            }
        found["first"][str(size)] = "".join(map(str, ends["shuffled"][0]))
        means = ", ".join(f"{kind} {np.mean(found[kind][str(size)]['star']):.1f}" for kind in ends)
        print(f"batches of {size}: {means}", flush=True)
    return found


def from_the_start(seeds: int) -> dict[str, Any]:
    """Of so many seeds, how many lead from the start of the opening figure to the star."""
    nudges = np.array([0.0, 1e-12, -1e-12]).reshape(3, 1, 1)
    counts: dict[str, Any] = {}
    for size in SIZES:
        source = batches(size, range(seeds))
        starts = np.tile(START, (3, seeds, 1)) + nudges
        for rate in RATES:
            fate = fates(source, rate, starts=starts).reshape(3, seeds)
            counts[f"{size}, {rate:g}"] = (fate == 0).sum(axis=1).tolist()
    return counts


def equal_noise(repeats: int) -> dict[str, list[int]]:
    """Starts that lead to the star at equal η/B and equal ηt, independent draws."""
    found: dict[str, list[int]] = {}
    for size in (1, 2, 4):
        found[str(size)] = []
        for repeat in range(repeats):
            source = batches(size, range(100 * repeat, 100 * repeat + 100), replacement=True)
            found[str(size)].append(int((fates(source, float(size), 600 // size) == 0).sum()))
    return found


def run(repeats: int = REPEATS, seeds: int = SEEDS) -> Path:
    """Run all walks and write the results."""
    return results.write(
        "sgd_noise",
        what="ends of walks on the Gabor loss with minibatches and with constant noise",
        made_by="python -m experiments.sgd_noise",
        settings={"sizes": SIZES, "rate": 2.0, "steps": 300, "repeats": repeats, "seeds": seeds},
        found={"grid": from_the_grid(repeats), "start": from_the_start(seeds), "equal_noise": equal_noise(repeats)},
    )


if __name__ == "__main__":
    run()

"""How to choose a learning rate, tried on Fashion-MNIST: sweep, border, ramp test, batch size.

    GDCORE_DATA=folder python -m experiments.practice

trains networks 196-64-64-10 of ReLUs on 14 × 14 images, softmax cross-entropy, in float32, and
writes experiments/results/practice.json. Losses are those of `HELD_OUT` training images that no run
trains on.

- `sweep`: the loss of each method after each of `BUDGETS` steps, by rate and seed.
- `border`: descent on one fixed batch of `FIXED` images, `BORDER_STEPS` steps, at rates that are
  multiples of 2/λmax at the start: λmax, how high the loss climbs over its start, and its end.
- `ramp`: the loss of each minibatch while the rate rises from `RAMP[0]` to `RAMP[1]`.
- `batch`: how many steps a run needs to the held-out loss `TARGET`, by batch size, rate and seed; 0
  if it needs more than twice as many as the best rate.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pathlib import Path
from typing import Any

import numpy as np

from experiments.jobs import command, experiment
from gdcore import data, methods, results
from gdcore.arrays import Array
from gdcore.curvature import top_eigenvalues
from gdcore.descent import descend
from gdcore.minibatches import Minibatches
from gdcore.networks import Dense, Network, he, relu, softmax_cross_entropy

NETWORK = Network([Dense(196, 64), relu, Dense(64, 64), relu, Dense(64, 10)])
TRAINED, HELD_OUT, FIXED = 16_384, 2_048, 1_024
METHODS: dict[str, dict[str, Any]] = {
    "momentum": {"method": methods.momentum, "momentum": 0.9, "rates": (3.0 ** np.arange(-8.0, 1.1, 0.5)).tolist()},
    "Adam": {"method": methods.adam, "rates": (3.0 ** np.arange(-10.0, -0.9, 0.5)).tolist()},
}
SEEDS, BATCH, BUDGETS = list(range(5)), 128, [25, 50, 100, 200, 400, 800]
BORDER, BORDER_STEPS = np.round(2.0 ** np.arange(-2, 5.1, 0.5), 4).tolist(), 100
RAMP, RAMP_STEPS, RAMP_SEEDS = (1e-5, 10.0), 200, list(range(10))
SIZES, TARGET, MOST_EXAMPLES, MOST_STEPS = [4, 16, 64, 256, 1024], 0.6, 400_000, 4000


def prepared(images: data.Images) -> tuple[Any, ...]:
    """Images and labels to train on, and those held out; pixels of mean 0 and deviation 1."""
    x = data.pixels(images.train_images)[: TRAINED + HELD_OUT].reshape(-1, 196)
    x = (x - x[:TRAINED].mean()) / x[:TRAINED].std()
    labels = images.train_labels[: TRAINED + HELD_OUT]
    return x[:TRAINED], labels[:TRAINED], x[TRAINED:], labels[TRAINED:]


def objective_of(x: Array, labels: Array) -> Any:
    """The loss on some images."""
    return NETWORK.objective(softmax_cross_entropy, x, labels)


def grid_of(name: str, seeds: list[int]) -> tuple[Array, Array, dict[str, Any]]:
    """First weights (rates, seeds, d), the rates to go with them, and the constants of a method."""
    setting = METHODS[name]
    w = NETWORK.initialize(he, seeds, np.float32)
    rates = np.array(setting["rates"], np.float32)
    constants = {key: value for key, value in setting.items() if key not in ("method", "rates")}
    return np.broadcast_to(w, (len(rates), *w.shape)), rates[:, None, None], constants


def finite(losses: Array, digits: int = 4) -> Any:
    """Losses, infinite where a run has diverged."""
    return results.rounded(np.where(np.isfinite(losses), losses, np.inf), digits)


def sweep(images: data.Images, name: str) -> Any:
    """Held-out losses (budgets, rates, seeds) of a method at constant rates."""
    x, labels, held_x, held_labels = prepared(images)
    held = objective_of(held_x, held_labels)
    w, rate, constants = grid_of(name, SEEDS)
    source = Minibatches(objective_of, x, labels, batch_size=BATCH, seed=SEEDS)
    losses = []

    def observe(t: int, w: Array, state: Any) -> dict[str, Array]:
        if t in BUDGETS:
            with np.errstate(all="ignore"):
                losses.append(held.value(w))
        return {}

    method, every = METHODS[name]["method"], BUDGETS[0]
    descend(method, source, w, BUDGETS[-1], learning_rate=rate, record_every=every, observe=observe, **constants)
    return finite(np.array(losses))


def border(images: data.Images, seed: int) -> dict[str, Any]:
    """λmax at the start, and the ends of descent on one batch at multiples of 2/λmax."""
    x, labels, *_ = prepared(images)
    task = objective_of(x[:FIXED], labels[:FIXED])
    w = NETWORK.initialize(he, seed, np.float32)
    top = float(top_eigenvalues(task, w.astype(float), 1)[0][0])
    rates = (np.array(BORDER) * 2 / top).astype(np.float32)[:, None]
    starts = np.broadcast_to(w, (len(rates), len(w)))
    run = descend(methods.gradient_descent, task, starts, BORDER_STEPS, learning_rate=rates)
    highest = run.values.max(axis=0) / run.values[0]
    return {"top": results.rounded(top, 4), "highest": finite(highest), "last": finite(run.values[-1])}


def ramp(images: data.Images, name: str) -> dict[str, Any]:
    """The loss of each minibatch, (steps, seeds), while the rate rises by a factor a step."""
    x, labels, *_ = prepared(images)
    source = Minibatches(objective_of, x, labels, batch_size=BATCH, seed=RAMP_SEEDS)
    rates = np.geomspace(*RAMP, RAMP_STEPS)
    _, _, constants = grid_of(name, RAMP_SEEDS)
    w, losses = NETWORK.initialize(he, RAMP_SEEDS, np.float32), []

    def observe(t: int, w: Array, state: Any) -> dict[str, Array]:
        with np.errstate(all="ignore"):
            losses.append(source.at(min(t + 1, RAMP_STEPS)).value(w))
        return {}

    pace = [float(rate) for rate in rates]
    descend(METHODS[name]["method"], source, w, RAMP_STEPS, learning_rate=lambda t: pace[t - 1], observe=observe, **constants)
    return {"rates": results.rounded(rates, 5), "losses": finite(np.array(losses)[:-1])}


def batch(images: data.Images, name: str, size: int) -> Any:
    """Steps to the held-out loss `TARGET`, (rates, seeds); 0 where it is not seen."""
    x, labels, held_x, held_labels = prepared(images)
    held, source = objective_of(held_x, held_labels), Minibatches(objective_of, x, labels, batch_size=size, seed=SEEDS)
    w, rate, constants = grid_of(name, SEEDS)
    found = np.zeros(w.shape[:2], int)
    state, t, most = None, 0, min(MOST_STEPS, MOST_EXAMPLES // size)
    while t < most:
        more = max(2, t // 12)  # looked at after each eight per cent of the steps so far
        run = descend(
            METHODS[name]["method"],
            source,
            w,
            more,
            state=state,
            first_step=t + 1,
            record_every=0,
            learning_rate=rate,
            **constants,
        )
        ended = run.points[-1]
        w, state, t = np.where(np.isfinite(ended).all(axis=-1, keepdims=True), ended, 0), run.state, t + more
        with np.errstate(all="ignore"):
            there = held.value(w) <= TARGET
        found = np.where((found == 0) & there, t, found)
        arrived = found.max(axis=1)[(found > 0).all(axis=1)]
        if arrived.size and t > 2 * arrived.min():  # slower rates than half of the best need no steps
            break
    return found.tolist()


def run(jobs: int = 1, backend: str = "loky") -> Path:
    """Train all and write the result."""
    images = data.load_images(data.FASHION_MNIST, halved=True)
    with experiment("practice", jobs, backend) as work:
        share = work.all
        found = {
            "sweep": dict(zip(METHODS, share(sweep, [(images, name) for name in METHODS]), strict=True)),
            "border": share(border, [(images, seed) for seed in SEEDS]),
            "ramp": dict(zip(METHODS, share(ramp, [(images, name) for name in METHODS]), strict=True)),
        }
        calls = [(images, name, size) for name in METHODS for size in SIZES]
        steps = share(batch, calls)
        found["batch"] = {f"{name}, {size}": steps[k] for k, (_, name, size) in enumerate(calls)}
        return work.write(
            what="Fashion-MNIST 14 × 14, network 196-64-64-10 of ReLUs, softmax cross-entropy, float32",
            settings={
                "rates": {name: setting["rates"] for name, setting in METHODS.items()},
                "seeds": SEEDS,
                "batch": BATCH,
                "budgets": BUDGETS,
                "border": BORDER,
                "border_steps": BORDER_STEPS,
                "ramp_seeds": RAMP_SEEDS,
                "sizes": SIZES,
                "target": TARGET,
                "held_out": HELD_OUT,
                "trained": TRAINED,
                "fixed": FIXED,
            },
            found=found,
        )


if __name__ == "__main__":
    command(run, __doc__)

"""What the parts of a training run are worth, tried on Fashion-MNIST: warm-up, decay, clipping,
averages, going on longer than planned, fine-tuning.

    GDCORE_DATA=folder python -m experiments.practice_runs

writes experiments/results/practice_runs.json. Data and losses are those of experiments.practice.
Where a rate is chosen, the first `TUNING` seeds choose it and the others count.

- `parts`: a default run of AdamW on a network with four layer norms, and the same run with one part
  changed: held-out losses by part, rate and seed.
- `warm_up`: held-out losses by method, length of the warm-up, rate and seed, linear decay after it.
- `averages`: held-out losses of the last point and of moving averages of the weights along a run,
  by schedule, rate, horizon and seed; and of schedule-free descent.
- `longer`: held-out losses along runs that go on after their planned end, by plan and seed.
- `fine_tuning`: a network trained on seven classes learns three others from few images: held-out
  accuracy and how far the lower layers move, by start, rate of the head, rate and seed.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from experiments.jobs import command, experiment
from experiments.practice import BATCH, NETWORK, finite, objective_of, prepared
from gdcore import data, methods, results, schedules
from gdcore.arrays import Array
from gdcore.descent import descend
from gdcore.minibatches import Minibatches
from gdcore.networks import Dense, LayerNorm, Network, accuracy, he, relu, softmax_cross_entropy
from gdcore.objectives import Objective

TUNING, SEEDS, FEW = 5, list(range(15)), list(range(10))
DEEP = Network([part for _ in range(4) for part in (Dense(64, 64), LayerNorm(64), relu)][1:])
DEEP = Network([Dense(196, 64), *DEEP.layers, Dense(64, 10)])
STEPS, PART_STEPS, WARM_STEPS, WARM, CLIP, DECAY = 800, 300, 400, 15, 1.0, 0.1
PART_RATES = (3.0 ** np.arange(-7.0, -2.9, 1.0)).tolist()
PARTS = ["default", "no decay of the rate", "no warm-up", "no clipping"]
LENGTHS = [0, 80]
WARM_RATES = {"momentum": (3.0 ** np.arange(-4.0, 0.6, 0.5)).tolist(), "Adam": (3.0 ** np.arange(-6.0, -1.9, 0.5)).tolist()}
AVERAGED, HORIZONS, AVERAGE_RATES = 1_000, [10, 30, 100, 300], (3.0 ** np.arange(-4.0, -0.9, 1.0)).tolist()
FREE_RATES = (3.0 ** np.arange(-3.0, 1.1, 1.0)).tolist()
LONGER_RATE, MARK = 3.0**-3, 40
FINE_RATES = (3.0 ** np.arange(-8.0, -0.9)).tolist()
NEW, IMAGES, FINE_STEPS, FINE_BATCH = [2, 4, 6], 10, 200, 15  # pullovers, coats and shirts
FRESH: Any = ((), 0, np.zeros(1, np.float32))  # the state of a method with averages before its first step


def clipped(objective: Objective, threshold: float) -> Objective:
    """An objective whose gradient is at most so long."""

    def gradient(w: Array) -> Array:
        g = objective.gradient(w)
        size = np.linalg.norm(g, axis=-1, keepdims=True)
        return g * np.minimum(1, threshold / np.maximum(size, 1e-30))

    return replace(objective, gradient=gradient)


def is_matrix(network: Network) -> Array:
    """1 for the weights of matrices, 0 for gains and biases, (d,)."""
    return np.concatenate([np.full(int(np.prod(shape)), float(len(shape) > 1)) for shape in network.shapes]).astype(np.float32)


def with_averages(method: Any, horizons: list[int], **constants: Any) -> Any:
    """A method that also keeps moving averages of its points, the last part of its state."""
    n = np.array(horizons, float)

    def step(objective: Objective, w: Array, state: Any, /, *, learning_rate: Any) -> tuple[Array, Any]:
        inner, t, means = state
        w, inner = method(objective, w, *inner, learning_rate=learning_rate, **constants)
        share = (1 / np.minimum(t + 1, n)).astype(np.float32).reshape(-1, *[1] * w.ndim)
        return w, ((inner,), t + 1, means + share * (w - means))

    return step


def default_run(images: data.Images, part: str) -> dict[str, Any]:
    """The default run with one part changed: held-out losses (rates, seeds) that choose the rate,
    and (seeds) those of others at this rate.
    """
    tuning = part_losses(images, part, PART_RATES, SEEDS[:TUNING])
    best = int(np.median(tuning, axis=1).argmin())
    counted = part_losses(images, part, [PART_RATES[best]], SEEDS[TUNING:])[0]
    return {"tuning": finite(tuning), "rate": PART_RATES[best], "counted": finite(counted)}


def part_losses(images: data.Images, part: str, rates: list[float], seeds: list[int]) -> Array:
    """Held-out losses (rates, seeds) of the default run with one part changed."""
    x, labels, held_x, held_labels = prepared(images)
    held = DEEP.objective(softmax_cross_entropy, held_x, held_labels)
    threshold = np.inf if part == "no clipping" else CLIP
    source = Minibatches(partial(clipped_loss, threshold=threshold), x, labels, batch_size=BATCH, seed=seeds)
    starts, pace = DEEP.initialize(he, seeds, np.float32), np.array(rates, np.float32)[:, None, None]
    warm = 0 if part == "no warm-up" else WARM
    ending = schedules.constant(1.0) if part == "no decay of the rate" else schedules.linear(1.0, 0.0, PART_STEPS - warm)
    shape = schedules.warmup(warm, ending) if warm else ending
    method: Any = partial(methods.adamw, weight_decay=DECAY * is_matrix(DEEP))
    w = np.broadcast_to(starts, (len(rates), *starts.shape))
    run = descend(method, source, w, PART_STEPS, record_every=0, learning_rate=lambda t: shape(t) * pace)
    with np.errstate(all="ignore"):
        return np.asarray(held.value(run.points[-1]))


def clipped_loss(x: Array, labels: Array, threshold: float) -> Objective:
    """The loss of the deep network on some images, with clipped gradients."""
    return clipped(DEEP.objective(softmax_cross_entropy, x, labels), threshold)


def warm_up(images: data.Images, name: str, length: int) -> Any:
    """Held-out losses (rates, seeds) after a warm-up of so many steps and a linear decay."""
    x, labels, held_x, held_labels = prepared(images)
    source = Minibatches(objective_of, x, labels, batch_size=BATCH, seed=FEW)
    w, rates = NETWORK.initialize(he, FEW, np.float32), np.array(WARM_RATES[name], np.float32)[:, None, None]
    ending = schedules.linear(1.0, 0.0, WARM_STEPS - length)
    shape = schedules.warmup(length, ending) if length else ending
    method: Any = partial(methods.momentum, momentum=0.9) if name == "momentum" else methods.adam
    starts = np.broadcast_to(w, (len(rates), *w.shape))
    run = descend(method, source, starts, WARM_STEPS, record_every=0, learning_rate=lambda t: shape(t) * rates)
    with np.errstate(all="ignore"):
        return finite(objective_of(held_x, held_labels).value(run.points[-1]))


def averages(images: data.Images, schedule: str) -> dict[str, Any]:
    """Held-out losses every hundredth step, (recorded, 1 + horizons, rates, seeds)."""
    x, labels, held_x, held_labels = prepared(images)
    held, source = objective_of(held_x, held_labels), Minibatches(objective_of, x, labels, batch_size=BATCH, seed=FEW)
    free = schedule == "schedule-free"
    rates = np.array(FREE_RATES if free else AVERAGE_RATES, np.float32)[:, None, None]
    w = NETWORK.initialize(he, FEW, np.float32)
    w = np.broadcast_to(w, (len(rates), *w.shape))
    shape: Any = schedules.linear(1.0, 0.0, AVERAGED) if schedule == "linear" else schedules.constant(1.0)
    losses: list[Array] = []

    def observe(t: int, w: Array, state: Any) -> dict[str, Array]:
        if t:
            points = [w] if free else [w, *state[2]]
            with np.errstate(all="ignore"):
                losses.append(np.array([held.value(each) for each in points]))
        return {}

    common: dict[str, Any] = {"record_every": 100, "observe": observe}
    if free:
        descend(methods.schedule_free, source, w, AVERAGED, learning_rate=rates, momentum=0.9, **common)
    else:
        method = with_averages(methods.momentum, HORIZONS, momentum=0.9)
        pace = lambda t: shape(t) * rates  # noqa: E731
        descend(method, source, w, AVERAGED, state=FRESH, learning_rate=pace, **common)
    return {"losses": finite(np.array(losses))}


def plans() -> dict[str, Any]:
    """Shapes of the rate over twice the planned steps."""
    one, two, rest = schedules.linear(1.0, 0.0, STEPS), schedules.linear(1.0, 0.0, 2 * STEPS), schedules.constant(1.0)
    tail = STEPS // 5
    again = schedules.warmup(WARM, schedules.linear(1.0, 0.0, STEPS - WARM))
    half = schedules.warmup(WARM, schedules.linear(0.5, 0.0, STEPS - WARM))
    tenth = schedules.linear(1.0, 0.1, STEPS)
    late = schedules.linear(1.0, 0.0, tail)
    return {
        "planned for all": two,
        "the last tenth kept": tenth,
        "the whole rate again": schedules.one_after_another((one, STEPS), last=again),
        "half the rate again": schedules.one_after_another((one, STEPS), last=half),
        "late decay, at the planned end": schedules.one_after_another((rest, STEPS - tail), last=late),
        "late decay, from before it": schedules.one_after_another((rest, 2 * STEPS - tail), last=late),
    }


def longer(images: data.Images, plan: str) -> Any:
    """Held-out losses every `MARK` steps, (recorded, seeds)."""
    x, labels, held_x, held_labels = prepared(images)
    shape, held = plans()[plan], objective_of(held_x, held_labels)
    source = Minibatches(objective_of, x, labels, batch_size=BATCH, seed=SEEDS)
    w = NETWORK.initialize(he, SEEDS, np.float32)
    run = descend(
        methods.momentum, source, w, 2 * STEPS, record_every=MARK, learning_rate=lambda t: LONGER_RATE * shape(t), momentum=0.9
    )
    return finite(held.value(run.points))


def fine_tuning(images: data.Images, start: str, head: float) -> dict[str, Any]:
    """Held-out accuracy on the new classes, and the lower layers' way, (rates, seeds) each."""
    x, labels, held_x, held_labels = prepared(images)
    old, held = ~np.isin(labels, NEW), np.isin(held_labels, NEW)
    w = NETWORK.initialize(he, SEEDS, np.float32)
    top = slice(NETWORK.dimension - 65 * 10, None)
    if start == "trained":
        source = Minibatches(objective_of, x[old], labels[old], batch_size=BATCH, seed=SEEDS)
        pace = schedules.linear(LONGER_RATE, 0.0, STEPS)
        w = descend(methods.momentum, source, w, STEPS, record_every=0, learning_rate=pace, momentum=0.9).points[-1]
        w[:, top] = NETWORK.initialize(he, [1000 + seed for seed in SEEDS], np.float32)[:, top]  # a new head
    chosen = [np.flatnonzero(labels == kind)[IMAGES * seed : IMAGES * (seed + 1)] for kind in NEW for seed in SEEDS]
    rows = np.array(chosen).reshape(len(NEW), len(SEEDS), IMAGES).swapaxes(0, 1).reshape(len(SEEDS), -1)
    order = [np.random.default_rng(t).permutation(rows.shape[1])[:FINE_BATCH] for t in range(FINE_STEPS)]
    scale = np.full(NETWORK.dimension, 0.0 if head == 0 else 1.0, np.float32)
    scale[top] = head or 1.0
    rates = np.array(FINE_RATES, np.float32)[:, None, None] * scale
    few = Objective("batches", lambda w: w[..., 0], lambda w: w, batch=lambda t: _of(x, labels, rows[:, order[t - 1]]))
    starts = np.broadcast_to(w, (len(rates), *w.shape))
    run = descend(methods.momentum, few, starts, FINE_STEPS, record_every=0, learning_rate=rates, momentum=0.9)
    with np.errstate(all="ignore"):
        share = accuracy(NETWORK.outputs(np.nan_to_num(run.points[-1]), held_x[held]), held_labels[held])
        moved = np.linalg.norm((run.points[-1] - w)[..., : top.start], axis=-1) / np.linalg.norm(w[:, : top.start], axis=-1)
    return {"accuracy": results.rounded(share, 4), "moved": finite(moved)}


def _of(x: Array, labels: Array, rows: Any) -> Any:
    return objective_of(x[rows], labels[rows])


def run(jobs: int = 1, backend: str = "loky") -> Path:
    """Train all and write the result."""
    images = data.load_images(data.FASHION_MNIST, halved=True)
    with experiment("practice_runs", jobs, backend) as work:
        share = work.all
        ways = ["constant", "linear", "schedule-free"]
        warm = [(name, length) for name in WARM_RATES for length in LENGTHS]
        starts = [("new", 1.0), ("trained", 1.0), ("trained", 10.0), ("trained", 0.0)]
        found = {
            "longer": dict(zip(plans(), share(longer, [(images, plan) for plan in plans()]), strict=True)),
            "fine_tuning": [
                {"start": start, "head": head, **each}
                for (start, head), each in zip(starts, share(fine_tuning, [(images, *pair) for pair in starts]), strict=True)
            ],
            "parts": dict(zip(PARTS, share(default_run, [(images, part) for part in PARTS]), strict=True)),
            "warm_up": {f"{n}, {k}": v for (n, k), v in zip(warm, share(warm_up, [(images, *w) for w in warm]), strict=True)},
            "averages": dict(zip(ways, share(averages, [(images, way) for way in ways]), strict=True)),
        }
        return work.write(
            what="Fashion-MNIST 14 × 14, networks of ReLUs, softmax cross-entropy, float32",
            settings={
                "seeds": SEEDS,
                "tuning": TUNING,
                "few": FEW,
                "steps": STEPS,
                "part_steps": PART_STEPS,
                "warm_steps": WARM_STEPS,
                "part_rates": PART_RATES,
                "warm_rates": WARM_RATES,
                "average_rates": AVERAGE_RATES,
                "free_rates": FREE_RATES,
                "horizons": HORIZONS,
                "averaged": AVERAGED,
                "longer_rate": LONGER_RATE,
                "mark": MARK,
                "fine_rates": FINE_RATES,
                "images": IMAGES,
                "new": NEW,
                "fine_steps": FINE_STEPS,
            },
            found=found,
        )


if __name__ == "__main__":
    command(run, __doc__)

"""Rates and warm-up on a small transformer that learns the book's prose by characters.

    python -m experiments.practice_language

trains transformers of `FEATURES` features and two blocks for `STEPS` steps of 16 sequences of 32
characters, each with a linear decay to zero, and writes experiments/results/practice_language.json:
held-out losses by method, steps of warm-up, rate and seed.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from experiments.jobs import command, experiment
from experiments.practice import finite
from gdcore import methods, schedules
from gdcore.data import load_language, sequences
from gdcore.descent import descend
from gdcore.minibatches import Minibatches
from gdcore.networks import LanguageModel

LANGUAGE = load_language()
FEATURES, STEPS, BATCH, SEEDS, HELD_OUT = 32, 200, 16, list(range(5)), 128
MODEL = LanguageModel(len(LANGUAGE.vocabulary), features=FEATURES)
RATES: dict[str, list[float]] = {
    "SGD": (3.0 ** np.arange(-4.0, 2.1)).tolist(),
    "AdamW": (3.0 ** np.arange(-7.0, -0.9)).tolist(),
}
WARM = {"SGD": [10], "AdamW": [0, 10, 40]}


def trained(name: str, warm: int, rate: float) -> Any:
    """Held-out losses, (seeds)."""
    decay = np.where(MODEL.mask("gain", "tokens", "positions"), 0, 0.1).astype(np.float32)
    method: Any = partial(methods.momentum, momentum=0.9)
    if name != "SGD":
        method = partial(methods.adamw, beta2=0.99, weight_decay=decay)
    pieces = sequences(LANGUAGE.train, MODEL.positions + 1)
    source = Minibatches(MODEL.objective, pieces, batch_size=BATCH, seed=SEEDS)
    ending = schedules.linear(rate, 0.0, STEPS - warm)
    pace = schedules.warmup(warm, ending) if warm else ending
    w = MODEL.initialize(SEEDS, np.float32)
    run = descend(method, source, w, STEPS, record_every=0, learning_rate=pace)
    held = sequences(LANGUAGE.validation, MODEL.positions + 1)[:: len(LANGUAGE.validation) // 32 // HELD_OUT]
    alive = np.isfinite(run.points[-1]).all(axis=-1)
    losses = MODEL.objective(held).value(np.nan_to_num(run.points[-1], nan=0, posinf=0, neginf=0))
    return finite(np.where(alive, losses, np.inf))


def run(jobs: int = 1, backend: str = "loky") -> Path:
    """Train all and write the result."""
    with experiment("practice_language", jobs, backend) as work:
        calls = [(name, warm, rate) for name in RATES for warm in WARM[name] for rate in RATES[name]]
        losses = work.all(trained, calls)
        found: dict[str, list[Any]] = {f"{name}, {warm}": [] for name in RATES for warm in WARM[name]}
        for (name, warm, _), each in zip(calls, losses, strict=True):
            found[f"{name}, {warm}"].append(each)
        return work.write(
            what="the book's prose by characters, a transformer of two blocks, pre-norm, float32",
            settings={
                "rates": RATES,
                "warm": WARM,
                "features": FEATURES,
                "steps": STEPS,
                "batch": BATCH,
                "seeds": SEEDS,
                "parameters": MODEL.dimension,
                "vocabulary": MODEL.vocabulary,
            },
            found={"losses": found},
        )


if __name__ == "__main__":
    command(run, __doc__)

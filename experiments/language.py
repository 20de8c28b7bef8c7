"""What training a small transformer on the book's prose says about optimizers, norms and widths.

    python -m experiments.language optimizers norms widths

- `optimizers`: Adam and SGD with momentum on words as tokens. Each rate of a grid is run with five
  seeds; at its best rate each method is then run with ten others, and the loss is taken apart by
  how frequent the next word is. At the start and at the end of runs of Adam the noise of the
  gradient is measured, example by example.
- `norms`: Adam on a model of four blocks with the norm before a block, behind it, or none, with a
  warm-up and without, five seeds at each rate.
- `widths`: Adam on models of width 16 to 128 with one rate for all parameters, and with the rate
  of the matrices divided by the width, five seeds at each rate.

Each writes experiments/results/language_NAME.json. A step takes 2 to 10 ms: all together are 7
minutes of one core.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a thread each: processes share the cores

from pathlib import Path
from typing import Any

import numpy as np

from experiments.jobs import command, experiment
from gdcore import data, methods, results
from gdcore.arrays import Array
from gdcore.networks import LanguageModel, LanguageRun, train_language
from gdcore.schedules import linear, warmup

SEEDS = (0, 1, 2, 3, 4)
FRESH = tuple(range(100, 110))
GROUPS = 5
OF_METHOD: dict[str, dict[str, Any]] = {"adam": {"beta1": 0.9, "beta2": 0.99}, "momentum": {"momentum": 0.9}}

WORDS: dict[str, Any] = {
    "kind": "words",
    "model": {"positions": 16, "features": 32, "heads": 2, "blocks": 1},
    "batch_size": 16,
    "steps": 400,
    "warmup": 40,
    "rates": {"adam": [0.005, 0.01, 0.02, 0.04, 0.08], "momentum": [0.125, 0.25, 0.5, 1.0, 2.0, 4.0]},
}
NORMS: dict[str, Any] = {
    "kind": "characters",
    "model": {"positions": 16, "features": 32, "heads": 2, "blocks": 4, "hidden": 64},
    "batch_size": 16,
    "steps": 200,
    "warmups": [0, 40],
    "rates": [0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128],
}
WIDTHS: dict[str, Any] = {
    "kind": "characters",
    "model": {"positions": 16, "blocks": 1},
    "widths": [16, 32, 64, 128],
    "batch_size": 16,
    "steps": 150,
    "warmup": 15,
    "rates": [0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128],
}


def trained(
    kind: str, sizes: dict[str, Any], method: str, rate: float | Array, steps: int, rise: int, seed: int, every: int = 0
) -> tuple[LanguageModel, list[LanguageRun]]:
    """A model trained in stretches of `every` steps, by default in one.

    The rate rises for `rise` steps to its highest, then falls to 0 in a straight line.
    """
    language = data.load_language(kind)
    model = LanguageModel(len(language.vocabulary), **sizes)
    falling = linear(1.0, 0.0, steps - rise)
    share = warmup(rise, falling) if rise else falling
    runs: list[LanguageRun] = []
    for first in range(1, steps + 1, every or steps):
        before = {"start": runs[-1].w, "state": runs[-1].state} if runs else {}
        runs.append(
            train_language(
                model,
                language.train,
                getattr(methods, method),
                min(every or steps, steps + 1 - first),
                every=25,
                seed=seed,
                first_step=first,
                learning_rate=lambda t: np.float32(share(t)) * rate,
                **before,
                **OF_METHOD[method],
            )
        )
        if runs[-1].diverged_at:
            break
    return model, runs


def last_loss(runs: list[LanguageRun], steps: int) -> float:
    """The mean loss of the last tenth of the batches; infinite for a run that has diverged."""
    losses = np.concatenate([run.losses for run in runs])
    return float(losses[-steps // 10 :].mean()) if len(losses) == steps and np.isfinite(losses).all() else np.inf


def last_loss_of(*arguments: Any) -> float:
    """The last loss of one training; the arguments are those of `trained`."""
    return last_loss(trained(*arguments)[1], arguments[4])


def groups_of(language: data.Language) -> Array:
    """For each token its group 0 … 4. Each group has about a fifth of the places in the text."""
    counts = np.bincount(language.train, minlength=len(language.vocabulary))
    middle = (np.cumsum(counts) - counts / 2) / counts.sum()
    return (middle * GROUPS).astype(int)


def by_frequency(model: LanguageModel, w: Array, language: data.Language) -> list[float]:
    """The mean loss of the next words of each group, on a sixth of the text learned from."""
    pieces = data.sequences(language.train, model.positions + 1)[::6]
    of_word = groups_of(language)[pieces[:, 1:]]
    losses = model.losses(w, pieces)
    return [float(losses[of_word == group].mean()) for group in range(GROUPS)]


def compared(method: str, rate: float, seed: int) -> dict[str, Any]:
    """A training at a method's best rate: its curve, and losses by frequency on the way."""
    language = data.load_language(WORDS["kind"])
    every = WORDS["steps"] // 4
    model, runs = trained(WORDS["kind"], WORDS["model"], method, rate, WORDS["steps"], WORDS["warmup"], seed, every)
    losses = np.concatenate([run.losses for run in runs])
    points = [model.initialize(seed, np.float32), *(run.w for run in runs)]
    return {
        "last": last_loss(runs, WORDS["steps"]),
        "curve": losses.reshape(-1, 10).mean(axis=1),
        "by_frequency": [by_frequency(model, w, language) for w in points],
    }


def noise(rate: float, seed: int, examples: int = 1000) -> dict[str, Any]:
    """How the gradients of single examples differ from their mean, before and after a run of Adam.

    Norms of the difference, and for the columns of the output matrix and the rows of the embedding
    the kurtosis of each number (3 for a normal one), the median in each group of words.
    """
    language = data.load_language(WORDS["kind"])
    model, runs = trained(WORDS["kind"], WORDS["model"], "adam", rate, WORDS["steps"], WORDS["warmup"], seed)
    pieces = data.sequences(language.train, model.positions + 1)
    chosen = pieces[np.random.default_rng([seed, 7]).permutation(len(pieces))[:examples]]
    groups = groups_of(language)
    found: dict[str, Any] = {}
    for when, w in {"start": model.initialize(seed, np.float32), "end": runs[-1].w}.items():
        mean = model.loss_and_gradient(w, chosen)[1]
        squares, fourths, norms = np.zeros(model.dimension), np.zeros(model.dimension), []
        for piece in chosen:
            square = (model.loss_and_gradient(w, piece[None])[1] - mean).astype(float) ** 2
            norms.append(np.sqrt(square.sum()))
            squares += square
            fourths += square**2
        with np.errstate(invalid="ignore"):
            kurtosis = examples * fourths / squares**2
        shaped = {
            "output": kurtosis[model.parts["output"]].reshape(model.features, -1).T,
            "tokens": kurtosis[model.parts["tokens"]].reshape(-1, model.features),
        }
        found[when] = {
            "norms": np.quantile(np.array(norms) / np.median(norms), np.linspace(0, 1, 41)),
            "mean_to_noise": float(np.linalg.norm(mean) / np.sqrt(squares.sum() / examples)),
            **{
                f"kurtosis_{name}": [float(np.nanmedian(rows[groups == g])) for g in range(GROUPS)]
                for name, rows in shaped.items()
            },
        }
    return found


def best_of(rates: list[float], losses: Array) -> float:
    """The rate with the lowest mean loss, (rates, seeds); it must lie inside the grid."""
    best = int(losses.mean(axis=1).argmin())
    if best in (0, len(rates) - 1):
        print(f"the best rate, {rates[best]}, is the grid's end", flush=True)
    return rates[best]


def optimizers(jobs: int, backend: str, folder: Path | None = None) -> Path:
    """Tune both methods, compare them on fresh seeds, and measure the noise."""
    with experiment("language_optimizers", jobs, backend) as work:
        tuned, best = {}, {}
        for method, rates in WORDS["rates"].items():
            calls = [
                (WORDS["kind"], WORDS["model"], method, rate, WORDS["steps"], WORDS["warmup"], seed)
                for rate in rates
                for seed in SEEDS
            ]
            tuned[method] = np.array(work.all(last_loss_of, calls)).reshape(len(rates), -1)
            best[method] = best_of(rates, tuned[method])
        runs = work.all(compared, [(method, best[method], seed) for method in best for seed in FRESH])
        of_noise = work.all(noise, [(best["adam"], seed) for seed in SEEDS])
        language = data.load_language(WORDS["kind"])
        counts = np.bincount(language.train, minlength=len(language.vocabulary))
        groups = groups_of(language)
        fresh = {method: runs[k * len(FRESH) : (k + 1) * len(FRESH)] for k, method in enumerate(best)}
        return work.write(
            what="the book's prose as 2000 words, a transformer of one block, cross-entropy, float32; losses are means of "
            "the last tenth of the batches",
            made_by="python -m experiments.language optimizers",
            settings={**WORDS, "seeds": SEEDS, "fresh_seeds": FRESH, "methods": OF_METHOD},
            found={
                "tuning": {method: results.rounded(losses, 5) for method, losses in tuned.items()},
                "best_rate": best,
                "groups": {
                    "words": [int((groups == g).sum()) for g in range(GROUPS)],
                    "share_of_places": results.rounded([counts[groups == g].sum() / counts.sum() for g in range(GROUPS)], 3),
                    "least_count": [int(counts[groups == g].min()) for g in range(GROUPS)],
                },
                "fresh": {
                    method: {
                        key: results.rounded(np.array([run[key] for run in of_method]), 5)
                        for key in ("last", "curve", "by_frequency")
                    }
                    for method, of_method in fresh.items()
                },
                "noise": {
                    when: {key: results.rounded(np.array([one[when][key] for one in of_noise]), 4) for key in of_noise[0][when]}
                    for when in ("start", "end")
                },
            },
            folder=folder,
        )


def starting_gradients(norm: str, seed: int) -> list[float]:
    """The gradient of each block's last matrix before the first step, root mean squares."""
    language = data.load_language(NORMS["kind"])
    model = LanguageModel(len(language.vocabulary), norm=norm, **NORMS["model"])
    pieces = data.sequences(language.train, model.positions + 1)[:: 20 + seed]
    gradient = model.loss_and_gradient(model.initialize(seed), pieces)[1]
    parts = [model.parts[f"block {block} hidden output"] for block in range(1, model.blocks + 1)]
    return [float(np.sqrt((gradient[part] ** 2).mean())) for part in parts]


def norms(jobs: int, backend: str, folder: Path | None = None) -> Path:
    """Train with the norm before, behind and nowhere, with a warm-up and without, at each rate."""
    kinds = [(norm, rise) for norm in ("pre", "post", "none") for rise in NORMS["warmups"]]
    with experiment("language_norms", jobs, backend) as work:
        calls = [
            (NORMS["kind"], {**NORMS["model"], "norm": norm}, "adam", rate, NORMS["steps"], rise, seed)
            for norm, rise in kinds
            for rate in NORMS["rates"]
            for seed in SEEDS
        ]
        losses = np.array(work.all(last_loss_of, calls)).reshape(len(kinds), len(NORMS["rates"]), -1)
        for (norm, rise), of_kind in zip(kinds, losses, strict=True):
            print(norm, rise, best_of(NORMS["rates"], of_kind), of_kind.mean(axis=1).round(3), flush=True)
        return work.write(
            what="the book's prose as characters, a transformer of four blocks and width 32, Adam, float32; losses are means of "
            "the last tenth of the batches; gradients are those of each block's last matrix at the start, root mean squares",
            made_by="python -m experiments.language norms",
            settings={**NORMS, "seeds": SEEDS, "methods": {"adam": OF_METHOD["adam"]}},
            found={
                "losses": {
                    f"{norm} {rise}": results.rounded(of_kind, 5) for (norm, rise), of_kind in zip(kinds, losses, strict=True)
                },
                "starting_gradients": {
                    norm: results.rounded(np.array([starting_gradients(norm, seed) for seed in SEEDS]), 4)
                    for norm in ("pre", "post", "none")
                },
            },
            folder=folder,
        )


def last_loss_at(width: int, divided: bool, rate: float, seed: int) -> float:
    """The last loss of a model of a width; `divided`: its matrices' rate by width / 16."""
    sizes = {**WIDTHS["model"], "features": width, "heads": width // 16}
    language = data.load_language(WIDTHS["kind"])
    model = LanguageModel(len(language.vocabulary), **sizes)
    matrices = ~model.mask("tokens", "positions", "gain")
    rates = np.where(matrices, rate * 16 / width if divided else rate, rate).astype(np.float32)
    return last_loss_of(WIDTHS["kind"], sizes, "adam", rates, WIDTHS["steps"], WIDTHS["warmup"], seed)


def widths(jobs: int, backend: str, folder: Path | None = None) -> Path:
    """Train at each width and rate, with one rate and with the matrices' rate by the width."""
    kinds = [(width, divided) for divided in (False, True) for width in WIDTHS["widths"]]
    with experiment("language_widths", jobs, backend) as work:
        calls = [(width, divided, rate, seed) for width, divided in kinds for rate in WIDTHS["rates"] for seed in SEEDS]
        losses = np.array(work.all(last_loss_at, calls)).reshape(2, len(WIDTHS["widths"]), len(WIDTHS["rates"]), -1)
        for (width, divided), of_kind in zip(kinds, losses.reshape(-1, *losses.shape[2:]), strict=True):
            print(width, divided, best_of(WIDTHS["rates"], of_kind), of_kind.mean(axis=1).round(3), flush=True)
        return work.write(
            what="the book's prose as characters, a transformer of one block with heads of 16, Adam, float32; losses are "
            "means of the last tenth of the batches, (widths, rates, seeds); divided: that of the matrices by width / 16",
            made_by="python -m experiments.language widths",
            settings={**WIDTHS, "seeds": SEEDS, "methods": {"adam": OF_METHOD["adam"]}},
            found={"one_rate": results.rounded(losses[0], 5), "divided": results.rounded(losses[1], 5)},
            folder=folder,
        )


PARTS = {"optimizers": optimizers, "norms": norms, "widths": widths}


def run(name: str, jobs: int, backend: str) -> Path:
    """Run one part and write its result."""
    return PARTS[name](jobs, backend)


if __name__ == "__main__":
    command(run, __doc__, names=list(PARTS))

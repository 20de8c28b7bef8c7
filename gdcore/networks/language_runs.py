"""Training a language model for some seconds, and what a reader looks at while it learns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from gdcore import validation
from gdcore.arrays import Array
from gdcore.data.language import sequences
from gdcore.descent import Method, descend
from gdcore.minibatches import Minibatches
from gdcore.networks import arguments
from gdcore.networks.language import LanguageModel
from gdcore.objectives import Objective


@dataclass(frozen=True, eq=False)
class LanguageRun:
    """What a training leaves behind.

    - `steps`: the steps that were taken, (k,), and `losses`, (k,): the loss of each step's batch
      before the step; `gradient_norms`, (k,): of its gradient, before it was clipped.
    - `looked_at`: after which steps the validation loss was taken, (m,), and `validation`, (m,).
    - `w`: the last parameters, `state` the method's last state.
    - `diverged_at`: the first step with a loss that is not finite, None if there is none. The
      training stops soon behind it.
    """

    steps: NDArray[np.int_]
    losses: Array
    gradient_norms: Array
    looked_at: NDArray[np.int_]
    validation: Array
    w: Array
    state: Any
    diverged_at: int | None


def train_language(
    model: LanguageModel,
    tokens: ArrayLike,
    method: Method,
    steps: int,
    *,
    validation_tokens: ArrayLike | None = None,
    every: int = 50,
    batch_size: int = 16,
    seed: int = 0,
    clip: float | None = None,
    start: ArrayLike | None = None,
    state: Any = None,
    first_step: int = 1,
    dtype: DTypeLike = np.float32,
    **hyperparameters: Any,
) -> LanguageRun:
    """Train a model on a row of tokens by a method of gdcore, and keep each step's loss.

    It is `descend` on `Minibatches` of the text's pieces of T + 1 tokens, which begin T / 4 places
    apart. The loss of a batch comes with its gradient, so the curve costs nothing.

    - `model`: what is trained, `tokens` (M,) on what, such as `load_language().train`.
    - `method`, `steps`, `hyperparameters`: as for `descend`; a rate may be a schedule, or an array
      with a rate for each parameter.
    - `validation_tokens`: (M′,), for the validation loss: the mean over all its tokens but the
      first. It is taken at the start and after each `every` steps; a look at thirty thousand
      characters takes as long as some thirty steps.
    - `batch_size`: sequences a step, and `seed`: of the first parameters and of the batches' order.
    - `clip`: the largest norm of a gradient; a longer one is shortened to it. None for no limit.
    - `start`, `state`, `first_step`: for a training that goes on, `w`, `state` and the step after
      the last of the run before. With the same seed it is as if it had never stopped.
    - `dtype`: of the first parameters.

    Raises TypeError or ValueError for all that does not fit.

    >>> from gdcore.data import load_language
    >>> from gdcore.methods import adam
    >>> from gdcore.schedules import linear, warmup
    >>> language = load_language()
    >>> model = LanguageModel(len(language.vocabulary), features=16, blocks=1)
    >>> rate = warmup(5, linear(1e-2, 0, 15))
    >>> run = train_language(model, language.train, adam, 20, learning_rate=rate)
    >>> bool(run.losses[-1] < run.losses[0])
    True
    """
    if not isinstance(model, LanguageModel):
        raise TypeError(f"model must be a LanguageModel, got {validation.shown(model)}")
    every = validation.whole_number("every", every, least=1)
    steps = validation.whole_number("steps", steps, least=0)
    first_step = validation.whole_number("first_step", first_step, least=1)
    largest = None if clip is None else validation.number("clip", clip, above=0)
    seed = validation.whole_number("seed", seed, least=0)
    pieces = sequences(tokens, model.positions + 1, max(1, model.positions // 4))
    batches = Minibatches(model.objective, pieces, batch_size=batch_size, seed=seed)
    kind = arguments.float_type("dtype", dtype)
    w = model.initialize(seed, kind) if start is None else validation.points(start, model.dimension, "start")
    look = None if validation_tokens is None else sequences(validation_tokens, model.positions + 1)
    if look is not None:
        model.objective(look[:1])  # which refuses what are no tokens of the model
    log = _Log(model, batches, largest)
    looks: dict[int, float] = {}
    for before in range(first_step - 1, first_step - 1 + steps, every):
        if look is not None:
            looks.setdefault(before, _mean_loss(model, w, look))
        count = min(every, first_step - 1 + steps - before)
        path = descend(method, log.objective, w, count, state=state, first_step=before + 1, record_every=0, **hyperparameters)
        w, state = path.points[-1], path.state
        if look is not None:
            looks[before + count] = _mean_loss(model, w, look)
        if not np.isfinite(log.last):
            break
    return log.run(w, state, looks)


def _mean_loss(model: LanguageModel, w: Array, pieces: ArrayLike) -> float:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return float(model.losses(w, pieces).mean())


class _Log:
    """The objective of the batches, which writes down each step's first loss and gradient norm."""

    def __init__(self, model: LanguageModel, batches: Minibatches, largest: float | None) -> None:
        self.model, self.batches, self.largest = model, batches, largest
        self.rows: dict[int, tuple[float, float]] = {}
        self.objective = replace(batches.whole, batch=self._batch)

    @property
    def last(self) -> float:
        return next(reversed(self.rows.values()))[0] if self.rows else 0.0

    def _batch(self, t: int) -> Objective:
        pieces = self.batches.data[0][self.batches.rows(t)]

        def gradient(w: Array) -> Array:
            loss, gradient = self.model.loss_and_gradient(w, pieces)
            norm = float(np.linalg.norm(gradient))
            self.rows.setdefault(t, (float(loss), norm))
            return gradient if self.largest is None or not norm > self.largest else gradient * (self.largest / norm)

        return replace(
            self.batches.whole, gradient=gradient, value=lambda w: self.model.losses(w, pieces).mean(), full=self.batches.whole
        )

    def run(self, w: Array, state: Any, looks: Mapping[int, float]) -> LanguageRun:
        steps = np.array(list(self.rows), int)
        numbers = np.array(list(self.rows.values())).reshape(-1, 2)
        losses, norms = numbers.T
        wrong = steps[~np.isfinite(losses)]
        looked_at, found = np.array(list(looks), int), np.array(list(looks.values()))
        return LanguageRun(steps, losses, norms, looked_at, found, w, state, int(wrong[0]) if len(wrong) else None)

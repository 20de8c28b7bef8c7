"""What to look at while a network is trained: functions for `descend(observe=...)`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from tqdm.auto import tqdm

from gdcore import validation
from gdcore.arrays import Array
from gdcore.minibatches import Minibatches
from gdcore.networks.losses import Loss
from gdcore.networks.measures import accuracy
from gdcore.networks.network import Network
from gdcore.networks.normalization import BatchNorm, fold_statistics
from gdcore.objectives import Objective


def observer(
    network: Network,
    loss: Loss,
    x: ArrayLike,
    targets: ArrayLike,
    *,
    batches: Minibatches | None = None,
    running: ArrayLike | None = None,
    decay: float = 0.9,
    steps: int = 0,
) -> Callable[[int, Array, Any], dict[str, Any]]:
    """A function for `descend(observe=...)` that looks at the network on data.

    - `network`, `loss`, `x`, `targets`: as for `Network.objective`. The data may be others than
      those that the network is trained on.
    - `batches`: for a network with batch norm, the Minibatches that train it. Their first data must
      be the examples. Each look folds one batch into the running statistics.
    - `running`: running statistics (..., s) to begin with, for a run that goes on: the last
      `statistics` of the run before.
    - `decay`: that of `fold_statistics`.
    - `steps`: the number of the last step; with it a bar shows how far the run is.

    A look at w (..., d) returns

    - `loss` (...) and `gradient_norm` ‖∇L‖ (...);
    - `accuracy` (...), where targets are labels;
    - `statistics` (..., s), the running ones, where there are `batches`. The network is then looked
      at as in inference, with these;
    - `seconds` since the first look.

    The batch that a look folds is that of the step just made. The look at the start, before any
    step, folds the batch of step 1, and only if there is no `running`. So with `record_every=1`
    every batch is folded, and otherwise those of the recorded steps.

    The function remembers the statistics and the time: make a new one for each run. Raises
    TypeError or ValueError for all that does not fit.

    >>> from gdcore.descent import descend
    >>> from gdcore.methods import momentum
    >>> from gdcore.networks import Dense, squared_error, zeros
    >>> network, x, t = Network([Dense(1, 1)]), [[1], [2]], [[2], [4]]
    >>> look, loss = observer(network, squared_error, x, t), network.objective(squared_error, x, t)
    >>> run = descend(momentum, loss, network.initialize(zeros), 2, learning_rate=0.1, observe=look)
    >>> run.records["loss"].round(2)
    array([5.  , 2.18, 0.11])
    """
    if not isinstance(network, Network):
        raise TypeError(f"network must be a Network, got {validation.shown(network)}")
    if batches is not None and not isinstance(batches, Minibatches):
        raise TypeError(f"batches must be Minibatches, got {validation.shown(batches)}")
    size = sum(2 * layer.features for layer in network.layers if isinstance(layer, BatchNorm))
    if batches is not None and not size:
        raise ValueError(f"batches must be None for a network without batch norm, got {validation.shown(batches)} for {network}")
    return _Observer(
        network,
        loss,
        objective=network.objective(loss, x, targets),
        x=np.array(x),
        targets=np.array(targets),
        batches=batches,
        running=None if running is None else validation.points(running, size, "running", finite=False),
        decay=validation.number("decay", decay, least=0, below=1),
        steps=validation.whole_number("steps", steps, least=0),
    )


@dataclass
class _Observer:
    """What `observer` was given, and what it remembers: statistics, time, bar."""

    network: Network
    loss: Loss
    objective: Objective
    x: Array
    targets: Array
    batches: Minibatches | None
    running: Array | None
    decay: float
    steps: int
    began: float | None = None
    bar: Any = None

    def __call__(self, t: int, w: ArrayLike, state: Any) -> dict[str, Any]:
        w = validation.as_points(w, self.network.dimension)
        row: dict[str, Any] = {}
        looked_at, objective = self.network, self.objective
        first = self.began is None
        if self.began is None:
            self.began = time.perf_counter()
        if self.batches is not None:
            if self.running is None or not first:
                self.running = self._folded(self.batches, t, w)
            looked_at, row = looked_at.with_statistics(self.running), {"statistics": self.running}
            objective = looked_at.objective(self.loss, self.x, self.targets)
        row |= {"loss": objective.value(w), "gradient_norm": np.linalg.norm(objective.gradient(w), axis=-1)}
        if self.targets.dtype.kind in "iu" and self.targets.shape == self.x.shape[: -self.network.rank]:
            row["accuracy"] = accuracy(looked_at.outputs(w, self.x), self.targets)
        self._show(t)
        return row | {"seconds": time.perf_counter() - self.began}

    def _folded(self, batches: Minibatches, t: int, w: Array) -> Array:
        """The running statistics with the batch of step t; at the start, with that of step 1."""
        batch = batches.data[0].take(batches.rows(max(t, 1)), axis=0)
        return fold_statistics(self.running, self.network.statistics(w, batch), self.decay)

    def _show(self, t: int) -> None:
        """Bring the bar to step t, if there is one, and close it at the last."""
        if not self.steps:
            return
        if self.bar is None:
            self.bar = tqdm(total=self.steps)
        self.bar.update(t - self.bar.n)
        if t >= self.steps:
            self.bar.close()

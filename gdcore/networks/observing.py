"""What to look at while a network is trained: functions for `descend(observe=...)`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from tqdm.auto import tqdm

from gdcore.minibatches import Minibatches
from gdcore.networks.losses import Loss, accuracy
from gdcore.networks.network import Network, fold_statistics
from gdcore.objectives import Array


def observer(
    network: Network,
    loss: Loss,
    x: ArrayLike,
    targets: ArrayLike,
    *,
    batches: Minibatches | None = None,
    running: Array | None = None,
    decay: float = 0.9,
    steps: int = 0,
) -> Callable[[int, Array, Any], dict[str, Any]]:
    """A function for `descend(observe=...)` that looks at the network on data, such as some that it is not trained on.

    At each recorded step it returns, for w (..., d), `loss` (...), `gradient_norm` ‖∇L‖ (...), where targets are labels
    `accuracy` (...), and `seconds` since the first look. With `steps`, the number of the last step, a bar shows how far it is.

    A network with batch norm is looked at as in inference. `batches` are then those that it is trained on, with x as their first
    data; the running statistics are folded at each recorded step from that step's batch (so `record_every=1` folds all; the start
    looks at the first step's) and returned as `statistics`, (..., s). A run that goes on hands in the last of these as `running`.
    The function remembers them and the time: make a new one for each run.
    """
    labels = np.asarray(targets)
    bar = tqdm(total=steps) if steps else None
    began = None

    def observe(t: int, w: Array, state: Any) -> dict[str, Any]:
        nonlocal running, began
        first = began is None
        began = began or time.perf_counter()
        looked_at: Network = network
        row: dict[str, Any] = {}
        if batches is not None:
            if running is None or not first:
                batch = batches.data[0].take(batches.rows(max(t, 1)), axis=0)
                running = fold_statistics(running, network.statistics(w, batch), decay)
            looked_at, row = network.with_statistics(running), {"statistics": running}
        objective = looked_at.objective(loss, x, targets)
        row |= {"loss": objective.value(w), "gradient_norm": np.linalg.norm(objective.gradient(w), axis=-1)}
        if labels.dtype.kind in "iu" and labels.ndim == 1:
            row["accuracy"] = accuracy(looked_at.outputs(w, x), labels)
        if bar is not None:
            bar.update(t - bar.n)
            if t >= steps:
                bar.close()
        return row | {"seconds": time.perf_counter() - began}

    return observe

"""Minibatches: an objective on data of which each step sees a few."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdcore import validation
from gdcore.objectives import Objective

Rows = NDArray[np.intp]


@dataclass(frozen=True, init=False, repr=False, eq=False)
class Minibatches(Objective):
    """The objective of all data, of which each step of `descend` sees a batch.

    `objective_of(*data)` is the Objective of some data, and `data` are arrays with one row for each of the N data, as in

        Minibatches(least_squares, X, t, batch_size=64, seed=1)

    Step t = 1, 2, … sees `at(t)`, the objective of the rows `rows(t)`, which depends on nothing but t and `seed`.
    An epoch e = 1, 2, … takes `steps_per_epoch` = ⌈N / B⌉ steps, with B = `batch_size`. It goes through all data once in a random
    order, drawn from `default_rng([seed, e])`; its last batch holds what is left: no datum is dropped, and none comes twice.

    - `shuffle=False`: every epoch in the order of the data.
    - `replacement=True`: each place in the order is drawn by itself, so that a datum may come twice or not at all.
    - several seeds: each model its own batches, those that its seed alone would give. Then `rows(t)` is (seeds, B), the data have
      that in front, and `objective_of` must give an objective of w (seeds, d).

    Value and gradient, and `whole`, are those of all data.

    Raises ValueError or TypeError for data of different lengths, a batch size outside 1 … N, seeds that are not whole
    numbers ≥ 0, and t < 1.
    Source: Bishop and Bishop, algorithms 7.1 and 7.2, their indices mended; Prince, section 6.2; Kneusel, chapter 11.
    """

    objective_of: Callable[..., Objective] = field(init=False)
    data: tuple[NDArray, ...] = field(init=False)
    batch_size: int = field(init=False)
    seed: int | tuple[int, ...] = field(init=False)
    shuffle: bool = field(init=False)
    replacement: bool = field(init=False)

    def __init__(
        self,
        objective_of: Callable[..., Objective],
        *data: ArrayLike,
        batch_size: int,
        seed: int | Sequence[int] = 0,
        shuffle: bool = True,
        replacement: bool = False,
    ) -> None:
        arrays = _checked_data(data)
        if validation.whole_number("batch_size", batch_size, least=1) > len(arrays[0]):
            raise ValueError(f"batch_size must lie in 1 … {len(arrays[0])}, the number of data, got {batch_size}")
        if replacement and not shuffle:
            raise ValueError("replacement=True draws at random: shuffle=False cannot go with it")
        own = {"objective_of": objective_of, "data": arrays, "batch_size": int(batch_size), "seed": _checked_seed(seed)}
        whole = objective_of(*arrays)
        super().__init__(**{**vars(whole), "batch": self._batch, "full": whole})
        for name, value in {**own, "shuffle": bool(shuffle), "replacement": bool(replacement)}.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"Minibatches({self.name}, {len(self.data[0])} data, batch_size={self.batch_size}, seed={self.seed})"

    @property
    def steps_per_epoch(self) -> int:
        """The number of batches in an epoch, ⌈N / B⌉."""
        return -(-len(self.data[0]) // self.batch_size)

    def rows(self, t: int) -> Rows:
        """Which data step t = 1, 2, … sees: (B,), or for several seeds (seeds, B); fewer in the last step of an epoch."""
        epoch, step = divmod(validation.whole_number("t", t, least=1) - 1, self.steps_per_epoch)
        order = _order(self.seed, epoch + 1, len(self.data[0]), self.shuffle, self.replacement)
        return order[..., step * self.batch_size : (step + 1) * self.batch_size]

    def _batch(self, t: int) -> Objective:
        """The objective of the batch of step t."""
        rows = self.rows(t)
        batch = self.objective_of(*[array.take(rows, axis=0) for array in self.data])
        object.__setattr__(batch, "full", self.full)
        return batch


def _checked_data(data: tuple[ArrayLike, ...]) -> tuple[NDArray, ...]:
    arrays = tuple(np.asarray(array) for array in data)
    if not arrays or not all(array.ndim for array in arrays):
        raise ValueError(f"data must be one or more arrays with a row for each datum, got {data!r}")
    if len({len(array) for array in arrays}) > 1 or not len(arrays[0]):
        raise ValueError(f"data must be of one length, at least 1, got {', '.join(str(len(array)) for array in arrays)}")
    return arrays


def _checked_seed(seed: int | Sequence[int]) -> int | tuple[int, ...]:
    if np.ndim(seed):
        return tuple(validation.whole_number("seed", one, least=0) for one in seed)  # type: ignore[union-attr]
    return validation.whole_number("seed", seed, least=0)


@lru_cache(maxsize=8)
def _order(seed: int | tuple[int, ...], epoch: int, size: int, shuffle: bool, replacement: bool) -> Rows:
    """The order of an epoch, (size,) or (seeds, size), kept while the epoch lasts."""
    if isinstance(seed, tuple):
        order = np.stack([_order.__wrapped__(one, epoch, size, shuffle, replacement) for one in seed])
    elif not shuffle:
        order = np.arange(size)
    else:
        generator = np.random.default_rng([seed, epoch])
        order = generator.integers(size, size=size) if replacement else generator.permutation(size)
    order.flags.writeable = False
    return order

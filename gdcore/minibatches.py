"""Objectives that differ from step to step: minibatches of data, and gradients with given noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import cloudpickle
import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdcore import validation
from gdcore.arrays import Array
from gdcore.objectives import Objective, require

Rows = NDArray[np.intp]


@dataclass(frozen=True, init=False, repr=False, eq=False)
class Minibatches(Objective):
    """The objective of all data, of which each step of `descend` sees a batch.

    Step t = 1, 2, … sees `at(t)`, the objective of the rows `rows(t)`, which depends on nothing but
    t and `seed`. An epoch e = 1, 2, … takes `steps_per_epoch` = ⌈N / B⌉ steps, with B =
    `batch_size`. It goes through all data once in a random order, drawn from `default_rng([seed,
    e])`; its last batch holds what is left: no example is dropped, and none comes twice.

    - `objective_of(*data)`: the Objective of some data.
    - `data`: arrays with one row for each of the N examples. They are copied.
    - `batch_size`: B, from 1 to N.
    - `seed`: a whole number ≥ 0. Several seeds are for several models, w (seeds, d): each model
      sees the batches that its seed alone would give. `rows(t)` is then (seeds, B), and
      `objective_of` gets data with the axis (seeds, B) in front.
    - `shuffle`: if False, every epoch goes in the order of the data.
    - `replacement`: if True, each place in the order is drawn by itself, so that an example may
      come twice or not at all.

    Value and gradient, and `whole`, are those of all data.

    Raises ValueError or TypeError for data of different lengths, a batch size outside 1 … N, seeds
    that are not whole numbers ≥ 0, and t < 1.
    Source: Bishop and Bishop, algorithms 7.1 and 7.2, their indices mended; Prince, section 6.2;
    Kneusel, chapter 11.

    >>> from gdcore.objectives import least_squares
    >>> batches = Minibatches(least_squares, np.eye(5), np.ones(5), batch_size=2)
    >>> batches.steps_per_epoch, len(batches.rows(3))
    (3, 1)
    """

    objective_of: Callable[..., Objective] = field(init=False)
    data: tuple[NDArray[Any], ...] = field(init=False)
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
        validation.function("objective_of", objective_of, "a function of data that returns an Objective")
        arrays = _checked_data(data)
        own = {
            "objective_of": objective_of,
            "data": arrays,
            "batch_size": validation.whole_number("batch_size", batch_size, least=1, most=len(arrays[0])),
            "seed": _checked_seed(seed),
            "shuffle": validation.flag("shuffle", shuffle),
            "replacement": validation.flag("replacement", replacement),
        }
        if replacement and not shuffle:
            raise ValueError("replacement must be False with shuffle=False, got True: it draws at random")
        try:
            whole = objective_of(*arrays)
        except TypeError as error:
            raise TypeError(f"objective_of must take the data, got {len(arrays)} arrays of data: {error}") from error
        require.objective(whole, "objective_of(...)")
        super().__init__(**{**vars(whole), "batch": self._batch, "full": whole})
        vars(self).update(own)

    def __repr__(self) -> str:
        return f"Minibatches({self.name}, {len(self.data[0])} data, batch_size={self.batch_size}, seed={self.seed})"

    @property
    def steps_per_epoch(self) -> int:
        """The number of batches in an epoch, ⌈N / B⌉."""
        return -(-len(self.data[0]) // self.batch_size)

    def rows(self, t: int) -> Rows:
        """Which examples step t = 1, 2, … sees: (B,), or for several seeds (seeds, B); fewer in an
        epoch's last step.
        """
        epoch, step = divmod(validation.whole_number("t", t, least=1) - 1, self.steps_per_epoch)
        order = _order(self.seed, epoch + 1, len(self.data[0]), self.shuffle, self.replacement)
        return order[..., step * self.batch_size : (step + 1) * self.batch_size]

    def _batch(self, t: int) -> Objective:
        """The objective of the batch of step t."""
        rows = self.rows(t)
        return self.objective_of(*[array.take(rows, axis=0) for array in self.data]).sample_of(self.full)

    def __reduce__(self) -> tuple[Any, ...]:
        options = {"batch_size": self.batch_size, "seed": self.seed, "shuffle": self.shuffle, "replacement": self.replacement}
        return _unpickled, (cloudpickle.dumps((self.objective_of, self.data, options)),)


def noisy(objective: Objective, noise: ArrayLike | Callable[[int], ArrayLike]) -> Objective:
    """The objective with noise of your choice added to its gradient at each step.

    `noise` is (steps, d), or (steps, ..., d) for runs side by side, of which step t takes
    `noise[t − 1]`, or a function of t. The result's `whole` is the objective itself.
    Raises ValueError or TypeError for noise that is not finite numbers or of another dimension, and
    at a step for which there is none.

    >>> from gdcore.objectives import bowl
    >>> shaken = noisy(bowl(), [[0.5, 0], [-0.5, 0]])
    >>> shaken.at(1).gradient([1, 1]) - bowl().gradient([1, 1])
    array([0.5, 0. ])
    """
    require.objective(objective)
    added = () if callable(noise) else validation.points(noise, objective.dimension, "noise")

    def sample(t: int) -> Objective:
        t = validation.whole_number("t", t, least=1, most=len(added) or None)
        of_step = noise(t) if callable(noise) else added[t - 1]

        def gradient(w: Array) -> Array:
            return objective.gradient(w) + np.asarray(of_step).astype(w.dtype, copy=False)

        return replace(objective, gradient=gradient, full=objective)

    return replace(objective, batch=sample)


def _checked_data(data: tuple[ArrayLike, ...]) -> tuple[NDArray[Any], ...]:
    """Copies of the data, which must be of one length."""
    arrays = []
    for place, each in enumerate(data):
        try:
            arrays.append(np.array(each))
        except ValueError:
            raise ValueError(f"data[{place}] must be an array with rows of one length, got {validation.shown(each)}") from None
        if arrays[-1].ndim == 0 or arrays[-1].dtype.kind not in "fiub":
            raise TypeError(
                f"data[{place}] must be an array of numbers with a row for each example, got {validation.shown(each)}"
            )
    if not arrays:
        raise ValueError("data must be one or more arrays with a row for each example, got none")
    if len({len(array) for array in arrays}) > 1 or not len(arrays[0]):
        raise ValueError(f"data must be of one length, at least 1, got {', '.join(str(len(array)) for array in arrays)}")
    return tuple(arrays)


def _checked_seed(seed: int | Sequence[int]) -> int | tuple[int, ...]:
    if isinstance(seed, (list, tuple, np.ndarray, range)) and np.ndim(seed) == 1 and len(seed):
        return tuple(validation.whole_number("seed", one, least=0) for one in seed)
    return validation.whole_number("seed", seed, least=0)


@lru_cache(maxsize=8)
def _order(seed: int | tuple[int, ...], epoch: int, size: int, shuffle: bool, replacement: bool) -> Rows:
    """The order of an epoch, (size,) or (seeds, size), kept while the epoch lasts."""
    seeds = seed if isinstance(seed, tuple) else (seed,)
    order = np.stack([_order_of_one(one, epoch, size, shuffle, replacement) for one in seeds])
    order = order if isinstance(seed, tuple) else order[0]
    order.flags.writeable = False
    return order


def _order_of_one(seed: int, epoch: int, size: int, shuffle: bool, replacement: bool) -> Rows:
    """The order of an epoch for one seed, (size,)."""
    if not shuffle:
        return np.arange(size)
    generator = np.random.default_rng([seed, epoch])
    return generator.integers(size, size=size) if replacement else generator.permutation(size)


def _unpickled(parts: bytes) -> Minibatches:
    """Minibatches from their pickled parts."""
    objective_of, data, options = cloudpickle.loads(parts)
    return Minibatches(objective_of, *data, **options)

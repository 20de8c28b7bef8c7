"""A network: layers one after the other, all parameters in one flat vector w, and on data an Objective of w."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from gdcore import validation
from gdcore.networks.initializations import Rule
from gdcore.networks.layers import Layer, Parameters, Shape
from gdcore.networks.losses import Loss, one_hot
from gdcore.networks.normalization import BatchNorm
from gdcore.objectives import Array, Objective

# So many examples, times models, go through a network at once; more go in turns, to bound the memory.
EXAMPLES_AT_ONCE = 1024


@dataclass(frozen=True, init=False)
class Network:
    """Layers one after the other. What is learned is not in here: it comes in as one flat vector w, (..., d).

    `layers` as in `Network([Dense(196, 100), sigmoid, Dense(100, 10), sigmoid])`. Leading axes of w are whole networks side by
    side. Examples x are (N, features...), the same for all networks, or (models..., N, features...), each network its own.
    The parameters lie in w layer after layer, each array in row order; `shapes` are theirs, `dimension` is d.

    Raises ValueError or TypeError for layers that do not fit together.
    """

    layers: tuple[Layer, ...]

    def __init__(self, layers: Iterable[Layer]) -> None:
        object.__setattr__(self, "layers", tuple(layers))
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"layers must be layers of gdcore.networks, got {layer!r}")
        if not self.shapes:
            raise ValueError(f"layers must hold at least one with parameters, got {list(self.layers)}")
        if self.layers[0].input_shape is not None:
            self.output_shape(self.layers[0].input_shape)

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of all parameters, in their order in w."""
        return tuple(shape for layer in self.layers for shape in layer.shapes)

    @cached_property
    def dimension(self) -> int:
        """The number of parameters, d."""
        return sum(int(np.prod(shape)) for shape in self.shapes)

    @cached_property
    def rank(self) -> int:
        """The number of axes of one example."""
        return next((layer.rank for layer in self.layers if layer.rank is not None), 1)

    @cached_property
    def _places(self) -> tuple[tuple[tuple[slice, Shape], ...], ...]:
        """For each layer and each of its parameters, where in w it lies, and its shape."""
        ends = np.cumsum([0] + [int(np.prod(shape)) for shape in self.shapes]).tolist()
        places = iter([(slice(a, b), shape) for a, b, shape in zip(ends, ends[1:], self.shapes, strict=False)])
        return tuple(tuple(next(places) for _ in layer.shapes) for layer in self.layers)

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of an example's output from that of the example; ValueError at the first layer that cannot take it."""
        for layer in self.layers:
            shape = layer.output_shape(shape)
        return shape

    def initialize(self, rule: Rule, seed: int | Sequence[int] = 0, dtype: DTypeLike = float) -> Array:
        """First parameters by a rule such as `he`: (d,), or for several seeds one network each, (seeds, d).

        Row m, of seed s_m, is what that seed gives alone.
        """
        if np.ndim(seed):
            return np.array([self.initialize(rule, one, dtype) for one in seed])  # type: ignore[union-attr]
        generator = np.random.default_rng(validation.whole_number("seed", seed, least=0))
        arrays = [array.ravel() for layer in self.layers for array in layer.initialize(rule, generator)]
        return np.concatenate(arrays).astype(dtype)

    def unpack(self, w: Array) -> list[Parameters]:
        """Each layer's parameters as views of w: for w (..., d), arrays (..., *shape)."""
        if w.shape[-1] != self.dimension:
            raise ValueError(f"w must have {self.dimension} numbers along its last axis for {self}, got shape {w.shape}")
        models = w.shape[:-1]
        return [tuple([w[..., place].reshape(models + shape) for place, shape in places]) for places in self._places]

    def forward(self, w: Array, x: Array) -> tuple[Array, list[Any]]:
        """The outputs, (..., N, K), and what the way back needs: each layer with its parameters and its cache."""
        own = x.shape[: -1 - self.rank]
        if own and own != w.shape[-1 - len(own) : -1]:
            raise ValueError(f"x holds data for {own} models, one each, so w must be (..., *{own}, d), got shape {w.shape}")
        kept, a = [], x
        for layer, parameters in zip(self.layers, self.unpack(w), strict=True):
            a, cache = layer.forward(parameters, a)
            kept.append((layer, parameters, cache))
        return a, kept

    def backward(self, w: Array, kept: list[Any], delta: Array) -> Array:
        """Backpropagation: the gradient ∂L/∂w, (..., d), from δ = ∂L/∂(outputs) and what `forward` kept.

        Each layer turns the δ at its output into its own gradients, and into the δ of the layer below.
        The lowest layer with parameters is the last that is asked.
        """
        gradients: list[Array] = []
        for layer, parameters, cache in reversed(kept):
            gradients = [*layer.gradients(parameters, cache, delta), *gradients]
            if len(gradients) == len(self.shapes):
                break
            delta = layer.backward(parameters, cache, delta)
        flat = (*w.shape[:-1], -1)
        return np.concatenate([g.reshape(flat) for g in gradients], axis=-1).astype(w.dtype, copy=False)

    def outputs(self, w: Array, x: ArrayLike) -> Array:
        """The outputs alone, (..., N, K)."""
        x, _, outputs_shape = self._checked(x, None)

        def of(x: Array, w: Array) -> Array:
            return self._in_turns(partial(of, x), w, x) if self._too_many(w, x) else self.forward(w, x)[0]

        return np.concatenate([of(x[part], w) for part in self._parts(x)], axis=-1 - len(outputs_shape))

    def statistics(self, w: Array, x: ArrayLike) -> Array:
        """Means and variances that batch norm takes from the batch x, (..., s): layer after layer, first means, then variances.

        Fold them into running statistics by `fold_statistics`, and use these in `with_statistics`.
        """
        _, kept = self.forward(w, self._checked(x, None)[0])
        moments = [moment for layer, _, cache in kept for moment in layer.statistics(cache)]
        if not moments:
            raise ValueError(f"{self} has no batch norm that takes statistics from a batch")
        return np.concatenate(moments, axis=-1)

    def with_statistics(self, statistics: Array) -> Network:
        """The network for inference, with the same parameters: its batch norms use these means and variances, (..., s)."""
        layers, start = [], 0
        for layer in self.layers:
            if isinstance(layer, BatchNorm):
                middle, end = start + layer.features, start + 2 * layer.features
                layer, start = replace(layer, moments=(statistics[..., start:middle], statistics[..., middle:end])), end
            layers.append(layer)
        if statistics.shape[-1] != start:
            raise ValueError(f"statistics must have {start} numbers along the last axis for {self}, got shape {statistics.shape}")
        return Network(layers)

    def objective(self, loss: Loss, x: ArrayLike, targets: ArrayLike) -> Objective:
        """The loss of the network on data, a function of w (..., d), with gradient and Hessian-vector product.

        x is (N, features...) of floats, `targets` are labels, (N,) whole numbers, or vectors, (N, K). With (models...) in front
        of both, each network has its own. The gradient has w's precision; w and x in float32 are computed in float32.

        The product of the Hessian with a vector v is H v = Im ∇L(w + i h v) / h with h = 10⁻²⁰, exact to rounding: the layers are
        analytic functions (in pieces), and since no difference is taken nothing cancels. Source: Squire and Trapp 1998.

        Raises ValueError or TypeError for examples that a layer cannot take, no examples at all, targets that do not match them,
        labels out of range, and at the first evaluation for w of another network and batch norm with one example.
        """
        x, targets, _ = self._checked(x, targets)
        if len(parts := self._parts(x)) > 1:
            return _mean([(len(x[part]) / len(x), self.objective(loss, x[part], targets[part])) for part in parts])

        def value(w: Array) -> Array:
            if self._too_many(w, x):
                return self._in_turns(value, w, x)
            return loss.value(self.forward(w, x)[0], targets)

        def gradient(w: Array) -> Array:
            if self._too_many(w, x):
                return self._in_turns(gradient, w, x)
            outputs, kept = self.forward(w, x)
            return self.backward(w, kept, loss.gradient(outputs, targets))

        def hessian_vector(w: Array, v: Array) -> Array:
            h = 1e-20
            return (gradient(w.astype(complex) + 1j * h * v).imag / h).astype(w.dtype, copy=False)

        return Objective(
            name=loss.name,
            value=value,
            gradient=gradient,
            hessian_vector=hessian_vector,
            shapes=self.shapes,
            dimension=self.dimension,
        )

    def _checked(self, x: ArrayLike, targets: ArrayLike | None) -> tuple[Array, Array, Shape]:
        """Examples and targets as arrays that fit the network and each other, and the shape of an output."""
        x = np.asarray(x)
        if x.dtype.kind != "f":
            raise TypeError(f"x must be floats, got an array of {x.dtype}")
        if x.ndim <= self.rank or not x.shape[-1 - self.rank]:
            raise ValueError(f"x must be (examples ≥ 1, then the {self.rank} axes of an example), got shape {x.shape}")
        example, examples = x.shape[-self.rank :], x.shape[: -self.rank]
        outputs = self._output_shapes.get(example) or self._output_shapes.setdefault(example, self.output_shape(example))
        if targets is None:
            return x, x, outputs
        targets = np.asarray(targets)
        if targets.dtype.kind in "iu" and targets.shape == examples:
            return x, one_hot(targets, outputs[-1], x.dtype), outputs
        if targets.shape != examples + outputs:
            raise ValueError(
                f"targets must be labels of shape {examples} or vectors of shape {examples + outputs}, "
                f"got {targets.dtype} of shape {targets.shape}"
            )
        return x, targets.astype(x.dtype, copy=False), outputs

    @cached_property
    def _output_shapes(self) -> dict[Shape, Shape]:
        """The shapes of examples that were found to fit, and of their outputs: minibatches come by the thousand."""
        return {}

    @cached_property
    def _couples_examples(self) -> bool:
        """Whether one example's output depends on the others: batch norm in training."""
        return any(isinstance(layer, BatchNorm) and layer.moments is None for layer in self.layers)

    @cached_property
    def _has_own_statistics(self) -> bool:
        """Whether each network of w has running statistics of its own."""
        return any(
            isinstance(layer, BatchNorm) and layer.moments is not None and layer.moments[0].ndim > 1 for layer in self.layers
        )

    def _parts(self, x: Array) -> list[slice]:
        """Slices of the examples that go through at once: one, where examples are few, coupled, or each model has its own."""
        if len(x) <= EXAMPLES_AT_ONCE or x.ndim > self.rank + 1 or self._couples_examples:
            return [slice(None)]
        return [slice(start, start + EXAMPLES_AT_ONCE) for start in range(0, len(x), EXAMPLES_AT_ONCE)]

    def _too_many(self, w: Array, x: Array) -> bool:
        """Whether the networks of w are too many to take all examples at once. With own data or statistics they stay together."""
        if w.ndim == 1 or x.ndim > self.rank + 1 or self._has_own_statistics:
            return False
        return w.size // w.shape[-1] > max(1, EXAMPLES_AT_ONCE // len(x))

    def _in_turns(self, function: Callable[[Array], Array], w: Array, x: Array) -> Array:
        """The function of w, (..., d), for a few networks after the other."""
        at_once, rows = max(1, EXAMPLES_AT_ONCE // len(x)), w.reshape(-1, w.shape[-1])
        parts = [function(rows[i : i + at_once]) for i in range(0, len(rows), at_once)]
        return np.concatenate(parts).reshape(w.shape[:-1] + parts[0].shape[1:])


def fold_statistics(running: Array | None, batch: Array, decay: float = 0.9) -> Array:
    """One step of the running statistics, r ← α r + (1 − α) b, with α = `decay`; at first, r None, the batch's own b.

    Both are what `Network.statistics` returns. Variances are averaged, not deviations, and each is the batch's sum of squares
    divided by K − 1, so that the average is right. Raises ValueError for a decay outside [0, 1).
    Source: Bishop and Bishop, equations 7.56 and 7.57 (with σ² for σ).
    """
    if not 0 <= decay < 1:
        raise ValueError(f"decay must be a number ≥ 0 and < 1, got {decay!r}")
    decay = float(decay)  # a NumPy number would turn single precision into double
    return batch if running is None else decay * running + (1 - decay) * batch


def _mean(parts: list[tuple[float, Objective]]) -> Objective:
    """The weighted mean of objectives on parts of the data: (share, objective) each."""

    def mean(name: str) -> Callable[..., Array]:
        return lambda *arguments: sum(share * getattr(objective, name)(*arguments) for share, objective in parts)

    first = parts[0][1]
    return replace(first, value=mean("value"), gradient=mean("gradient"), hessian_vector=mean("hessian_vector"))

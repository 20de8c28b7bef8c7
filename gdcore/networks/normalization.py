"""Layers that normalize activations: by the batch, or each example by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.networks.arguments import Shape
from gdcore.networks.initializations import Rule
from gdcore.networks.layers import Layer, Parameters


@dataclass(frozen=True)
class Normalization(Layer):
    """What batch norm and layer norm share: normalize over some axes, then scale by γ, shift by β.

    RMS norm has its means and its spread of parameters from here too.

    Let μ be the mean of the m values on those axes and σ² their variance (divided by m), and let δ₀
    be the field `epsilon`. With s = √(σ² + δ₀) and â = (a − μ) / s the output is ã = γ â + β, γ and
    β (features,). With δ = ∂L/∂ã its gradients are ∂L/∂γ = Σ δ â and ∂L/∂β = Σ δ, summed over all
    values of the feature.

    For the way back let g = ∂L/∂â = δ γ. An input a_i acts on each â_j directly and by μ and s:

        ∂â_j/∂a_i = (1/s) (1[i = j] − 1/m − â_j â_i / m),

    because ∂μ/∂a_i = 1/m and ∂s/∂a_i = (a_i − μ) / (m s) = â_i / m. Summed over j with weights g_j,

        ∂L/∂a_i = (1/s) (g_i − mean(g) − â_i mean(g â)).

    The second term takes from g what would move the mean, the third what would move the variance.
    """

    features: int
    rank: int = 1
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        self._require_sizes("features", "rank")
        # A NumPy number would turn single precision into double.
        object.__setattr__(self, "epsilon", validation.number("epsilon", self.epsilon, above=0))

    @property
    def shapes(self) -> tuple[Shape, ...]:
        return (self.features,), (self.features,)

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes that share a mean and a variance."""
        raise NotImplementedError

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != self.rank or shape[-1] != self.features:
            raise self.refusal(f"({'..., ' * (self.rank > 1)}{self.features}), {self.rank} axes in all", shape)
        return shape

    def initialize(self, rule: Rule, generator: np.random.Generator) -> Parameters:
        return np.ones(self.features), np.zeros(self.features)

    def spread(self, parameter: Array) -> Array:
        """A parameter (models..., features) as (models..., 1, ..., 1, features)."""
        return parameter.reshape(*parameter.shape[:-1], *(1,) * self.rank, parameter.shape[-1])

    def mean(self, a: Array) -> Array:
        """The mean over the axes, which keep one place each."""
        mean: Array = a.mean(axis=self.axes, keepdims=True)
        return mean

    def normalize(self, a: Array) -> tuple[Array, Array, Array, Array]:
        """(a − μ) / s, with s, μ and σ²."""
        mean = self.mean(a)
        centred = a - mean
        variance = self.mean(centred * centred)
        s = np.sqrt(variance + self.epsilon)
        return centred / s, s, mean, variance

    def gradients(self, parameters: Parameters, cache: tuple[Array, ...], delta: Array) -> Parameters:
        a_hat, *_ = cache
        examples = tuple(range(-1 - self.rank, -1))
        return (delta * a_hat).sum(axis=examples), delta.sum(axis=examples)

    def backward(self, parameters: Parameters, cache: tuple[Array, ...], delta: Array) -> Array:
        a_hat, s, *_ = cache
        g = delta * self.spread(parameters[0])
        return (g - self.mean(g) - a_hat * self.mean(g * a_hat)) / s


@dataclass(frozen=True)
class BatchNorm(Normalization):
    """Batch normalization: each feature with its mean and variance over the batch, then γ â + β.

        μ_i = (1/K) Σ_n a_ni,   σ_i² = (1/K) Σ_n (a_ni − μ_i)²,
        â_ni = (a_ni − μ_i) / √(σ_i² + δ₀),   ã_ni = γ_i â_ni + β_i.

    The parameters are γ, at first 1, and β, at first 0, (features,) each.

    - `features`: the size of the last axis.
    - `rank`: the number of an example's axes. In images it is 3, and the statistics are taken over
      positions too.
    - `epsilon`: δ₀ > 0.
    - `moments`: (mean, variance), each (..., features). Where given they replace the batch's: this
      is inference, and the layer is then an affine map of each example by itself.
      `Network.with_statistics` fills it in; users leave it.

    Raises ValueError in training for a batch of one value, whose variance is 0, and ValueError or
    TypeError for other sizes. Source: Ioffe and Szegedy 2015; Bishop and Bishop, equations
    7.52-7.55. The way back is derived in the class above it.

    >>> output, cache = BatchNorm(1).forward((np.ones(1), np.zeros(1)), np.array([[1.0], [3.0]]))
    >>> output.round(3).ravel()
    array([-1.,  1.])
    """

    moments: tuple[Array, Array] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.moments is not None:
            object.__setattr__(self, "moments", self._checked_moments())

    def _checked_moments(self) -> tuple[Array, Array]:
        """Copies of mean and variance, which are NaN where a network has diverged."""
        given: Any = self.moments
        moments = list(given) if isinstance(given, np.ndarray) and given.ndim else given
        if not isinstance(moments, (tuple, list)) or len(moments) != 2:
            raise TypeError(f"moments must be (mean, variance), got {validation.shown(self.moments)}")
        mean, variance = (validation.points(each, self.features, "moments", finite=False) for each in moments)
        if mean.shape != variance.shape or (variance < 0).any():
            raise ValueError(f"moments must be a mean and a variance ≥ 0 of one shape, got {validation.shown(self.moments)}")
        return mean, variance

    @property
    def couples_examples(self) -> bool:
        return self.moments is None

    @property
    def differs_by_model(self) -> bool:
        return self.moments is not None and self.moments[0].ndim > 1

    @property
    def axes(self) -> tuple[int, ...]:
        return tuple(range(-1 - self.rank, -1))

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, tuple[Array, ...]]:
        gamma, beta = map(self.spread, parameters)
        if self.moments is not None:
            mean, variance = map(self.spread, self.moments)
            s = np.sqrt(variance + self.epsilon)
            cache: tuple[Array, ...] = ((a - mean) / s, s)
        else:
            if self._count(a) == 1:
                raise ValueError(
                    f"x must hold at least 2 examples, got 1, whose variance is 0: {self} in training needs them; "
                    "to predict, use network.with_statistics(...)"
                )
            cache = self.normalize(a)
        return gamma * cache[0] + beta, cache

    def backward(self, parameters: Parameters, cache: tuple[Array, ...], delta: Array) -> Array:
        if self.moments is None:
            return super().backward(parameters, cache, delta)
        return delta * self.spread(parameters[0]) / cache[1]

    def statistics(self, cache: tuple[Array, ...]) -> Parameters:
        """Mean and variance of the batch, each (..., features).

        The variance is divided by K − 1: so the mean of many such variances is that of the data.
        """
        if self.moments is not None:
            return ()
        a_hat, _, mean, variance = cache
        count = self._count(a_hat)
        return mean.squeeze(self.axes), variance.squeeze(self.axes) * (count / (count - 1))

    def _count(self, a: Array) -> int:
        """How many values share a mean."""
        return prod(a.shape[axis] for axis in self.axes)


@dataclass(frozen=True)
class LayerNorm(Normalization):
    """Layer normalization: each example with mean and variance of its M features, then γ â + β.

        μ_n = (1/M) Σ_i a_ni,   σ_n² = (1/M) Σ_i (a_ni − μ_n)²,
        â_ni = (a_ni − μ_n) / √(σ_n² + δ₀),   ã_ni = γ_i â_ni + β_i.

    - `features`: M, the size of the last axis, over which mean and variance are taken.
    - `rank`: the number of an example's axes. In images it is 3, and the channels of each position
      are normalized.
    - `epsilon`: δ₀ > 0.

    Training and inference are the same. Raises ValueError for one feature, which is always its own
    mean, and ValueError or TypeError for other sizes. Source: Ba, Kiros and Hinton 2016; Bishop and
    Bishop, equations 7.58-7.60. The way back is derived in the class above it.

    >>> LayerNorm(2).forward((np.ones(2), np.zeros(2)), np.array([[1.0, 3.0]]))[0].round(3)
    array([[-1.,  1.]])
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        validation.whole_number("features", self.features, least=2)

    @property
    def axes(self) -> tuple[int, ...]:
        return (-1,)

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, tuple[Array, ...]]:
        gamma, beta = map(self.spread, parameters)
        cache = self.normalize(a)
        return gamma * cache[0] + beta, cache


def with_moments(layers: Sequence[Layer], statistics: Array) -> list[Layer]:
    """The layers, each batch norm with its means and variances out of `statistics`, (..., s)."""
    sizes = [2 * layer.features if isinstance(layer, BatchNorm) else 0 for layer in layers]
    if statistics.shape[-1] != sum(sizes):
        raise ValueError(
            f"statistics must have {sum(sizes)} numbers along the last axis for {list(layers)}, got shape {statistics.shape}"
        )
    found, end = [], 0
    for layer, size in zip(layers, sizes, strict=True):
        start, end = end, end + size
        if isinstance(layer, BatchNorm):
            mean, variance = np.split(statistics[..., start:end], 2, axis=-1)
            if (variance < 0).any():
                raise ValueError(f"statistics must hold variances ≥ 0, got {validation.shown(statistics)}")
            layer = replace(layer, moments=(mean, variance))
        found.append(layer)
    return found


def fold_statistics(running: ArrayLike | None, batch: ArrayLike, decay: float = 0.9) -> Array:
    """One step of the running statistics, r ← α r + (1 − α) b; at first, r None, the batch's own b.

    - `running`, `batch`: r and b, what `Network.statistics` returns, (..., s) both.
    - `decay`: α, from 0 to below 1.

    Variances are averaged, not deviations, and each is the batch's sum of squares divided by K − 1,
    so that the average is right. NaN may come in, from a network that has diverged. Raises
    TypeError or ValueError for other shapes and another decay. Source: Bishop and Bishop, equations
    7.56 and 7.57 (with σ² for σ).

    >>> fold_statistics([0, 1], [1, 2], decay=0.5)
    array([0.5, 1.5])
    """
    # A float: a NumPy number would turn single precision into double.
    decay = validation.number("decay", decay, least=0, below=1)
    batch = validation.points(batch, name="batch", finite=False)
    if running is None:
        return batch
    running = validation.points(running, name="running", finite=False)
    if running.shape != batch.shape:
        raise ValueError(f"running must have the shape of batch, {batch.shape}, got {running.shape}")
    return decay * running + (1 - decay) * batch

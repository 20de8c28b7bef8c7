"""Layers that normalize activations: by the batch, or each example by itself."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gdcore import validation
from gdcore.networks.initializations import Rule
from gdcore.networks.layers import Layer, Parameters, Shape
from gdcore.objectives import Array


@dataclass(frozen=True)
class _Normalization(Layer):
    """What batch norm and layer norm share: normalize over some axes, then scale by γ and shift by β, both (features,).

    With m values on the axes, mean μ and variance σ² (divided by m), s = √(σ² + δ₀) and â = (a − μ) / s, the output is
    ã = γ â + β. Its gradients, with δ = ∂L/∂ã, are ∂L/∂γ = Σ δ â and ∂L/∂β = Σ δ over all values of the feature.

    For the way back let ε = ∂L/∂â = δ γ. An input a_i acts on each â_j directly and through μ and s:

        ∂â_j/∂a_i = (1/s) (1[i = j] − 1/m − â_j â_i / m),

    because ∂μ/∂a_i = 1/m and ∂s/∂a_i = (a_i − μ) / (m s) = â_i / m. Summed over j with weights ε_j,

        ∂L/∂a_i = (1/s) (ε_i − mean(ε) − â_i mean(ε â)):

    from ε is taken away what would move the mean, and what would move the variance.
    """

    features: int
    rank: int = 1
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        validation.whole_number("features", self.features, least=1)
        validation.whole_number("rank", self.rank, least=1)
        if not 0 < self.epsilon < np.inf:
            raise ValueError(f"epsilon must be a number > 0, finite, got {self.epsilon!r}")
        object.__setattr__(self, "epsilon", float(self.epsilon))  # a NumPy number would turn single precision into double

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
        """A parameter (models..., features) with the axes between: (models..., 1, ..., 1, features)."""
        return parameter.reshape(*parameter.shape[:-1], *(1,) * self.rank, parameter.shape[-1])

    def normalize(self, a: Array) -> tuple[Array, Array, Array, Array]:
        """(a − μ) / s, with s, μ and σ²."""
        mean = a.mean(axis=self.axes, keepdims=True)
        centred = a - mean
        variance = (centred * centred).mean(axis=self.axes, keepdims=True)
        s = np.sqrt(variance + self.epsilon)
        return centred / s, s, mean, variance

    def gradients(self, parameters: Parameters, cache: tuple[Array, ...], delta: Array) -> Parameters:
        a_hat, *_ = cache
        examples = tuple(range(-1 - self.rank, -1))
        return (delta * a_hat).sum(axis=examples), delta.sum(axis=examples)

    def backward(self, parameters: Parameters, cache: tuple[Array, ...], delta: Array) -> Array:
        a_hat, s, *_ = cache
        e = delta * self.spread(parameters[0])
        e_mean = e.mean(axis=self.axes, keepdims=True)
        return (e - e_mean - a_hat * (e * a_hat).mean(axis=self.axes, keepdims=True)) / s


@dataclass(frozen=True)
class BatchNorm(_Normalization):
    """Batch normalization: each feature with its mean and variance over the batch, then γ â + β.

        μ_i = (1/K) Σ_n a_ni,   σ_i² = (1/K) Σ_n (a_ni − μ_i)²,   â_ni = (a_ni − μ_i) / √(σ_i² + δ₀),   ã_ni = γ_i â_ni + β_i.

    `features` is the size of the last axis; `rank` the number of an example's axes (3 for images, whose statistics are
    taken over positions too); `epsilon` is δ₀. The parameters are γ, at first 1, and β, at first 0.

    `moments`, (mean, variance), each (..., features), where given replace the batch's: this is inference, and the layer is
    then an affine map of each example by itself. `Network.with_statistics` fills it in; users leave it.
    In training one value has no spread: ValueError.
    Source: Ioffe and Szegedy 2015; Bishop and Bishop, equations 7.52–7.55. The way back is derived in the class above it.
    """

    moments: tuple[Array, Array] | None = field(default=None, compare=False, repr=False)

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
                    f"{self} in training needs a batch of at least 2 examples, got 1, whose variance is 0; "
                    "to predict, use network.with_statistics(...)"
                )
            cache = self.normalize(a)
        return gamma * cache[0] + beta, cache

    def backward(self, parameters: Parameters, cache: tuple[Array, ...], delta: Array) -> Array:
        if self.moments is None:
            return super().backward(parameters, cache, delta)
        return delta * self.spread(parameters[0]) / cache[1]

    def statistics(self, cache: tuple[Array, ...]) -> Parameters:
        """Mean and variance of the batch, each (..., features); the variance divided by K − 1, so that its average is right."""
        if self.moments is not None:
            return ()
        a_hat, _, mean, variance = cache
        count = self._count(a_hat)
        return mean.squeeze(self.axes), variance.squeeze(self.axes) * (count / (count - 1))

    def _count(self, a: Array) -> int:
        """How many values share a mean."""
        return int(np.prod([a.shape[axis] for axis in self.axes]))


@dataclass(frozen=True)
class LayerNorm(_Normalization):
    """Layer normalization: each example with its own mean and variance over its M features, then γ â + β.

        μ_n = (1/M) Σ_i a_ni,   σ_n² = (1/M) Σ_i (a_ni − μ_n)²,   â_ni = (a_ni − μ_n) / √(σ_n² + δ₀),   ã_ni = γ_i â_ni + β_i.

    The last axis is normalized; in images (`rank` 3) that is the channels of each position. Training and inference are the same.
    Source: Ba, Kiros and Hinton 2016; Bishop and Bishop, equations 7.58–7.60. The way back is derived in the class above it.
    """

    @property
    def axes(self) -> tuple[int, ...]:
        return (-1,)

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, tuple[Array, ...]]:
        gamma, beta = map(self.spread, parameters)
        cache = self.normalize(a)
        return gamma * cache[0] + beta, cache

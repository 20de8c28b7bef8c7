"""What a transformer's block is made of: causal self-attention, RMS norm, and the way around both.

An example is a sequence of T positions with D features each, (T, D): the layers' rank is 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Any

import numpy as np

from gdcore import validation
from gdcore.arrays import Array
from gdcore.networks.arguments import Shape
from gdcore.networks.initializations import Rule
from gdcore.networks.layers import Layer, Parameters
from gdcore.networks.losses import bound, row_sums
from gdcore.networks.normalization import Normalization
from gdcore.networks.sequences import summed, times


@dataclass(frozen=True)
class RMSNorm(Normalization):
    """Root-mean-square normalization: each example divided by the rms of its features, then γ â.

        s_n = √((1/M) Σ_i a_ni² + δ₀),   â_ni = a_ni / s_n,   output γ_i â_ni.

    - `features`: M, the size of the last axis.
    - `rank`: the number of an example's axes. In sequences it is 2, and each position is
      normalized.
    - `epsilon`: δ₀ > 0.

    No mean is taken off and nothing is added. With g = δ γ the way back is that of layer norm
    without the mean's term, ∂L/∂a_i = (1/s) (g_i − â_i mean(g â)). The parameter is γ, at first 1,
    (features,). Raises ValueError or TypeError for other sizes. Source: Zhang and Sennrich 2019.

    >>> RMSNorm(2).forward((np.ones(2),), np.array([[3.0, 4.0]]))[0].round(3)
    array([[0.849, 1.131]])
    """

    @property
    def shapes(self) -> tuple[Shape, ...]:
        return ((self.features,),)

    @property
    def axes(self) -> tuple[int, ...]:
        return (-1,)

    def initialize(self, rule: Rule, generator: np.random.Generator) -> Parameters:
        return (np.ones(self.features),)

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, tuple[Array, ...]]:
        s = np.sqrt(self._mean_of_product(a, a) + self.epsilon)
        a_hat = a / s
        return self.spread(parameters[0]) * a_hat, (a_hat, s)

    def gradients(self, parameters: Parameters, cache: tuple[Array, ...], delta: Array) -> Parameters:
        rows = [each.reshape(*each.shape[: -1 - self.rank], -1, self.features) for each in (cache[0], delta)]
        return (np.einsum("...nd,...nd->...d", *rows),)

    def backward(self, parameters: Parameters, cache: tuple[Array, ...], delta: Array) -> Array:
        a_hat, s = cache
        g = delta * self.spread(parameters[0])
        g -= a_hat * self._mean_of_product(g, a_hat)
        g /= s
        return g

    def _mean_of_product(self, a: Array, b: Array) -> Array:
        """The mean of a b over the features, which keep one place."""
        total: Array = np.einsum("...d,...d->...", a, b)[..., None]
        return total / self.features


@dataclass(frozen=True)
class CausalAttention(Layer):
    """Causal self-attention of several heads: each position reads from itself and those before it.

    With the input a (T, D), a head of E = D / heads features has queries, keys and values (T, E),
    parts of a W, and with C the heads' outputs laid side by side,

        S = q kᵀ / √E,   P_ij = exp(S_ij) / Σ_{l ≤ i} exp(S_il) for j ≤ i, else 0,   C = P v,
        output = C U.

    - `features`: D.
    - `heads`: a divisor of D.

    The parameters are W (D, 3 D), for all queries, then keys, then values, and U (D, D). With
    δ = ∂L/∂(output) the way back is ∂L/∂C = δ Uᵀ and, for each head with c its part of ∂L/∂C,

        ∂L/∂v = Pᵀ c,   p = c vᵀ,   σ_ij = P_ij (p_ij − Σ_l P_il p_il),
        ∂L/∂q = σ k / √E,   ∂L/∂k = σᵀ q / √E.

    Raises TypeError or ValueError for sizes that are not whole numbers ≥ 1, and for heads that do
    not divide the features. Source: Vaswani et al. 2017; Bishop and Bishop, section 12.1.

    The first position can read from nothing but itself:

    >>> W, U = np.ones((1, 3)), np.ones((1, 1))
    >>> CausalAttention(1, heads=1).forward((W, U), np.array([[[2.0], [2.0]]]))[0].ravel()
    array([2., 2.])
    """

    features: int
    heads: int
    rank = 2

    def __post_init__(self) -> None:
        self._require_sizes("features", "heads")
        if self.features % self.heads:
            raise ValueError(
                f"features must be a multiple of heads, {validation.shown(self.heads)}, got {validation.shown(self.features)}"
            )

    @property
    def shapes(self) -> tuple[Shape, ...]:
        return (self.features, 3 * self.features), (self.features, self.features)

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 2 or shape[-1] != self.features:
            raise self.refusal(f"(positions, {self.features})", shape)
        return shape

    def initialize(self, rule: Rule, generator: np.random.Generator) -> Parameters:
        return tuple(rule(generator, shape, self.features, self.features) for shape in self.shapes)

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, tuple[Array, ...]]:
        W, U = parameters
        q, k, v = self._split(times(a, W), 3)
        P = q @ k.mT
        P *= self._scale
        bound(P, hidden=_later_hidden(a.shape[-2], P.real.dtype))
        np.exp(P, out=P)
        P /= row_sums(P)
        C = self._join((P @ v,))
        return times(C, U), (a, q, k, v, P, C)

    def gradients(self, parameters: Parameters, cache: tuple[Array, ...], delta: Array) -> Parameters:
        a, *_, C = cache
        return summed(a, self._inner(parameters, cache, delta)), summed(C, delta)

    def backward(self, parameters: Parameters, cache: tuple[Array, ...], delta: Array) -> Array:
        return times(self._inner(parameters, cache, delta), parameters[0].mT)

    def way_back(self, parameters: Parameters, cache: tuple[Array, ...], delta: Array) -> tuple[Parameters, Array]:
        a, *_, C = cache
        inner = self._inner(parameters, cache, delta)
        return (summed(a, inner), summed(C, delta)), times(inner, parameters[0].mT)

    def _inner(self, parameters: Parameters, cache: tuple[Array, ...], delta: Array) -> Array:
        """∂L/∂(a W), (..., N, T, 3 D). As p = c vᵀ and C = P v, Σ_l P_il p_il is c_i · C_i."""
        _, q, k, v, P, C = cache
        of_C = times(delta, parameters[1].mT)
        (c,) = self._split(of_C, 1)
        (shares,) = self._split(of_C * C, 1)
        sigma = c @ v.mT
        sigma -= row_sums(shares)
        sigma *= P
        sigma *= self._scale
        return self._join((sigma @ k, sigma.mT @ q, P.mT @ c))

    @property
    def _scale(self) -> float:
        """1 / √E; a NumPy number would turn single precision into double."""
        return 1 / sqrt(self.features // self.heads)

    def _split(self, a: Array, parts: int) -> Array:
        """(..., T, parts · D) as (parts, ..., heads, T, E)."""
        return np.moveaxis(a.reshape(*a.shape[:-1], parts, self.heads, -1), (-3, -2), (0, -3))

    def _join(self, parts: tuple[Array, ...]) -> Array:
        """Each (..., heads, T, E), side by side as (..., T, parts · D)."""
        *front, heads, positions, size = parts[0].shape
        joined = np.empty((*front, positions, len(parts), heads, size), parts[0].dtype)
        for k, part in enumerate(parts):
            joined[..., k, :, :] = np.swapaxes(part, -2, -3)
        return joined.reshape(*front, positions, -1)


@lru_cache(maxsize=8)
def _later_hidden(positions: int, kind: np.dtype[Any]) -> Array:
    """What is added to scores (queries, keys): −∞ where the key is later than the query, else 0."""
    hidden = np.where(np.tri(positions, dtype=bool), 0, -np.inf).astype(kind)
    hidden.flags.writeable = False
    return hidden


@dataclass(frozen=True)
class Residual(Layer):
    """Layers with a way around them: a + f(a), where f applies `layers` one after the other.

    So ∂L/∂a = δ + (∂f/∂a)ᵀ δ: whatever f does, δ also arrives unchanged. A normalization as the
    first of the layers makes a pre-norm block; one behind the block makes a post-norm block.

    The layers must give back the shape that they take. They must not couple examples, as batch norm
    does. Raises TypeError or ValueError for what is no list of layers and for other layers. Source:
    He et al. 2016; Xiong et al. 2020.

    >>> from gdcore.networks import relu
    >>> Residual([relu]).forward((), np.array([[-1.0, 2.0]]))[0]
    array([[-1.,  4.]])
    """

    layers: Sequence[Layer]

    def __post_init__(self) -> None:
        if not isinstance(self.layers, (list, tuple)) or not self.layers:
            raise TypeError(f"layers must be a list of layers of gdcore.networks, got {validation.shown(self.layers)}")
        for layer in self.layers:
            if not isinstance(layer, Layer) or layer.couples_examples or layer.differs_by_model:
                raise TypeError(f"layers must be layers that take each example by itself, got {validation.shown(layer)}")
        object.__setattr__(self, "layers", tuple(self.layers))

    @property
    def rank(self) -> int | None:  # type: ignore[override]
        return next((layer.rank for layer in self.layers if layer.rank is not None), None)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        return tuple(shape for layer in self.layers for shape in layer.shapes)

    @property
    def input_shape(self) -> Shape | None:
        return self.layers[0].input_shape

    def output_shape(self, shape: Shape) -> Shape:
        after = shape
        for layer in self.layers:
            after = layer.output_shape(after)
        if after != shape:
            raise ValueError(f"layers must give back the shape that they take, {shape}, got {after} from {self}")
        return shape

    def initialize(self, rule: Rule, generator: np.random.Generator) -> Parameters:
        return tuple(part for layer in self.layers for part in layer.initialize(rule, generator))

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, list[Any]]:
        output, caches, start = a, [], 0
        for layer in self.layers:
            own = parameters[start : start + len(layer.shapes)]
            output, cache = layer.forward(own, output)
            caches.append((layer, own, cache))
            start += len(own)
        return a + output, caches

    def gradients(self, parameters: Parameters, cache: list[Any], delta: Array) -> Parameters:
        return self.way_back(parameters, cache, delta)[0]

    def backward(self, parameters: Parameters, cache: list[Any], delta: Array) -> Array:
        return self.way_back(parameters, cache, delta)[1]

    def way_back(self, parameters: Parameters, cache: list[Any], delta: Array) -> tuple[Parameters, Array]:
        found: Parameters = ()
        around = delta
        for layer, own, kept in reversed(cache):
            of_layer, delta = layer.way_back(own, kept, delta)
            found = (*of_layer, *found)
        return found, around + delta

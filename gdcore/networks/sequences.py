"""Layers on sequences: an example is T tokens, (T,), after the embedding T positions, (T, D)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdcore.arrays import Array
from gdcore.networks.arguments import Shape
from gdcore.networks.initializations import Rule
from gdcore.networks.layers import Layer, Parameters

Tokens = NDArray[np.integer]


@dataclass(frozen=True)
class Embedding(Layer):
    """Tokens to vectors: a row of E for the token, and a row of P for its position.

    The input is whole numbers c (T,), the output a_i = E[c_i] + P[i], (T, D). With δ = ∂L/∂a

        ∂L/∂E[v] = Σ_{i: c_i = v} δ_i,   ∂L/∂P[i] = δ_i,

    both summed over examples: a token that a batch does not hold has the gradient 0.

    - `vocabulary`: the number of tokens, which are 0 … vocabulary − 1.
    - `features`: D.
    - `positions`: the most that a sequence may have.

    The parameters are E (vocabulary, D) and P (positions, D). It is the first layer of a network.
    Raises TypeError or ValueError for sizes that are not whole numbers ≥ 1. Source: Vaswani et al.
    2017 (positions that are learned).

    >>> E, P = np.array([[1.0], [2.0]]), np.array([[0.0], [0.5]])
    >>> Embedding(2, 1, positions=2).forward((E, P), np.array([[1, 1]]))[0].ravel()
    array([2. , 2.5])
    """

    vocabulary: int
    features: int
    positions: int
    rank = 1

    def __post_init__(self) -> None:
        self._require_sizes("vocabulary", "features", "positions")

    @property
    def tokens(self) -> int:  # type: ignore[override]
        return self.vocabulary

    @property
    def shapes(self) -> tuple[Shape, ...]:
        return (self.vocabulary, self.features), (self.positions, self.features)

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 1 or not 1 <= shape[0] <= self.positions:
            raise self.refusal(f"(at most {self.positions} tokens,)", shape)
        return (shape[0], self.features)

    def initialize(self, rule: Rule, generator: np.random.Generator) -> Parameters:
        # What leads into a unit is one token: the others' entries are 0.
        return tuple(rule(generator, shape, 1, self.features) for shape in self.shapes)

    def forward(self, parameters: Parameters, a: Any) -> tuple[Array, tuple[Tokens, Shape]]:
        E, P = parameters
        count, length = a.shape[-2:]
        models = E.shape[:-2]
        if a.ndim == 2 and not models:
            rows = E[a]
        else:
            index = np.broadcast_to(a, (*models, count, length)).reshape(*models, count * length, 1)
            rows = np.take_along_axis(E, index, axis=-2).reshape(*models, count, length, self.features)
        return rows + P[..., None, :length, :], (a, models)

    def gradients(self, parameters: Parameters, cache: tuple[Tokens, Shape], delta: Array) -> Parameters:
        a, models = cache
        tokens = np.broadcast_to(a, (*models, *a.shape[-2:]))
        of_tokens = np.zeros((*models, *self.shapes[0]), delta.dtype)
        of_positions = np.zeros((*models, *self.shapes[1]), delta.dtype)
        of_positions[..., : a.shape[-1], :] = delta.sum(axis=-3)
        for model in product(*map(range, models)):
            _add_rows(of_tokens[model], tokens[model].ravel(), delta[model].reshape(-1, self.features))
        return of_tokens, of_positions

    def backward(self, parameters: Parameters, cache: tuple[Tokens, Shape], delta: Array) -> Array:
        raise TypeError("layers must have the embedding at first: a loss has no derivative by a token")


def _add_rows(totals: Array, places: Tokens, rows: Array) -> None:
    """totals[place] += row for each row; for equal places one sum: faster than np.add.at."""
    order = np.argsort(places, kind="stable")
    ordered = places[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    totals[ordered[starts]] += np.add.reduceat(rows[order], starts, axis=0)


@dataclass(frozen=True)
class PositionwiseDense(Layer):
    """The same matrix at each position: z_i = a_i W, with W (inputs, outputs), without a bias.

    The input is (T, inputs), the output (T, outputs). All positions of all examples are the rows of
    one product of matrices: with δ = ∂L/∂z, ∂L/∂W = Σ a_iᵀ δ_i and ∂L/∂a_i = δ_i Wᵀ.

    Raises TypeError or ValueError for sizes that are not whole numbers ≥ 1. Source: Vaswani et al.
    2017, section 3.3.

    >>> PositionwiseDense(2, 1).forward((np.ones((2, 1)),), np.array([[[1.0, 2.0], [3.0, 4.0]]]))[0]
    array([[[3.],
            [7.]]])
    """

    inputs: int
    outputs: int
    rank = 2

    def __post_init__(self) -> None:
        self._require_sizes("inputs", "outputs")

    @property
    def shapes(self) -> tuple[Shape, ...]:
        return ((self.inputs, self.outputs),)

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 2 or shape[-1] != self.inputs:
            raise self.refusal(f"(positions, {self.inputs})", shape)
        return (shape[0], self.outputs)

    def initialize(self, rule: Rule, generator: np.random.Generator) -> Parameters:
        return (rule(generator, self.shapes[0], self.inputs, self.outputs),)

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, Array]:
        return times(a, parameters[0]), a

    def gradients(self, parameters: Parameters, cache: Array, delta: Array) -> Parameters:
        return (summed(cache, delta),)

    def backward(self, parameters: Parameters, cache: Array, delta: Array) -> Array:
        return times(delta, parameters[0].mT)


def times(a: Array, W: Array) -> Array:
    """The product a W at each position: (..., N, T, n) by (..., n, m), one product a model."""
    z = a.reshape(*a.shape[:-3], -1, a.shape[-1]) @ W
    return z.reshape(*z.shape[:-2], *a.shape[-3:-1], z.shape[-1])


def summed(a: Array, delta: Array) -> Array:
    """Σ aᵀ δ over examples and positions, as one product of matrices."""
    rows = [each.reshape(*each.shape[:-3], -1, each.shape[-1]) for each in (a, delta)]
    return rows[0].mT @ rows[1]

"""Layers: each turns activations into activations, and errors at its output into errors at its input.

With `a` the input of a layer, `parameters` its weights and δ = ∂L/∂(output), the chain rule splits into three functions:

- `forward(parameters, a)` gives (output, cache); the cache is what the way back needs;
- `gradients(parameters, cache, delta)` gives ∂L/∂(parameter), one array for each of `shapes`;
- `backward(parameters, cache, delta)` gives ∂L/∂a, which is the δ of the layer below.

Arrays are (models..., N, features...): N examples in a row, and in front of them any number of models that share nothing but the
shapes. A dense layer's examples have one axis of features, an image has three (height, width, channels): the layer's `rank`.
A layer holds sizes and never numbers that are learned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdcore import validation
from gdcore.networks.initializations import Rule
from gdcore.objectives import Array

Parameters = tuple[Array, ...]
Shape = tuple[int, ...]


class Layer:
    """What every layer has. A layer without parameters keeps these defaults and adds `forward` and `backward`."""

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of the parameters: matrices (2 axes) and vectors (1)."""
        return ()

    @property
    def rank(self) -> int | None:
        """The number of axes of one example, None where any will do."""
        return None

    @property
    def input_shape(self) -> Shape | None:
        """The shape of one example, None where several will do."""
        return None

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of one example after the layer, from its shape before; ValueError where the layer cannot take it."""
        return shape

    def initialize(self, rule: Rule, generator: np.random.Generator) -> Parameters:
        """First values of the parameters, drawn by a rule of `initializations`."""
        return ()

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, Any]:
        """The output, and what the way back needs."""
        raise NotImplementedError

    def gradients(self, parameters: Parameters, cache: Any, delta: Array) -> Parameters:
        """∂L/∂(parameter) for each parameter, from δ = ∂L/∂(output)."""
        return ()

    def backward(self, parameters: Parameters, cache: Any, delta: Array) -> Array:
        """∂L/∂(input) from δ = ∂L/∂(output)."""
        raise NotImplementedError

    def statistics(self, cache: Any) -> Parameters:
        """Mean and variance of the batch, where the layer normalizes by them: for running averages."""
        return ()

    def refusal(self, takes: object, shape: Shape) -> ValueError:
        """The error for examples of a shape that the layer cannot take."""
        return ValueError(f"{self} takes examples of shape {takes}, got {shape}")


@dataclass(frozen=True)
class Dense(Layer):
    """A fully connected layer, z = a W + b, with W (inputs, outputs) and b (outputs,).

    Each output z_nk = Σ_j a_nj W_jk + b_k, so by the chain rule, with δ = ∂L/∂z,

        ∂L/∂W_jk = Σ_n a_nj δ_nk,  that is aᵀ δ;   ∂L/∂b_k = Σ_n δ_nk;   ∂L/∂a_nj = Σ_k δ_nk W_jk,  that is δ Wᵀ.

    a is (..., N, inputs), z and δ are (..., N, outputs).
    Source: Bishop and Bishop, equation 7.19; Kneusel, listing 11-4.
    """

    inputs: int
    outputs: int
    rank = 1

    def __post_init__(self) -> None:
        validation.whole_number("inputs", self.inputs, least=1)
        validation.whole_number("outputs", self.outputs, least=1)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        return (self.inputs, self.outputs), (self.outputs,)

    @property
    def input_shape(self) -> Shape:
        return (self.inputs,)

    def output_shape(self, shape: Shape) -> Shape:
        if shape != (self.inputs,):
            raise self.refusal(self.input_shape, shape)
        return (self.outputs,)

    def initialize(self, rule: Rule, generator: np.random.Generator) -> Parameters:
        return tuple(rule(generator, shape, self.inputs, self.outputs) for shape in self.shapes)

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, Array]:
        W, b = parameters
        z = a @ W
        z += b[..., None, :]
        return z, a

    def gradients(self, parameters: Parameters, cache: Array, delta: Array) -> Parameters:
        a = cache
        return a.mT @ delta, delta.sum(axis=-2)

    def backward(self, parameters: Parameters, cache: Array, delta: Array) -> Array:
        W, _ = parameters
        return delta @ W.mT


@dataclass(frozen=True)
class Activation(Layer):
    """A function of each number alone, a = h(z), with ∂L/∂z = δ h′(z).

    `function` is h. `slope` is h′ written with the output a, which is at hand, and gives a new array of a's kind.
    Calling the activation evaluates h: `sigmoid(0.0)` is 0.5.
    """

    name: str
    function: Callable[[Array], Array]
    slope: Callable[[Array], Array]

    def __call__(self, z: Array) -> Array:
        return self.function(z)

    def __repr__(self) -> str:
        return self.name

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, Array]:
        output = self.function(a)
        return output, output

    def backward(self, parameters: Parameters, cache: Array, delta: Array) -> Array:
        slope = self.slope(cache)
        slope *= delta
        return slope


# Arrays that are new here are changed in place: at the sizes of a minibatch a new one costs as much as the arithmetic.
def _sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e^(−z)) = (tanh(z/2) + 1) / 2: the second form cannot overflow, and NumPy's tanh is fast."""
    a = np.tanh(0.5 * z)
    a += 1
    a *= 0.5
    return a


def _sigmoid_slope(a: Array) -> Array:
    """σ′ = a (1 − a)."""
    slope = 1 - a
    slope *= a
    return slope


sigmoid = Activation("sigmoid", _sigmoid, _sigmoid_slope)
tanh = Activation("tanh", np.tanh, lambda a: 1 - a * a)
relu = Activation("relu", lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(a.dtype))


@dataclass(frozen=True)
class Flatten(Layer):
    """Examples of several axes in one row of features, from images to a dense layer. `shape` is that of one example."""

    shape: Shape

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(validation.whole_number("shape", n, least=1) for n in self.shape))

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def input_shape(self) -> Shape:
        return self.shape

    def output_shape(self, shape: Shape) -> Shape:
        if shape != self.shape:
            raise self.refusal(self.shape, shape)
        return (int(np.prod(self.shape)),)

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, None]:
        return a.reshape(*a.shape[: -self.rank], -1), None

    def backward(self, parameters: Parameters, cache: None, delta: Array) -> Array:
        return delta.reshape(*delta.shape[:-1], *self.shape)

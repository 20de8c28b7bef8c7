"""Layers: each turns activations into activations, and errors at its output into errors below it.

With `a` the input of a layer, `parameters` its weights and δ = ∂L/∂(output), the chain rule splits
into three functions:

- `forward(parameters, a)` gives (output, cache); the cache is what the way back needs;
- `gradients(parameters, cache, delta)` gives ∂L/∂(parameter), one array for each of `shapes`;
- `backward(parameters, cache, delta)` gives ∂L/∂a, which is the δ of the layer below.

Arrays are (models..., N, features...): N examples in a row, and in front of them any number of
models that share nothing but the shapes. An example of a dense layer has one axis of features, an
image has three (height, width, channels): the layer's `rank`. A layer holds sizes and never
numbers that are learned. These functions take arrays of floats as a `Network` hands them on, which
checks them; they run many times at each step and check nothing again.

The activations `sigmoid`, `tanh` and `relu` are layers too:

>>> sigmoid([0]), tanh(0), relu([-1, 2])
(array([0.5]), np.float64(0.0), array([0., 2.]))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import prod
from typing import Any

import cloudpickle
import numpy as np
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.networks.arguments import MOST, Shape, floats, shape_of
from gdcore.networks.initializations import Rule

Parameters = tuple[Array, ...]


class Layer:
    """What every layer has.

    A layer without parameters keeps these defaults and adds `forward` and `backward`. `rank` is the
    number of axes of one example, None where any will do. `tokens` is None; a layer that takes
    whole numbers, not floats, says below which number they must lie.

    >>> class Half(Layer):
    ...     def forward(self, parameters, a):
    ...         return a / 2, None
    ...
    ...     def backward(self, parameters, cache, delta):
    ...         return delta / 2
    >>> Half().forward((), np.ones((1, 3)))[0]
    array([[0.5, 0.5, 0.5]])
    """

    rank: int | None = None
    tokens: int | None = None

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of the parameters: matrices (2 axes) and vectors (1)."""
        return ()

    @property
    def input_shape(self) -> Shape | None:
        """The shape of one example, None where several will do."""
        return None

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of one example after the layer, from its shape before.

        Raises ValueError for a shape that the layer cannot take.
        """
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

    def way_back(self, parameters: Parameters, cache: Any, delta: Array) -> tuple[Parameters, Array]:
        """What `gradients` and `backward` give: a layer in which they share work does it once."""
        return self.gradients(parameters, cache, delta), self.backward(parameters, cache, delta)

    def statistics(self, cache: Any) -> Parameters:
        """Mean and variance of the batch, where the layer normalizes by them."""
        return ()

    @property
    def couples_examples(self) -> bool:
        """Whether one example's output depends on the others."""
        return False

    @property
    def differs_by_model(self) -> bool:
        """Whether the layer holds other numbers for each of several models."""
        return False

    def refusal(self, takes: object, shape: Shape) -> ValueError:
        """The error for examples of a shape that the layer cannot take."""
        return ValueError(f"layers and x must fit: {self} takes examples of shape {takes}, got {shape}")

    def _require_sizes(self, *names: str) -> None:
        """Turn sizes into ints, refusing what is none and what no memory holds."""
        for name in names:
            size = validation.whole_number(name, getattr(self, name), least=1)
            if size > MOST:
                raise ValueError(f"{name} must be at most {MOST}, got {validation.shown(size)}")
            object.__setattr__(self, name, size)


@dataclass(frozen=True)
class Dense(Layer):
    """A fully connected layer, z = a W + b, with W (inputs, outputs) and b (outputs,).

    Each output is z_nk = Σ_j a_nj W_jk + b_k, so by the chain rule, with δ = ∂L/∂z,

        ∂L/∂W_jk = Σ_n a_nj δ_nk,  that is  aᵀ δ,
        ∂L/∂b_k  = Σ_n δ_nk,
        ∂L/∂a_nj = Σ_k δ_nk W_jk,  that is  δ Wᵀ.

    a is (..., N, inputs), z and δ are (..., N, outputs). Raises TypeError or ValueError for sizes
    that are not whole numbers ≥ 1. Source: Bishop and Bishop, equation 7.19; Kneusel, listing 11-4.

    >>> W, b = np.array([[1.0], [2.0]]), np.array([0.5])
    >>> Dense(2, 1).forward((W, b), np.array([[1.0, 1.0]]))[0]
    array([[3.5]])
    """

    inputs: int
    outputs: int
    rank = 1

    def __post_init__(self) -> None:
        self._require_sizes("inputs", "outputs")

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

    - `name`: what the layer is called where a network is printed.
    - `function`: h.
    - `slope`: h′ as a function of the output a, which is at hand. It gives a new array of a's kind.

    Both take arrays, which are complex for Hessian-vector products. To call the activation is to
    evaluate h, of lists and single numbers too. Raises TypeError or ValueError for a name that is
    no text and for what is no function.

    >>> square = Activation("square", np.square, lambda a: 2 * np.sqrt(a))
    >>> square([1, 2])
    array([1., 4.])
    """

    name: str
    function: Callable[[Array], Array]
    slope: Callable[[Array], Array]

    def __post_init__(self) -> None:
        validation.text("name", self.name)
        validation.function("function", self.function, "a function of an array")
        validation.function("slope", self.slope, "a function of an array")

    def __call__(self, z: ArrayLike) -> Array:
        return self.function(floats("z", z))

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[Any, ...]:  # cloudpickle takes lambdas too
        return _unpickled, (cloudpickle.dumps((self.name, self.function, self.slope)),)

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, Array]:
        output = self.function(a)
        return output, output

    def backward(self, parameters: Parameters, cache: Array, delta: Array) -> Array:
        slope = self.slope(cache)
        slope *= delta
        return slope


# Arrays that are new here are changed in place: at the sizes of a minibatch a new one costs as much
# as the arithmetic.
def _sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e^(−z)) = (tanh(z/2) + 1) / 2. The second form cannot overflow."""
    a = np.tanh(0.5 * z)
    a += 1
    a *= 0.5
    return a


def _sigmoid_slope(a: Array) -> Array:
    """σ′ = a (1 − a)."""
    slope = 1 - a
    slope *= a
    return slope


def _tanh_slope(a: Array) -> Array:
    """tanh′ = 1 − a²."""
    return 1 - a * a


def _relu(z: Array) -> Array:
    """The larger of z and 0."""
    return np.maximum(z, 0)


def _relu_slope(a: Array) -> Array:
    """1 where a > 0, else 0; at the kink 0."""
    return (a > 0).astype(a.dtype)


sigmoid = Activation("sigmoid", _sigmoid, _sigmoid_slope)
"""The sigmoid σ(z) = 1 / (1 + exp(−z))."""
tanh = Activation("tanh", np.tanh, _tanh_slope)
"""The hyperbolic tangent."""
relu = Activation("relu", _relu, _relu_slope)
"""The rectifier max(z, 0), whose slope at 0 is 0."""


@dataclass(frozen=True)
class Flatten(Layer):
    """Examples of several axes laid out in one row of features, from images to a dense layer.

    `shape` is that of one example, whole numbers ≥ 1; TypeError or ValueError for all else.

    >>> Flatten((2, 3)).forward((), np.zeros((5, 2, 3)))[0].shape
    (5, 6)
    """

    shape: Shape
    rank: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", shape_of("shape", self.shape))
        object.__setattr__(self, "rank", len(self.shape))

    @property
    def input_shape(self) -> Shape:
        return self.shape

    def output_shape(self, shape: Shape) -> Shape:
        if shape != self.shape:
            raise self.refusal(self.shape, shape)
        return (prod(self.shape),)

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, None]:
        return a.reshape(*a.shape[: -self.rank], -1), None

    def backward(self, parameters: Parameters, cache: None, delta: Array) -> Array:
        return delta.reshape(*delta.shape[:-1], *self.shape)


def first_parameters(layers: Iterable[Layer], rule: Rule, seed: int) -> Array:
    """First parameters of all layers, (d,), by one seed; ValueError where the rule gives NaN."""
    generator = np.random.default_rng(seed)
    found: list[Array] = []
    for layer in layers:
        arrays = layer.initialize(rule, generator)
        shapes = tuple(map(np.shape, arrays))
        if shapes != layer.shapes:
            raise ValueError(f"rule must give arrays of shapes {layer.shapes} for {layer}, got shapes {validation.shown(shapes)}")
        found += [validation.numbers("what rule gives", array).ravel() for array in arrays]
    return np.concatenate(found)


def _unpickled(parts: bytes) -> Activation:
    """An activation from its pickled parts."""
    return Activation(*cloudpickle.loads(parts))

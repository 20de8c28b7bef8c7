"""A network: layers one after the other, all parameters in one vector w, on data an Objective of w.

The heart of it are `forward`, which applies the layers, and `backward`, the chain rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.networks import arguments, chunks, examples
from gdcore.networks.arguments import Shape
from gdcore.networks.initializations import Rule
from gdcore.networks.layers import Layer, Parameters, first_parameters
from gdcore.networks.losses import Loss
from gdcore.networks.normalization import with_moments
from gdcore.objectives import Objective


@dataclass(frozen=True)
class Network:
    """Layers one after the other.

    What is learned is not in here: it comes in as one vector w, (..., d). Leading axes of w are
    whole networks side by side. Examples x are (N, features...), the same for all networks, or
    (models..., N, features...), each network its own. The parameters lie in w layer after layer,
    each array in row order.

    Raises ValueError or TypeError for layers that do not fit together.

    >>> from gdcore.networks import Dense, Network, tanh
    >>> network = Network([Dense(2, 3), tanh, Dense(3, 2)])
    >>> network.dimension, network.shapes
    (17, ((2, 3), (3,), (3, 2), (2,)))
    """

    layers: Sequence[Layer]

    def __post_init__(self) -> None:
        if not isinstance(self.layers, (list, tuple)):
            raise TypeError(f"layers must be a list of layers of gdcore.networks, got {validation.shown(self.layers)}")
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"layers must be layers of gdcore.networks, got {validation.shown(layer)}")
            if layer.tokens is not None and layer is not self.layers[0]:
                raise ValueError(f"layers must have the one that takes tokens at first, got {layer} behind {self.layers[0]}")
        object.__setattr__(self, "layers", tuple(self.layers))
        if not 0 < self.dimension <= arguments.MOST:
            raise ValueError(f"layers must hold 1 to {arguments.MOST} parameters, got {list(self.layers)}")
        if self.layers[0].input_shape is not None:
            self.output_shape(self.layers[0].input_shape)

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of all parameters, in their order in w."""
        return tuple(shape for layer in self.layers for shape in layer.shapes)

    @cached_property
    def dimension(self) -> int:
        """The number of parameters, d."""
        return sum(map(prod, self.shapes))

    @cached_property
    def rank(self) -> int:
        """The number of axes of one example."""
        return next((layer.rank for layer in self.layers if layer.rank is not None), 1)

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of an example's output from that of the example.

        Raises ValueError at the first layer that cannot take it.

        >>> from gdcore.networks import Dense, Network
        >>> Network([Dense(2, 3)]).output_shape((2,))
        (3,)
        """
        shape = arguments.shape_of("shape", shape)
        for layer in self.layers:
            shape = layer.output_shape(shape)
        return shape

    def initialize(self, rule: Rule, seed: int | Sequence[int] = 0, dtype: DTypeLike = float) -> Array:
        """First parameters by a rule such as `he`: (d,), or for several seeds (seeds, d).

        Row m, of seed s_m, is what that seed gives alone. Raises TypeError or ValueError for a rule
        that is no function or gives other shapes, for seeds that are not whole numbers ≥ 0, and for
        a `dtype` that is no kind of floats.

        >>> from gdcore.networks import Dense, Network, he
        >>> Network([Dense(2, 3)]).initialize(he, seed=range(4)).shape
        (4, 9)
        """
        validation.function("rule", rule, "a rule such as he")
        kind, one_or_more = arguments.float_type("dtype", dtype), arguments.seeds(seed)
        if isinstance(one_or_more, int):
            return first_parameters(self.layers, rule, one_or_more).astype(kind)
        return np.array([first_parameters(self.layers, rule, one) for one in one_or_more]).astype(kind)

    @cached_property
    def _places(self) -> tuple[tuple[tuple[slice, Shape], ...], ...]:
        """For each layer and each of its parameters, where in w it lies, and its shape."""
        places, end = [], 0
        for layer in self.layers:
            of_layer = []
            for shape in layer.shapes:
                of_layer.append((slice(end, end + prod(shape)), shape))
                end += prod(shape)
            places.append(tuple(of_layer))
        return tuple(places)

    def unpack(self, w: ArrayLike) -> list[Parameters]:
        """Each layer's parameters as views of w: for w (..., d), arrays (..., *shape).

        Raises TypeError or ValueError for the parameters of another network.

        >>> from gdcore.networks import Dense, Network
        >>> W, b = Network([Dense(2, 1)]).unpack([1, 2, 3])[0]
        >>> W, b
        (array([[1.],
               [2.]]), array([3.]))
        """
        w = self._vectors(w)
        models = w.shape[:-1]
        return [tuple([w[..., place].reshape(models + shape) for place, shape in places]) for places in self._places]

    def forward(self, w: ArrayLike, x: ArrayLike) -> tuple[Array, list[Any]]:
        """The outputs, (..., N, K), and what the way back needs of each layer.

        That is the layer, its parameters and its cache. Raises TypeError or ValueError for the
        parameters of another network, and for examples that a layer cannot take.

        >>> from gdcore.networks import Dense, Network, relu
        >>> outputs, kept = Network([Dense(1, 1), relu]).forward([2, -1], [[3], [0]])
        >>> outputs.ravel()
        array([5., 0.])
        """
        w, a = self._vectors(w), self._examples(x)
        own = a.shape[: -1 - self.rank]
        if own and own != w.shape[-1 - len(own) : -1]:
            raise ValueError(f"x holds data for {own} models, one each, so w must be (..., *{own}, d), got shape {w.shape}")
        kept = []
        for layer, parameters in zip(self.layers, self.unpack(w), strict=True):
            a, cache = layer.forward(parameters, a)
            kept.append((layer, parameters, cache))
        return a, kept

    def backward(self, w: ArrayLike, kept: list[Any], delta: ArrayLike) -> Array:
        """Backpropagation: ∂L/∂w, (..., d), from δ = ∂L/∂(outputs) and what `forward` kept at w.

        Each layer turns the δ at its output into its own gradients, and into the δ of the layer
        below. The lowest layer with parameters is the last that is asked. Raises TypeError for
        what `forward` did not give.

        >>> from gdcore.networks import Dense, Network, relu
        >>> network = Network([Dense(1, 1), relu])
        >>> outputs, kept = network.forward([2, -1], [[3], [0]])
        >>> network.backward([2, -1], kept, np.ones((2, 1)))
        array([3., 1.])
        """
        w, delta = self._vectors(w), arguments.floats("delta", delta)
        if not isinstance(kept, list) or len(kept) != len(self.layers):
            raise TypeError(f"kept must be what forward of this network gave, got {validation.shown(kept)}")
        if delta.shape[: w.ndim - 1] != w.shape[:-1] or delta.ndim < 2 or not delta.size:
            raise ValueError(f"delta must have the shape of the outputs, (..., N, K), got an array of shape {delta.shape}")
        try:
            gradients = self._gradients(kept, delta)
        except ValueError as error:  # the layers' products do not fit
            raise ValueError(
                f"delta must have the shape of the outputs, (..., N, K), got an array of shape {delta.shape}: {error}"
            ) from error
        flat = (*w.shape[:-1], -1)
        return np.concatenate([g.reshape(flat) for g in gradients], axis=-1).astype(w.dtype, copy=False)

    def _gradients(self, kept: list[Any], delta: Array) -> list[Array]:
        """The gradient of each parameter, found from the uppermost layer down."""
        gradients: list[Array] = []
        for layer, parameters, cache in reversed(kept):
            if len(gradients) + len(parameters) == len(self.shapes):
                return [*layer.gradients(parameters, cache, delta), *gradients]
            of_layer, delta = layer.way_back(parameters, cache, delta)
            gradients = [*of_layer, *gradients]
        return gradients

    def objective(self, loss: Loss, x: ArrayLike, targets: ArrayLike) -> Objective:
        """The loss on data as a function of w, (..., d), with gradient and Hessian-vector product.

        - `loss`: such as `squared_error`.
        - `x`: examples, (N, features...).
        - `targets`: labels, (N,) whole numbers, or vectors, (N, K).

        With (models...) in front of both data, each network has its own. The data are copied. The
        gradient has w's precision; w and x in float32 are computed in float32.

        The product of the Hessian with a vector v is H v = Im ∇L(w + i h v) / h with h = 10⁻²⁰. It
        is exact to rounding: the layers are analytic functions (in pieces), and since no difference
        is taken nothing cancels. Source: Squire and Trapp 1998.

        Raises ValueError or TypeError for examples that a layer cannot take, no examples at all,
        NaN and infinities, targets that do not match them, labels out of range, and at the first
        evaluation for w of another network and for batch norm with one example.

        >>> from gdcore.networks import Dense, Network, squared_error
        >>> loss = Network([Dense(1, 1)]).objective(squared_error, x=[[1], [2]], targets=[[2], [4]])
        >>> loss.value([1, 0]), loss.gradient([1, 0])
        (np.float64(1.25), array([-2.5, -1.5]))
        """
        if not isinstance(loss, Loss):
            raise TypeError(f"loss must be a Loss, such as squared_error, got {validation.shown(loss)}")
        x = self._finite_examples(x)
        targets = examples.targets_of(x, self.rank, self._output_shape(x), targets)
        own = x.ndim > self.rank + 1

        def of_part(x: Array, targets: Array) -> list[chunks.Function]:
            def value(w: Array) -> Array:
                return loss.value(self.forward(w, x)[0], targets)

            def gradient(w: Array) -> Array:
                outputs, kept = self.forward(w, x)
                return self.backward(w, kept, loss.gradient(outputs, targets))

            def hessian_vector(w: Array, v: Array) -> Array:
                h = 1e-20
                return (gradient(w.astype(complex) + 1j * h * v).imag / h).astype(w.dtype, copy=False)

            return [chunks.few_models(f, self.layers, len(x), own=own) for f in (value, gradient, hessian_vector)]

        parts = chunks.parts(self.layers, len(x), own=own)
        functions = chunks.means([len(x[part]) for part in parts], [of_part(x[part], targets[part]) for part in parts])
        value, gradient, hessian_vector = functions
        return Objective(loss.name, value, gradient, None, hessian_vector, shapes=self.shapes, dimension=self.dimension)

    def outputs(self, w: ArrayLike, x: ArrayLike) -> Array:
        """The outputs alone, (..., N, K), of examples x as in `objective`.

        >>> from gdcore.networks import Dense, Network
        >>> Network([Dense(1, 1)]).outputs([2, -1], [[3], [0]]).ravel()
        array([ 5., -1.])
        """
        w, x = self._vectors(w), self._finite_examples(x)
        own = x.ndim > self.rank + 1

        def of_part(x: Array) -> Array:
            return chunks.few_models(lambda w: self.forward(w, x)[0], self.layers, len(x), own=own)(w)

        axis = -1 - len(self._output_shape(x))
        return np.concatenate([of_part(x[part]) for part in chunks.parts(self.layers, len(x), own=own)], axis=axis)

    def statistics(self, w: ArrayLike, x: ArrayLike) -> Array:
        """Means and variances that batch norm takes from the batch x, (..., s).

        They lie layer after layer, first the means, then the variances. Fold them into running
        statistics by `fold_statistics`, and use these in `with_statistics`. Raises ValueError for a
        network without batch norm in training.

        >>> from gdcore.networks import BatchNorm, Network
        >>> Network([BatchNorm(1)]).statistics([1, 0], [[1], [3]])
        array([2., 2.])
        """
        _, kept = self.forward(w, self._finite_examples(x))
        moments = [moment for layer, _, cache in kept for moment in layer.statistics(cache)]
        if not moments:
            raise ValueError(f"{self} has no batch norm that takes statistics from a batch x")
        return np.concatenate(moments, axis=-1)

    def with_statistics(self, statistics: ArrayLike) -> Network:
        """The network for inference: its batch norms use these means and variances, (..., s).

        The parameters stay the same. NaN may come in, from a network that has diverged. Raises
        ValueError for another number of statistics and for variances below 0.

        >>> from gdcore.networks import BatchNorm, Network
        >>> network = Network([BatchNorm(1)]).with_statistics([2, 4])
        >>> network.outputs([1, 0], [[6]]).round(3)
        array([[2.]])
        """
        statistics = validation.points(statistics, name="statistics", finite=False)
        return Network(with_moments(self.layers, statistics))

    def _vectors(self, w: ArrayLike) -> Array:
        """Parameters (..., d) of this network as an array, complex too; NaN may come in."""
        if type(w) is np.ndarray and w.dtype.kind == "c" and w.ndim and w.shape[-1] == self.dimension:
            return w
        return validation.as_points(w, self.dimension)

    def _examples(self, x: ArrayLike) -> Array:
        """Examples that the layers can take, as an array of floats or tokens; NaN may come in."""
        array = examples.examples(x, self.rank, self.layers[0].tokens)
        self._output_shape(array)
        return array

    def _finite_examples(self, x: ArrayLike) -> Array:
        """Finite examples that the layers can take, as a new array: the reader's may change."""
        return arguments.finite("x", np.array(self._examples(x)))

    def _output_shape(self, x: Array) -> Shape:
        """The shape of the output of one of the examples x."""
        shape = x.shape[-self.rank :]
        if shape not in self._known:
            self._known[shape] = self.output_shape(shape)
        return self._known[shape]

    @cached_property
    def _known(self) -> dict[Shape, Shape]:
        """Shapes of examples that were found to fit, and of their outputs, for the many batches."""
        return {}

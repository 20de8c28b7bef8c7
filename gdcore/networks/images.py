"""Layers for images, (..., N, height, width, channels): convolution, and pooling."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gdcore.arrays import Array
from gdcore.networks.arguments import Shape
from gdcore.networks.initializations import Rule
from gdcore.networks.layers import Layer, Parameters


@dataclass(frozen=True)
class Convolution(Layer):
    """A convolution layer of square kernels, without padding.

    A matrix C holds the k × k × inputs numbers under the kernel at position p = (n, y, x) in its
    row p (im2col). Then

        z = C W + b,   W (k·k·inputs, outputs),   b (outputs,),

    is a dense layer on windows, and so are its gradients:

        ∂L/∂W = Cᵀ δ,   ∂L/∂b = Σ_p δ_p,   ∂L/∂C = δ Wᵀ.

    A pixel lies in up to k² windows, once at each place (i, j) of the kernel. So ∂L/∂a is a sum of
    k² shares, δ W_ijᵀ each.

    - `inputs`, `outputs`: the numbers of channels.
    - `kernel`: k, its height and width.

    a is (..., N, h, w, inputs), z is (..., N, h−k+1, w−k+1, outputs). Row (i·k + j)·inputs + c of W
    weighs pixel (i, j) of channel c in the window. As in every library this is a correlation: the
    kernel is not flipped. Raises TypeError or ValueError for what is no whole number ≥ 1.

    >>> W, b = np.ones((4, 1)), np.zeros(1)
    >>> Convolution(1, 1, kernel=2).forward((W, b), np.arange(6.0).reshape(1, 2, 3, 1))[0].ravel()
    array([ 8., 12.])
    """

    inputs: int
    outputs: int
    kernel: int
    rank = 3

    def __post_init__(self) -> None:
        self._require_sizes("inputs", "outputs", "kernel")

    @property
    def shapes(self) -> tuple[Shape, ...]:
        return (self.kernel**2 * self.inputs, self.outputs), (self.outputs,)

    def output_shape(self, shape: Shape) -> Shape:
        k = self.kernel
        if len(shape) != 3 or shape[2] != self.inputs or min(shape[:2]) < k:
            raise self.refusal(f"(height ≥ {k}, width ≥ {k}, {self.inputs})", shape)
        return shape[0] - k + 1, shape[1] - k + 1, self.outputs

    def initialize(self, rule: Rule, generator: np.random.Generator) -> Parameters:
        k2 = self.kernel**2
        return tuple(rule(generator, shape, k2 * self.inputs, k2 * self.outputs) for shape in self.shapes)

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, tuple[Array, Shape]]:
        W, b = parameters
        windows = sliding_window_view(a, (self.kernel, self.kernel), axis=(-3, -2))  # type: ignore[call-overload]
        windows = np.moveaxis(windows, -3, -1)
        *models, n, height, width = windows.shape[:-3]
        columns = windows.reshape(*models, n * height * width, -1)
        z = columns @ W
        z += b[..., None, :]
        return z.reshape(*z.shape[:-2], n, height, width, self.outputs), (columns, a.shape[-3:])

    def gradients(self, parameters: Parameters, cache: tuple[Array, Shape], delta: Array) -> Parameters:
        columns, _ = cache
        delta = delta.reshape(*delta.shape[:-4], -1, self.outputs)
        return columns.mT @ delta, delta.sum(axis=-2)

    def backward(self, parameters: Parameters, cache: tuple[Array, Shape], delta: Array) -> Array:
        W, _ = parameters
        _, image = cache
        k = self.kernel
        *models, n, height, width = delta.shape[:-1]
        weights = W.reshape(*W.shape[:-2], k, k, self.inputs, self.outputs)
        rows = delta.reshape(*models, -1, self.outputs)
        delta_a = np.zeros((*models, n, *image), np.result_type(delta, W))
        for i in range(k):
            for j in range(k):
                share = rows @ weights[..., i, j, :, :].mT
                delta_a[..., i : i + height, j : j + width, :] += share.reshape(*models, n, height, width, self.inputs)
        return delta_a


@dataclass(frozen=True)
class _Pool(Layer):
    """What both poolings share: windows of size × size side by side, one number out of each."""

    size: int
    rank = 3

    def __post_init__(self) -> None:
        self._require_sizes("size")

    def output_shape(self, shape: Shape) -> Shape:
        k = self.size
        if len(shape) != 3 or shape[0] % k or shape[1] % k:
            raise self.refusal(f"(height, width, channels), height and width multiples of {k}", shape)
        return shape[0] // k, shape[1] // k, shape[2]

    def corners(self, a: Array) -> list[Array]:
        """For each place in a window, what lies there in all windows.

        These are size² views of a, (..., h/size, w/size, channels).
        """
        k = self.size
        return [a[..., i::k, j::k, :] for i in range(k) for j in range(k)]

    def enlarged(self, delta: Array) -> Array:
        """An empty array of the layer's input."""
        *front, height, width, channels = delta.shape
        return np.empty((*front, height * self.size, width * self.size, channels), delta.dtype)


@dataclass(frozen=True)
class MaxPool(_Pool):
    """The largest number of each size × size window.

    On the way back the whole δ goes to where it was found; where several are largest, the first in
    reading order gets it. Raises TypeError or ValueError for a size that is no whole number ≥ 1.

    >>> MaxPool(2).forward((), np.arange(4.0).reshape(1, 2, 2, 1))[0].item()
    3.0
    """

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, tuple[Array, Array]]:
        output = reduce(np.maximum, self.corners(a))
        return output, (a, output)

    def backward(self, parameters: Parameters, cache: tuple[Array, Array], delta: Array) -> Array:
        a, output = cache
        delta_a = self.enlarged(delta)
        free = np.ones(delta.shape, bool)
        for source, target in zip(self.corners(a), self.corners(delta_a), strict=True):
            here = free & (source == output)
            np.multiply(delta, here, out=target)
            free &= ~here
        return delta_a


@dataclass(frozen=True)
class AveragePool(_Pool):
    """The mean of each size × size window.

    On the way back each of its numbers gets δ / size². Raises TypeError or ValueError for a size
    that is no whole number ≥ 1.

    >>> AveragePool(2).forward((), np.arange(4.0).reshape(1, 2, 2, 1))[0].item()
    1.5
    """

    def forward(self, parameters: Parameters, a: Array) -> tuple[Array, None]:
        return reduce(np.add, self.corners(a)) / self.size**2, None

    def backward(self, parameters: Parameters, cache: None, delta: Array) -> Array:
        delta_a = self.enlarged(delta)
        for target in self.corners(delta_a):
            target[...] = delta / self.size**2
        return delta_a

"""Layers for images, (..., N, height, width, channels): convolution, and pooling."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import reduce

import numpy as np

from gdcore.arrays import Array
from gdcore.networks.arguments import Shape
from gdcore.networks.initializations import Rule
from gdcore.networks.layers import Layer, Parameters

if sys.platform == "linux":
    # Its C library hands memory back after each gradient, and gets it again page by page, which
    # takes as long as the gradient. Once a piece this large was free, it keeps up to twice as much.
    np.empty(2**25 - 2**16, np.uint8)


def examples_last(a: Array) -> Array:
    """(..., N, height, width, channels) laid out in memory as (..., channels, height, width, N).

    So a row of pixels of one channel lies in one piece for all examples: these layers copy, add and
    compare long pieces. From layer to layer arrays stay like this, seen through
    `examples_first`: then nothing is moved.
    """
    return np.ascontiguousarray(np.swapaxes(a, -1, -4))


def examples_first(a: Array) -> Array:
    """The way back: (..., channels, height, width, N) seen as (..., N, height, width, channels)."""
    return np.swapaxes(a, -1, -4)


@dataclass(frozen=True)
class Convolution(Layer):
    """A convolution layer of square kernels, without padding.

    A matrix C holds the k × k × inputs numbers under the kernel at position p = (y, x, n) in its
    column p (im2col). With a row for each output channel in z and in δ,

        z = Wᵀ C + b,   W (k·k·inputs, outputs),   b (outputs,),

    is a dense layer on windows, and so are its gradients:

        ∂L/∂W = C δᵀ,   ∂L/∂b = Σ_p δ_p,   ∂L/∂C = W δ.

    A pixel lies in up to k² windows, once at each place (i, j) of the kernel. So ∂L/∂a is a sum of
    k² shares, W_ij δ each.

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
        images = examples_last(a)
        *models, inputs, rows, across, n = images.shape
        k, height, width = self.kernel, rows - self.kernel + 1, across - self.kernel + 1
        windows = np.empty((*models, k, k, inputs, height, width, n), a.dtype)
        for i in range(k):
            for j in range(k):
                windows[..., i, j, :, :, :, :] = images[..., i : i + height, j : j + width, :]
        columns = windows.reshape(*models, k * k * inputs, -1)
        z = W.mT @ columns
        z += b[..., None]
        return examples_first(z.reshape(*z.shape[:-1], height, width, n)), (columns, images.shape[-4:])

    def gradients(self, parameters: Parameters, cache: tuple[Array, Shape], delta: Array) -> Parameters:
        columns, _ = cache
        delta = self._flat(delta)
        return columns @ delta.mT, delta.sum(axis=-1)

    def backward(self, parameters: Parameters, cache: tuple[Array, Shape], delta: Array) -> Array:
        W, _ = parameters
        _, images = cache
        k = self.kernel
        *_, n, height, width, _ = delta.shape
        share = W @ self._flat(delta)
        share = share.reshape(*share.shape[:-2], k, k, self.inputs, height, width, n)
        delta_a = np.zeros((*share.shape[:-6], *images), share.dtype)
        for i in range(k):
            for j in range(k):
                delta_a[..., i : i + height, j : j + width, :] += share[..., i, j, :, :, :, :]
        return examples_first(delta_a)

    def _flat(self, delta: Array) -> Array:
        """δ with a row for each output channel, (..., outputs, positions)."""
        delta = examples_last(delta)
        return delta.reshape(*delta.shape[:-4], self.outputs, -1)


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
        """An empty array of the layer's input, in the memory's order of `examples_last`."""
        *models, n, height, width, channels = delta.shape
        return examples_first(np.empty((*models, channels, height * self.size, width * self.size, n), delta.dtype))


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
        delta = examples_first(examples_last(delta))
        delta_a = self.enlarged(delta)
        free = np.ones_like(delta, bool)
        for source, target in zip(self.corners(a), self.corners(delta_a), strict=True):
            here = source == output
            here &= free
            free ^= here
            np.multiply(delta, here, out=target)
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
        share = examples_first(examples_last(delta)) / self.size**2
        delta_a = self.enlarged(share)
        for target in self.corners(delta_a):
            target[...] = share
        return delta_a

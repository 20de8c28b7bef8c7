"""First values of the weights: each rule is a function (generator, shape, fan_in, fan_out) -> array.

`fan_in` and `fan_out` count the connections into and out of a unit. A bias has a shape of one axis.
A rule with another constant is made by `functools.partial(gaussian, deviation=0.1)`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdcore.objectives import Array

Rule = Callable[[np.random.Generator, tuple[int, ...], int, int], Array]


def zeros(generator: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
    """All weights and biases 0: the units of a layer stay equal for ever, the symmetry that the other rules break.

    Source: Bishop and Bishop, section 7.2.5.
    """
    return np.zeros(shape)


def small_uniform(
    generator: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int, half_width: float = 0.5
) -> Array:
    """Weights and biases uniform in [−ε, ε), ε = `half_width`, whatever the layer's size.

    Source: Kneusel, listing 11-4 (ε = 1/2); Bishop and Bishop, section 7.2.5.
    """
    return generator.uniform(-half_width, half_width, shape)


def gaussian(generator: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int, deviation: float = 0.01) -> Array:
    """Weights from N(0, ε²), ε = `deviation`, whatever the layer's size; biases 0.

    Source: Bishop and Bishop, section 7.2.5.
    """
    return np.zeros(shape) if len(shape) == 1 else generator.normal(0.0, deviation, shape)


def he(generator: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
    """Weights from N(0, 2 / fan_in), which keeps the second moment from layer to layer under ReLU; biases 0.

    Source: He et al. 2015; Bishop and Bishop, equation 7.23.
    """
    return gaussian(generator, shape, fan_in, fan_out, deviation=np.sqrt(2 / fan_in))


def xavier(generator: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
    """Weights from N(0, 2 / (fan_in + fan_out)): a compromise of the ways forward and back for tanh; biases 0.

    Source: Glorot and Bengio 2010.
    """
    return gaussian(generator, shape, fan_in, fan_out, deviation=np.sqrt(2 / (fan_in + fan_out)))

"""First values of the weights, by rules (generator, shape, fan_in, fan_out) -> array.

- `generator`: where the numbers are drawn from, `np.random.default_rng(seed)`.
- `shape`: that of the result. A bias has a shape of one axis.
- `fan_in`, `fan_out`: how many connections lead into and out of a unit, whole numbers ≥ 1.

A rule with another constant is made by `functools.partial(gaussian, deviation=0.1)`.
All rules raise TypeError or ValueError for other arguments.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdcore import validation
from gdcore.arrays import Array
from gdcore.networks.arguments import Shape, shape_of

Rule = Callable[[np.random.Generator, Shape, int, int], Array]


def zeros(generator: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
    """All weights and biases 0: the units of a layer stay equal for ever.

    The other rules break this symmetry. Source: Bishop and Bishop, section 7.2.5.

    >>> zeros(np.random.default_rng(0), (1, 2), fan_in=1, fan_out=2)
    array([[0., 0.]])
    """
    return np.zeros(_checked(generator, shape, fan_in, fan_out))


def small_uniform(generator: np.random.Generator, shape: Shape, fan_in: int, fan_out: int, half_width: float = 0.5) -> Array:
    """Weights and biases uniform in [−ε, ε), ε = `half_width` ≥ 0, whatever the layer's size.

    Source: Kneusel, listing 11-4 (ε = 1/2); Bishop and Bishop, section 7.2.5.

    >>> small_uniform(np.random.default_rng(0), (3,), fan_in=2, fan_out=3, half_width=0.1).round(3)
    array([ 0.027, -0.046, -0.092])
    """
    shape = _checked(generator, shape, fan_in, fan_out)
    half_width = validation.number("half_width", half_width, least=0)
    return generator.uniform(-half_width, half_width, shape)


def gaussian(generator: np.random.Generator, shape: Shape, fan_in: int, fan_out: int, deviation: float = 0.01) -> Array:
    """Weights from N(0, ε²), ε = `deviation` ≥ 0, whatever the layer's size; biases 0.

    Source: Bishop and Bishop, section 7.2.5.

    >>> gaussian(np.random.default_rng(0), (1, 2), fan_in=1, fan_out=2).round(4)
    array([[ 0.0013, -0.0013]])
    """
    shape = _checked(generator, shape, fan_in, fan_out)
    deviation = validation.number("deviation", deviation, least=0)
    return np.zeros(shape) if len(shape) == 1 else generator.normal(0.0, deviation, shape)


def he(generator: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
    """Weights from N(0, 2 / fan_in), which keeps the second moment under ReLU; biases 0.

    Source: He et al. 2015; Bishop and Bishop, equation 7.23.

    >>> he(np.random.default_rng(0), (200, 300), fan_in=200, fan_out=300).std().round(3)
    np.float64(0.1)
    """
    _checked(generator, shape, fan_in, fan_out)
    return gaussian(generator, shape, fan_in, fan_out, deviation=np.sqrt(2 / int(fan_in)))


def xavier(generator: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
    """Weights from N(0, 2 / (fan_in + fan_out)); biases 0.

    It is a compromise of the ways forward and back for tanh. Source: Glorot and Bengio 2010.

    >>> xavier(np.random.default_rng(0), (200, 300), fan_in=200, fan_out=300).std().round(3)
    np.float64(0.063)
    """
    _checked(generator, shape, fan_in, fan_out)
    return gaussian(generator, shape, fan_in, fan_out, deviation=np.sqrt(2 / (int(fan_in) + int(fan_out))))


def _checked(generator: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Shape:
    """The shape as a tuple, if it and the rest of a rule's arguments are what they must be."""
    if not isinstance(generator, np.random.Generator):
        raise TypeError(f"generator must be np.random.default_rng(seed), got {validation.shown(generator)}")
    validation.whole_number("fan_in", fan_in, least=1)
    validation.whole_number("fan_out", fan_out, least=1)
    return shape_of("shape", shape)

"""Samples drawn from a seed: the data of the Gabor model, two moons, spirals and normal clouds."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdcore import validation
from gdcore.arrays import Array

Labels = NDArray[np.int_]
"""An array of whole numbers: the class of each example."""

_MOST = 10**7  # examples: more are a slip of the pen rather than a sample to look at
_LARGEST = 1e300  # beyond it a sum or a product overflows


def gabor_sample(
    pairs: int = 28, parameters: tuple[float, float] = (0.0, 16.6), noise: float = 0.15, seed: int = 0
) -> tuple[Array, Array]:
    """Pairs (x, t) of the Gabor model with noise, each (pairs,): t = sin(u) exp(−u²/32) + ε.

    - `pairs`: how many; x is uniform in [−15, 15].
    - `parameters`: (φ₀, φ₁) in u = φ₀ + 0.06 φ₁ x.
    - `noise`: the standard deviation of ε, which is normal.
    - `seed`: decides x and ε.

    Source: Prince, equation 6.8 and figure 6.3 (28 pairs, parameters (0, 16.6); its noise is not
    stated).

    >>> x, t = gabor_sample(3, noise=0)
    >>> np.allclose(t, np.sin(0.996 * x) * np.exp(-((0.996 * x) ** 2) / 32))
    True
    """
    generator = _generator(seed)
    x = generator.uniform(-15, 15, _count("pairs", pairs))
    first, second = _pair("parameters", parameters)
    u = first + 0.06 * second * x
    with np.errstate(over="ignore"):  # where u² overflows, exp(−u²/32) is 0 all the same
        clean = np.sin(u) * np.exp(-(u**2) / 32)
    return x, clean + generator.normal(0, _deviation("noise", noise), x.shape)


def two_moons(points: int = 200, noise: float = 0.1, seed: int = 0) -> tuple[Array, Labels]:
    """Two half circles that reach into each other: x (points, 2) and labels 0, 1 by turns.

    The first is (cos a, sin a), the second (1 − cos a, ½ − sin a), with a uniform in [0, π].
    `noise` is the standard deviation of what is added to both coordinates.

    >>> x, labels = two_moons(4, noise=0)
    >>> labels
    array([0, 1, 0, 1])
    >>> np.hypot(*x[0]).round(12), np.hypot(*(x[1] - [1, 0.5])).round(12)
    (np.float64(1.0), np.float64(1.0))
    """
    generator, count = _generator(seed), _count("points", points)
    labels = np.arange(count) % 2
    a = generator.uniform(0, np.pi, count)
    x = np.where(labels[:, None] == 0, np.stack([np.cos(a), np.sin(a)], -1), np.stack([1 - np.cos(a), 0.5 - np.sin(a)], -1))
    return x + generator.normal(0, _deviation("noise", noise), x.shape), labels


def spirals(points: int = 200, classes: int = 2, turns: float = 1.0, noise: float = 0.02, seed: int = 0) -> tuple[Array, Labels]:
    """Spirals from the origin, one a class: x (points, 2) and labels 0 … classes − 1 by turns.

    - `points`: how many in all.
    - `classes`: class k is r (cos a, sin a) with a = 2π (`turns` r + k/classes), r uniform in
      [0.05, 1].
    - `turns`: how often a spiral goes round; negative ones go the other way.
    - `noise`: the standard deviation of what is added to both coordinates.
    - `seed`: decides all of it.

    >>> x, labels = spirals(4, classes=3, noise=0)
    >>> labels
    array([0, 1, 2, 0])
    >>> bool(np.hypot(*x.T).max() <= 1)
    True
    """
    generator, count = _generator(seed), _count("points", points)
    kinds = _count("classes", classes)
    labels = np.arange(count) % kinds
    r = generator.uniform(0.05, 1, count)
    a = 2 * np.pi * (validation.number("turns", turns, least=-_LARGEST, most=_LARGEST) * r + labels / kinds)
    x = r[:, None] * np.stack([np.cos(a), np.sin(a)], axis=-1)
    return x + generator.normal(0, _deviation("noise", noise), x.shape), labels


def blobs(points: int = 200, centres: ArrayLike = ((-2, 0), (2, 0)), spread: float = 1.0, seed: int = 0) -> tuple[Array, Labels]:
    """Normal clouds, one a class: x (points, d) and labels 0 … classes − 1 by turns.

    - `points`: how many in all.
    - `centres`: (classes, d), the mean of each class.
    - `spread`: the standard deviation of each coordinate about its centre.
    - `seed`: decides all of it.

    >>> x, labels = blobs(3, centres=[[0, 5], [1, 2]], spread=0)
    >>> x.tolist(), labels.tolist()
    ([[0.0, 5.0], [1.0, 2.0], [0.0, 5.0]], [0, 1, 0])
    """
    generator, count = _generator(seed), _count("points", points)
    means = validation.numbers("centres", centres, axes=2, shape="(classes, d)").astype(float)
    labels = np.arange(count) % len(means)
    return means[labels] + generator.normal(0, _deviation("spread", spread), (count, means.shape[1])), labels


def _generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(validation.whole_number("seed", seed, least=0))


def _count(name: str, value: int) -> int:
    return validation.whole_number(name, value, least=1, most=_MOST)


def _deviation(name: str, value: float) -> float:
    return validation.number(name, value, least=0, most=_LARGEST)


def _pair(name: str, value: ArrayLike) -> tuple[float, float]:
    """Two numbers."""
    both = validation.numbers(name, value, axes=1, shape="(2,)")
    if len(both) != 2:
        raise ValueError(f"{name} must be two numbers, got {validation.shown(value)}")
    first, second = (validation.number(name, each, least=-_LARGEST, most=_LARGEST) for each in both.astype(float))
    return first, second

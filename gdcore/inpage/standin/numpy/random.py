"""NumPy's generator of random numbers, bit for bit: PCG64 seeded as NumPy seeds it, and normal
numbers by the ziggurat of 256 layers.

Sources: O'Neill 2014 for PCG (XSL-RR of 128 bits) and for the hash that spreads a seed; Marsaglia
and Tsang 2000 for the ziggurat, in NumPy's order of the layers.
"""

from math import exp, log1p, prod

import numpy as np
from numpy._ziggurat import EDGE, HEIGHTS, INSIDE, WIDTHS

_32, _64, _128 = 2**32 - 1, 2**64 - 1, 2**128 - 1
_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645


def _words(seed):
    """A seed as words of 32 bits, the lowest first."""
    if isinstance(seed, (list, tuple)):
        return [word for each in seed for word in _words(each)]
    seed = int(seed)
    if seed < 0:
        raise ValueError("expected non-negative integer")
    words = [seed & _32]
    while seed := seed >> 32:
        words.append(seed & _32)
    return words


class _Hash:
    """A hash whose constant changes at each use."""

    def __init__(self, constant, factor):
        self.constant, self.factor = constant, factor

    def __call__(self, word):
        word ^= self.constant
        self.constant = self.constant * self.factor & _32
        word = word * self.constant & _32
        return word ^ word >> 16


def _mixed(x, y):
    both = (0xCA01F9DD * x - 0x4973F715 * y) & _32
    return both ^ both >> 16


def _spread(seed):
    """Eight words of 32 bits that all depend on the whole seed."""
    words, hashed = _words(seed), _Hash(0x43B0D7E5, 0x931E8875)
    pool = [hashed(words[i] if i < len(words) else 0) for i in range(4)]
    for i in range(4):
        for j in range(4):
            if i != j:
                pool[j] = _mixed(pool[j], hashed(pool[i]))
    for word in words[4:]:
        for j in range(4):
            pool[j] = _mixed(pool[j], hashed(word))
    hashed = _Hash(0x8B51F9DD, 0x58F38DED)
    return [hashed(pool[i % 4]) for i in range(8)]


class Generator:
    """Random numbers from a seed."""

    def __init__(self, seed):
        words = _spread(seed)
        high, low, stream_high, stream_low = (words[k] | words[k + 1] << 32 for k in (0, 2, 4, 6))
        self._step = ((stream_high << 64 | stream_low) << 1 | 1) & _128
        self._state = (self._step + (high << 64 | low)) & _128
        self._next()

    def _next(self):
        """The next 64 bits."""
        self._state = state = (self._state * _MULTIPLIER + self._step) & _128
        word, turn = (state >> 64) ^ (state & _64), state >> 122
        return (word >> turn | word << (64 - turn)) & _64

    def _share(self):
        """A number in [0, 1)."""
        return (self._next() >> 11) / 9007199254740992.0

    def _normal(self):
        while True:
            bits = self._next()
            layer, bits = bits & 255, bits >> 8
            negative, place = bits & 1, bits >> 1 & 0xFFFFFFFFFFFFF
            x = -(place * WIDTHS[layer]) if negative else place * WIDTHS[layer]
            if place < INSIDE[layer]:
                return x
            if layer == 0:
                return self._tail(place >> 8 & 1)
            if (HEIGHTS[layer - 1] - HEIGHTS[layer]) * self._share() + HEIGHTS[layer] < exp(-0.5 * x * x):
                return x

    def _tail(self, negative):
        while True:
            beyond, height = -log1p(-self._share()) / EDGE, -log1p(-self._share())
            if height + height > beyond * beyond:
                return -(EDGE + beyond) if negative else EDGE + beyond

    def _many(self, draw, size):
        if size is None:
            return np.float64(draw())
        shape = (size,) if isinstance(size, int) else tuple(size)
        return np.array([draw() for _ in range(prod(shape))]).reshape(shape)

    def random(self, size=None):
        """Uniform in [0, 1)."""
        return self._many(self._share, size)

    def uniform(self, low=0.0, high=1.0, size=None):
        """Uniform in [low, high)."""
        return self._many(lambda: low + (high - low) * self._share(), size)

    def standard_normal(self, size=None):
        """Normal, of mean 0 and deviation 1."""
        return self._many(self._normal, size)

    def normal(self, loc=0.0, scale=1.0, size=None):
        """Normal, of this mean and deviation."""
        return self._many(lambda: loc + scale * self._normal(), size)

    def __getattr__(self, name):
        raise AttributeError(f"module 'numpy' has no attribute 'random.{name}'")


def default_rng(seed=None):
    """A generator from a seed."""
    if seed is None:
        raise ValueError("the page draws random numbers from a seed: give one")
    return Generator(seed)

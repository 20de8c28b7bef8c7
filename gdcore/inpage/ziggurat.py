"""The layers of the ziggurat by which NumPy draws normal numbers, read from NumPy itself.

256 layers of one area lie under exp(−x²/2); layer 0 is the lowest, with the tail beyond `EDGE`. A
draw takes 64 bits: eight for the layer, one for the sign, 52 for the place in it, which is
multiplied by the layer's width over 2⁵². So a generator whose next bits are chosen tells the width
to its last digit. The page's numpy.random draws with it. Source: Marsaglia and Tsang 2000.
"""

from __future__ import annotations

from math import exp

import numpy as np

_EDGE = 3.6541528853610088
_BACK = pow(0x2360ED051FC65DA44385DF649FCCF645, -1, 2**128)  # undoes PCG64's multiplication


def layers() -> dict[str, list[float] | list[int] | float]:
    """`WIDTHS`: each layer's width over 2⁵²; `INSIDE`: how many of its 2⁵² places are surely under
    the curve; `HEIGHTS`: the curve at each width.

    >>> made = layers()
    >>> made["EDGE"], made["INSIDE"][1], made["HEIGHTS"][0]
    (3.654152885361009, 0, 1.0)
    """
    ends = [0.0, 0.0, *(_end(layer) for layer in range(2, 256))]
    ends[0], ends[1] = _end(0), _narrowest()
    inside = [int(_EDGE / ends[0] * 2**52), 0, *(int(ends[k - 1] / ends[k] * 2**52) for k in range(2, 256))]
    heights = [1.0, *(exp(-0.5 * end * end) for end in ends[1:])]
    return {"EDGE": _EDGE, "WIDTHS": [end / 2**52 for end in ends], "INSIDE": inside, "HEIGHTS": heights}


def _end(layer: int) -> float:
    """The width of a layer, from a draw at the place 2⁵⁰, which is surely under the curve."""
    return _draw(2**50 << 9 | layer) * 4


def _narrowest() -> float:
    """The width of layer 1, no place of which is surely under the curve: from draws at its edge,
    until one is not drawn again.
    """
    place = 2**40
    return next(x for x in (_draw(place << 9 | 1, tries) for tries in range(64)) if 0 < x < 0.001) / place * 2**52


def _draw(bits: int, other: int = 0) -> float:
    """The normal number that these 64 bits give."""
    generator = np.random.PCG64(other)
    state = generator.state
    step = state["state"]["inc"]
    state["state"]["state"] = (bits - step) * _BACK % 2**128
    generator.state = state
    return float(np.random.Generator(generator).standard_normal())

"""The one table of the colours that pictures use, for light paper and for dark.

A picture is drawn with the light values. In the page and in JupyterLab `gdcore.explore` writes a
variable in the place of each (`var(--explore-blue, #0072b2)`), and its styles give that variable
the value of the reader's theme. So a drawing uses these values and no others that are near them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Colour:
    """A colour by its name in the styles, on light paper and on dark, as "#rrggbb"."""

    name: str
    light: str
    dark: str


# Black and white are ink and paper: `gdcore.explore` turns them into the colours of the page.
INK, PAPER = "#000000", "#ffffff"
"""Black and white, which become ink and paper of the page."""

# Okabe and Ito 2008, darkened for light paper and lightened for dark until a line has a contrast of
# 3 : 1 there, on the deepest tint too. Their yellow reaches that on no light paper and is left to
# filled areas.
_METHODS = (
    Colour("blue", "#0072b2", "#57b1ec"),
    Colour("vermillion", "#bf4f00", "#f58a48"),
    Colour("green", "#007f5c", "#35c79a"),
    Colour("purple", "#a8527f", "#e39cc3"),
    Colour("orange", "#966600", "#e0ac3c"),
    Colour("sky", "#26789f", "#8ccbf0"),
    Colour("yellow", "#f0e442", "#f0e442"),
)
BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY_BLUE, YELLOW = (colour.light for colour in _METHODS)
"""A colour on light paper."""
COLORS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY_BLUE)
"""The six colours of the methods, on light paper."""

_LINES = (Colour("contour", "#647980", "#7a9197"), Colour("index", "#5c7178", "#869ca2"))
CONTOUR, INDEX = (colour.light for colour in _LINES)
"""The colour of a map's lines, on light paper."""

# Low ground is a pool of teal: the deeper, the more of it is mixed into the paper.
PAPERS = Colour("paper", "#fdfdfb", "#14191c")
_POOL = Colour("pool", "#1f8496", "#2a93a8")
_DEEPEST = (0.28, 0.36)
_STEPS = 20


def _mixed(paper: str, pool: str, share: float) -> str:
    """So much of the pool in the paper."""
    channels = ((int(paper[i : i + 2], 16), int(pool[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(one + share * (other - one)):02x}" for one, other in channels)


def _tint(step: int) -> Colour:
    light, dark = (share * step / _STEPS for share in _DEEPEST)
    return Colour(f"tint-{step}", _mixed(PAPERS.light, _POOL.light, light), _mixed(PAPERS.dark, _POOL.dark, dark))


_TINTS = tuple(_tint(step) for step in range(1, _STEPS + 1))
TINTS = tuple(colour.light for colour in _TINTS)
"""The tints of a map from low to high, on light paper."""

PALETTE = (*_METHODS, *_LINES, *_TINTS)
"""Every colour, with its value on light paper and on dark."""
"""Every colour that follows the theme, apart from ink and paper."""

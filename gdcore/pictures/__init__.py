"""One style for every picture of the book: landscapes, the paths that methods take on them, and
learning curves.

Every function draws on the Axes that it is given and returns the artists. All but `contours` and
`curve` leave limits and labels alone and take a millisecond or two, so they serve inside an
explorable. Neutral ink is pure black on no background: `gdcore.explore` turns it into the colour of
the page's text, and the colours of `palette` into those of the reader's theme.
"""

from gdcore.pictures.looks import DASHDOT, DASHED, DOTTED, SOLID, STYLE, style_of
from gdcore.pictures.maps import contours, curve, minima
from gdcore.pictures.palette import (
    BLUE,
    COLORS,
    CONTOUR,
    GREEN,
    INDEX,
    INK,
    ORANGE,
    PALETTE,
    PAPER,
    PURPLE,
    SKY_BLUE,
    TINTS,
    VERMILLION,
    YELLOW,
)
from gdcore.pictures.runs import learning_curves, legend, path

__all__ = [
    "BLUE",
    "COLORS",
    "CONTOUR",
    "DASHDOT",
    "DASHED",
    "DOTTED",
    "GREEN",
    "INDEX",
    "INK",
    "ORANGE",
    "PALETTE",
    "PAPER",
    "PURPLE",
    "SKY_BLUE",
    "SOLID",
    "STYLE",
    "TINTS",
    "VERMILLION",
    "YELLOW",
    "contours",
    "curve",
    "learning_curves",
    "legend",
    "minima",
    "path",
    "style_of",
]

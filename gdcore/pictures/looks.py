"""How a method looks, the same in every chapter, and Matplotlib's settings for every picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cycler import cycler

from gdcore import validation
from gdcore.catalogue import METHODS
from gdcore.hyperparameters import name_of
from gdcore.pictures.palette import BLUE, COLORS, GREEN, INK, ORANGE, PAPER, PURPLE, SKY_BLUE, VERMILLION

SOLID, DASHED, DASHDOT, DOTTED = "-", (0, (5, 1.5)), (0, (6, 1.5, 1.2, 1.5)), (0, (1.5, 1.2))
"""Dashes of lines, as Matplotlib takes them."""

_COLOR_NAMES = {
    "blue": BLUE,
    "vermillion": VERMILLION,
    "green": GREEN,
    "purple": PURPLE,
    "orange": ORANGE,
    "sky blue": SKY_BLUE,
}
_DASHES = {"solid": SOLID, "dashed": DASHED, "dashdot": DASHDOT, "dotted": DOTTED}

# Methods that the catalogue does not know get markers that no known one has, the colours in turn.
_OWN_MARKERS = ("P", "X", "h", "p", "d")
_own_looks: dict[str, dict[str, Any]] = {}

STYLE: dict[str, Any] = {
    "font.size": 12,  # a page on a phone shows it at six tenths
    "axes.titlesize": 12,
    "legend.fontsize": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=COLORS) + cycler(linestyle=[SOLID, DASHED, DASHDOT, DOTTED, SOLID, DASHED]),
    "lines.linewidth": 1.6,
    "lines.markersize": 4,
    "legend.facecolor": PAPER,  # gdcore.explore turns white into the colour of the page
    "legend.edgecolor": "none",
    "legend.framealpha": 0.8,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
"""The settings of Matplotlib that every picture of the book has."""


def style_of(method: str | Callable[..., Any], **changes: Any) -> dict[str, Any]:
    """The colour, dash and marker of a method, given itself or its name: the same in every chapter.

    `partial(momentum, momentum=0.5)` looks like momentum. A method of your own gets a look that no
    other method has, the same for the same name as long as Python runs. `changes` are properties of
    the line that replace or add to the look, such as `marker=""`.
    Raises ValueError for a name that has none.

    >>> from gdcore.methods import momentum
    >>> style_of(momentum, marker="")
    {'color': '#bf4f00', 'linestyle': (0, (5, 1.5)), 'marker': ''}
    """
    if isinstance(method, str):
        name = validation.choice("method", method, METHODS)
    else:
        validation.function("method", method, "a method or the name of one")
        name = name_of(method)
    if name not in METHODS:
        return _own_looks.setdefault(name, _look_of_number(len(_own_looks))) | changes
    color, dash, marker = METHODS[name].look
    return {"color": _COLOR_NAMES[color], "linestyle": _DASHES[dash], "marker": marker} | changes


def _look_of_number(k: int) -> dict[str, Any]:
    """The look of the k-th method that is the reader's own."""
    dashes = tuple(_DASHES.values())
    marker = _OWN_MARKERS[k // len(dashes) % len(_OWN_MARKERS)]
    return {"color": COLORS[k % len(COLORS)], "linestyle": dashes[k % len(dashes)], "marker": marker}

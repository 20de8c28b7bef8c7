"""What the functions of this room ask of their arguments."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.objectives import Objective


def require_axes(ax: Any) -> None:
    """Refuse what are no Axes."""
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be Matplotlib Axes, such as plt.subplots() returns, got {validation.shown(ax)}")


def region(objective: Objective, box: ArrayLike | None, dimension: int) -> Array:
    """The region to draw, checked."""
    chosen = objective.box if box is None else box
    if chosen is None:
        raise ValueError(f"{objective.name} has no box of its own: box must be given, of shape ({dimension}, 2)")
    array = validation.numbers("box", chosen)
    if array.shape != (dimension, 2):
        raise ValueError(f"box must have shape ({dimension}, 2), got {array.shape}")
    return array

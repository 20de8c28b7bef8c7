"""Landscapes: maps with level lines and tint, graphs, and the stars of their minima."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.contour import ContourSet
from matplotlib.lines import Line2D
from matplotlib.path import Path as Outline
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.objectives import Objective, require
from gdcore.pictures.checks import region, require_axes
from gdcore.pictures.looks import SOLID
from gdcore.pictures.palette import CONTOUR, INDEX, INK, TINTS

_EVERY_FIFTH = 5
_TOLERANCE = 3e-4  # of a side: less than a seventh of a point in a picture of the book


def contours(
    ax: Axes,
    objective: Objective,
    *,
    levels: int | ArrayLike = 14,
    box: ArrayLike | None = None,
    resolution: int = 120,
    tint: bool = True,
    equal: bool = True,
) -> ContourSet:
    """The map of an objective of two parameters: level lines, every fifth of them heavier, a tint
    that deepens downhill, the minima, limits and labels. A layer to draw once.

    - `levels`: their values, or how many. A number of them grows with the square above the lowest
      value seen, so that the contours of a quadratic bowl lie at equal distances.
    - `box`: (2, 2), by default the objective's.
    - `resolution`: points along each side at which the objective is evaluated.
    - `tint`: whether the ground between the lines is tinted, the deeper the more.
    - `equal`: whether both parameters have one scale, so that the eye can judge shapes and right
      angles.

    Raises TypeError for what are no Axes or no objective, ValueError for a box or levels of another
    shape, and for an objective without a box where none is given.

    >>> from matplotlib.figure import Figure
    >>> from gdcore.objectives import canyon
    >>> lines = contours(Figure().add_subplot(), canyon(), levels=9)
    >>> len(lines.levels)
    9
    """
    require_axes(ax)
    require.objective(objective)
    resolution = validation.whole_number("resolution", resolution, least=2, most=5000)
    tint, equal = validation.flag("tint", tint), validation.flag("equal", equal)
    sides = region(objective, box, 2)
    x, y = np.linspace(sides[:, 0], sides[:, 1], resolution, axis=1)
    values = objective.value(np.stack(np.meshgrid(x, y), axis=-1))
    heights = _levels(objective, levels, values)
    if tint:
        _tinted(ax, x, y, values, heights, sides)
    heavy = np.arange(1, len(heights) + 1) % _EVERY_FIFTH == 0
    look = {"colors": np.where(heavy, INDEX, CONTOUR).tolist(), "linewidths": np.where(heavy, 1.2, 0.7), "linestyles": SOLID}
    lines = ax.contour(x, y, values, levels=heights, **look)
    _thin(lines, sides)
    ax.set(xlim=sides[0], ylim=sides[1], xlabel="parameter $w_1$", ylabel="parameter $w_2$")
    if equal:
        ax.set_aspect("equal")
    if objective.minima is not None and objective.minima.size:
        minima(ax, objective.minima)
    return lines


def _levels(objective: Objective, levels: int | ArrayLike, values: Array) -> Array:
    """The heights of the lines, rising."""
    if validation.is_array(levels):
        return np.unique(validation.numbers("levels", levels, axes=1, shape="(k,)"))
    count = validation.whole_number("levels", levels, least=1, most=1000)
    lowest = values.min()
    if objective.minima is not None and objective.minima.size:
        lowest = min([lowest, *objective.value(objective.minima)])
    return lowest + (values.max() - lowest) * (np.arange(1, count + 1) / (count + 1)) ** 2


def _tinted(ax: Axes, x: Array, y: Array, values: Array, levels: Array, sides: Array) -> None:
    """The ground below each level, the highest first: each covers those before it, so that no seam
    shows between two bands.
    """
    bottom = values.min() - 1
    depths = np.ceil(len(TINTS) * np.arange(len(levels), 0, -1) / len(levels)).astype(int)
    for level, depth in zip(levels[::-1], depths[::-1], strict=True):
        if level > values.min():
            ground = ax.contourf(x, y, values, levels=[bottom, level], colors=[TINTS[depth - 1]], zorder=0.5)
            _thin(ground, sides)


def _thin(drawn: ContourSet, sides: Array) -> None:
    """Leave out the vertices that the eye does not need."""
    drawn.set_paths([_thinned(outline, sides) for outline in drawn.get_paths()])


def _thinned(outline: Outline, sides: Array) -> Outline:
    outline.should_simplify = False  # to_polygons would do it, with the tolerance of a screen's dots
    low, size = sides[:, 0], sides[:, 1] - sides[:, 0]
    parts = [low + size * _fewest((part - low) / size) for part in map(np.asarray, outline.to_polygons(closed_only=False))]
    return Outline.make_compound_path(*(Outline(part) for part in parts if len(part) > 1))


def _fewest(points: Array) -> Array:
    """The fewest points of a line that keep within the tolerance of all (Douglas and Peucker)."""
    keep, todo = {0, len(points) - 1}, [(0, len(points) - 1)]
    while todo:
        first, last = todo.pop()
        between, chord = points[first + 1 : last] - points[first], points[last] - points[first]
        if not len(between):
            continue
        length = np.hypot(*chord)
        across = np.abs(chord[0] * between[:, 1] - chord[1] * between[:, 0])
        far = across / length if length else np.hypot(*between.T)
        if far.max() > _TOLERANCE:
            middle = first + 1 + int(far.argmax())
            keep.add(middle)
            todo += [(first, middle), (middle, last)]
    return points[sorted(keep)]


def curve(ax: Axes, objective: Objective, *, box: ArrayLike | None = None, resolution: int = 300) -> list[Line2D]:
    """The graph of an objective of one parameter, its minima, limits and labels: a layer to draw
    once.

    `box` is (1, 2), by default the objective's.

    >>> from matplotlib.figure import Figure
    >>> from gdcore.objectives import parabola
    >>> ax = Figure().add_subplot()
    >>> lines = curve(ax, parabola())
    >>> ax.get_ylabel()
    'loss $L(w)$'
    """
    require_axes(ax)
    require.objective(objective)
    resolution = validation.whole_number("resolution", resolution, least=2, most=100_000)
    left, right = region(objective, box, 1)[0]
    x = np.linspace(left, right, resolution)
    line = ax.plot(x, objective.value(x[:, None]), color=INK, alpha=0.6, linewidth=1.2, linestyle=SOLID)
    ax.set(xlim=(left, right), xlabel="parameter $w$", ylabel="loss $L(w)$")
    if objective.minima is not None and objective.minima.size:
        line += minima(ax, np.column_stack([objective.minima, objective.value(objective.minima)]))
    return line


def minima(ax: Axes, points: ArrayLike) -> list[Line2D]:
    """Stars at the minima, (m, 2).

    >>> from matplotlib.figure import Figure
    >>> [stars] = minima(Figure().add_subplot(), [[1, 2], [3, 4]])
    >>> stars.get_xydata()
    array([[1., 2.],
           [3., 4.]])
    """
    require_axes(ax)
    stars = validation.numbers("points", points, empty=True)
    if stars.size and (stars.ndim == 0 or stars.shape[-1] != 2):
        raise ValueError(f"points must have shape (m, 2), got {stars.shape}")
    x, y = stars.reshape(-1, 2).T
    return ax.plot(x, y, "*", color=INK, markersize=9, markeredgewidth=0, zorder=3)

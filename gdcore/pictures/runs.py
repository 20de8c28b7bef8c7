"""What runs leave behind: paths on a landscape, learning curves, and their legend."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.descent import Path
from gdcore.pictures.checks import require_axes
from gdcore.pictures.looks import SOLID, style_of
from gdcore.pictures.palette import INK, PAPER

_WORD = "leaves"
_FAR = 1e6  # points beyond are off every picture, and further ones would overflow in Matplotlib's transforms


def path(
    ax: Axes,
    run: Path | ArrayLike,
    method: str | Callable[..., Any] | None = None,
    *,
    start: bool = True,
    steps: ArrayLike | None = None,
    **line: Any,
) -> list[Artist]:
    """A path with its steps, up to where it left the finite, a ring at its start, and a casing in
    the page's colour below it, as roads have on maps.

    On Axes whose limits are set, a run that ends outside is cut where it leaves the window for
    good. If its steps are known, a word there says at which of them: the first that lies outside.

    - `run`: a `Path`, drawn in its parameters if it has two and on the graph of its loss if it has
      one; or points, (k, 2).
    - `method`: whose style the line wears, by default that of the `Path`.
    - `start`: whether the ring is drawn.
    - `steps`: (k,), the step of each point, by default those of the `Path`.
    - `line`: further properties of the line, such as `label` or `markevery`.

    Returns the line, the ring, the casing and the word, as far as they are drawn. Raises TypeError
    for what are no Axes, ValueError for a run or steps of another shape.

    >>> from matplotlib.figure import Figure
    >>> [line, ring, casing] = path(Figure().add_subplot(), [[0, 0], [1, 2]], method="adam")
    >>> line.get_color()
    '#a8527f'
    >>> ax = Figure().add_subplot(xlim=(0, 4), ylim=(0, 4))
    >>> path(ax, [[1, 1], [3, 1], [5, 1]], method="adam", steps=[0, 1, 2])[-1].get_text()
    'leaves at step 2'
    """
    require_axes(ax)
    points = _drawable(run)
    known = _steps(run, steps)
    start = validation.flag("start", start)
    if method is None and isinstance(run, Path):
        method = run.method
    style = {} if method is None else style_of(method)
    outside = _outside(ax, points)
    if outside is not None:
        points = points[: outside + 1]  # the line ends at the edge, where the window clips it
    look = {"linewidth": 1.4, "markersize": 3.5, "zorder": 4} | style | line
    [drawn] = ax.plot(*points.T, **look)
    artists: list[Artist] = [drawn]
    if start:
        artists += ax.plot(*points[:1].T, "o", color=INK, markerfacecolor="none", markersize=8, zorder=5)
    artists += _casing(ax, points, drawn)
    if outside is not None and known is not None:
        artists.append(_word(ax, points[-2:], f"leaves at step {known[outside]:,.0f}", drawn.get_color()))
    return artists


def _casing(ax: Axes, points: Array, line: Line2D) -> list[Line2D]:
    """What keeps a line apart from the tint and the level lines below it."""
    if line.get_linestyle() == "None":
        return []
    alpha, width, below = line.get_alpha(), line.get_linewidth() + 2.6, line.get_zorder() - 0.1
    return ax.plot(
        *points.T,
        color=PAPER,
        linestyle=SOLID,
        marker="",
        solid_joinstyle="round",
        linewidth=width,
        alpha=0.85 * (1.0 if alpha is None else alpha),
        zorder=below,
    )


def _outside(ax: Axes, points: Array) -> int | None:
    """The first of the points that all lie outside of a window with limits, if one before them lies
    inside.
    """
    if ax.get_autoscalex_on() or ax.get_autoscaley_on() or not len(points):
        return None
    shares = _shares(ax, points)
    inside = np.all((shares >= 0) & (shares <= 1), axis=1)
    if inside[-1] or not inside.any():
        return None
    return int(np.flatnonzero(inside)[-1]) + 1


def _shares(ax: Axes, points: Array) -> Array:
    """Points as shares of the window's sides, from 0 to 1 inside."""
    return np.asarray((ax.transScale + ax.transLimits).transform(points))


def _word(ax: Axes, step: Array, text: str, color: Any) -> Artist:
    """A word at the edge, where the last step crosses it, clear of those that stand there."""
    inside, outside = np.clip(_shares(ax, step), -_FAR, _FAR)
    with np.errstate(divide="ignore", invalid="ignore"):
        ways = np.where(outside > 1, (1 - inside) / (outside - inside), -inside / (outside - inside))
    edge = inside + ways[(outside < 0) | (outside > 1)].min() * (outside - inside)
    others = [word for word in ax.texts if isinstance(word, Annotation) and word.get_gid() == _WORD]
    near = [word for word in others if np.abs(word.xy - edge).max() < 0.2]
    right, up = edge > 0.5
    return ax.annotate(
        text,
        edge,
        xycoords="axes fraction",
        xytext=(-5 if right else 5, (-1 if up else 1) * (5 + 13 * len(near))),
        textcoords="offset points",
        ha="right" if right else "left",
        va="top" if up else "bottom",
        color=color,
        fontsize=10.5,
        zorder=6,
        gid=_WORD,
    )


def legend(ax: Axes, methods: Mapping[str, str | Callable[..., Any]], **options: Any) -> Legend:
    """A legend of methods by label, before any of them is drawn: a layer to draw once.

    >>> from matplotlib.figure import Figure
    >>> box = legend(Figure().add_subplot(), {"the ball": "momentum"})
    >>> [text.get_text() for text in box.get_texts()]
    ['the ball']
    """
    require_axes(ax)
    if not isinstance(methods, Mapping):
        raise TypeError(f"methods must be a dictionary of methods by label, got {validation.shown(methods)}")
    handles = [
        Line2D([], [], label=label, markersize=3.5, linewidth=1.4, **style_of(method)) for label, method in methods.items()
    ]
    return ax.legend(handles=handles, **options)


def learning_curves(
    ax: Axes,
    runs: Mapping[str, Path | ArrayLike],
    *,
    minimum: float = 0.0,
    methods: Sequence[str] | None = None,
    markers: int = 8,
) -> list[Line2D]:
    """How far each run's loss lies above `minimum` at each step, on a logarithmic scale where `ax`
    has one.

    - `runs`: by label, a `Path` or values, (k,), of steps 0, 1, …
    - `methods`: whose style each line wears, by default that of the `Path`, else the style's own
      cycle.
    - `markers`: about how many markers on a line.

    Values at or below the minimum, where rounding hides the rest, are left out.

    >>> from matplotlib.figure import Figure
    >>> lines = learning_curves(Figure().add_subplot(), {"mine": [4.0, 2.0, 1.0]})
    >>> lines[0].get_ydata()
    array([4., 2., 1.])
    """
    require_axes(ax)
    if not isinstance(runs, Mapping):
        raise TypeError(f"runs must be a dictionary of paths or values by label, got {validation.shown(runs)}")
    if methods is not None and (isinstance(methods, str) or len(methods) != len(runs)):
        raise ValueError(f"methods must be one for each of the {len(runs)} runs, got {validation.shown(methods)}")
    minimum = validation.number("minimum", minimum)
    markers = validation.whole_number("markers", markers, least=1)
    lines = []
    for i, (label, run) in enumerate(runs.items()):
        method: str | Callable[..., Any] | None = None
        if isinstance(run, Path):
            method, steps, values = run.method, run.steps, run.values
        else:
            values = validation.numbers(f"runs[{label!r}]", run, axes=1, shape="(k,)", finite=False)
            steps = np.arange(len(values))
        if methods is not None:
            method = methods[i]
        above = values - minimum
        shown = np.isfinite(above) & (above > 0) & (above < 1e300)
        style = {} if method is None else style_of(method)
        every = max(1, int(shown.sum()) // markers)
        lines += ax.plot(steps[shown], above[shown], label=label, **{"markevery": every} | style)
    return lines


def _drawable(run: Path | ArrayLike) -> Array:
    """The points to draw, (k, 2), up to the first that is not finite; what is far off every picture
    is brought nearer.
    """
    if isinstance(run, Path):
        points = run.points if run.points.shape[-1] == 2 else np.column_stack([run.points, run.values])
    else:
        points = validation.numbers("run", run, finite=False)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(
            f"run must be one path in one or two parameters, or points of shape (k, 2), got shape {np.shape(points)}"
        )
    broken = ~np.isfinite(points).all(axis=1)
    return np.clip(points[: broken.argmax()] if broken.any() else points, -_FAR, _FAR)


def _steps(run: Path | ArrayLike, steps: ArrayLike | None) -> Array | None:
    """The step of each point, if it is known."""
    if steps is None:
        return np.asarray(run.steps, float) if isinstance(run, Path) else None
    count = len(run.points if isinstance(run, Path) else np.asarray(run))
    known = validation.numbers("steps", steps, axes=1, shape="(k,)")
    if len(known) != count:
        raise ValueError(f"steps must be one for each of the {count} points of run, got {len(known)}")
    return known

"""One style for every picture of the book: landscapes, the paths that methods take on them, and
learning curves.

Every function draws on the Axes that it is given and returns the artists. All but `contours` and
`curve` leave limits and labels alone and take a millisecond or two, so they serve inside an
explorable. Neutral ink is pure black on no background: `gdcore.explore` turns it into the colour of
the page's text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.contour import ContourSet
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.catalogue import METHODS
from gdcore.descent import Path
from gdcore.hyperparameters import name_of
from gdcore.objectives import Objective, require

INK = "#000000"

# Okabe and Ito 2008. Orange and sky blue are darkened until a line has a contrast of 3 : 1 on a
# white page, as all six have on a dark one. Their yellow reaches that on no white page and is left
# to filled areas.
BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
PURPLE, ORANGE, SKY_BLUE, YELLOW = "#CC79A7", "#C48700", "#3A98CC", "#F0E442"
COLORS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY_BLUE)

SOLID, DASHED, DASHDOT, DOTTED = "-", (0, (5, 1.5)), (0, (6, 1.5, 1.2, 1.5)), (0, (1.5, 1.2))

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
    "legend.facecolor": "#ffffff",  # gdcore.explore turns white into the colour of the page
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

_FAR = 1e6  # points beyond are off every picture, and further ones would overflow in Matplotlib's transforms


def style_of(method: str | Callable[..., Any], **changes: Any) -> dict[str, Any]:
    """The colour, dash and marker of a method, given itself or its name: the same in every chapter.

    `partial(momentum, momentum=0.5)` looks like momentum. A method of your own gets a look that no
    other method has, the same for the same name as long as Python runs. `changes` are properties of
    the line that replace or add to the look, such as `marker=""`.
    Raises ValueError for a name that has none.

    >>> from gdcore.methods import momentum
    >>> style_of(momentum, marker="")
    {'color': '#D55E00', 'linestyle': (0, (5, 1.5)), 'marker': ''}
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


def contours(
    ax: Axes, objective: Objective, *, levels: int | ArrayLike = 14, box: ArrayLike | None = None, resolution: int = 120
) -> ContourSet:
    """Contour lines of an objective of two parameters, its minima, limits and labels: a layer to
    draw once.

    - `levels`: their values, or how many. A number of them grows with the square above the lowest
      value seen, so that the contours of a quadratic bowl lie at equal distances.
    - `box`: (2, 2), by default the objective's.

    >>> from matplotlib.figure import Figure
    >>> from gdcore.objectives import canyon
    >>> lines = contours(Figure().add_subplot(), canyon(), levels=9)
    >>> len(lines.levels)
    9
    """
    _require_axes(ax)
    require.objective(objective)
    resolution = validation.whole_number("resolution", resolution, least=2, most=5000)
    sides = _box(objective, box, 2)
    x, y = np.linspace(sides[:, 0], sides[:, 1], resolution, axis=1)
    values = objective.value(np.stack(np.meshgrid(x, y), axis=-1))
    if validation.is_array(levels):
        levels = np.unique(validation.numbers("levels", levels, axes=1, shape="(k,)"))
    else:
        count = validation.whole_number("levels", levels, least=1, most=1000)
        lowest = (
            values.min()
            if objective.minima is None or not objective.minima.size
            else min([values.min(), *objective.value(objective.minima)])
        )
        levels = lowest + (values.max() - lowest) * (np.arange(1, count + 1) / (count + 1)) ** 2
    lines = ax.contour(x, y, values, levels=levels, colors=INK, alpha=0.3, linewidths=0.8, linestyles=SOLID)
    ax.set(xlim=sides[0], ylim=sides[1], xlabel="parameter $w_1$", ylabel="parameter $w_2$")
    if objective.minima is not None and objective.minima.size:
        minima(ax, objective.minima)
    return lines


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
    _require_axes(ax)
    require.objective(objective)
    resolution = validation.whole_number("resolution", resolution, least=2, most=100_000)
    left, right = _box(objective, box, 1)[0]
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
    _require_axes(ax)
    stars = validation.numbers("points", points, empty=True)
    if stars.size and (stars.ndim == 0 or stars.shape[-1] != 2):
        raise ValueError(f"points must have shape (m, 2), got {stars.shape}")
    x, y = stars.reshape(-1, 2).T
    return ax.plot(x, y, "*", color=INK, markersize=9, markeredgewidth=0, zorder=3)


def path(
    ax: Axes, run: Path | ArrayLike, method: str | Callable[..., Any] | None = None, *, start: bool = True, **line: Any
) -> list[Line2D]:
    """A path with its steps, up to where it left the finite, and a ring at its start.

    - `run`: a `Path`, drawn in its parameters if it has two and on the graph of its loss if it has
      one; or points, (k, 2).
    - `method`: whose style the line wears, by default that of the `Path`.
    - `line`: further properties of the line, such as `label` or `markevery`.

    >>> from matplotlib.figure import Figure
    >>> [line, ring] = path(Figure().add_subplot(), [[0, 0], [1, 2]], method="adam")
    >>> line.get_color()
    '#CC79A7'
    """
    _require_axes(ax)
    points = _drawable(run)
    start = validation.flag("start", start)
    if method is None and isinstance(run, Path):
        method = run.method
    style = {} if method is None else style_of(method)
    artists = ax.plot(*points.T, **{"linewidth": 1.4, "markersize": 3.5, "zorder": 4} | style | line)
    if start:
        artists += ax.plot(*points[:1].T, "o", color=INK, markerfacecolor="none", markersize=8, zorder=5)
    return artists


def legend(ax: Axes, methods: Mapping[str, str | Callable[..., Any]], **options: Any) -> Legend:
    """A legend of methods by label, before any of them is drawn: a layer to draw once.

    >>> from matplotlib.figure import Figure
    >>> box = legend(Figure().add_subplot(), {"the ball": "momentum"})
    >>> [text.get_text() for text in box.get_texts()]
    ['the ball']
    """
    _require_axes(ax)
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
    _require_axes(ax)
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


def _require_axes(ax: Any) -> None:
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be Matplotlib Axes, such as plt.subplots() returns, got {validation.shown(ax)}")


def _box(objective: Objective, box: ArrayLike | None, dimension: int) -> Array:
    """The region to draw, checked."""
    chosen = objective.box if box is None else box
    if chosen is None:
        raise ValueError(f"{objective.name} has no box of its own: box must be given, of shape ({dimension}, 2)")
    array = validation.numbers("box", chosen)
    if array.shape != (dimension, 2):
        raise ValueError(f"box must have shape ({dimension}, 2), got {array.shape}")
    return array


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

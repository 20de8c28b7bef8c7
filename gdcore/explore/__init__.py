"""Figures with sliders that work in a live notebook and, with no kernel and no network, in the
built page.

    @explore(
        learning_rate=FloatSlider(min=0.01, max=0.2, step=0.01, value=0.05),
        layers=[draw_landscape],
        alt="Steps of gradient descent on a parabola: small steps creep, large steps overshoot.",
    )
    def one_dimension(ax, learning_rate):
        ...                                       # draw what moves
        return "At the minimum after 43 steps."   # the caption, read aloud on change

The controls are ipywidgets. In a kernel they are shown as they are, and a change redraws the
layers that depend on it. While the book is built (the environment variable GDCORE_EXPLORE says
"page") every drawing on the grid of the controls is made once and the page carries them all;
explore.js swaps what changed. For builders of print it says "image": the start frame.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import HTML, Image, display

from gdcore.explore.computed import Run, computed_of, drawn, ground_of, handle_of
from gdcore.explore.controls import Control, controls_of
from gdcore.explore.figure import Draw, Explorable, Layer, layer_of, name_of
from gdcore.explore.guesses import guess
from gdcore.explore.handles import Handle, handles_of
from gdcore.explore.listing import said
from gdcore.explore.live import show_live
from gdcore.explore.page import html_of
from gdcore.explore.walks import Walk
from gdcore.validation import flag, function, number, shown, whole_number

__all__ = ["Handle", "Run", "Walk", "explore", "guess", "live_walks"]


class Explored:
    """A drawing function with the figure that was made of it; calling it draws."""

    explorable: Explorable

    def __init__(self, draw: Draw, explorable: Explorable) -> None:
        functools.update_wrapper(self, draw)
        self._draw, self.explorable = draw, explorable

    def __call__(self, *arguments: Any, **values: Any) -> str | None:
        return self._draw(*arguments, **values)


def explore(
    *,
    alt: str,
    layers: Sequence[Draw] = (),
    axes: tuple[int, int] = (1, 1),
    size: tuple[float, float] | None = None,
    beside: tuple[float, float] | None = None,
    handle: Handle | Sequence[Handle] | None = None,
    play: int | str | None = None,
    **controls: Any,
) -> Callable[[Draw], Explored]:
    """Turn a drawing function into a figure with sliders and show it.

    - `controls`: for each parameter of the drawing functions an ipywidget: FloatSlider,
      FloatLogSlider, IntSlider, SelectionSlider, Dropdown, ToggleButtons or Checkbox, of at most
      1,000 positions. A parameter with a default needs none. No control at all makes a still
      picture that follows the theme.
    - `layers`: drawing functions whose pictures lie below, the first lowest. Each is drawn on the
      grid of the controls that its own parameters name. Without any it is drawn once, below all
      others: the place for limits, labels and what stands still.
    - `axes`: rows and columns of pictures; the functions then get an array of Axes. Side by side
      on a desk, stacked on a phone.
    - `size`: inches of the whole, by default (6, 4) for one picture and (9, 4) for two side by
      side.
    - `beside`: inches of a small second picture beside the first, which then has all of `size`: a
      map and its curve. The functions get an array of two Axes.
    - `handle`: a `Handle`, or a list of them: points or lines of the picture that are dragged and
      move one or two of the controls.
    - `play`: how many steps the walks have that the drawing function returns,
      `return caption, [Walk(…), …]`: the page plays them step by step, without a drawing for each.
      Where time is a drawing: the name of the control that is the time.
    - `alt`: what the figure shows, for those who cannot see it.

    The decorated function draws on the Axes that it is given what the controls move, and returns
    the caption, plain text, or None. Limits, labels and ticks are those of the start frame. What
    it becomes can still be called; its `explorable` is the figure.

    Outside of a kernel nothing is shown, and the figure waits in `explorable`:

    >>> from ipywidgets import IntSlider
    >>> @explore(n=IntSlider(min=1, max=5), alt="The first n square numbers.")
    ... def squares(ax, n):
    ...     ax.plot(range(n), [k**2 for k in range(n)], "o")
    ...     return f"The last is {(n - 1) ** 2}."
    >>> squares.explorable.start, squares.explorable.drawings()
    ({'n': 1}, 5)

    Raises TypeError or ValueError for an empty alt text, axes or a size that are no pair of
    numbers > 0, layers that are no functions, a parameter without a control, a control that no
    function names, one of another kind, one without positions or with too many, one whose value or
    max is not on its grid, a handle on no control or outside of its Axes, a `play` that is neither
    steps ≥ 1 nor a control, walks of another length; and RuntimeError, with the values of the
    controls, for a drawing that fails. While the book is built also for a drawing that warns, and
    for a figure or a page that is too heavy; of more than 1,000 drawings a kernel only says that a
    page would refuse them.
    """

    def decorate(draw: Draw) -> Explored:
        name = name_of(function("what explore decorates", draw, "a drawing function"))
        rows, columns = _shape(name, axes) if beside is None else (1, 2)
        positions = controls_of(name, controls)
        figure = Explorable(
            name=name,
            layers=tuple(layer_of(name, layer, positions) for layer in (*_layers(name, layers), draw)),
            controls=positions,
            alt=_alt(name, alt),
            axes=(rows, columns),
            size=_size(name, size, (6.0, 4.0) if columns == 1 or beside else (4.5 * columns, 4.0 * rows)),
            handles=handles_of(name, handle, positions, rows * columns),
            play=_play(name, play, positions),
            beside=None if beside is None else _size(name, beside, (3.0, 2.0)),
        )
        if get_ipython() is not None:
            _show(figure)
        return Explored(draw, figure)

    return decorate


def live_walks(
    *,
    landscape: str | Mapping[str, Any],
    runs: Sequence[Run],
    start_at: tuple[Any, ...],
    steps: int,
    alt: str,
    box: Any = None,
    layers: Sequence[Draw] | None = None,
    size: tuple[float, float] = (6.0, 4.0),
    beside: tuple[float, float] = (3.2, 2.2),
    noise: Mapping[str, Any] | None = None,
    penalty: Mapping[str, Any] | None = None,
    tolerance: float = 0.01,
    curve: bool = True,
    **controls: Any,
) -> Callable[[Callable[..., str]], Explored]:
    """A figure of walks that the page computes itself, with gdcore's own code, so that starts and
    settings are as fine as the sliders are: the map, the height above the minimum beside it, the
    start dragged, played step by step.

    - `landscape`: the name of a landscape, or what `gdcore.inpage.answer` takes for one, such as
      `{"name": "quadratic", "arguments": {"eigenvalues": [1, "steepest"]}}`. A text that is the
      name of a control stands for its value, here and in all that follows.
    - `runs`: a `Run` for each walk.
    - `start_at`: the coordinates of the start, numbers or names of controls; with such names the
      start is dragged.
    - `steps`: how many, 1 to 1,000.
    - `alt`, `controls`, `size`, `beside`: as for `explore`; `box`: the region of the map.
    - `layers`: drawing functions in the place of the map and the axes of the curve.
    - `noise`, `penalty`: as `answer` takes them.
    - `tolerance`: the distance from a minimum that counts as arrived in `arrived_at`.
    - `curve`: if False, the second picture is not the heights after each step but what `layers`
      draw there; the walks are on the map alone.

    The decorated function writes the caption: it gets the walks, as `gdcore.inpage.captions`
    describes them, and by name the controls that it needs. It runs in the page too, so it may use
    `words`, `np` and `math` and nothing else of its module; numbers that it needs besides are
    keyword parameters with a default, `def ball(walks, rate, *, best=BEST)`.

    >>> from ipywidgets import FloatSlider
    >>> @live_walks(
    ...     landscape="canyon",
    ...     runs=[Run("momentum", learning_rate="rate")],
    ...     start_at=(-0.5, 2.0),
    ...     steps=40,
    ...     rate=FloatSlider(min=0.001, max=0.02, step=0.001, value=0.01),
    ...     alt="A ball in a canyon.",
    ... )
    ... def ball(walks, rate):
    ...     return f"At {rate} it ends {words.significant(walks[0].end)} above the minimum."
    >>> ball.explorable.drawings()
    1

    Raises what `explore` raises, and TypeError or ValueError for runs that are none, for an unknown
    method or hyperparameter, and for a caption whose parameters are no controls. While the book is
    built also for a start outside of the map.
    """

    def decorate(caption: Callable[..., str]) -> Explored:
        name = name_of(function("what live_walks decorates", caption, "a function that writes the caption"))
        positions = controls_of(name, controls)
        count = whole_number(f"{name}: steps", steps, least=1, most=1_000)
        computed = computed_of(
            name,
            caption,
            landscape=landscape,
            runs=runs,
            start=start_at,
            steps=count,
            noise=noise,
            penalty=penalty,
            tolerance=tolerance,
            curve=flag(f"{name}: curve", curve),
            controls=positions,
        )
        if not computed.curve and layers is None:
            raise ValueError(f"{name}: curve=False needs layers that draw the map and the second picture, got none")
        below = [ground_of(computed.template, count, box)] if layers is None else _layers(name, layers)
        figure = Explorable(
            name=name,
            layers=(*(layer_of(name, layer, positions) for layer in below), Layer(drawn(computed, caption), computed.depends_on)),
            controls=positions,
            alt=_alt(name, alt),
            axes=(1, 2),
            size=_size(name, size, size),
            handles=handles_of(name, handle_of(computed, start_at, positions), positions, 2),
            play=count,
            beside=_size(name, beside, beside),
            computed=computed,
        )
        if get_ipython() is not None:
            _show(figure)
        return Explored(caption, figure)

    return decorate


def _alt(name: str, alt: Any) -> str:
    if not isinstance(alt, str):
        raise TypeError(f"{name}: alt must be a text that says what the figure shows, got {shown(alt)}")
    if not alt.strip():
        raise ValueError(f"{name}: alt must say what the figure shows, got {alt!r}")
    return alt


def _layers(name: str, layers: Any) -> tuple[Draw, ...]:
    if not isinstance(layers, (list, tuple)):
        raise TypeError(f"{name}: layers must be a list of drawing functions, got {shown(layers)}")
    return tuple(function(f"{name}: each of layers", layer, "a drawing function") for layer in layers)


def _shape(name: str, axes: Any) -> tuple[int, int]:
    rows, columns = _pair(f"{name}: axes", axes, "(rows, columns), two whole numbers ≥ 1")
    return whole_number(f"{name}: rows of axes", rows, least=1), whole_number(f"{name}: columns of axes", columns, least=1)


def _size(name: str, size: Any, default: tuple[float, float]) -> tuple[float, float]:
    if size is None:
        return default
    width, height = _pair(f"{name}: size", size, "(width, height) in inches, two numbers > 0")
    return number(f"{name}: width of size", width, above=0), number(f"{name}: height of size", height, above=0)


def _play(name: str, play: Any, controls: Mapping[str, Control]) -> int | str | None:
    if isinstance(play, str):
        if play not in controls:
            raise ValueError(f"{name}: play must be a number of steps or one of the controls {list(controls)}, got {play!r}")
        if controls[play].kind != "range":
            raise ValueError(
                f"{name}: play must name a control that is a track, and {play!r} is none: time has more than 5 positions"
            )
        return play
    return None if play is None else whole_number(f"{name}: play", play, least=1, most=1_000)


def _pair(name: str, value: Any, allowed: str) -> tuple[Any, Any]:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        kind = ValueError if isinstance(value, (tuple, list)) else TypeError
        raise kind(f"{name} must be {allowed}, got {shown(value)}")
    return value[0], value[1]


def _show(figure: Explorable) -> None:
    """Display the figure: widgets in a kernel, the page's own controls or a picture while the book
    is built.
    """
    mode = os.environ.get("GDCORE_EXPLORE", "live")
    if mode == "page":
        display(HTML(html_of(figure)))
    elif mode == "image":
        picture, caption = figure.still()
        display(Image(picture, alt=f"{figure.alt} {said(caption)}".strip()))
    else:
        show_live(figure)

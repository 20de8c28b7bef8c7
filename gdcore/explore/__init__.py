"""Figures with sliders that work in a live notebook and, with no kernel and no network, in the built page.

    @explore(
        learning_rate=FloatSlider(min=0.01, max=0.2, step=0.01, value=0.05, description="learning rate η"),
        layers=[draw_landscape],
        alt="Steps of gradient descent on a parabola: small steps creep, large steps overshoot.",
    )
    def one_dimension(ax, learning_rate):
        ...                                       # draw what moves
        return "At the minimum after 43 steps."   # the caption, read aloud on change

The controls are ipywidgets. In a kernel they are shown as they are, and a change redraws the layers that depend on it.
While the book is built (the environment variable GDCORE_EXPLORE says "page") every drawing on the grid of the controls is made
once and the page carries them all; explore.js swaps what changed. For builders of print it says "image": the start frame.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Sequence
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import HTML, Image, display

from gdcore.explore.controls import controls_of
from gdcore.explore.figure import Draw, Explorable, Layer
from gdcore.explore.live import widget_of
from gdcore.explore.page import html_of

__all__ = ["explore"]


def explore(
    *,
    alt: str,
    layers: Sequence[Draw] = (),
    axes: tuple[int, int] = (1, 1),
    size: tuple[float, float] | None = None,
    **controls: Any,
) -> Callable[[Draw], Draw]:
    """Turn a drawing function into a figure with sliders and show it.

    - `controls`: for each parameter of the drawing functions an ipywidget: FloatSlider, FloatLogSlider, IntSlider,
      SelectionSlider, Dropdown, ToggleButtons or Checkbox. No control at all makes a still picture that follows the theme.
    - `layers`: drawing functions whose pictures lie below, the first lowest. Each is drawn on the grid of the controls that its
      own parameters name. Without any it is drawn once, below all others: the place for limits, labels and what stands still.
    - `axes`: rows and columns of pictures; the functions then get an array of Axes. Side by side on a desk, stacked on a phone.
    - `size`: inches of the whole, by default (6, 4) for one picture and (9, 4) for two side by side.
    - `alt`: what the figure shows, for those who cannot see it.

    The decorated function draws on the Axes that it is given what the controls move, and returns the caption or None.
    Limits, labels and ticks are those of the start frame. Returns the function itself; its `explorable` is the figure.

    Raises TypeError or ValueError for an empty alt text, a parameter without a control, a control that no function names, one of
    another kind, one whose value or max is not on its grid; and RuntimeError, with the values of the controls, for a drawing
    that fails. While the book is built also for a drawing that warns, and for a figure or a page that is too heavy.
    """

    def decorate(draw: Draw) -> Draw:
        figure = Explorable(
            name=draw.__name__,
            layers=tuple(Layer(function, _parameters(function)) for function in (*layers, draw)),
            controls=controls_of(draw.__name__, controls),
            alt=alt,
            axes=axes,
            size=size or (6.0 if axes[1] == 1 else 4.5 * axes[1], 4.0 * axes[0]),
        )
        if get_ipython() is not None:
            _show(figure)
        draw.explorable = figure  # type: ignore[attr-defined]
        return draw

    return decorate


def _parameters(function: Draw) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)[1:]


def _show(figure: Explorable) -> None:
    """Display the figure: widgets in a kernel, the page's own controls or a picture while the book is built."""
    mode = os.environ.get("GDCORE_EXPLORE", "live")
    if mode == "page":
        display(HTML(html_of(figure)))
    elif mode == "image":
        display(Image(figure.png(), alt=figure.alt))
    else:
        display(widget_of(figure))

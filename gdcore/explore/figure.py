"""An explorable as a thing that is held: its layers, its controls, and the stage on which its
drawings are made.
"""

from __future__ import annotations

import functools
import inspect
import io
import itertools
import math
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gdcore.explore.controls import Control
from gdcore.explore.handles import Handle, placed
from gdcore.explore.svg import RC, Pieces, Sheet
from gdcore.explore.walks import Walk, walks_of
from gdcore.pictures import STYLE
from gdcore.validation import shown
from gdcore.words import with_minus

if TYPE_CHECKING:
    from gdcore.explore.computed import Computed

Draw = Callable[..., Any]  # returns a caption, or None, or (caption, walks)

MOST_DRAWINGS = 1_000

_STYLE: dict[Any, Any] = STYLE | RC


@dataclass(frozen=True)
class Layer:
    """A drawing function and the names of the controls that it depends on."""

    draw: Draw
    depends_on: tuple[str, ...]

    @property
    def name(self) -> str:
        """The function's name, for messages."""
        return name_of(self.draw)


def name_of(draw: Draw) -> str:
    """The name of a function, of a partial's function, or of the class of a callable object."""
    inner = draw.func if isinstance(draw, functools.partial) else draw
    return getattr(inner, "__name__", type(inner).__name__)


def layer_of(figure: str, draw: Draw, controls: Mapping[str, Control]) -> Layer:
    """A drawing function of that figure as a layer: it depends on its parameters after the Axes.

    One that has a default, as those that a partial has bound, needs no control and may have one.
    Raises TypeError for a function that takes no Axes.
    """
    parameters = list(inspect.signature(draw).parameters.values())
    if not parameters:
        raise TypeError(f"{figure}: a drawing function must take the Axes first, and {name_of(draw)} takes nothing")
    given = (p for p in parameters[1:] if p.kind not in {p.VAR_POSITIONAL, p.VAR_KEYWORD})
    named = (p.name for p in given if p.default is p.empty or p.name in controls)
    return Layer(draw, tuple(named))


@dataclass(frozen=True)
class Explorable:
    """A figure with controls, ready to be drawn. The last layer is the decorated function."""

    name: str
    layers: tuple[Layer, ...]
    controls: dict[str, Control]
    alt: str
    axes: tuple[int, int]
    size: tuple[float, float]
    handles: tuple[Handle, ...] = ()
    play: int | str | None = None  # the steps of its walks, or the control that is its time
    beside: tuple[float, float] | None = None  # size of a small second picture beside the first
    computed: Computed | None = None  # how the page computes the walks, if it does

    def __post_init__(self) -> None:
        if not self.name.isidentifier():  # it is the figure's id in the page and in addresses
            raise ValueError(f"a figure bears the name of its function, which must be one that Python allows, got {self.name!r}")
        named = {name for layer in self.layers for name in layer.depends_on}
        if named != set(self.controls):
            raise ValueError(
                f"{self.name}: each parameter needs a control and each control a parameter; "
                f"without a control: {sorted(named - set(self.controls))}, unused: {sorted(set(self.controls) - named)}"
            )

    @property
    def speaker(self) -> Layer:
        """The layer that writes the caption: the decorated function."""
        return self.layers[-1]

    @property
    def moving(self) -> tuple[Layer, ...]:
        """The layers that depend on a control, and the one that speaks in any case."""
        return tuple(layer for layer in self.layers if layer.depends_on or layer is self.speaker)

    @property
    def start(self) -> dict[str, Any]:
        """The values of the controls at the start."""
        return {name: control.values[control.start] for name, control in self.controls.items()}

    def prepared(self, layer: Layer) -> list[str]:
        """The controls on whose grid the page has drawings of a layer: none if it computes them."""
        if self.computed and layer is self.speaker:
            return []
        return [name for name in self.controls if name in layer.depends_on]

    def grid(self, layer: Layer) -> Iterator[dict[str, Any]]:
        """The values at which the page has drawings of a layer: all combinations of those that it
        depends on, the last control running fastest.
        """
        names = self.prepared(layer)
        for values in itertools.product(*(self.controls[name].values for name in names)):
            at = dict(zip(names, values, strict=True))
            yield self.start | at if self.computed and layer is self.speaker else at

    def drawings(self) -> int:
        """How many drawings the page needs: a sum over layers, each on its own grid."""
        return sum(math.prod(self._counts(layer)) for layer in self.moving)

    def _counts(self, layer: Layer) -> list[int]:
        return [len(self.controls[name].values) for name in self.prepared(layer)]

    def excess(self) -> str:
        """What is wrong if a page would need too many drawings, and what to do; else nothing."""
        if self.drawings() <= MOST_DRAWINGS:
            return ""
        each = ", ".join(f"{layer.name} {' × '.join(map(str, self._counts(layer)))}" for layer in self.moving if layer.depends_on)
        return (
            f"explorable {self.name} needs {self.drawings()} drawings ({each}), at most {MOST_DRAWINGS} are allowed; take larger "
            "steps or fewer controls, or draw what a control does not move in a layer that does not name it"
        )

    @property
    def steps(self) -> int | None:
        """How many steps its walks have, None if it has none."""
        return self.play if isinstance(self.play, int) else None

    def sizes(self) -> list[tuple[float, float]]:
        """The size of each picture, in inches."""
        rows, columns = self.axes
        width, height = self.size
        if self.beside is not None:
            return [self.size, self.beside]
        return [(width / columns, height / rows)] * (rows * columns)

    def call(self, layer: Layer, axes: Any, values: Mapping[str, Any]) -> tuple[str, tuple[Walk, ...]]:
        """Run one layer's drawing function and return its caption, hyphens before numbers as
        minus, and its walks.

        A failure names the figure and the values.
        """
        try:
            returned = layer.draw(axes, **{name: values[name] for name in layer.depends_on})
        except Exception as error:
            raise RuntimeError(f"{self.describe(layer, values)}: {type(error).__name__}: {error}") from error
        caption, walks = walks_of(returned, self.steps, lambda: self.describe(layer, values))
        return with_minus(caption), walks

    def describe(self, layer: Layer, values: Mapping[str, Any]) -> str:
        """The figure, the drawing function and the values of its controls, for messages."""
        at = ", ".join(f"{name}={shown(values[name])}" for name in layer.depends_on) or "any value"
        return f"explorable {self.name}, drawing {layer.name} at {at}"

    def still(self) -> tuple[bytes, str]:
        """The start frame as a PNG, for print and for readers without a kernel, and its caption."""
        with mpl.rc_context(_STYLE):
            sizes = self.sizes()
            width = self.size[0] if self.beside is None else sum(width for width, _ in sizes)
            figure = Figure(figsize=(width, self.size[1]), layout="constrained", dpi=150)
            FigureCanvasAgg(figure)
            ratios = None if self.beside is None else [width for width, _ in sizes]
            axes = figure.subplots(*self.axes, width_ratios=ratios)
            for layer in self.layers:
                caption, walks = self.call(layer, axes, self.start)
                for walk in walks:
                    walk.draw(np.ravel(axes).tolist())
            buffer = io.BytesIO()
            figure.savefig(buffer, format="png")
        return buffer.getvalue(), caption


@dataclass(frozen=True)
class Drawing:
    """What one layer drew: its pieces of each sheet, its caption, its walks in pixels of the
    sheets.
    """

    pieces: list[Pieces]
    caption: str
    walks: tuple[Walk, ...]
    pixels: list[list[list[Any]]]


def _panel_name(ax: Any, number: int) -> str:
    """What a picture is called where only one is shown: its label if it has one of its own, its
    title, else what it shows, else its number.
    """
    named = (
        text.replace("$", "").split("\n")[0].strip()
        for text in (ax.get_label(), ax.get_title(), ax.get_ylabel(), ax.get_xlabel())
    )
    plain = (re.sub(r"_(\d)", lambda digit: digit[1].translate(_LOWERED), text) for text in named)
    return next((text for text in plain if text and not set(text) & set("\\_^{}")), f"picture {number}")


_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Stage:
    """The sheets of an explorable with all that stands still on them, ready to draw what moves.

    `still` holds one drawing for each sheet. With `strict` a warning is an error.
    """

    def __init__(self, figure: Explorable, strict: bool) -> None:
        self.figure, self.strict = figure, strict
        with mpl.rc_context(_STYLE):
            self.sheets = [Sheet(f"{figure.name}-{k}", *size) for k, size in enumerate(figure.sizes())]
            self._lay_out()
            self.still = [sheet.still() for sheet in self.sheets]
            self.handles = [placed(figure.name, handle, figure.controls, self.plain_axes) for handle in figure.handles]

    @property
    def plain_axes(self) -> list[Any]:
        """The Axes of the pictures, in one list."""
        return [sheet.ax for sheet in self.sheets]

    def _lay_out(self) -> None:
        """Draw all that stands still, and the start frame once to find limits and layout."""
        figure, axes = self.figure, self._axes()
        for layer in figure.layers:
            if layer not in figure.moving:
                figure.call(layer, axes, {})
        for sheet in self.sheets:
            sheet.mark()
        for layer in figure.moving:
            for walk in figure.call(layer, axes, figure.start)[1]:
                walk.draw(self.plain_axes)
        self.names = [_panel_name(sheet.ax, k) for k, sheet in enumerate(self.sheets, 1)]
        first = self.sheets[0].ax
        if figure.beside is not None and not (first.get_title() or first.get_label()):
            self.names[0] = "map"
        if (figure.controls or figure.play) and len(set(self.names)) < len(self.names):
            raise ValueError(
                f"explorable {figure.name}: its pictures need names of their own, for a phone shows one at a time, "
                f"got {self.names}; give a title or ax.set_label(...)"
            )
        for sheet in self.sheets:
            sheet.freeze()
            sheet.clear()

    def _axes(self) -> Any:
        if len(self.sheets) == 1:
            return self.sheets[0].ax
        axes = np.array([sheet.ax for sheet in self.sheets], dtype=object)
        return axes.reshape(self.figure.axes).squeeze()

    def draw(self, layer: Layer, places: Iterable[Mapping[str, Any]], steps: int | None = None) -> Iterator[Drawing]:
        """One layer at each place, the values of the controls. Its walks are drawn up to `steps`;
        without, as the page has them, they are numbers alone.
        """
        with mpl.rc_context(_STYLE), warnings.catch_warnings():
            if self.strict:
                warnings.simplefilter("error")
            for values in places:
                yield self._draw(layer, values, steps)

    def _draw(self, layer: Layer, values: Mapping[str, Any], steps: int | None) -> Drawing:
        for sheet in self.sheets:
            sheet.mark()
        try:
            caption, walks = self.figure.call(layer, self._axes(), values)
            if steps is not None:
                for walk in walks:
                    walk.draw(self.plain_axes, steps)
            pixels = [walk.pixels(self.plain_axes) for walk in walks]
            return Drawing([sheet.lift() for sheet in self.sheets], caption, walks, pixels)
        except ValueError as error:
            raise RuntimeError(f"{self.figure.describe(layer, values)}: {error}") from error
        finally:
            for sheet in self.sheets:
                sheet.clear()

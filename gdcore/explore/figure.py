"""An explorable as a thing that is held: its layers, its controls, and the stage on which its drawings are made."""

from __future__ import annotations

import io
import itertools
import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gdcore.explore.controls import Control
from gdcore.explore.svg import RC, Pieces, Sheet
from gdcore.pictures import STYLE

Draw = Callable[..., str | None]

_STYLE: dict[Any, Any] = STYLE | RC


@dataclass(frozen=True)
class Layer:
    """A drawing function and the names of the controls that it depends on."""

    draw: Draw
    depends_on: tuple[str, ...]


@dataclass(frozen=True)
class Explorable:
    """A figure with controls, ready to be drawn. The last layer is the decorated function, which also writes the caption."""

    name: str
    layers: tuple[Layer, ...]
    controls: dict[str, Control]
    alt: str
    axes: tuple[int, int]
    size: tuple[float, float]

    def __post_init__(self) -> None:
        if not isinstance(self.alt, str) or not self.alt.strip():
            raise ValueError(f"{self.name}: alt must say what the figure shows, got {self.alt!r}")
        named = {name for layer in self.layers for name in layer.depends_on}
        if named != set(self.controls):
            raise ValueError(
                f"{self.name}: each parameter needs a control and each control a parameter; "
                f"without a control: {sorted(named - set(self.controls))}, unused: {sorted(set(self.controls) - named)}"
            )

    @property
    def moving(self) -> tuple[Layer, ...]:
        """The layers that depend on a control, and the decorated function in any case."""
        return tuple(layer for layer in self.layers if layer.depends_on or layer is self.layers[-1])

    @property
    def start(self) -> dict[str, Any]:
        """The values of the controls at the start."""
        return {name: control.values[control.start] for name, control in self.controls.items()}

    def grid(self, layer: Layer) -> Iterator[dict[str, Any]]:
        """All combinations of the values that a layer depends on, the last control running fastest."""
        names = [name for name in self.controls if name in layer.depends_on]
        for values in itertools.product(*(self.controls[name].values for name in names)):
            yield dict(zip(names, values, strict=True))

    def drawings(self) -> int:
        """How many drawings the page needs: a sum over layers, each on its own grid."""
        return sum(math.prod(len(self.controls[name].values) for name in layer.depends_on) for layer in self.moving)

    def call(self, layer: Layer, axes: Any, values: Mapping[str, Any]) -> str:
        """Run one layer's drawing function and return its caption. A failure names the figure and the values."""
        try:
            caption = layer.draw(axes, **{name: values[name] for name in layer.depends_on})
        except Exception as error:
            raise RuntimeError(f"{self.describe(layer, values)}: {type(error).__name__}: {error}") from error
        if not isinstance(caption, str | None):
            raise TypeError(f"{self.describe(layer, values)}: a caption must be text, got {caption!r}")
        return caption or ""

    def describe(self, layer: Layer, values: Mapping[str, Any]) -> str:
        """The figure, the drawing function and the values of its controls, for messages."""
        at = ", ".join(f"{name}={values[name]!r}" for name in layer.depends_on) or "any value"
        return f"explorable {self.name}, drawing {layer.draw.__name__} at {at}"

    def png(self) -> bytes:
        """The start frame as a PNG, for print."""
        with mpl.rc_context(_STYLE):
            figure = Figure(figsize=self.size, layout="constrained", dpi=150)
            FigureCanvasAgg(figure)
            axes = figure.subplots(*self.axes)
            for layer in self.layers:
                self.call(layer, axes, self.start)
            buffer = io.BytesIO()
            figure.savefig(buffer, format="png")
        return buffer.getvalue()


class Stage:
    """The sheets of an explorable with all that stands still on them, ready to draw what moves.

    `still` holds one drawing for each sheet. With `strict` a warning is an error.
    """

    def __init__(self, figure: Explorable, strict: bool) -> None:
        self.figure, self.strict = figure, strict
        rows, columns = figure.axes
        width, height = figure.size
        with mpl.rc_context(_STYLE):
            self.sheets = [Sheet(f"{figure.name}-{k}", width / columns, height / rows) for k in range(rows * columns)]
            self._lay_out()
            self.still = [sheet.still() for sheet in self.sheets]

    def _lay_out(self) -> None:
        """Draw all that stands still, and the start frame once to find limits and layout."""
        figure, axes = self.figure, self._axes()
        for layer in figure.layers:
            if layer not in figure.moving:
                figure.call(layer, axes, {})
        for sheet in self.sheets:
            sheet.mark()
        for layer in figure.moving:
            figure.call(layer, axes, figure.start)
        for sheet in self.sheets:
            sheet.freeze()
            sheet.clear()

    def _axes(self) -> Any:
        if len(self.sheets) == 1:
            return self.sheets[0].ax
        axes = np.array([sheet.ax for sheet in self.sheets], dtype=object)
        return axes.reshape(self.figure.axes).squeeze()

    def draw(self, layer: Layer, values: Mapping[str, Any]) -> tuple[list[Pieces], str]:
        """One layer at these values of the controls: its pieces for each sheet, and its caption."""
        with mpl.rc_context(_STYLE), warnings.catch_warnings():
            if self.strict:
                warnings.simplefilter("error")
            for sheet in self.sheets:
                sheet.mark()
            try:
                caption = self.figure.call(layer, self._axes(), values)
                return [sheet.lift() for sheet in self.sheets], caption
            except ValueError as error:
                raise RuntimeError(f"{self.figure.describe(layer, values)}: {error}") from error
            finally:
                for sheet in self.sheets:
                    sheet.clear()

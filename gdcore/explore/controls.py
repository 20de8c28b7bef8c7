"""The controls of an explorable: an ipywidget seen as a finite list of positions, so that a page can hold them all."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets
import numpy as np

_KINDS = {
    ipywidgets.FloatSlider: "range",
    ipywidgets.FloatLogSlider: "range",
    ipywidgets.IntSlider: "range",
    ipywidgets.SelectionSlider: "range",
    ipywidgets.Dropdown: "select",
    ipywidgets.ToggleButtons: "radio",
    ipywidgets.Checkbox: "checkbox",
}
_ALLOWED = ", ".join(kind.__name__ for kind in _KINDS)
_UNIT = re.compile(r"\(([^()]+)\)\s*$")


@dataclass(frozen=True)
class Control:
    """One control: its positions as `values` handed to drawing functions and as `texts` shown to the reader.

    `kind` is that of the page's own element: range, select, radio or checkbox. A unit stands in parentheses at the end of the
    widget's description, as in "angle (°)", and is read aloud with the value.
    """

    name: str
    label: str
    kind: str
    values: tuple[Any, ...]
    texts: tuple[str, ...]
    start: int
    widget: ipywidgets.Widget

    @property
    def unit(self) -> str:
        """The unit in the label, or nothing."""
        found = _UNIT.search(self.label)
        return found[1] if found else ""

    def position(self) -> int:
        """Where the live widget stands."""
        value = self.widget.value
        if isinstance(value, float):
            return int(np.abs(np.array(self.values) - value).argmin())
        return self.values.index(value)


def controls_of(figure: str, widgets: Mapping[str, Any]) -> dict[str, Control]:
    """The controls of the figure of that name. Raises TypeError and ValueError as `gdcore.explore.explore` says."""
    return {name: _control(f"{figure}: control {name!r}", name, widget) for name, widget in widgets.items()}


def _control(where: str, name: str, widget: Any) -> Control:
    kind = _KINDS.get(type(widget))
    if kind is None:
        raise TypeError(f"{where} must be one of {_ALLOWED}, got {widget!r}")
    values, texts = _positions(where, widget)
    start = _nearest(where, "value", widget.value, values)
    return Control(name, widget.description or name.replace("_", " "), kind, values, texts, start, widget)


def _positions(where: str, widget: Any) -> tuple[tuple[Any, ...], tuple[str, ...]]:
    """Every value that the widget can take, and how each is shown."""
    if isinstance(widget, ipywidgets.Checkbox):
        return (False, True), ("off", "on")
    if isinstance(widget, (ipywidgets.SelectionSlider, ipywidgets.Dropdown, ipywidgets.ToggleButtons)):
        texts, values = zip(*widget._options_full, strict=True)
        return tuple(values), tuple(texts)
    if isinstance(widget, ipywidgets.IntSlider):
        values = tuple(range(widget.min, widget.max + 1, widget.step))
        _nearest(where, "max", widget.max, values)
        return values, tuple(map(str, values))
    values = _grid(where, widget.min, widget.max, widget.step)
    if isinstance(widget, ipywidgets.FloatLogSlider):
        values = tuple(float(f"{widget.base**exponent:.12g}") for exponent in values)
    elif widget.readout_format == ".2f":
        widget.readout_format = f".{_decimals((widget.min, widget.step))}f"
    return values, tuple(format(value, widget.readout_format) for value in values)


def _grid(where: str, least: float, most: float, step: float) -> tuple[float, ...]:
    if not step or step <= 0:
        raise ValueError(f"{where}: step must be > 0, got {step!r}")
    count = math.floor((most - least) / step + 1e-6) + 1
    values = tuple(float(f"{least + k * step:.12g}") for k in range(count))
    _nearest(where, "max", most, values)
    return values


def _nearest(where: str, what: str, value: Any, values: tuple[Any, ...]) -> int:
    """The position of a value on the grid. ValueError where it is not on it: the page could not show what a kernel shows."""
    if value in values:
        return values.index(value)
    if isinstance(value, float) and isinstance(values[0], (int, float)):
        nearest = int(np.abs(np.array(values) - value).argmin())
        if math.isclose(values[nearest], value, rel_tol=1e-9, abs_tol=1e-12):
            return nearest
        raise ValueError(
            f"{where}: {what} must be min plus a whole number of steps, got {value!r}; nearest is {values[nearest]!r}"
        )
    raise ValueError(f"{where}: {what} must be one of {values}, got {value!r}")


def _decimals(numbers: tuple[float, ...]) -> int:
    """How many decimals show every one of these numbers in full."""
    return max(len(f"{number:.10f}".rstrip("0").partition(".")[2]) for number in numbers)

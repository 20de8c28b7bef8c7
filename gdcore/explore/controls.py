"""The controls of an explorable: an ipywidget seen as a finite list of positions, so that a page
can hold them all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets
import numpy as np

from gdcore import words
from gdcore.validation import number, shown, whole_number

MOST_POSITIONS = 1_000
MOST_BUTTONS = 5  # a track of no more positions is a row of buttons

_KINDS = {
    ipywidgets.FloatSlider: "range",
    ipywidgets.FloatLogSlider: "range",
    ipywidgets.IntSlider: "range",
    ipywidgets.SelectionSlider: "range",
    ipywidgets.Dropdown: "select",
    ipywidgets.ToggleButtons: "radio",
    ipywidgets.Checkbox: "checkbox",
}
_SELECTIONS = (ipywidgets.SelectionSlider, ipywidgets.Dropdown, ipywidgets.ToggleButtons)
_ALLOWED = ", ".join(kind.__name__ for kind in _KINDS)
_NUMBER = re.compile(r"[-−]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_UNIT = re.compile(r"\(([^()]+)\)\s*$")


@dataclass(frozen=True)
class Control:
    """One control: its positions as `values` handed to drawing functions and as `texts` shown to
    the reader.

    - `kind`: that of the page's own element, range, select, radio or checkbox.
    - `start`: the position at the start, counted from 0.
    - `keys`: what an address holds for each position: a text that says the value as a number in
      plain ASCII ("-0.8", "1e-10"), which every program carries whole, other texts as shown.
    - `label`: the widget's description. A unit stands in parentheses at its end, as in
      "angle (°)", and is read aloud with the value.
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

    @property
    def keys(self) -> tuple[str, ...]:
        """What an address holds for each position."""
        return tuple(_key(value, text) for value, text in zip(self.values, self.texts, strict=True))

    def position(self) -> int:
        """Where the live widget stands."""
        if isinstance(self.widget, _SELECTIONS):
            return int(self.widget.index)
        value = self.widget.value
        if isinstance(value, float):
            return int(np.abs(np.array(self.values) - value).argmin())
        return self.values.index(value)


def controls_of(figure: str, widgets: Mapping[str, Any]) -> dict[str, Control]:
    """The controls of the figure of that name.

    Raises TypeError and ValueError as `gdcore.explore.explore` says.
    """
    return {name: _control(f"{figure}: control {name!r}", name, widget) for name, widget in widgets.items()}


def _control(where: str, name: str, widget: Any) -> Control:
    kind = _KINDS.get(type(widget))
    if kind is None:
        raise TypeError(f"{where} must be one of {_ALLOWED}, got {shown(widget)}")
    values, texts = _positions(where, widget)
    alike = [text for text in dict.fromkeys(texts) if texts.count(text) > 1]
    if alike:
        raise ValueError(f"{where}: each position must be shown by a text of its own, got {shown(alike[0])} more than once")
    start = _start(where, widget, values)
    if kind == "range" and len(values) <= MOST_BUTTONS:
        options = list(zip(texts, values, strict=True))
        widget = ipywidgets.ToggleButtons(options=options, value=values[start], description=widget.description)
        kind = "radio"
    return Control(name, widget.description or name.replace("_", " "), kind, values, texts, start, widget)


def _positions(where: str, widget: Any) -> tuple[tuple[Any, ...], tuple[str, ...]]:
    """Every value that the widget can take, and how each is shown."""
    if isinstance(widget, ipywidgets.Checkbox):
        return (False, True), ("off", "on")
    if isinstance(widget, _SELECTIONS):
        _check_count(where, len(widget._options_full), "offer fewer options")
        texts, values = zip(*widget._options_full, strict=True)
        return tuple(values), tuple(map(_as_written, texts))
    if isinstance(widget, ipywidgets.IntSlider):
        step = whole_number(f"{where}: step", widget.step, least=1)
        _check_count(where, (widget.max - widget.min) // step + 1, "take a larger step")
        values = tuple(range(widget.min, widget.max + 1, step))
        _nearest(where, "max", widget.max, values)
        return values, tuple(map(words.plain, values))
    values = _grid(where, widget)
    if isinstance(widget, ipywidgets.FloatLogSlider):
        base = number(f"{where}: base", widget.base, above=1)
        values = tuple(float(f"{base**exponent:.12g}") for exponent in values)
    elif widget.readout_format == ".2f":
        widget.readout_format = f".{_decimals((widget.min, widget.step))}f"
    return values, tuple(_as_written(format(value, widget.readout_format)) for value in values)


def _as_written(text: str) -> str:
    """A text that says a number as people write it: 0.3 for 3.0e-01. Any other stays, but for its
    minus.
    """
    return words.plain(float(text.replace("−", "-"))) if _NUMBER.fullmatch(text) else words.with_minus(text)


def _key(value: Any, text: str) -> str:
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool) and math.isfinite(value)
    return f"{value:.12g}" if is_number and words.plain(float(value)) == text else text


def _check_count(where: str, count: int, advice: str) -> None:
    """Refuse before the positions are made: ten million of them take seconds and gigabytes."""
    if count == 0:
        raise ValueError(f"{where}: options must not be empty")
    if count > MOST_POSITIONS:
        raise ValueError(f"{where} has {count} positions, at most {MOST_POSITIONS} are allowed; {advice}")


def _grid(where: str, widget: Any) -> tuple[float, ...]:
    least = number(f"{where}: min", widget.min)
    most = number(f"{where}: max", widget.max)
    step = number(f"{where}: step", widget.step, above=0)
    count = (most - least) / step + 1e-6
    _check_count(where, math.floor(min(count, 1e15)) + 1, "take a larger step")
    places = (least + k * step for k in range(math.floor(count) + 1))
    # Rounding leaves 1e-16 where 0 is meant, which would be shown as -0.0.
    values = tuple(0.0 if abs(place) < 1e-6 * step else float(f"{place:.12g}") for place in places)
    _nearest(where, "max", most, values)
    return values


def _start(where: str, widget: Any, values: tuple[Any, ...]) -> int:
    """The position of the widget's value."""
    if not isinstance(widget, _SELECTIONS):
        return _nearest(where, "value", widget.value, values)
    if widget.index is None:
        raise ValueError(f"{where}: value must be one of {shown(values)}, got {shown(widget.value)}")
    return int(widget.index)


def _nearest(where: str, what: str, value: Any, values: tuple[Any, ...]) -> int:
    """The position of a number on the grid.

    ValueError where it is not on it: the page could not show what a kernel shows.
    """
    if value in values:
        return values.index(value)
    nearest = int(np.abs(np.array(values) - value).argmin())
    if isinstance(value, float) and math.isclose(values[nearest], value, rel_tol=1e-9, abs_tol=1e-12):
        return nearest
    raise ValueError(f"{where}: {what} must be min plus a whole number of steps, got {value!r}; nearest is {values[nearest]!r}")


def _decimals(numbers: tuple[float, ...]) -> int:
    """How many decimals show every one of these numbers in full."""
    return max(len(f"{number:.10f}".rstrip("0").partition(".")[2]) for number in numbers)

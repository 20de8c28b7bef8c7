"""Handles: a point or a line of a picture that is dragged, and controls that follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from gdcore import validation
from gdcore.explore.controls import Control


@dataclass(frozen=True)
class Handle:
    """What is dragged in the picture, by mouse, pen or finger, snapping to the controls' positions.

    - `x`, `y`: names of controls whose values are coordinates: `Handle(x="u")` is a vertical line,
      `Handle(y="c")` a horizontal one, `Handle(x="a", y="b")` a point. With one name and a
      function, `Handle(x="a", y=f)`, it is a point of that curve.
    - `at`: instead of both, the name of one control whose values are points, (x, y).
    - `panel`: the picture that holds it, counted from 0.
    - `hint`: two or three words beside it until it is first moved, such as "drag the start".

    Its controls stay, for keyboard and screen reader.
    """

    x: str | None = None
    y: str | Callable[[Any], Any] | None = None
    at: str | None = None
    panel: int = 0
    hint: str = ""

    def names(self) -> tuple[str, ...]:
        """The controls that it moves."""
        return tuple(name for name in (self.x, self.y, self.at) if isinstance(name, str))


def handles_of(figure: str, handle: Any, controls: Mapping[str, Control], panels: int) -> tuple[Handle, ...]:
    """One handle, or a list of them, checked against the figure's controls.

    Raises TypeError or ValueError that names the figure, for anything else than handles, for one
    without a control or with one that the figure has not, and for a panel that it has not.
    """
    handles = () if handle is None else (handle,) if isinstance(handle, Handle) else handle
    if not isinstance(handles, list | tuple) or not all(isinstance(each, Handle) for each in handles):
        raise TypeError(f"{figure}: handle must be a Handle or a list of them, got {validation.shown(handle)}")
    for each in handles:
        if not each.names() or (each.at is not None and (each.x, each.y) != (None, None)):
            raise ValueError(f"{figure}: a handle needs x, y or both, or at, got {each}")
        if callable(each.y) and each.x is None:
            raise ValueError(f"{figure}: a handle on a curve, with a function y, needs the name of its control x, got {each}")
        for name in each.names():
            if name not in controls:
                raise ValueError(f"{figure}: handle is bound to {name!r}, which must be one of its controls: {list(controls)}")
        validation.whole_number(f"{figure}: panel of a handle", each.panel, least=0, most=panels - 1)
    return tuple(handles)


def placed(figure: str, handle: Handle, controls: Mapping[str, Control], axes: Sequence[Axes]) -> dict[str, Any]:
    """A handle as the page has it: for each position of its controls where it lies in the picture,
    in points from the top left corner.

    Raises ValueError for a position outside of the Axes, and TypeError for values that are no
    coordinates.
    """
    ax, place = axes[handle.panel], list(controls).index
    x = y = None
    if handle.at is not None:
        points = [_pair(figure, handle.at, value) for value in controls[handle.at].values]
        x = y = place(handle.at)
        xs, ys = np.array(points).T
    else:
        left, bottom = ax.get_xlim()[0], ax.get_ylim()[0]
        xs, ys = np.array([left]), np.array([bottom])
        if handle.x is not None:
            x, xs = place(handle.x), _numbers(figure, handle.x, controls)
        if callable(handle.y):
            y, ys = x, np.array([float(handle.y(value)) for value in xs])
        elif handle.y is not None:
            y, ys = place(handle.y), _numbers(figure, handle.y, controls)
    _check_inside(figure, handle, ax, xs, ys)
    columns = _columns(ax, xs, np.full(len(xs), ys[0])), _columns(ax, np.full(len(ys), xs[0]), ys)
    return {
        "panel": handle.panel,
        "hint": handle.hint,
        "x": x,
        "y": y,
        "xs": columns[0][0],
        "ys": columns[1][1],
        "box": box_of(ax),
    }


def box_of(ax: Axes) -> list[float]:
    """Left, top, right and bottom of the Axes, in points from its picture's top left corner."""
    height = ax.figure.bbox.height
    (left, bottom), (right, top) = ax.bbox.get_points().tolist()
    return [round(number, 1) for number in (left, height - top, right, height - bottom)]


def _columns(ax: Axes, xs: Any, ys: Any) -> tuple[list[float], list[float]]:
    height = ax.figure.bbox.height
    x, y = ax.transData.transform(np.column_stack([xs, ys])).T
    return x.round(1).tolist(), (height - y).round(1).tolist()


def _numbers(figure: str, name: str, controls: Mapping[str, Control]) -> Any:
    try:
        return np.array([float(value) for value in controls[name].values])
    except (TypeError, ValueError):
        values = validation.shown(controls[name].values)
        raise TypeError(f"{figure}: control {name!r} of a handle must have numbers as values, got {values}") from None


def _pair(figure: str, name: str, value: Any) -> Any:
    point = np.asarray(value, float) if isinstance(value, list | tuple | np.ndarray) else np.zeros(0)
    if point.shape != (2,):
        raise TypeError(
            f"{figure}: control {name!r} of a handle must have points (x, y) as values, got {validation.shown(value)}"
        )
    return point


def _check_inside(figure: str, handle: Handle, ax: Axes, xs: Any, ys: Any) -> None:
    for axis, values, limits in (("x", xs, ax.get_xlim()), ("y", ys, ax.get_ylim())):
        least, most = sorted(limits)
        slack = 1e-9 * (most - least)
        outside = values[(values < least - slack) | (values > most + slack)]
        if len(outside):
            raise ValueError(
                f"{figure}: a handle must stay inside its Axes, {axis} from {least:g} to {most:g}, "
                f"got {outside[0]:g} at {handle.names()}"
            )

"""What a drawing function walked: points that the page shows step by step, without a drawing for
each step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.markers import MarkerStyle

from gdcore import validation, words
from gdcore.arrays import Array
from gdcore.explore.svg import css_colour
from gdcore.hyperparameters import name_of
from gdcore.pictures import style_of

_FAR = 4_000.0  # points of a picture: what lies farther out is drawn as lying there


class Walk:
    """One walk, shown with play, pause and single steps: `return caption, [Walk(…), …]` from a
    drawing function of a figure with `play=steps`.

    - `look`: a method or its name, which gives the walk its look, or the line's properties
      (`color`, `linestyle`, `marker`).
    - `tracks`: for each picture in turn the point after each step, (steps + 1, 2), in the data's
      coordinates: w for a map, (t, loss) for a curve. None for a picture that does not hold it.
    - `values`: what is read at each step, (steps + 1,), usually the loss. Not finite is "∞".
    - `name`: what it is called, by default the method's name.
    - `reads`: what the values are, in words; a figure says so once, before them.

    Raises ValueError or TypeError that names the argument.

    >>> walk = Walk("momentum", [[0, 1], [1, 1]], values=[1.0, 0.25])
    >>> walk.steps, walk.name, walk.texts
    (1, 'momentum', ('1.0', '0.25'))
    """

    def __init__(self, look: Any, *tracks: Any, values: Any = None, name: str | None = None, reads: str = "loss") -> None:
        if isinstance(look, Mapping):
            self.look = dict(look)
            self.name = validation.text("name", name)
        else:
            self.look = style_of(look)
            method = look if isinstance(look, str) else name_of(look)
            self.name = method.replace("_", " ") if name is None else validation.text("name", name)
        self.reads = validation.text("reads", reads)
        if not tracks or all(track is None for track in tracks):
            raise ValueError("tracks must hold the points of at least one picture, got none")
        self.tracks = tuple(None if track is None else _track(f"track {k}", track) for k, track in enumerate(tracks, 1))
        lengths = {len(track) for track in self.tracks if track is not None}
        self.values = None if values is None else np.asarray(values, float)
        if self.values is not None:
            if self.values.ndim != 1:
                raise ValueError(f"values must be one number for each point, got shape {self.values.shape}")
            lengths.add(len(self.values))
        if len(lengths) > 1:
            raise ValueError(f"tracks and values must have one entry for each step and the start, got lengths {sorted(lengths)}")
        self.steps = lengths.pop() - 1

    @property
    def texts(self) -> tuple[str, ...]:
        """The values as the reader is told them."""
        if self.values is None:
            return ()
        return tuple(words.significant(value) if np.isfinite(value) else "∞" for value in self.values.tolist())

    def curves(self) -> list[bool]:
        """For each track whether it is a curve over the steps, at even distances to the right: such
        a one is read across, and is not cut where it leaves the picture.
        """
        return [track is not None and _is_even(track[:, 0]) for track in self.tracks]

    def draw(self, axes: Sequence[Axes], steps: int | None = None) -> None:
        """Draw its first steps, by default all, in each picture that holds it."""
        last = (self.steps if steps is None else steps) + 1
        plain = {"markersize": 4} | self.look
        for ax, track in zip(axes, self.tracks, strict=False):
            if track is None:
                continue
            points = np.clip(track[:last], -1e6, 1e6)
            marked = {} if len(track) <= MOST_MARKED else {"marker": ""}
            ax.plot(*points.T, **plain | marked)
            ax.plot(*points[-1:].T, **plain | {"linestyle": "", "markersize": 8, "markeredgecolor": "#ffffff"})

    def pixels(self, axes: Sequence[Axes]) -> list[list[Array]]:
        """For each picture that holds it the points' x and y in tenths of a point of that picture,
        from its top left corner, as whole numbers; an empty list for one that does not.
        """
        return [[] if track is None else _tenths(ax, track) for ax, track in zip(axes, self.tracks, strict=False)]


MOST_MARKED = 61  # of more points each step has no marker of its own


def _track(name: str, track: Any) -> Array:
    points = np.asarray(track, float)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(f"{name} must be points of a picture, (steps + 1, 2), got shape {points.shape}")
    return points


def _is_even(x: Array) -> bool:
    gaps = np.diff(x)
    return bool(gaps.size and gaps[0] > 0 and np.allclose(gaps, gaps[0], rtol=1e-9))


def _tenths(ax: Axes, points: Array) -> list[Array]:
    """Points of the data as tenths of a point of the picture; y grows downwards."""
    with np.errstate(all="ignore"):
        places = ax.transData.transform(points)
    height = ax.figure.bbox.height
    places[:, 1] = height - places[:, 1]
    places = np.nan_to_num(places, nan=_FAR, posinf=_FAR, neginf=-_FAR)
    return list(np.rint(10 * np.clip(places, -_FAR, _FAR)).astype(int).T)


def appearance(walk: Walk) -> dict[str, Any]:
    """How the page draws a walk: its name, colour, dash in widths of the line, and its marker as an
    SVG path about (0, 0), of size 1.
    """
    style = walk.look.get("linestyle", "-")
    dash = [] if isinstance(style, str) else list(style[1])
    marker = MarkerStyle(walk.look.get("marker") or "o")
    shape = marker.get_path().transformed(marker.get_transform())
    path = "".join(_command(code, vertices) for vertices, code in shape.iter_segments())
    return {"name": walk.name, "color": css_colour(str(walk.look.get("color", "#000000"))), "dash": dash, "marker": path}


_LETTERS: dict[Any, str] = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}


def _command(code: Any, vertices: Array) -> str:
    letter = _LETTERS[int(code)]
    numbers = vertices.reshape(-1, 2) * [1, -1]
    return letter + ("" if letter == "Z" else " ".join(f"{number:.3g}" for number in numbers.ravel()))


def walks_of(returned: Any, steps: int | None, where: Callable[[], str]) -> tuple[str, tuple[Walk, ...]]:
    """What a drawing function returned, as a caption and the walks that come with it.

    Raises TypeError or ValueError, beginning with `where()`, for anything else than a text, None or
    (text, walks), for walks without `play`, and for walks of another number of steps.
    """
    caption, walks = returned if isinstance(returned, tuple) and len(returned) == 2 else (returned, ())
    if not isinstance(caption, str | None):
        raise TypeError(f"{where()}: a caption must be text, got {validation.shown(caption)}")
    if not isinstance(walks, list | tuple) or not all(isinstance(walk, Walk) for walk in walks):
        raise TypeError(f"{where()}: what comes with the caption must be a list of Walk, got {validation.shown(walks)}")
    if walks and steps is None:
        raise ValueError(f"{where()}: it returned walks, and the figure has no play= with their number of steps")
    for walk in walks:
        if walk.steps != steps:
            raise ValueError(f"{where()}: walk {walk.name!r} has {walk.steps} steps, play says {steps}")
    return caption or "", tuple(walks)

"""The map of the chapters on the front page: a landscape whose valley leads past all of them, and
the run of momentum that walks down it. Each chapter is a link, on the page and in JupyterLab.
"""

from __future__ import annotations

import html
import os
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from contourpy import contour_generator
from matplotlib.path import Path as Line
from scipy.interpolate import make_interp_spline

from gdcore import methods
from gdcore.arrays import Array
from gdcore.descent import descend
from gdcore.objectives import Objective

LEVELS = 20
UNIT = 100  # pixels of the drawing to a unit of the landscape
WAVES = np.array([[4.1, 1.7], [-2.3, 4.6], [2.9, -5.3]])  # of the hills beside the valley: radians a unit
MARGIN = 0.3  # units beyond the edge, where the bands' ends stay out of sight
STAR = "M0-8-1.9-2.6-8-2.5-3.1 1-4.9 6.8 0 3.2 4.9 6.8 3.1 1 8-2.5 1.9-2.6Z"


@dataclass(frozen=True)
class Chapter:
    """A stop of the way: its notebook, its name on the map, line by line, its question, and its
    spot on the sheets.
    """

    file: str
    name: tuple[str, ...]
    question: str
    spot: int


CHAPTERS = (
    Chapter("convexity", ("Convexity",), "When does walking downhill reach the bottom?", 0),
    Chapter("gradient_descent", ("Gradient descent",), "How far should one step go?", 1),
    Chapter("sgd", ("Stochastic", "gradient descent"), "How little data is enough for a step?", 2),
    Chapter("momentum", ("Momentum",), "What does a ball know that a walker does not?", 3),
    Chapter("adaptive", ("Adaptive", "methods"), "One rate for every parameter?", 4),
    Chapter("regularization", ("Regularization",), "Why make the loss worse on purpose?", 5),
    Chapter("normalization", ("Initialization and", "normalization"), "Why does scale decide whether a deep network learns?", 6),
    Chapter("second_order", ("Second-order", "methods"), "What if you could see the curvature?", 7),
    Chapter("training", ("A training run",), "What do I set, and what is my curve telling me?", 8),
    Chapter("failures", ("A gallery", "of failures"), "How does it break, and how would you know?", 9),
    Chapter("races", ("Fair races",), "Does it help, or were you lucky?", 10),
)
ABOUT = "The chapters on a map: a path leads downhill past all of them, from convexity to the lowest point."
PARTS = ("The ground", "The walker", "Shaping the problem", "Seeing the curvature", "Practice")


@dataclass(frozen=True)
class Sheet:
    """One drawing of the map, in pixels: the points that its valley leads through, where the name
    at each spot stands beside its stop (dx, dy, anchor) and each part's on the sheet.
    """

    name: str
    size: tuple[int, int]
    valley: tuple[tuple[float, float], ...]
    labels: tuple[tuple[int, int, str], ...]
    parts: tuple[tuple[int, int], ...]


WIDE = Sheet(
    "wide",
    (800, 380),
    (
        (70, 55),
        (130, 150),
        (90, 265),
        (195, 325),
        (300, 235),
        (290, 110),
        (400, 60),
        (500, 130),
        (470, 260),
        (565, 325),
        (660, 245),
        (690, 150),
    ),
    (
        (20, -4, "start"),
        (22, 5, "start"),
        (22, 5, "start"),
        (0, 34, "middle"),
        (22, 5, "start"),
        (22, -4, "start"),
        (-22, -4, "end"),
        (22, 5, "start"),
        (22, 5, "start"),
        (0, -40, "middle"),
        (22, 5, "start"),
    ),
    ((50, 345), (330, 345), (400, 30), (650, 60), (740, 320)),
)
TALL = Sheet(
    "tall",
    (358, 600),
    (
        (60, 40),
        (120, 90),
        (70, 165),
        (130, 220),
        (215, 240),
        (250, 305),
        (170, 345),
        (80, 390),
        (110, 460),
        (210, 475),
        (240, 535),
        (190, 570),
    ),
    (
        (18, -10, "start"),
        (20, 5, "start"),
        (22, 0, "start"),
        (-4, 32, "middle"),
        (14, -26, "start"),
        (-22, 5, "end"),
        (22, 11, "start"),
        (22, 19, "start"),
        (22, 12, "start"),
        (-16, 26, "end"),
        (20, 5, "start"),
    ),
    ((262, 60), (306, 184), (88, 334), (268, 436), (150, 560)),
)


def evenly(points: Array, shares: Array) -> Array:
    """The places on a line after these shares of its length, (k, 2)."""
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    return np.stack([np.interp(shares * length[-1], length, axis) for axis in points.T], axis=-1)


def landscape(points: tuple[tuple[float, float], ...]) -> Objective:
    """A valley through the points, between hills. With c the curve through the points, t = 0 … 1
    along it and b the valley's breadth, S = Σ exp(4 t − |w − c(t)|² / 2b²) is large in the valley,
    the more so the farther along. The height is −log(1 + S), and a few waves on what is not valley,
    the share 1 / (1 + S).
    """
    along = np.linspace(0, 1, 200)
    spline = make_interp_spline(np.linspace(0, 1, len(points)), np.array(points) / UNIT, k=3)
    curve = evenly(spline(np.linspace(0, 1, 2000)), along)
    breadth = 0.3

    def valley(w: Array) -> tuple[Array, Array]:
        """S and its gradient."""
        away = w[..., None, :] - curve
        weight = np.exp(4 * along - (away**2).sum(axis=-1) / (2 * breadth**2))
        return weight.sum(axis=-1), -(weight[..., None] * away).sum(axis=-2) / breadth**2

    def value(w: Array) -> Array:
        total, _ = valley(w)
        return 0.2 * np.sin(w @ WAVES.T).sum(axis=-1) / (1 + total) - np.log(1 + total)

    def gradient(w: Array) -> Array:
        total, slope = valley(w)
        share, hills = 1 / (1 + total[..., None]), np.sin(w @ WAVES.T).sum(axis=-1, keepdims=True)
        return share * (0.2 * np.cos(w @ WAVES.T) @ WAVES - (0.2 * share * hills + 1) * slope)

    return Objective("valley", value=value, gradient=gradient, dimension=2)


def walk(valley: Objective, start: tuple[float, float]) -> Array:
    """The points of a run of momentum from the start until it rests, in pixels, (k, 2)."""
    points = UNIT * descend(methods.momentum, valley, np.array(start) / UNIT, 2500, learning_rate=0.03, momentum=0.8).points
    away = np.linalg.norm(points - points[-1], axis=1)
    return points[: np.flatnonzero(away > 2)[-1] + 2]


def outline(points: Array, closed: bool = False) -> str:
    """A line as SVG writes it, in as few points as the eye needs."""
    line = Line(points)
    line.simplify_threshold = 0.5
    kept = np.asarray(line.cleaned(simplify=True).vertices)[:-1]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept) + "Z" * closed


def bands(sheet: Sheet, valley: Objective) -> str:
    """The ground, from the top down: a band of tint for each level, with its level line."""
    width, height = sheet.size
    x, y = (np.arange(-MARGIN * UNIT, end + MARGIN * UNIT + 1, 5) for end in (width, height))
    heights = valley.value(np.stack(np.meshgrid(x, y), axis=-1) / UNIT)
    contours = contour_generator(x, y, heights)
    levels = np.linspace(heights.min(), heights.max(), LEVELS + 2)[1:-1]
    drawn = []
    for k, level in enumerate(levels[::-1], 1):
        filled: Any = contours.filled(heights.min() - 1, level)
        rings = [shape[a:b] for shape, at in zip(*filled, strict=True) for a, b in pairwise(at)]
        index = " index" if k % 5 == 0 else ""
        shape = "".join(outline(ring, closed=True) for ring in rings if len(ring) > 8)
        drawn.append(f'<path class="tint contour{index}" style="--d:{100 * k / LEVELS:.0f}" d="{shape}"/>')
    return "".join(drawn)


def stop(number: int, chapter: Chapter, at: Array, label: tuple[int, int, str], suffix: str) -> str:
    """A chapter: its link with number and name. The ring that a finger can hit has no colour."""
    (x, y), (dx, dy, anchor) = at, label
    rows = "".join(f'<tspan x="{x + dx:.0f}" dy="{17 * (k > 0)}">{row}</tspan>' for k, row in enumerate(chapter.name))
    says = html.escape(f"Chapter {number}, {' '.join(chapter.name)}. {chapter.question}")
    link = "href" if suffix == "html" else "xlink:href"  # JupyterLab sets href as that of an HTML link, which fails
    return (
        f'<a {link}="{chapter.file}.{suffix}" aria-label="{says}"><title>{html.escape(chapter.question)}</title>'
        f'<circle class="grip" cx="{x:.1f}" cy="{y:.1f}" r="22"/><circle class="stop" cx="{x:.1f}" cy="{y:.1f}" r="12"/>'
        f'<text class="no" x="{x:.1f}" y="{y + 4.6:.1f}" text-anchor="middle">{number}</text>'
        f'<text x="{x + dx:.0f}" y="{y + dy:.0f}" text-anchor="{anchor}">{rows}</text></a>'
    )


def draw(sheet: Sheet, suffix: str) -> str:
    """One sheet as SVG."""
    valley = landscape(sheet.valley)
    path = walk(valley, sheet.valley[0])
    spots = list(zip(evenly(path, np.linspace(0, 0.95, len(sheet.labels))), sheet.labels, strict=True))
    names = [
        f'<text class="part" x="{x}" y="{y}" text-anchor="middle">{part}</text>'
        for (x, y), part in zip(sheet.parts, PARTS, strict=True)
    ]
    stops = [stop(k, chapter, *spots[chapter.spot], suffix) for k, chapter in enumerate(CHAPTERS, 1)]
    trail, (x, y) = outline(path), path[-1]
    return (
        f'<svg class="land land-{sheet.name}" viewBox="0 0 {sheet.size[0]} {sheet.size[1]}" role="group" aria-label="{ABOUT}">'
        f'<rect class="ground" width="100%" height="100%"/>{bands(sheet, valley)}{"".join(names)}'
        f'<path class="casing" d="{trail}"/><path class="trail" d="{trail}"/>'
        f'<path class="star" transform="translate({x:.1f} {y:.1f})" d="{STAR}"/>{"".join(stops)}</svg>'
    )


class ChapterMap:
    """The map, wide and tall: the styles show the one that fits."""

    def _repr_html_(self) -> str:
        """Both sheets, with links to pages while the book is built, else to notebooks."""
        suffix = "html" if os.environ.get("GDCORE_EXPLORE") == "page" else "ipynb"
        style = Path(__file__).with_suffix(".css").read_text("utf-8")
        return f'<style>{style}</style><nav aria-label="Map of the chapters">{draw(WIDE, suffix)}{draw(TALL, suffix)}</nav>'

    def __repr__(self) -> str:
        return "\n".join(f"{k}. {' '.join(chapter.name)}: {chapter.question}" for k, chapter in enumerate(CHAPTERS, 1))

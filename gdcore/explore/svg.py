"""Matplotlib artists as small pieces of SVG that can be told apart, stored once and put together
again.

A `Sheet` is one Axes on a figure of its own. It draws only what was added since it was last
marked, so that a figure with sliders pays for the artists that move and not for those that stand
still.
"""

from __future__ import annotations

import io
import itertools
import math
import re
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import rgb2hex
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D

from gdcore.explore.text import HEIGHTS, SMALL, runs, spans
from gdcore.pictures.palette import INK, PALETTE, PAPER

# What stands in the page for a colour of `gdcore.pictures`, so that it follows the theme.
_VARIABLES = {colour.light: f"var(--explore-{colour.name}, {colour.light})" for colour in PALETTE}
_VARIABLES |= {INK: "currentColor", PAPER: "var(--explore-paper, #fff)"}

# Without a salt the names of clip paths and markers are random, and no two drawings are ever equal.
# Automatic titles are thrown out of view once the axis artists are left out, hence titley.
# Formulas that cannot be set as text become paths.
RC = {"svg.hashsalt": "gdcore", "svg.fonttype": "path", "axes.titley": 1.0}

_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")

_DEFS = re.compile(r"<defs>(.*?)</defs>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LEGEND = re.compile(r'<g id="legend_\d+"')
_NAME = re.compile(r'(<(?:g|image)\b[^>]*?) id="[^"]*"')
_COORDINATES = re.compile(r'(?<= d=")[^"]*|(?<= [xy]=")[^"]*|translate\([^)]*\)')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")


@dataclass(frozen=True)
class Pieces:
    """One drawing: a string of SVG for each artist, in the order of drawing, and the definitions
    they refer to, by id.
    """

    groups: tuple[str, ...]
    defs: dict[str, str]


class _Measures(RendererBase):
    """Measures formulas as the page sets them, not as Matplotlib would: its parser took a quarter
    of a figure's time.
    """

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        """Width, height and descent of a text."""
        found = runs(s) if ismath else None
        if found is None:
            return super().get_text_width_height_descent(s, prop, ismath)
        size: float = prop.get_size_in_points()
        pixels, width, above, below = self._pixels(size), 0.0, 0.0, 0.0
        for level, parts in itertools.groupby(found, key=lambda run: run[2]):
            font = prop.copy()
            font.set_size(size * (SMALL if level else 1))
            text = "".join(part for part, _, _ in parts)
            across, height, descent = super().get_text_width_height_descent(text, font, False)
            width += across
            above = max(above, height - descent - HEIGHTS[level] * pixels)
            below = max(below, descent + HEIGHTS[level] * pixels)
        return width, above + below, below

    def _pixels(self, points: float) -> float:
        pixels: Any = self.points_to_pixels(points)
        return float(pixels)


class _Measuring(_Measures, RendererAgg):
    """Measures a figure for its layout."""


class _Canvas(FigureCanvasAgg):
    """Lays a figure out."""

    def get_renderer(self) -> RendererAgg:
        """What measures."""
        width, height = self.figure.bbox.size
        return _Measuring(width, height, self.figure.dpi)


class _Renderer(_Measures, RendererSVG):
    """Matplotlib's, but markers carry their style once, on their group, as short as it goes, and
    text is text.
    """

    def __init__(self, width: float, height: float, stream: io.StringIO) -> None:
        super().__init__(width, height, stream, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        self.stream = stream

    def draw_markers(self, gc: Any, marker_path: Any, marker_trans: Any, path: Any, trans: Any, rgbFace: Any = None) -> None:
        """The marker as a definition, and a reference to it at each vertex of the path."""
        page = (0, 0, self.width * 72, self.height * 72)
        segments = path.iter_segments(self._make_flip_transform(trans), clip=page, simplify=False)
        places = [vertices[-2:] for vertices, _ in segments if len(vertices)]
        if not places:
            return
        shape = self._convert_path(marker_path, marker_trans + Affine2D().scale(1.0, -1.0), simplify=False)
        name = self._make_id("m", shape)
        if shape not in self._markers:
            self._markers[shape] = name
            self.writer.start("defs")
            self.writer.element("path", id=name, d=shape)
            self.writer.end("defs")
        self.writer.start("g", **self._get_clip_attrs(gc), style=self._get_style(gc, rgbFace))
        for x, y in places:
            self.writer.element("use", attrib={"xlink:href": f"#{name}", "x": _short(x), "y": _short(y)})
        self.writer.end("g")

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        """The text at its anchor, offsets in shares of its size, since styles may enlarge it."""
        inside = spans(s if ismath else s.replace("$", r"\$"))
        if inside is None:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        size = prop.get_size_in_points()
        attributes = {"font-size": _short(size), "style": f"--size:{_short(size)}"}
        if mtext is not None and (angle == 0 or mtext.get_rotation_mode() == "anchor"):
            attributes["text-anchor"] = _ANCHORS[mtext.get_ha()]
            x, y, down = self._anchor(x, y, angle, mtext)
            attributes["dy"] = f"{_short(down / size)}em"
        if angle:
            attributes["transform"] = f"translate({_short(x)} {_short(y)}) rotate({_short(-angle)})"
        else:
            attributes |= {"x": _short(x), "y": _short(y)}
        written = "".join(f' {name}="{value}"' for name, value in (attributes | _ink(gc, prop)).items())
        clip = "".join(f' {name}="{value}"' for name, value in self._get_clip_attrs(gc).items())
        self.writer.comment("text")  # closes a tag that is open: spans must have no white space around them
        self.stream.write(f"<g{clip}><text{written}>{inside}</text></g>" if clip else f"<text{written}>{inside}</text>")

    def _anchor(self, x: float, y: float, angle: float, mtext: Any) -> tuple[float, float, float]:
        """Where a text is anchored, and how far below that its line lies, seen along the text."""
        across, up = mtext.get_transform().transform(mtext.get_unitless_position())
        right, down = x - across, y - (self.height - up)
        turn = math.radians(angle)
        below = right * math.sin(turn) + down * math.cos(turn)
        return across, self.height - up, below


def _ink(gc: Any, prop: Any) -> dict[str, str]:
    """What makes a text other than black, opaque, upright and of common weight."""
    ink = {}
    if (colour := rgb2hex(gc.get_rgb())) != INK:
        ink["fill"] = colour
    alpha = gc.get_alpha() if gc.get_forced_alpha() else gc.get_rgb()[3]
    if alpha != 1:
        ink["opacity"] = _short(alpha)
    if prop.get_style() != "normal":
        ink["font-style"] = prop.get_style()
    if prop.get_weight() not in ("normal", "regular", 400):
        ink["font-weight"] = "bold"
    return ink


class Sheet:
    """One Axes on a figure of its own, drawn artist by artist.

    `prefix` goes before every id of the SVG, so that many sheets can share a page; `width` and
    `height` are in inches.
    """

    def __init__(self, prefix: str, width: float, height: float) -> None:
        self.prefix = prefix
        self.figure = Figure(figsize=(width, height), dpi=72, layout="constrained", facecolor="none")
        _Canvas(self.figure)  # measures text while the layout is made
        self.ax = self.figure.add_subplot(facecolor="none")

    def freeze(self) -> None:
        """Lay the figure out with what is on it now, and keep limits and layout from here on."""
        engine: Any = self.figure.get_layout_engine()
        engine.execute(self.figure)
        self.figure.set_layout_engine("none")
        self.ax.autoscale(False)
        self._frozen = self._frame()

    def _frame(self) -> tuple[Any, ...]:
        ax = self.ax
        return ax.get_xlim(), ax.get_ylim(), ax.get_xscale(), ax.get_yscale(), len(self.figure.axes)

    def mark(self) -> None:
        """Take what is on the Axes now for what stands still; all that comes after it moves."""
        ax = self.ax
        ax.set_prop_cycle(None)
        self._still = set(ax.get_children())
        self._legend, self._title, self._containers = ax.get_legend(), ax.get_title(), len(ax.containers)

    def _moving(self) -> list[Artist]:
        return [artist for artist in self.ax.get_children() if artist not in self._still]

    def lift(self) -> Pieces:
        """What was drawn since `mark`, as SVG."""
        if self._frame() != self._frozen:
            raise ValueError(
                "a drawing must leave limits and scales alone and add no Axes; set limits in a layer without controls"
            )
        artists = sorted(self._moving(), key=lambda artist: artist.get_zorder())
        if self.ax.get_title() != self._title:
            artists.append(self.ax.title)
        return self._draw(artists)

    def clear(self) -> None:
        """Take away what was drawn since `mark`."""
        for artist in self._moving():
            artist.remove()
        del self.ax.containers[self._containers :]
        self.ax.legend_ = self._legend
        self.ax.set_title(self._title)

    def still(self) -> Pieces:
        """All that stands still, axes and ticks included, as one piece."""
        return self._draw([self.figure])

    def _draw(self, artists: list[Artist]) -> Pieces:
        width, height = self.figure.get_size_inches() * 72
        buffer = io.StringIO()
        renderer = _Renderer(width, height, buffer)
        ends = [buffer.tell()]
        for artist in artists:
            artist.draw(renderer)
            ends.append(buffer.tell())
        renderer.finalize()
        text = buffer.getvalue()
        defs: dict[str, str] = {}
        for block in _DEFS.findall(text[ends[0] :]):
            defs |= self._definitions(block)
        groups = (self._clean(_DEFS.sub("", text[begin:end])) for begin, end in itertools.pairwise(ends))
        return Pieces(tuple(group for group in groups if group), defs)

    def _definitions(self, block: str) -> dict[str, str]:
        root = ElementTree.fromstring(f'<defs xmlns:xlink="http://www.w3.org/1999/xlink">{block}</defs>')
        defs = {}
        for element in root:
            name = f"{self.prefix}-{element.get('id')}"
            element.set("id", name)
            element.tail = None
            defs[name] = self._clean(ElementTree.tostring(element, encoding="unicode"))
        return defs

    def _clean(self, text: str) -> str:
        """Short and in the theme's colours: two decimals, no comments, no name but the legend's."""
        text = _COMMENT.sub("", text)
        text = re.sub(r">\s+<", "><", text).strip()
        text = re.sub(r"\s*\n\s*", " ", text)
        text = _LEGEND.sub('<g class="explore-legend"', text)
        text = _NAME.sub(r"\1", text)
        text = (
            text.replace("xlink:href", "href")
            .replace('href="#', f'href="#{self.prefix}-')
            .replace("url(#", f"url(#{self.prefix}-")
        )
        text = _COORDINATES.sub(lambda part: _LONG_NUMBER.sub(_two_decimals, part[0]), text)
        return _COLOUR.sub(lambda colour: _VARIABLES.get(colour[0], colour[0]), text)


def css_colour(colour: str) -> str:
    """A colour of the pictures as the page writes it, so that it follows the theme."""
    return _VARIABLES.get(colour.lower(), colour)


def _two_decimals(number: re.Match[str]) -> str:
    return _short(float(number[0]))


def _short(number: float) -> str:
    """With two decimals, a hundredth of a point, and no zeros at the end."""
    return f"{number:.2f}".rstrip("0").rstrip(".")

"""An explorable as HTML that needs no kernel and no network: the start frame, the page's own
controls, all drawings packed.
"""

from __future__ import annotations

import base64
import gzip
import json
from html import escape
from typing import Any

from gdcore.explore import assets
from gdcore.explore.computed import parts_of
from gdcore.explore.figure import Drawing, Explorable, Layer, Stage
from gdcore.explore.handles import box_of
from gdcore.explore.listing import listing, said
from gdcore.explore.markup import operated, readings, tabs, with_bold_numbers
from gdcore.explore.walks import Walk, appearance

MOST_BYTES_A_FIGURE = 400_000
MOST_BYTES_A_PAGE = 2_500_000

_on_this_page: dict[str, int] = {}  # bytes of each explorable so far; a page is one kernel


def html_of(figure: Explorable) -> str:
    """The figure as HTML.

    Raises ValueError for a name used twice, too many drawings, or too much weight.
    """
    if figure.name in _on_this_page:
        raise ValueError(f"explorable {figure.name}: the page has another of this name, which its address would not tell apart")
    if figure.excess():
        raise ValueError(figure.excess())
    text = _figure(figure)
    _on_this_page[figure.name] = len(text.encode())
    _check_weight(figure.name)
    return assets.once() + text


def begin_page() -> None:
    """Forget the figures so far: those that come are on another page."""
    _on_this_page.clear()
    assets.begin_page()


def _check_weight(name: str) -> None:
    weight, total = _on_this_page[name], sum(_on_this_page.values())
    if weight > MOST_BYTES_A_FIGURE:
        raise ValueError(
            f"explorable {name} ships {weight} bytes, at most {MOST_BYTES_A_FIGURE} are allowed; take fewer positions"
        )
    if total > MOST_BYTES_A_PAGE:
        raise ValueError(
            f"explorable {name} brings its page to {total} bytes, at most {MOST_BYTES_A_PAGE} are allowed; "
            "take fewer positions or fewer figures"
        )


def _figure(figure: Explorable) -> str:
    stage, table = Stage(figure, strict=True), _Table()
    layers = [_layer(figure, stage, layer, table) for layer in figure.moving]
    for still in stage.still:
        table.defs |= still.defs
    start = next(stage.draw(figure.speaker, [figure.start], steps=figure.steps))
    for pieces in start.pieces:
        table.defs |= pieces.defs
    sheets = _start_frame(figure, stage, layers, table, start)
    stage_parts = [
        tabs(stage.names) if figure.controls or figure.play else "",
        f'<div class="explore-picture" role="img" aria-label="{escape(figure.alt)}">{sheets}</div>',
        f'<div class="explore-said"><p class="explore-result" aria-live="polite"{_room(layers)}>'
        f"{with_bold_numbers(said(start.caption))}</p>"
        f"{readings(start.walks, figure.steps)}</div>",
    ]
    parts = [f'<div class="explore-stage">{"".join(stage_parts)}</div>', *operated(figure), listing(start.caption)]
    layout = "beside" if figure.beside else {1: "one", 2: "pair"}.get(len(stage.sheets), "many")
    card = f'<div class="explore-card" data-panels="{layout}">{"".join(parts)}</div>'
    if figure.controls or figure.play:
        looks = [appearance(walk) | {"curves": walk.curves()} for walk in start.walks]
        boxes = [box_of(ax) for ax in stage.plain_axes]
        data = {"groups": table.groups, "layers": layers, "handles": stage.handles, "boxes": boxes, "looks": looks}
        if figure.computed:
            data["computed"] = parts_of(figure.computed, figure.controls, stage.plain_axes)
        card += f'<script type="text/plain" class="explore-data">{_packed(data)}</script>'
        card += "<script>exploreParts.arrived()</script>"
    return f'<figure class="explore" id="{figure.name}">{card}</figure>'


def _room(layers: list[dict[str, Any]]) -> str:
    """The longest result, for which the card keeps room, so that the page stands still."""
    longest = max((said(caption) for layer in layers for caption in layer["captions"]), key=len, default="")
    return f' data-longest="{escape(longest)}"' if longest else ""


class _Table:
    """Every distinct piece of SVG once, each with a number."""

    def __init__(self) -> None:
        self.groups: list[str] = []
        self.defs: dict[str, str] = {}
        self._numbers: dict[str, int] = {}

    def number(self, group: str) -> int:
        if group not in self._numbers:
            self._numbers[group] = len(self.groups)
            self.groups.append(group)
        return self._numbers[group]


def _layer(figure: Explorable, stage: Stage, layer: Layer, table: _Table) -> dict[str, Any]:
    """All drawings of one layer: for each position on its grid, for each sheet, the numbers of its
    pieces.

    `controls` are the places of the controls that it depends on, the last running fastest;
    `captions` are those of the layer that speaks, and of no other.
    """
    frames, captions, walks = [], [], []
    for drawing in stage.draw(layer, figure.grid(layer)):
        for pieces in drawing.pieces:
            table.defs |= pieces.defs
        frames.append([[table.number(group) for group in pieces.groups] for pieces in drawing.pieces])
        captions.append(drawing.caption)
        walks.append([_walk(walk, pixels, table) for walk, pixels in zip(drawing.walks, drawing.pixels, strict=True)])
    controls = [place for place, name in enumerate(figure.controls) if name in figure.prepared(layer)]
    speaks = layer is figure.speaker
    return {"controls": controls, "frames": frames, "captions": captions if speaks else [], "walks": walks if any(walks) else []}


def _walk(walk: Walk, pixels: list[list[Any]], table: _Table) -> list[Any]:
    """A walk of one drawing: for each picture the numbers of its columns x and y, and the number of
    its readings. Equal columns are stored once.
    """
    columns = [[table.number(" ".join(map(str, column.tolist()))) for column in panel] for panel in pixels]
    return [columns, table.number("|".join(walk.texts)) if walk.texts else None]


def _start(figure: Explorable, layer: dict[str, Any]) -> int:
    """The place of the start frame among a layer's frames."""
    controls = list(figure.controls.values())
    place = 0
    for index in layer["controls"]:
        place = place * len(controls[index].values) + controls[index].start
    return place


def _start_frame(figure: Explorable, stage: Stage, layers: list[dict[str, Any]], table: _Table, start: Drawing) -> str:
    """The start frame as SVG, one for each sheet: what stands still, one group for each layer, the
    walks.

    All definitions are in the first.
    """
    sheets = []
    for k, (sheet, still) in enumerate(zip(stage.sheets, stage.still, strict=True)):
        width, height = sheet.figure.get_size_inches() * 72
        defs = f"<defs>{''.join(table.defs.values())}</defs>" if k == 0 else ""
        frames = [[table.groups[number] for number in layer["frames"][_start(figure, layer)][k]] for layer in layers]
        groups = "".join(f'<g class="explore-layer">{"".join(frame)}</g>' for frame in frames)
        if start.walks:
            walked = (group for group in start.pieces[k].groups if group not in frames[-1])
            groups += f'<g class="explore-walks">{"".join(walked)}</g>'
        sheets.append(
            f'<div class="explore-panel" style="--ratio: {width / height:.6g}; --points: {width:g}"{"" if k else " data-shown"}>'
            f'<svg viewBox="0 0 {width:g} {height:g}" aria-hidden="true">{defs}{"".join(still.groups)}{groups}</svg></div>'
        )
    return "".join(sheets)


def _packed(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()

"""An explorable as HTML that needs no kernel and no network: the start frame, the page's own
controls, all drawings packed.
"""

from __future__ import annotations

import base64
import gzip
import json
from html import escape
from typing import Any

from gdcore.explore.assets import script, style
from gdcore.explore.controls import Control
from gdcore.explore.figure import Explorable, Layer, Stage

MOST_BYTES_A_FIGURE = 400_000
MOST_BYTES_A_PAGE = 2_500_000

# What stands where a page's script does not run: it hides this once it does.
_WITHOUT_SCRIPT = (
    "The controls of this figure need the page's script, which does not run here: "
    "this browser or this site does not let it. The picture shows where they start."
)

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
    first = not _on_this_page
    _on_this_page[figure.name] = len(text.encode())
    _check_weight(figure.name)
    return _assets() + text if first else text


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


def _assets() -> str:
    """The script and the style of all explorables, once a page."""
    return f"<style>{style()}</style><script>{script()}</script>"


def _figure(figure: Explorable) -> str:
    stage, table = Stage(figure, strict=True), _Table()
    layers = [_layer(figure, stage, layer, table) for layer in figure.moving]
    for still in stage.still:
        table.defs |= still.defs
    sheets = _start_frame(figure, stage, layers, table)
    parts = [f'<div class="explore-picture" role="img" aria-label="{escape(figure.alt)}">{sheets}</div>']
    if figure.controls:
        controls = "".join(_control(figure.name, control) for control in figure.controls.values())
        parts.append(f'<p class="explore-word" role="status">{escape(_WITHOUT_SCRIPT)}</p>')
        parts.append(f'<div class="explore-controls" hidden>{controls}<button type="button">Reset</button></div>')
    caption = layers[-1]["captions"][_start(figure, layers[-1])]
    parts.append(f'<figcaption class="explore-caption" aria-live="polite">{escape(caption)}</figcaption>')
    if figure.controls:
        data = {"groups": table.groups, "layers": layers}
        parts.append(f'<script type="text/plain" class="explore-data">{_packed(data)}</script>')
    return f'<figure class="explore" id="{figure.name}">{"".join(parts)}</figure>'


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
    frames, captions = [], []
    for sheets, caption in stage.draw(layer, figure.grid(layer)):
        for pieces in sheets:
            table.defs |= pieces.defs
        frames.append([[table.number(group) for group in pieces.groups] for pieces in sheets])
        captions.append(caption)
    controls = [place for place, name in enumerate(figure.controls) if name in layer.depends_on]
    return {"controls": controls, "frames": frames, "captions": captions if layer is figure.speaker else []}


def _start(figure: Explorable, layer: dict[str, Any]) -> int:
    """The place of the start frame among a layer's frames."""
    controls = list(figure.controls.values())
    place = 0
    for index in layer["controls"]:
        place = place * len(controls[index].values) + controls[index].start
    return place


def _start_frame(figure: Explorable, stage: Stage, layers: list[dict[str, Any]], table: _Table) -> str:
    """The start frame as SVG, one for each sheet: what stands still, then one group for each layer.

    All definitions are in the first.
    """
    sheets = []
    for k, (sheet, still) in enumerate(zip(stage.sheets, stage.still, strict=True)):
        width, height = sheet.figure.get_size_inches()
        defs = f"<defs>{''.join(table.defs.values())}</defs>" if k == 0 else ""
        moving = ("".join(table.groups[number] for number in layer["frames"][_start(figure, layer)][k]) for layer in layers)
        groups = "".join(f'<g class="explore-layer">{groups}</g>' for groups in moving)
        sheets.append(
            f'<svg viewBox="0 0 {width * 72:g} {height * 72:g}" style="max-width: min(100%, {width * 96:g}px)"'
            ' aria-hidden="true">'
            f"{defs}{''.join(still.groups)}{groups}</svg>"
        )
    return "".join(sheets)


def _control(figure: str, control: Control) -> str:
    """The page's own element for a control. Its positions are counted from 0."""
    name, label = f"{figure}-{control.name}", escape(control.label)
    common = f'data-name="{control.name}" data-unit="{escape(control.unit)}" data-texts="{escape(json.dumps(control.texts))}"'
    chosen = [" checked" if place == control.start else "" for place in range(len(control.values))]
    if control.kind == "radio":
        choices = "".join(
            f'<label><input type="radio" name="{name}" value="{place}"{chosen[place]} autocomplete="off">'
            f"<bdi>{escape(text)}</bdi></label>"
            for place, text in enumerate(control.texts)
        )
        return f'<fieldset class="explore-control" {common}><legend>{label}</legend>{choices}</fieldset>'
    if control.kind == "select":
        choices = "".join(
            f'<option value="{place}"{chosen[place].replace("checked", "selected")}>{escape(text)}</option>'
            for place, text in enumerate(control.texts)
        )
        element = f'<select id="{name}" autocomplete="off">{choices}</select>'
    elif control.kind == "checkbox":
        element = f'<input id="{name}" type="checkbox"{chosen[1]} autocomplete="off">'
    else:
        text = control.texts[control.start]
        spoken = escape(f"{text} {control.unit}".strip())
        element = (
            f'<input id="{name}" type="range" min="0" max="{len(control.values) - 1}" step="1" value="{control.start}"'
            f' aria-valuetext="{spoken}" autocomplete="off">'
            f'<output for="{name}" dir="ltr" aria-live="off">{escape(text)}</output>'
        )
    return f'<div class="explore-control" {common}><label for="{name}">{label}</label>{element}</div>'


def _packed(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()

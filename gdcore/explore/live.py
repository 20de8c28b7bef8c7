"""An explorable in a kernel: ipywidgets, and one picture for each layer, so that a change sends only what moved."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets

from gdcore.explore.figure import Explorable, Layer, Stage
from gdcore.explore.svg import Pieces, Sheet

_INK = "color: var(--jp-content-font-color1, currentColor); --explore-paper: var(--jp-layout-color0, #fff)"

_CENTRED = ipywidgets.Layout(align_items="center", max_width="100%")


def widget_of(figure: Explorable) -> ipywidgets.Widget:
    """The figure as a widget. Its start frame is drawn here, so that a drawing that fails fails the cell.

    A drawing that fails later shows its error in the place of the caption.
    """
    stage = Stage(figure, strict=False)
    pictures = {layer: [_layer_view() for _ in stage.sheets] for layer in figure.moving}
    caption = ipywidgets.HTML()

    def redraw(layer: Layer, values: dict[str, Any]) -> None:
        drawings, text = stage.draw(layer, values)
        for sheet, view, pieces in zip(stage.sheets, pictures[layer], drawings, strict=True):
            view.value = _svg(sheet, pieces, f"{sheet.prefix}-{figure.layers.index(layer)}")
        if layer is figure.layers[-1]:
            caption.value = f'<div aria-live="polite">{escape(text)}</div>'

    def changed(name: str) -> None:
        values = {other: control.values[control.position()] for other, control in figure.controls.items()}
        try:
            for layer in figure.moving:
                if name in layer.depends_on:
                    redraw(layer, values)
        except Exception as error:
            caption.value = f'<div role="alert">{escape(str(error))}</div>'

    for layer in figure.moving:
        redraw(layer, figure.start)
    for name, control in figure.controls.items():
        control.widget.observe(lambda _, name=name: changed(name), names="value")
    sheets = [
        _stack(sheet, _svg(sheet, still, sheet.prefix, figure.alt), [pictures[layer][k] for layer in figure.moving])
        for k, (sheet, still) in enumerate(zip(stage.sheets, stage.still, strict=True))
    ]
    rows = [ipywidgets.HBox(sheets, layout=ipywidgets.Layout(flex_flow="row wrap", justify_content="center", width="100%"))]
    if figure.controls:
        rows.append(_controls(figure))
    return ipywidgets.VBox([*rows, caption], layout=_CENTRED)


def _layer_view() -> ipywidgets.HTML:
    return ipywidgets.HTML(layout=ipywidgets.Layout(grid_area="1 / 1", margin="0", width="100%"))


def _stack(sheet: Sheet, still: str, moving: list[ipywidgets.HTML]) -> ipywidgets.Box:
    """Pictures of one size on top of each other."""
    base = _layer_view()
    base.value = still
    width = f"{sheet.figure.get_size_inches()[0] * 96:g}px"
    return ipywidgets.Box([base, *moving], layout=ipywidgets.Layout(display="grid", flex="1 1 18rem", max_width=width))


def _svg(sheet: Sheet, pieces: Pieces, prefix: str, alt: str = "") -> str:
    """One drawing as an SVG of the sheet's size, its ids its own, so that replacing one layer leaves the others whole."""
    width, height = sheet.figure.get_size_inches() * 72
    described = f'role="img" aria-label="{escape(alt)}"' if alt else 'aria-hidden="true"'
    text = (
        f'<svg viewBox="0 0 {width:g} {height:g}" {described} fill="currentColor" stroke-linejoin="round" stroke-linecap="butt"'
        f' style="display: block; width: 100%; height: auto; {_INK}">'
        f"<defs>{''.join(pieces.defs.values())}</defs>{''.join(pieces.groups)}</svg>"
    )
    return (
        text.replace(f'"#{sheet.prefix}-', f'"#{prefix}-')
        .replace(f"(#{sheet.prefix}-", f"(#{prefix}-")
        .replace(f'id="{sheet.prefix}-', f'id="{prefix}-')
    )


def _controls(figure: Explorable) -> ipywidgets.Widget:
    reset = ipywidgets.Button(description="Reset", tooltip="Put the controls back where they started")

    def put_back(_: ipywidgets.Button) -> None:
        for control in figure.controls.values():
            control.widget.value = control.values[control.start]

    reset.on_click(put_back)
    for control in figure.controls.values():
        control.widget.style.description_width = "11rem" if control.kind == "range" else "initial"
        control.widget.layout.width = "30rem" if control.kind == "range" else "auto"
        control.widget.layout.max_width = "100%"
    return ipywidgets.VBox([*(control.widget for control in figure.controls.values()), reset], layout=_CENTRED)

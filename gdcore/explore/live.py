"""An explorable in a kernel: ipywidgets, and one picture for each layer, so that a change sends
only what moved.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import ipywidgets
from IPython.core.getipython import get_ipython
from IPython.display import display

from gdcore.explore.assets import style
from gdcore.explore.figure import Drawing, Explorable, Layer, Stage
from gdcore.explore.listing import listing, said
from gdcore.explore.markup import readings, with_bold_numbers
from gdcore.explore.svg import Pieces, Sheet
from gdcore.pictures.palette import INK, PAPER


@dataclass(frozen=True)
class Start:
    """A figure laid out, and what each of its moving layers draws where the controls start."""

    stage: Stage
    drawings: dict[Layer, Drawing]

    @classmethod
    def of(cls, figure: Explorable) -> Start:
        """Draw the start frame; a drawing that fails fails the cell."""
        stage = Stage(figure, strict=False)
        drawn = {}
        for layer in figure.moving:
            [drawn[layer]] = stage.draw(layer, [figure.start], steps=figure.steps)
        return cls(stage, drawn)


def show_live(figure: Explorable) -> None:
    """Display the figure as a widget, and its start frame for where no widget can be shown.

    A notebook that was saved, exported or put on a site is opened without a kernel. The widget,
    where it is alive, hides the start frame.
    """
    called, start = fixed_caption(), Start.of(figure)
    widget = widget_of(figure, called, start)
    display({**widget._repr_mimebundle_(), "text/plain": ""}, raw=True)
    display(fallback_of(figure, called, start), raw=True)


def fixed_caption() -> str:
    """What the figure is called in the metadata of the cell that runs, as JupyterLab sends them
    with its code; nothing elsewhere.
    """
    message: dict[str, Any] = getattr(get_ipython(), "get_parent", dict)()
    return message.get("metadata", {}).get("mystnb", {}).get("figure", {}).get("caption", "")


def fallback_of(figure: Explorable, called: str = "", start: Start | None = None) -> dict[str, Any]:
    """The start frame, its captions and a sentence on the controls, as HTML, picture and text."""
    start = start or Start.of(figure)
    picture, caption = _picture(start), start.drawings[figure.speaker].caption
    word = "Its controls need a running kernel: run this notebook. The picture shows where they start." if figure.controls else ""
    source = base64.b64encode(picture.encode()).decode()
    html = (
        f'<figure id="{_fallback_id(figure)}">'
        f'<img src="data:image/svg+xml;base64,{source}" alt="{escape(figure.alt)}" width="{figure.size[0] * 96:.0f}">'
        f"<figcaption>{_named(called)}{escape(said(caption))}<br><em>{word}</em>{listing(caption)}</figcaption></figure>"
    )
    return {"text/html": html, "image/svg+xml": picture, "text/plain": f"{caption} {word}".strip()}


def _picture(start: Start) -> str:
    """The start frame as one SVG file, its pictures side by side or in rows."""
    stage = start.stage
    columns = stage.figure.axes[1] if stage.figure.beside is None else len(stage.sheets)
    sizes = [sheet.figure.get_size_inches() * 72 for sheet in stage.sheets]
    parts = []
    for k, (sheet, (width, height)) in enumerate(zip(stage.sheets, sizes, strict=True)):
        row, column = divmod(k, columns)
        x, y = sum(sizes[j][0] for j in range(column)), row * height
        place = f'<svg x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
        drawn = [stage.still[k], *(drawing.pieces[k] for drawing in start.drawings.values())]
        parts += [_svg(sheet, pieces, f"{sheet.prefix}-{n}").replace("<svg", place, 1) for n, pieces in enumerate(drawn)]
    right = sum(width for width, _ in sizes[:columns])
    below = max(height for _, height in sizes) * -(-len(sizes) // columns)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 {right:g} {below:g}"'
        f' width="{right:g}pt" height="{below:g}pt" color="{INK}" font-family="sans-serif">'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>{"".join(parts)}</svg>'
    )


def _named(called: str) -> str:
    return f'<p class="explore-name"><b>Figure:</b> {escape(called)}</p>' if called else ""


def _fallback_id(figure: Explorable) -> str:
    return f"{figure.name}-without-kernel"


def widget_of(figure: Explorable, called: str = "", start: Start | None = None) -> ipywidgets.Widget:
    """The figure as a widget, above its fixed caption.

    A drawing that fails later shows its error in the place of the caption.
    """
    start = start or Start.of(figure)
    stage, time = start.stage, _time(figure)
    pictures = {layer: [ipywidgets.HTML() for _ in stage.sheets] for layer in figure.moving}
    caption, lines = ipywidgets.HTML(), ipywidgets.HTML()

    def show(layer: Layer, drawing: Drawing) -> None:
        for sheet, view, pieces in zip(stage.sheets, pictures[layer], drawing.pieces, strict=True):
            view.value = _svg(sheet, pieces, f"{sheet.prefix}-{figure.layers.index(layer)}")
        if layer is figure.speaker:
            result = f'<p class="explore-result" aria-live="polite">{with_bold_numbers(said(drawing.caption))}</p>'
            caption.value = result + readings(drawing.walks, None if time is None else time[1].value)
            lines.value = listing(drawing.caption)

    def changed(layers: Iterable[Layer]) -> None:
        values = {other: control.values[control.position()] for other, control in figure.controls.items()}
        try:
            for layer in layers:
                [drawing] = stage.draw(layer, [values], steps=None if time is None else time[1].value)
                show(layer, drawing)
        except Exception as error:
            caption.value = f'<p class="explore-result" role="alert">{escape(str(error))}</p>'

    for layer, drawing in start.drawings.items():
        show(layer, drawing)
    for name, control in figure.controls.items():
        moved = [layer for layer in figure.moving if name in layer.depends_on]
        control.widget.observe(lambda _, moved=moved: changed(moved), names="value")
    if time is not None:
        time[1].observe(lambda _: changed([figure.speaker]), names="value")
    sheets = [
        _stack(sheet, _svg(sheet, still, sheet.prefix, figure.alt), [pictures[layer][k] for layer in figure.moving])
        for k, (sheet, still) in enumerate(zip(stage.sheets, stage.still, strict=True))
    ]
    stage_rows = [ipywidgets.HBox(sheets).add_class("explore-picture"), caption]
    if time is not None:
        stage_rows.append(ipywidgets.HBox(time))
    rows = [ipywidgets.VBox(stage_rows).add_class("explore-stage")]
    if figure.controls:
        rows.append(_controls(figure, time))
    beside = len(stage.sheets) == 1 or figure.beside is not None
    card = (ipywidgets.HBox if beside else ipywidgets.VBox)(rows).add_class("explore-card")
    below = [ipywidgets.HTMLMath(_named(called))] if called else []
    listed = [lines] if lines.value else []
    return ipywidgets.VBox([card, *listed, *below, *_notes(figure)]).add_class("explore")


def _time(figure: Explorable) -> tuple[ipywidgets.Play, ipywidgets.IntSlider] | None:
    """Play and the step, of a figure whose walks are played."""
    if figure.steps is None:
        return None
    play = ipywidgets.Play(min=0, max=figure.steps, value=figure.steps, interval=200, show_repeat=False)
    step = ipywidgets.IntSlider(min=0, max=figure.steps, value=figure.steps, description="step")
    ipywidgets.jslink((play, "value"), (step, "value"))
    return play, step


def _notes(figure: Explorable) -> list[ipywidgets.Widget]:
    """What the widget brings unseen, its style, and what a page would refuse, in words."""
    look = f"<style>{style()} #{_fallback_id(figure)} {{ display: none }}</style>"
    notes = [ipywidgets.HTML(look, layout=ipywidgets.Layout(display="none"))]
    if figure.excess():
        word = f"In this notebook the figure works. The built book will refuse it: {figure.excess()}."
        notes.append(ipywidgets.HTML(f'<p class="explore-word">{escape(word)}</p>'))
    return notes


def _stack(sheet: Sheet, still: str, moving: list[ipywidgets.HTML]) -> ipywidgets.Box:
    """Pictures of one size on top of each other."""
    width = f"{sheet.figure.get_size_inches()[0] * 96:g}px"
    stack = ipywidgets.Box([ipywidgets.HTML(still), *moving], layout=ipywidgets.Layout(max_width=width))
    return stack.add_class("explore-stack")


def _svg(sheet: Sheet, pieces: Pieces, prefix: str, alt: str = "") -> str:
    """One drawing as an SVG of the sheet's size, its ids its own, so that replacing one layer
    leaves the others whole.
    """
    width, height = sheet.figure.get_size_inches() * 72
    described = f'role="img" aria-label="{escape(alt)}"' if alt else 'aria-hidden="true"'
    text = (
        f'<svg viewBox="0 0 {width:g} {height:g}" {described}>'
        f"<defs>{''.join(pieces.defs.values())}</defs>{''.join(pieces.groups)}</svg>"
    )
    return (
        text.replace(f'"#{sheet.prefix}-', f'"#{prefix}-')
        .replace(f"(#{sheet.prefix}-", f"(#{prefix}-")
        .replace(f'id="{sheet.prefix}-', f'id="{prefix}-')
    )


def _controls(figure: Explorable, time: tuple[ipywidgets.Play, ipywidgets.IntSlider] | None) -> ipywidgets.Widget:
    reset = ipywidgets.Button(description="Reset", tooltip="Put the controls back where they started")

    def put_back(_: ipywidgets.Button) -> None:
        for control in figure.controls.values():
            control.widget.value = control.values[control.start]
        if time is not None:
            time[1].value = time[1].max

    reset.on_click(put_back)
    return ipywidgets.VBox([*(control.widget for control in figure.controls.values()), reset]).add_class("explore-controls")

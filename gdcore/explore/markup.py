"""The parts of a figure's card as HTML: controls, play bar, tools, tabs, result."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from gdcore.explore.controls import Control
from gdcore.explore.figure import Explorable
from gdcore.explore.walks import Walk, appearance

MOST_TICKS = 20  # gaps of a track that are marked on it

# What stands where a page's script does not run: it hides this once it does.
_WITHOUT_SCRIPT = (
    "The controls of this figure need the page's script, which does not run here: "
    "this browser or this site does not let it. The picture shows where they start."
)


def operated(figure: Explorable) -> list[str]:
    """What a reader operates: the play bar, the controls, the tools."""
    if not figure.controls and not figure.play:
        return []
    parts = [f'<p class="explore-word" role="status">{escape(_WITHOUT_SCRIPT)}</p>']
    if figure.play is not None:
        parts.append(_play_bar(figure))
    if figure.controls:
        controls = "".join(_control(figure.name, control) for control in figure.controls.values())
        parts.append(f'<div class="explore-controls" hidden>{controls}</div>')
    parts.append(_tools(figure))
    return parts


def _tools(figure: Explorable) -> str:
    """Reset, and the menu; walks in the plane can be taken to the playground."""
    playground = ""
    runs = figure.computed.template["runs"] if figure.computed else []
    if runs and len(runs[0]["start"]) == 2 and not any("notation" in run for run in runs):
        playground = '<a data-do="playground" href="playground.html">Take this to the playground</a>'
    return (
        '<div class="explore-tools" hidden><button type="button" class="explore-reset">Reset</button>'
        '<details class="explore-menu"><summary aria-label="More for this figure">'
        '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 10h.01M10 10h.01M17 10h.01"/></svg></summary><div>'
        '<button type="button" data-do="link">Copy link to this setting</button>'
        '<button type="button" data-do="svg">Save picture as SVG</button>'
        '<button type="button" data-do="png">Save picture as PNG</button>'
        f'{playground}<a data-do="alone" href="#">Open alone</a></div></details></div>'
    )


_ICONS = {
    "back": "M5 4h2v12H5zM15 4v12l-7-6z",
    "play": "M6 3.5v13l11-6.5z",
    "on": "M13 4h2v12h-2zM5 4v12l7-6z",
}


def _play_bar(figure: Explorable) -> str:
    """Back, play, on, and the step as a track, unless the time is one of the controls."""

    def button(kind: str, name: str, more: str = "") -> str:
        icon = f'<svg viewBox="0 0 20 20" aria-hidden="true"><path d="{_ICONS[kind]}"/></svg>'
        return f'<button type="button" class="explore-{kind}" aria-label="{name}"{more}>{icon}</button>'

    buttons = (
        button("back", "One step back", ' tabindex="-1"') + button("play", "Play") + button("on", "One step on", ' tabindex="-1"')
    )
    steps, name = figure.steps, f"{figure.name}-step"
    if steps is None:
        return f'<div class="explore-play" data-control="{figure.play}" hidden><div>{buttons}</div></div>'
    return (
        f'<div class="explore-play" hidden><div>{buttons}</div><label class="explore-unseen" for="{name}">step</label>'
        f'<input id="{name}" type="range" min="0" max="{steps}" step="1" value="{steps}"'
        f' aria-valuetext="step {steps} of {steps}" autocomplete="off">'
        f'<output for="{name}" aria-live="off">step {steps} of {steps}</output></div>'
    )


def tabs(names: list[str]) -> str:
    """Where there is room for one picture, the names of all, to choose from."""
    if len(names) < 2:
        return ""
    buttons = (
        f'<button type="button" aria-pressed="{str(not k).lower()}">{escape(name)}</button>' for k, name in enumerate(names)
    )
    return f'<div class="explore-tabs" role="group" aria-label="picture shown" hidden>{"".join(buttons)}</div>'


_NUMBER = re.compile(
    r"(?<![\w.])[−-]?\d+(?:,\d{3})*(?:\.\d+)?[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]*(?:[ \u00a0]·[ \u00a0]10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?(?:[ \u00a0]?%)?(?!\w)"
)


def with_bold_numbers(text: str) -> str:
    """A caption as HTML, its numbers bold. explore.js has the same pattern."""
    places = [0, *(place for found in _NUMBER.finditer(text) for place in found.span()), len(text)]
    pieces = (escape(text[begin:end]) for begin, end in itertools.pairwise(places))
    return "".join(f"<b>{piece}</b>" if k % 2 else piece for k, piece in enumerate(pieces))


def readings(walks: Sequence[Walk], step: int | None) -> str:
    """What each walk reads at a step, after its line and marker: the legend of the picture."""
    if not walks or step is None:
        return ""
    entries = []
    what = next((f", {walk.reads}" for walk in walks if walk.texts), "")
    for walk in walks:
        look = appearance(walk)
        value = f" <b>{walk.texts[step]}</b>" if walk.texts else ""
        entries.append(f'<span class="explore-key">{key(look)}{escape(walk.name)}{value}</span>')
    return f'<p class="explore-readings">Step <b>{step}</b>{escape(what)}: {", ".join(entries)}.</p>'


def key(look: Mapping[str, Any]) -> str:
    """The line and the marker of a walk, beside its name."""
    dash = " ".join(f"{2 * length:g}" for length in look["dash"])
    return (
        f'<svg viewBox="0 0 28 10" aria-hidden="true" style="color: {look["color"]}">'
        f'<path d="M0 5H28" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="{dash}"/>'
        f'<path d="{look["marker"]}" fill="currentColor" transform="translate(14 5) scale(7)"/></svg>'
    )


def _control(figure: str, control: Control) -> str:
    """The page's own element for a control. Its positions are counted from 0."""
    name, label = f"{figure}-{control.name}", escape(control.label)
    common = f'data-name="{control.name}" data-unit="{escape(control.unit)}" data-texts="{escape(json.dumps(control.texts))}"'
    if control.keys != control.texts:
        common += f' data-keys="{escape(json.dumps(control.keys))}"'
    chosen = [" checked" if place == control.start else "" for place in range(len(control.values))]
    if control.kind == "radio":
        choices = "".join(
            f'<label><input type="radio" name="{name}" value="{place}"{chosen[place]} autocomplete="off">'
            f"<bdi>{escape(text)}</bdi></label>"
            for place, text in enumerate(control.texts)
        )
        return f'<fieldset class="explore-control explore-buttons" {common}><legend>{label}</legend>{choices}</fieldset>'
    if control.kind == "select":
        choices = "".join(
            f'<option value="{place}"{chosen[place].replace("checked", "selected")}>{escape(text)}</option>'
            for place, text in enumerate(control.texts)
        )
        element = f'<select id="{name}" autocomplete="off">{choices}</select>'
    elif control.kind == "checkbox":
        element = f'<input id="{name}" type="checkbox"{chosen[1]} autocomplete="off">'
    else:
        text, last, widest = control.texts[control.start], len(control.values) - 1, max(map(len, control.texts))
        spoken = escape(f"{text} {control.unit}".strip())
        element = (
            f'<input id="{name}" type="range" min="0" max="{last}" step="1" value="{control.start}"'
            f' aria-valuetext="{spoken}" autocomplete="off"{_ticks(last)}>'
            f'<output for="{name}" dir="ltr" aria-live="off" style="--widest: {widest}ch">{escape(text)}</output>'
        )
    return f'<div class="explore-control" {common}><label for="{name}">{label}</label>{element}</div>'


def _ticks(gaps: int) -> str:
    """A track of few positions says how many."""
    return f' class="explore-ticks" style="--gaps: {gaps}"' if gaps <= MOST_TICKS else ""

"""Predict, then see: a question whose answer the reader places before the page shows it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import ipywidgets
import numpy as np
from IPython.display import HTML, Markdown, display

from gdcore import validation, words
from gdcore.explore import assets

_TITLE = "Predict, then see"


@dataclass(frozen=True)
class Guess:
    """A question, its positions as texts, the place of the right one, and why it is right.

    `values` are the numbers of an axis, empty for choices.
    """

    question: str
    texts: tuple[str, ...]
    values: tuple[float, ...]
    right: int
    unit: str
    why: str

    @property
    def start(self) -> int:
        """Where the reader begins: in the middle of an axis."""
        return len(self.texts) // 2

    def _ipython_display_(self) -> None:
        _show(self)

    def verdict(self, place: int) -> str:
        """What a reader is told who placed the answer there."""
        answer = f"{self.texts[self.right]} {self.unit}".strip()
        if place == self.right:
            return f"Right: {answer}. {self.why}"
        if not self.values:
            return f"It is: {answer}. {self.why}"
        mine, true = self.values[place], self.values[self.right]
        return f"It is {answer}. Your guess lies {_apart(mine, true, self.unit)} it. {self.why}"


def _apart(mine: float, true: float, unit: str) -> str:
    """How far a guess lies from the truth: as a factor where it is one of 2 or more."""
    side = "above" if mine > true else "below"
    least, most = sorted((abs(mine), abs(true)))
    if mine * true > 0 and most >= 2 * least:
        return f"{words.significant(most / least)} times {side}"
    return f"{words.significant(abs(mine - true))} {unit}".strip() + f" {side}"


def guess(
    question: str,
    *,
    answer: float | str,
    why: str,
    axis: Sequence[float] | None = None,
    choices: Sequence[str] | None = None,
    unit: str = "",
) -> Guess:
    """Ask the reader for a number on an axis or for one of a few choices, then show the answer: as
    the last line of a cell.

    - `question`: one or two plain sentences.
    - `answer`: the number, computed, or the text of the right choice. On an axis the nearest
      position counts as right.
    - `axis`: the positions, at least 3 numbers that rise, such as `np.linspace(0, 4, 41)`.
    - `choices`: instead, 2 to 6 texts.
    - `why`: what explains the answer, shown with it.

    >>> asked = guess("How many wells?", answer=2, axis=[1, 2, 3], why="One each side.")
    >>> asked.verdict(1)
    'Right: 2. One each side.'
    >>> asked.verdict(2)
    'It is 2. Your guess lies 1.0 above it. One each side.'

    Raises TypeError or ValueError for empty texts, for both or neither of axis and choices, for an
    axis that does not rise, and for an answer that is off the axis or none of the choices.
    """
    return _guess(validation.text("question", question), answer, validation.text("why", why), axis, choices, unit)


def _guess(question: str, answer: Any, why: str, axis: Any, choices: Any, unit: str) -> Guess:
    if (axis is None) == (choices is None):
        raise ValueError(
            f"guess needs either axis or choices, got axis={validation.shown(axis)}, choices={validation.shown(choices)}"
        )
    if choices is not None:
        texts = tuple(validation.text("each of choices", choice) for choice in choices)
        if not 2 <= len(set(texts)) == len(texts) <= 6:
            raise ValueError(f"choices must be 2 to 6 different texts, got {validation.shown(choices)}")
        if answer not in texts:
            raise ValueError(f"answer must be one of the choices {list(texts)}, got {validation.shown(answer)}")
        return Guess(question, texts, (), texts.index(answer), unit, why)
    places = validation.numbers("axis", axis, axes=1, shape="(n,)")
    if len(places) < 3 or not (np.diff(places) > 0).all():
        raise ValueError(f"axis must be at least 3 numbers that rise, got {validation.shown(axis)}")
    true = validation.number("answer", answer)
    if not places[0] <= true <= places[-1]:
        raise ValueError(f"answer must lie on the axis, from {places[0]:g} to {places[-1]:g}, got {true:g}")
    texts = tuple(f"{place:.6g}".replace("-", "−") for place in places.tolist())
    return Guess(question, texts, tuple(places.tolist()), int(np.abs(places - true).argmin()), unit, why)


def _show(asked: Guess) -> None:
    mode = os.environ.get("GDCORE_EXPLORE", "live")
    if mode == "page":
        display(HTML(html_of(asked)))
    elif mode == "image":
        display(Markdown(f"**{_TITLE}.** {asked.question}\n\n{asked.verdict(asked.right)}"))
    else:
        display(widget_of(asked))


def html_of(asked: Guess) -> str:
    """The question as HTML. Without a script the answer waits in a fold; guess.js puts a form in
    its place as soon as it is read, so that nothing below moves later.
    """
    verdicts = [asked.verdict(place) for place in range(len(asked.texts))]
    data = {"texts": asked.texts, "unit": asked.unit, "choices": not asked.values, "start": asked.start, "right": asked.right}
    return (
        f'{assets.once()}<div class="guess" data-guess="{escape(json.dumps(data | {"verdicts": verdicts}, ensure_ascii=False))}">'
        f'<p class="guess-title">{_TITLE}</p><p class="guess-question">{escape(asked.question)}</p>'
        f"<details><summary>Answer</summary><p>{escape(asked.verdict(asked.right))}</p></details></div>"
        "<script>exploreParts.guesses()</script>"
    )


def widget_of(asked: Guess) -> ipywidgets.Widget:
    """The question as a widget: the answer shows once the reader has placed a guess."""
    options = list(zip(asked.texts, range(len(asked.texts)), strict=True))
    kind = ipywidgets.SelectionSlider if asked.values else ipywidgets.RadioButtons
    place = kind(options=options, value=asked.start if asked.values else None, description=asked.unit if asked.values else "")
    button, told = ipywidgets.Button(description="Show the answer"), ipywidgets.HTML()

    def show(_: ipywidgets.Button) -> None:
        if place.value is not None:
            told.value = f'<p class="guess-verdict">{escape(asked.verdict(place.value))}</p>'

    button.on_click(show)
    head = ipywidgets.HTML(f"<p><strong>{_TITLE}</strong><br>{escape(asked.question)}</p>")
    return ipywidgets.VBox([head, place, button, told]).add_class("guess")

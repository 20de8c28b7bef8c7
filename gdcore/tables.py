"""Tables: numbered and captioned in the book, at home in JupyterLab, plain text to a test."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tabulate import tabulate

from gdcore import validation, words

_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NUMBER = re.compile(r"[−-]?(\d[\d,.]*)?(\s?·\s?)?(10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?(\s?[%°×])?")


@dataclass(frozen=True)
class Table:
    """A table of texts, made by `table`. As the last line of a cell it shows itself: as Markdown
    with a caption and a label while the book is built (the environment variable GDCORE_EXPLORE is
    set), as text if GDCORE_TABLES says "text", else as HTML.
    """

    rows: tuple[tuple[str, ...], ...]
    headers: tuple[str, ...]
    caption: str
    name: str

    def __repr__(self) -> str:
        return f"{self.caption}\n\n{self._written('simple')}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        if os.environ.get("GDCORE_EXPLORE") in ("page", "image"):
            return {"text/markdown": self.markdown(), "text/plain": repr(self)}
        if os.environ.get("GDCORE_TABLES") == "text":
            return {"text/plain": repr(self)}
        return {"text/html": self.html(), "text/plain": repr(self)}

    def markdown(self) -> str:
        """The table as MyST Markdown, which Sphinx numbers."""
        return f"```{{table}} {self.caption}\n:name: {self.name}\n\n{self._written('pipe')}\n```"

    def html(self) -> str:
        """The table as HTML."""
        return self._written("html").replace("<table>", f"<table><caption>{_escaped(self.caption)}</caption>", 1)

    def _written(self, form: str) -> str:
        """By tabulate, columns of numbers at the right."""
        columns = zip(*self.rows, strict=True)
        sides = ["right" if all(map(_NUMBER.fullmatch, column)) else "left" for column in columns]
        clean = {"pipe": lambda text: text.replace("|", r"\|")}.get(form, lambda text: text)
        rows, headers = [list(map(clean, row)) for row in self.rows], list(map(clean, self.headers))
        return tabulate(rows, headers, tablefmt=form, colalign=sides, headersalign=sides, disable_numparse=True)


def table(rows: Sequence[Sequence[Any]], headers: Sequence[str], *, caption: str, name: str, digits: int = 3) -> Table:
    """A table for the last line of a cell: `Table 1` with its caption in the book.

    - `rows`: of equal length, each cell a text or a finite number. Whole numbers are written out,
      others with so many significant digits as `digits` says; formulas stand between dollar signs.
    - `headers`: one text a column.
    - `caption`: what the table shows, without a number of its own.
    - `name`: the label for references, such as "tab-rates".

    Columns of numbers are set at the right. Raises TypeError or ValueError that names the argument
    for rows that differ in length, none at all, a cell that is neither text nor number, a caption
    that is empty or a name that no reference can use.

    >>> table([["walker", 92, 0.5], ["ball", 80, -1e-5]], ["who", "steps", "η"],
    ...       caption="The race.", name="tab-race")
    The race.
    <BLANKLINE>
    who       steps             η
    ------  -------  ------------
    walker       92         0.500
    ball         80  −1.00 · 10⁻⁵
    """
    _text("caption", caption, "say what the table shows")
    if not _LABEL.fullmatch(_text("name", name, "be the table's label")):
        raise ValueError(f"name must be of letters, digits, - and _, and begin with a letter, got {name!r}")
    digits = validation.whole_number("digits", digits, least=1, most=17)
    titles = tuple(_text(f"headers[{k}]", title, "name a column") for k, title in enumerate(_list("headers", headers)))
    cells = [_list(f"rows[{i}]", row) for i, row in enumerate(_list("rows", rows))]
    for i, row in enumerate(cells):
        if len(row) != len(titles):
            raise ValueError(f"rows[{i}] must have {len(titles)} cells as headers has, got {len(row)}")
    written = tuple(tuple(_cell(f"rows[{i}][{k}]", cell, digits) for k, cell in enumerate(row)) for i, row in enumerate(cells))
    return Table(written, titles, " ".join(caption.split()), name)


def _list(name: str, value: Any) -> list[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray):
        raise TypeError(f"{name} must be a list, got {validation.shown(value)}")
    if len(value) == 0:
        raise ValueError(f"{name} must not be empty")
    return list(value)


def _text(name: str, value: Any, purpose: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, got {validation.shown(value)}")
    if not value.strip():
        raise ValueError(f"{name} must {purpose}, got {value!r}")
    return " ".join(value.split())


def _cell(name: str, value: Any, digits: int) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return words.number(int(value))
    try:
        return words.significant(validation.number(name, value), digits)
    except TypeError:
        raise TypeError(f"{name} must be a text or a finite number, got {validation.shown(value)}") from None


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")

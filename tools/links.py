"""The words of a notebook's references, as book/_ext/downhill/links.py describes them: which are
right, and the notebook with right ones. `make clean-notebooks` writes them.

An author writes `[](#eq-race)` or `[](#polyak1964)` and gets `[(2)](#eq-race)` and
`[Polyak (1964)](#polyak1964)`; what a figure, a table or a section is called is the author's. Of a
role, {index}`words <entry>`, the words stay, and the entry is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from pybtex.database import Person, parse_file

BOOK = Path(__file__).resolve().parents[1] / "book"
WORK = r"[a-z]+\d{4}[a-z]?"
LINK = re.compile(r"\[([^\[\]]*)\]\((?:(\w+)\.ipynb)?#([a-z][a-z0-9-]*)\)")
BRACKETED = re.compile(rf"\(\[[^\[\]]*\]\(#{WORK}\)(?:; \[[^\[\]]*\]\(#{WORK}\))*\)")
ROLE = re.compile(r"\{(cite(?::\w+)?|numref|eq|ref|prf:ref)\}`([^`<]*?)(?:\s*<([^`>]*)>)?`")
INDEX = re.compile(r"\{index\}`(?P<words>[^`<]*?)(?:\s*<(?P<entry>[^`>]*)>)?`")
DEFINED = re.compile(
    r"^\(([a-z0-9-]+)\)=\n#+ (.*)$"  # a section and its heading
    r"|^[`:]{3,}\{(math|exercise|table|prf:(?!proof)\w+)\}.*\n:(?:label|name): ([a-z0-9-]+)$",
    re.MULTILINE,
)
TABLE = re.compile(r"\bname=\"(tab-[a-z0-9-]+)\"")
SAID = {"fig": "figure", "tab": "table"}
FIX = "Run make clean-notebooks."


class Place(NamedTuple):
    """Something that can be referred to: its page, and how it is called, "" if as one likes."""

    page: str
    called: str
    heading: str = ""


def places(page: str, notebook: Any) -> dict[str, Place]:
    """What a notebook has labels for. Numbers count one kind in one notebook, as in JupyterLab."""
    found: dict[str, Place] = {}
    count: dict[str, int] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            figure = cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
            found |= {name: Place(page, "") for name in (figure, *TABLE.findall(cell.source)) if name}
            continue
        for section, heading, kind, label in DEFINED.findall(cell.source):
            count[kind] = count.get(kind, 0) + 1
            called = f"({count[kind]})" if kind == "math" else f"{kind.removeprefix('prf:').title()} {count[kind]}"
            found[section or label] = Place(page, "" if section or kind == "table" else called, heading)
    return found


@cache
def of_the_book() -> dict[str, Place]:
    """What the chapters have labels for."""
    found: dict[str, Place] = {}
    for path in sorted(BOOK.glob("*.ipynb")):
        found |= places(path.stem, nbformat.read(path, as_version=4))
    return found


@cache
def works() -> dict[str, tuple[str, str]]:
    """The authors and the year of each work in references.bib, by its key."""
    entries = parse_file(str(BOOK / "references.bib")).entries
    return {key: (_authors(entry.persons["author"]), entry.fields["year"]) for key, entry in entries.items()}


def _authors(persons: list[Person]) -> str:
    names = [" ".join(map(str, [*person.rich_prelast_names, *person.rich_last_names])) for person in persons]
    return f"{names[0]} et al." if len(names) > 2 else " and ".join(names)


def with_right_words(page: str, notebook: Any, text: str) -> str:
    """A text of the notebook in which each reference says what it leads to."""
    known = of_the_book() | places(page, notebook)

    def worded(link: re.Match[str]) -> str:
        words, _, label = link.groups()
        if label in works():
            return f"[{works()[label][0]} ({works()[label][1]})](#{label})"
        if label not in known:
            return link[0]
        place, there = known[label], known[label].page != page
        if place.called and not (there and place.called in words):
            words = place.called + (f" of {place.page.replace('_', ' ')}" if there else "")
        return f"[{words or place.heading}]({f'{place.page}.ipynb' if there else ''}#{label})"

    def with_commas(group: re.Match[str]) -> str:
        return re.sub(r" \((\d{4})\)\]", r", \1]", group[0])

    return INDEX.sub(_unseen, BRACKETED.sub(with_commas, LINK.sub(worded, text)))


def _unseen(role: re.Match[str]) -> str:
    """The words of an `index` role, and its entry as a comment."""
    return f"{role['words']}<!-- index: {role['entry'] or role['words']} -->"


def complaints(page: str, notebook: Any) -> Iterator[tuple[str, str]]:
    """The cells with a reference that makes no sense outside of the book, each with what to do."""
    known = of_the_book() | places(page, notebook)
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for role in ROLE.finditer(cell.source):
            yield cell.id, f"{role[0]} is read raw in a notebook. Write the link [](#{role[3] or role[2]}). {FIX}"
        for role in INDEX.finditer(cell.source):
            yield cell.id, f"{role[0]} is read raw in a notebook. Write {_unseen(role)}. {FIX}"
        for words, _, label in LINK.findall(cell.source):
            if label not in known and label not in works():
                yield cell.id, f"nothing has the label {label}. Mend it, or give it to a work, a heading or a figure."
            elif (kind := label.split("-")[0]) in SAID and SAID[kind] not in words.lower():
                yield cell.id, f"[{words}](#{label}) does not say that it is a {SAID[kind]}. Say which: [the {SAID[kind]} of …]."
        right = with_right_words(page, notebook, cell.source)
        for link, better in zip(LINK.finditer(cell.source), LINK.finditer(right), strict=True):
            if link[0] != better[0]:
                yield cell.id, f"{link[0]} must be {better[0]}. {FIX}"

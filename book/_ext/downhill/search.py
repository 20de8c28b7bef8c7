"""The search index, fed section by section: a hit is a heading, and a click on it leads there.

Sphinx's own index knows pages. Here each section, and each exercise, goes into it as a page of its
own, named `page#anchor`, with its prose alone: no code, no output, no solution. Formulas give the
names of their Greek letters. Index entries (links.py) and the names of theorems and algorithms lead
to their very place. `_static/search.js` ranks and shows what is found.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import name2codepoint
from typing import IO, Any

import sphinx.search
from docutils import nodes
from docutils.utils import new_document
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.search import IndexBuilder
from sphinx.util.index_entries import split_index_msg
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node, solution_node
from sphinx_proof.nodes import NODE_TYPES

SMALL = {name: chr(code) for name, code in name2codepoint.items() if 0x3B1 <= code <= 0x3C9}
GREEK = SMALL | {f"var{name}": letter for name, letter in SMALL.items()}
GREEK |= {name.title(): letter.upper() for name, letter in SMALL.items()}
NAMES = {letter: name for name, letter in SMALL.items()}

EXERCISES = (exercise_node, exercise_enumerable_node)
BOXES = tuple(NODE_TYPES.values())
LEFT_OUT = (nodes.literal_block, nodes.raw, nodes.comment, nodes.footnote, solution_node, addnodes.index)
FORMULA = "…"
LEAD = 150  # characters of a section that a hit shows


@dataclass(frozen=True)
class Piece:
    """What the index knows of one section or exercise: its anchor (nothing for the head of the
    page), its heading, its text, and the entries in it with theirs.
    """

    anchor: str
    heading: str
    text: list[str]
    lead: str
    entries: list[tuple[str, str]]


def pieces(doctree: nodes.document) -> Iterator[Piece]:
    """Each section with its own text, without the sections and exercises in it, then those."""
    for number, section in enumerate(doctree.findall(is_section)):
        title = plain(section.next_node(nodes.title))
        yield piece(section, anchor_of(section) if number else "", title)
    for exercise in doctree.findall(lambda node: isinstance(node, EXERCISES)):
        name = re.search(r"\((.+)\)", plain(exercise.next_node(nodes.title)))
        yield piece(exercise, exercise["ids"][0], f"Exercise: {name[1]}" if name else "Exercise")


def is_section(node: nodes.Node) -> bool:
    """Whether a node is a section with a heading: boxes hold sections without one."""
    return isinstance(node, nodes.section) and any(isinstance(child, nodes.title) for child in node.children)


def anchor_of(section: nodes.Element) -> str:
    """The label that the text gives a section, which outlives its heading; else its own id."""
    return section["ids"][-1]


def piece(node: nodes.Element, anchor: str, heading: str) -> Piece:
    """What there is under a node."""
    parts = list(own(node))
    text = [word for part in parts for word in words(part)]
    lead = next((found for part in parts if len(found := first_words(part)) > 20), "")
    return Piece(anchor, heading, text, lead, list(entries(node)))


def own(node: nodes.Element) -> Iterator[nodes.Node]:
    """The children of a section that are its own text."""
    for child in node.children:
        if not (is_section(child) or isinstance(child, (nodes.title, *EXERCISES))):
            yield child


def words(node: nodes.Node) -> Iterator[str]:
    """The words that a reader sees under a node, code and outputs apart."""
    if isinstance(node, nodes.math | nodes.math_block):
        for name in re.findall(r"\\([A-Za-z]+)", node.astext()):
            if name in GREEK:
                yield from (name.removeprefix("var").lower(), GREEK[name].lower())
    elif isinstance(node, nodes.Text):
        text = node.astext()
        yield text
        yield from (NAMES[letter] for letter in text.lower() if letter in NAMES)
    elif not isinstance(node, LEFT_OUT):
        for child in node.children:
            yield from words(child)


def first_words(node: nodes.Node) -> str:
    """How a section begins, cut after a word or before a formula that needs more than letters;
    nothing if the node is no paragraph.
    """
    if not isinstance(node, nodes.paragraph):
        paragraphs = [] if isinstance(node, (nodes.Text, *LEFT_OUT)) else node.findall(nodes.paragraph)
        return next(filter(None, map(first_words, paragraphs)), "")
    text, formula, _ = " ".join(plain(node).split()).partition(FORMULA)
    if len(text) > LEAD:
        text, formula = text[:LEAD].rsplit(" ", 1)[0], FORMULA
    return text.rstrip(" ,;:(") + " …" if formula else text


def plain(node: nodes.Node | None) -> str:
    """A node's text. A formula of letters and digits is written as such, any other as FORMULA."""
    if node is None:
        return ""
    if isinstance(node, nodes.math):
        text = re.sub(r"\\(?:mathbf|boldsymbol|mathrm|text)\b|[{}]", "", node.astext())
        text = re.sub(r"\\([A-Za-z]+)", lambda found: GREEK.get(found[1], found[0]), text)
        text = re.sub(r"_(\d)", lambda found: "₀₁₂₃₄₅₆₇₈₉"[int(found[1])], text).replace("^2", "²").replace("-", "−")
        return text if re.fullmatch(r"[\w\s=+−.,()/<>']+", text) else FORMULA
    if isinstance(node, nodes.Text):
        return node.astext()
    return "" if isinstance(node, LEFT_OUT) else "".join(plain(child) for child in node.children)


def entries(node: nodes.Element) -> Iterator[tuple[str, str]]:
    """The index entries and the names of boxes under a node, each with its anchor."""
    for child in own(node):
        for index in child.findall(addnodes.index):
            for kind, value, target, *_ in index["entries"]:
                yield from ((entry, target) for entry in split_index_msg(kind, value))
        for box in child.findall(lambda found: isinstance(found, BOXES)):
            title = plain(box.next_node(nodes.title)).strip(" ()")
            if title and box["ids"]:
                yield title, box["ids"][0]


class SectionIndex(IndexBuilder):
    """Sphinx's index, with sections in the place of pages."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._leads: dict[str, str] = {}

    def feed(self, docname: str, filename: str, title: str, doctree: nodes.document) -> None:
        """Take in a page, piece by piece."""
        for part in pieces(doctree):
            name = f"{docname}#{part.anchor}" if part.anchor else docname
            document = new_document("", doctree.settings)
            document += nodes.section("", nodes.title("", part.heading), nodes.paragraph("", " ".join(part.text)))
            super().feed(name, filename, html.escape(part.heading), document)
            self._leads[name] = html.escape(part.lead)
            self._all_titles[name] = []
            self._index_entries[name] = [(entry.lower(), anchor, "main") for entry, anchor in part.entries]

    def load(self, stream: IO, format: Any) -> None:
        """Take up the index of an earlier build, with what Sphinx would leave behind."""
        super().load(stream, format)
        stream.seek(0)
        frozen = format.load(stream)
        if "leads" not in frozen:
            raise ValueError("the index of another version")
        names = frozen["docnames"]
        self._leads = dict(zip(names, frozen["leads"], strict=True))
        self._index_entries = {}
        for entry, places in frozen["indexentries"].items():
            for number, anchor, _ in places:
                self._index_entries.setdefault(names[number], []).append((entry, anchor, "main"))

    def prune(self, docnames: Any) -> None:
        """Keep these pages, with all their sections."""
        pages = set(docnames)
        kept = [name for name in self._titles if name.partition("#")[0] in pages]
        super().prune(kept)
        for mapping in (self._mapping, self._title_mapping):
            for word in [word for word, names in mapping.items() if not (word and names)]:
                del mapping[word]
        self._index_entries = {name: sorted(self._index_entries.get(name, [])) for name in sorted(kept)}

    def freeze(self) -> dict[str, Any]:
        """The index as it is written: without the objects of a programming language."""
        frozen = super().freeze()
        return frozen | {"objects": {}, "leads": [self._leads.get(name, "") for name in frozen["docnames"]]}


def leave_marking(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Leave out Sphinx's script that marks words, even in styles: `_static/marks.js` does it. The
    page of results loads its own script at the right place (templates/search.html).
    """
    names = [str(getattr(script, "filename", script)) for script in context["script_files"]]
    left_out = [name.endswith(("sphinx_highlight.js", "_static/search.js")) for name in names]
    context["script_files"] = [script for script, out in zip(context["script_files"], left_out, strict=True) if not out]


def setup(app: Sphinx) -> None:
    """Register with Sphinx, whose builder asks for the class when it begins to write."""
    sphinx.search.IndexBuilder = SectionIndex  # type: ignore[assignment,misc]
    app.connect("html-page-context", leave_marking)

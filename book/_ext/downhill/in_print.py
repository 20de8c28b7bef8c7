"""What other books print: a line in the margin, with the argument behind it.

An admonition whose title begins with "In print" or "In the margin" becomes a native fold. Its line
is what the title says after a colon, `{admonition} In print: necessary is not sufficient`, or else
the note's first sentence, which then does not stand in the note again.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxTranslator

TITLE = re.compile(r"In (?:print|the margin)\b")
# A full stop, and what closes with it, before a space and a new sentence or the next piece of text.
SENTENCE_END = re.compile(r"[.!?][)\"”’]*(?=\s+[A-Z(\"“‘]|\s+$|$)")


class InPrint(nodes.General, nodes.Element):
    """A note on what another book prints; its first child is its `Line`."""


class Line(nodes.General, nodes.TextElement):
    """What stands on the page before a note is opened."""


class FoldNotes(SphinxPostTransform):
    """Turn the notes on other books into folds, once their references are resolved."""

    default_priority = 190
    formats = ("html",)

    def run(self, **arguments: Any) -> None:
        """Replace each note."""
        for note in list(self.document.findall(nodes.admonition)):
            if TITLE.match(note[0].astext()):
                note.replace_self(folded(note))


def folded(note: nodes.admonition) -> InPrint:
    """The fold in place of a note."""
    title, body = note[0], note[1:]
    where, colon, said = title[0].astext().partition(":")
    line = Line("", "", nodes.strong("", where + colon))
    if colon:
        line += [nodes.Text(said), *unlinked(title[1:])]
    else:
        sentence, rest = split(body[0].children)
        if rest or len(body) > 1:  # of a note of one sentence the title is the line
            line[0] += nodes.Text(":")
            line += [nodes.Text(" "), *unlinked(sentence)]
            body = [*([nodes.paragraph("", "", *rest)] if rest else []), *body[1:]]
    return InPrint("", line, *body, ids=note["ids"], names=note["names"])


def split(parts: list[nodes.Node]) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """The first sentence of a paragraph's parts, and the rest of them."""
    for k, part in enumerate(parts):
        end = SENTENCE_END.search(part) if isinstance(part, nodes.Text) else None
        if end:
            left = part[end.end() :].lstrip()
            return [*parts[:k], nodes.Text(part[: end.end()])], [*([nodes.Text(left)] if left else []), *parts[k + 1 :]]
    return parts, []


def unlinked(parts: list[nodes.Node]) -> list[nodes.Node]:
    """The parts of a line without their links: a line is pressed as a whole."""
    line = Line("", "", *(part.deepcopy() for part in parts))
    for link in list(line.findall(nodes.reference)):
        link.replace_self(nodes.inline("", "", *link.children, ids=link["ids"]))
    return line.children


def visit_note(self: SphinxTranslator, node: InPrint) -> None:
    """Open a note."""
    self.body.append(self.starttag(node, "details", CLASS="in-print"))


def depart_note(self: SphinxTranslator, node: InPrint) -> None:
    """Close a note."""
    self.body.append("</details>\n")


def visit_line(self: SphinxTranslator, node: Line) -> None:
    """Open a note's line."""
    self.body.append("<summary>")


def depart_line(self: SphinxTranslator, node: Line) -> None:
    """Close a note's line."""
    self.body.append("</summary>\n")


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_node(InPrint, html=(visit_note, depart_note))
    app.add_node(Line, html=(visit_line, depart_line))
    app.add_post_transform(FoldNotes)

"""The licences of what is shipped in the built book: their texts beside the files, and a table for
the reader.
"""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from downhill.parts import PARTS, Part

TEXTS = Path(__file__).with_name("texts")
FOLDER = "_static/licences"


def version(part: Part) -> str:
    """The version that is shipped; nothing for a work that another one brings without saying so."""
    package = distribution(part.package)
    if part.version_in is None:
        return package.version if part.text is None else ""
    path, pattern = part.version_in
    found = re.search(pattern, Path(str(package.locate_file(path))).read_text("utf-8"))
    if found is None:
        raise ValueError(f"{part.name}: no version in {path}, where {pattern} was expected")
    return found[1]


def text(part: Part) -> str:
    """The licence's text: from the package that brings the work, or else ours with the owner's line
    above.
    """
    if part.text is None:
        return _of_package(distribution(part.package))
    return f"{part.name} {version(part)}".rstrip() + f"\n{part.owner}\n\n" + (TEXTS / part.text).read_text("utf-8")


def _of_package(package: Distribution) -> str:
    names = re.compile(r"(LICEN[CS]E|COPYING)(\.\w+)?", re.IGNORECASE)
    found = [file for file in package.files or [] if names.fullmatch(file.name)]
    if not found:
        raise ValueError(f"the installed package {package.name} brings no text of its licence; give its Part one of {TEXTS}")
    return "\n\n".join(Path(str(file.locate())).read_text("utf-8") for file in found)


def file_name(part: Part) -> str:
    """The name of a part's text, without blanks."""
    return re.sub(r"[^\w.-]+", "-", part.name) + ".txt"


class Licences(SphinxDirective):
    """A table of all parts: name, version, licence with a link to its text."""

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        here = "../" * self.env.docname.count("/")
        rows = [[nodes.Text("What"), nodes.Text("Version"), nodes.Text("Licence")]]
        for part in PARTS:
            link = nodes.reference("", part.licence, refuri=f"{here}{FOLDER}/{file_name(part)}", internal=True)
            rows.append([nodes.Text(part.name), nodes.Text(version(part)), link])
        return [_table(rows)]


def _table(rows: list[list[Any]]) -> nodes.table:
    """A table with one row of heads."""
    body = [nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in row)) for row in rows]
    columns = [nodes.colspec(colwidth=1) for _ in rows[0]]
    group = nodes.tgroup("", *columns, nodes.thead("", body[0]), nodes.tbody("", *body[1:]), cols=len(columns))
    return nodes.table("", group)


def write_texts(app: Sphinx, error: Exception | None) -> None:
    """Put the texts into the built book, once its pages are written."""
    if error is None and app.builder.name == "html":
        folder = Path(app.outdir) / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            (folder / file_name(part)).write_text(text(part), "utf-8", newline="\n")


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_directive("licences", Licences)
    app.connect("build-finished", write_texts)

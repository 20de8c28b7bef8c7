"""The concordance: for each item of a source its place here, its name in gdcore and its test.

`{concordance} P` is the table of the items of `book/concordance.csv` whose id begins with "P-".
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from downhill.links import as_roles

FILE = "book/concordance.csv"
HEADS = ("There", "What it is", "Here", "In gdcore, and its test")
WORDS = {"F": "figure", "A": "algorithm", "L": "listing", "T": "table", "X": "exercise"}


def name_there(item: str) -> str:
    """What an item is called in its source, from its id.

    >>> [name_there(item) for item in ("P-6.5", "K-L11-2", "L-4.1.2", "L-F4.3", "B-cost")]
    ['equation 6.5', 'listing 11-2', 'section 4.1.2', 'figure 4.3', 'in the text']
    """
    source, name = item.split("-", 1)
    if re.fullmatch(r"[\d.]+", name):
        return f"{'section' if source == 'L' else 'equation'} {name}"
    numbered = re.fullmatch(r"([FALTX])([\d.-]+)", name)
    return f"{WORDS[numbered[1]]} {numbered[2]}" if numbered else "in the text"


def name_of_test(test: str) -> str:
    """A test as a reader finds it: the file without its folder, and the cell or the function.

    >>> name_of_test("book/sgd.ipynb::line-gdcore")
    'sgd.ipynb: line-gdcore'
    """
    return test.split("/", 1)[1].replace("::", ": ")


def cells(row: dict[str, str]) -> list[str]:
    """A row of the file as the Markdown of its four cells."""
    names = [f"`{name}`" for name in row["gdcore"].split()]
    tests = [f"`{name_of_test(test)}`" for test in row["test"].split()]
    return [
        name_there(row["id"]),
        f"{row['what']}. *{row['remark']}*" if row["remark"] else row["what"],
        f"[](#{row['label']})",
        "\n\n".join(names + tests),
    ]


class Concordance(SphinxDirective):
    """The table of one source, which is named by the letter that its ids begin with."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        path = Path(self.env.srcdir) / FILE
        self.env.note_dependency(str(path))
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["id"].startswith(f"{self.arguments[0]}-")]
        if not rows:
            raise self.error(f"concordance: no id of {FILE} begins with {self.arguments[0]}-")
        body = nodes.tbody("", *(self._row(cells(row)) for row in rows))
        columns = [nodes.colspec(colwidth=1) for _ in HEADS]
        group = nodes.tgroup("", *columns, nodes.thead("", self._row(HEADS)), body, cols=len(HEADS))
        return [nodes.table("", group, classes=["concordance"])]

    def _row(self, texts: list[str] | tuple[str, ...]) -> nodes.row:
        row = nodes.row()
        for text in texts:
            entry = nodes.entry()
            self.state.nested_parse(StringList(as_roles(text).splitlines(), FILE), 0, entry)
            row += entry
        return row


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_directive("concordance", Concordance)

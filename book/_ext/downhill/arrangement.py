"""Where the folded code of a page stands: below the figure that it draws, or at its section's end.

A notebook runs from top to bottom, so its set-up comes before the picture and its checks interrupt
the text. When the page is written, folded cells (`hide-input`, `hide-cell`) are put where a reader
looks for them. Their position decides:

- Before a figure, with no text and no open code between: into one fold below the figure, with the
  figure's own code.
- After the solution of an exercise: into one fold inside the solution.
- Anywhere else: into one fold at the end of the section. What was checked there is said in words by
  the cells' metadata, `"checks": "the two forms give equal iterates"`.

The innermost section owns its cells. Inside a fold the code has the notebook's order. What a
`hide-input` cell shows stays in its place; what a `hide-cell` cell prints goes with its code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxTranslator
from sphinx_exercise.nodes import solution_node

OF_FIGURE, OF_SOLUTION, OF_SECTION, CHECKED = (
    "Code of this figure",
    "Code of this solution",
    "Code of this section",
    "How this was checked",
)


class Fold(nodes.General, nodes.Element):
    """Cells behind one line, which says in its attribute `label` what is inside."""


class ArrangeCode(SphinxPostTransform):
    """Put the folded code of a page where a reader looks for it."""

    default_priority = 198  # myst-nb folds each cell by itself at 199, and finds none left to fold
    formats = ("html",)

    def run(self, **arguments: Any) -> None:
        """Arrange each section by itself."""
        for section in [self.document, *self.document.findall(nodes.section)]:
            arrange(section)


def arrange(section: nodes.Element) -> None:
    """Move the folded code among a section's own children."""
    waiting: list[nodes.Element] = []  # folded cells, of which it is not yet known whether a figure follows
    rest: list[nodes.Element] = []
    solution = None
    for child in list(section.children):
        if shows_figure(child):
            fold = folded([*waiting, *([child] if is_folded(child) else [])], OF_FIGURE)
            below = section.index(child) + 1
            section[below:below] = fold
            waiting = []
        elif is_folded(child):
            waiting.append(child)
        elif not (is_cell(child) and not has_code(child)) and not isinstance(child, nodes.Invisible):
            place(section, solution, waiting, rest)
            waiting, solution = [], child if isinstance(child, solution_node) else None
    place(section, solution, waiting, rest)
    fold = folded(rest, label_of(rest, OF_SECTION))
    end = next((k for k, child in enumerate(section) if isinstance(child, nodes.section)), len(section))
    section[end:end] = fold
    for child in [child for child in section if is_cell(child) and not child.children]:
        section.remove(child)


def place(section: nodes.Element, solution: Any, cells: list[nodes.Element], rest: list[nodes.Element]) -> None:
    """Cells that no figure follows belong to the solution before them, or else to the section."""
    if solution is None:
        rest += cells
    else:
        solution += shown(section, cells)
        solution += folded(cells, label_of(cells, OF_SOLUTION))


def shown(section: nodes.Element, cells: list[nodes.Element]) -> list[nodes.Element]:
    """What `hide-input` cells show, taken out of their section."""
    found = []
    for cell in cells:
        if cell["hide_mode"] == "input" and len(cell) > 1:
            section.remove(cell)
            found.append(cell)
    return found


def folded(cells: list[nodes.Element], label: str) -> list[nodes.Element]:
    """The one fold that holds these cells' code, taken out of where it stood; none without
    cells.
    """
    if not cells:
        return []
    fold = Fold(label=label)
    for cell in cells:
        fold += taken_out(cell)
    return [fold]


def taken_out(cell: nodes.Element) -> nodes.Element:
    """What of a cell goes into the fold: all of it, or its code where what it shows stays."""
    mode = cell.attributes.pop("hide_mode")
    if mode == "all" or len(cell) == 1:
        cell.parent.remove(cell)
        return cell
    code = nodes.container(classes=["cell"])
    code += cell.pop(0)
    return code


def label_of(cells: Iterable[nodes.Element], otherwise: str) -> str:
    """The line of a fold with checks in it: in words, as far as its cells have any."""
    words = dict.fromkeys(cell["cell_metadata"]["checks"] for cell in cells if "checks" in cell["cell_metadata"])
    if words:
        return f"{CHECKED}: {'; '.join(words)}"
    asserted = any(re.search(r"^\s*assert\b", cell[0].astext(), re.MULTILINE) for cell in cells)
    return CHECKED if asserted and otherwise == OF_SECTION else otherwise


def is_cell(node: nodes.Node) -> bool:
    """Whether a node is a code cell of the notebook."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def has_code(cell: nodes.Element) -> bool:
    """Whether a cell's code is on the page: the tag `remove-input` takes it away."""
    return bool(cell.children) and cell[0].get("nb_element") == "cell_code_source"


def is_folded(node: nodes.Node) -> bool:
    """Whether a node is a cell whose code is to be folded."""
    return is_cell(node) and has_code(node) and node.get("hide_mode") in ("all", "input")


def shows_figure(node: nodes.Node) -> bool:
    """Whether a node is a cell that shows a figure, with a number or without."""
    if not is_cell(node) or node.get("hide_mode") == "all":
        return False
    return any(
        isinstance(part, nodes.figure) or (isinstance(part, nodes.raw) and '<figure class="explore"' in part.astext())
        for part in node.findall()
    )


def visit_fold(self: SphinxTranslator, node: Fold) -> None:
    """Open a fold: its name is what its line says."""
    self.body.append(f'<details class="fold"><summary>{escape(node["label"])}</summary>\n')


def depart_fold(self: SphinxTranslator, node: Fold) -> None:
    """Close a fold."""
    self.body.append("</details>\n")


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_node(Fold, html=(visit_fold, depart_fold))
    app.add_post_transform(ArrangeCode)

"""The rules for a chapter's cells, each with what to do about it: `python -m tools.cell_rules`
lists what breaks them.
"""

from __future__ import annotations

import ast
import re
import statistics
import sys
from collections.abc import Iterator
from typing import Any

import nbformat

from tests.pages import ARRANGED
from tools import links
from tools.notebooks import MARK, bare, notebooks, unchecked

LONGEST, MEDIAN, WIDEST, OPEN, CHECKS = 25, 8, 79, 15, 60
FOLDED = {"hide-input", "hide-cell"}
HIDDEN = FOLDED | {"remove-input", "remove-cell"}
FOR_A_TOOL = re.compile(r"#\s*(?:NBVAL_\w+|noqa|fmt:|ruff:|type:\s*ignore|pragma:)")


def complaints(page: str, notebook: Any, text: str | None = None) -> list[str]:
    """What breaks the rules in a notebook, and its text as committed if given: "page#cell: rule.
    What to do".
    """
    said = [f"{page}#{cell.id}: {problem}" for cell in _code(notebook) for problem in _of_cell(cell)]
    if page in ARRANGED:
        said += [f"{page}#{cell.id}: {problem}" for cell in _code(notebook) for problem in of_open_cell(cell)]
    said += [f"{page}#{cell}: {problem}" for cell, problem in [*rebound(notebook), *links.complaints(page, notebook)]]
    for cell in unchecked(notebook):
        said.append(f"{page}#{cell}: its checked output is missing or not text. Run the cell and save the notebook.")
    lengths = [len(cell.source.splitlines()) for cell in _code(notebook)]
    if len(lengths) >= 10 and statistics.median(lengths) > MEDIAN:
        said.append(f"{page}: half of the code cells have more than {MEDIAN} lines. Split the longer ones at their ideas.")
    if text is not None and text != nbformat.writes(bare(notebook), indent=1) + "\n":
        said.append(f"{page}: outputs, counts or metadata of a run are in the file. Run make clean-notebooks.")
    return said


def _code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _of_cell(cell: Any) -> Iterator[str]:
    """What a code cell breaks by itself."""
    lines, tags = cell.source.splitlines(), set(cell.metadata.get("tags", []))
    if len(lines) > LONGEST:
        yield f"{len(lines)} lines, at most {LONGEST} are read at once. Split the cell."
    widest = max(map(len, lines), default=0)
    if not HIDDEN & tags and widest > WIDEST:
        line = next(number for number, line in enumerate(lines, 1) if len(line) == widest)
        yield f"line {line} has {widest} columns, open code has at most {WIDEST} (the article's width). Break the line."
    if MARK in cell.source and MARK not in lines:
        yield f"nbval reads {MARK} on a line of its own alone. Put it first in the cell."
    if FOLDED & tags and cell.metadata.get("jupyter", {}).get("source_hidden") is not True:
        yield 'folded on the page but not in JupyterLab. Add "jupyter": {"source_hidden": true} to its metadata.'


def of_open_cell(cell: Any) -> Iterator[str]:
    """What a code cell breaks that the reader sees: open code is the method, or the one call that
    the text explains.
    """
    checks = cell.metadata.get("checks")
    if HIDDEN & set(cell.metadata.get("tags", [])):
        if checks is not None and not (isinstance(checks, str) and 0 < len(checks.strip()) <= CHECKS):
            yield f'its "checks" are {checks!r}. Say in at most {CHECKS} characters what the cell checks, or leave them out.'
        return
    if checks is not None:
        yield 'open code has "checks". Move them to the folded cell that does the checking.'
    lines = len(cell.source.splitlines())
    if lines > OPEN:
        yield f"{lines} lines of open code, at most {OPEN}. Fold what is not the method into a cell of its own."
    if any(isinstance(node, ast.Assert) for node in ast.walk(_parsed(cell.source))):
        yield 'open code has an assertion. Move it to a folded cell after this one, with "checks" that say what it checks.'
    comment = FOR_A_TOOL.search(cell.source)
    if comment:
        yield f"open code has a comment for a tool, {comment[0]}. Fold the code (tag hide-input); what it prints still shows."


def rebound(notebook: Any) -> Iterator[tuple[str, str]]:
    """The cells that prepare text (tag `remove-input`) and give a new value to a name of an earlier
    cell.

    Such a cell fails when it is run once more: a number has become its own text.
    """
    origin: dict[str, str] = {}
    for cell in _code(notebook):
        names = _bound(cell.source)
        if "remove-input" in cell.metadata.get("tags", []) and cell.id.endswith("-text"):
            for name in sorted(names & set(origin)):
                said = f"it gives a new value to `{name}` of cell {origin[name]}, so that it cannot be run twice."
                yield cell.id, f"{said} Store the text under a new name, `{name}_text`."
        origin |= dict.fromkeys(names - set(origin), cell.id)


def _bound(source: str) -> set[str]:
    """The names that a cell binds in the notebook: not those inside of its functions and
    comprehensions.
    """
    names: set[str] = set()
    nodes: list[ast.AST] = [_parsed(source)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            nodes += ast.iter_child_nodes(node)
    return names - {"_"}


def _parsed(source: str) -> ast.Module:
    """A cell's code as a tree, without the lines that are IPython's own."""
    return ast.parse("\n".join(line for line in source.splitlines() if not line.startswith(("%", "!"))))


def main() -> int:
    """List what breaks the rules in the book; 1 if anything does."""
    said = []
    for path in notebooks():
        text = path.read_text("utf-8")
        said += complaints(path.stem, nbformat.reads(text, as_version=4), text)
    print("\n".join(said) if said else "The notebooks keep the rules for cells.")
    return int(bool(said))


if __name__ == "__main__":
    sys.exit(main())

"""Notebooks as they are committed: no output but the text of cells marked `# NBVAL_CHECK_OUTPUT`.

That text nbval compares. `python -m tools.notebooks` makes every notebook of the book so, and puts
the right words into its references (tools/links.py). A marked
cell must have been run: nbval passes over a cell without an execution count, and fails one with a
count and no output.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import nbformat

BOOK = Path(__file__).resolve().parents[1] / "book"
MARK = "# NBVAL_CHECK_OUTPUT"
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebooks() -> list[Path]:
    """The book's notebooks, by name."""
    return sorted(path for path in BOOK.glob("*.ipynb"))


def bare(notebook: Any) -> Any:
    """A copy of the notebook with nothing in it that a run left behind, but the checked text."""
    clean = copy.deepcopy(notebook)
    clean.metadata = nbformat.from_dict(KERNEL)
    for cell in clean.cells:
        for leftover in ("execution", "collapsed", "scrolled", "trusted"):
            cell.metadata.pop(leftover, None)
        if cell.cell_type != "code":
            continue
        if MARK in cell.source:
            for output in cell.outputs:
                output.get("data", {}).pop("text/html", None)  # a table's, which shows itself as text to nbval
                output.pop("metadata", None) if output.output_type == "stream" else output.metadata.clear()
                if "execution_count" in output:
                    output.execution_count = cell.execution_count
        else:
            cell.outputs, cell.execution_count = [], None
    return clean


def unchecked(notebook: Any) -> list[str]:
    """The marked cells that nbval would pass over: without a count or without text."""
    return [
        cell.id
        for cell in notebook.cells
        if cell.cell_type == "code"
        and MARK in cell.source
        and not (cell.execution_count and cell.outputs and _is_text(cell.outputs))
    ]


def _is_text(outputs: list[Any]) -> bool:
    return all(output.output_type == "stream" or set(output.get("data", ())) == {"text/plain"} for output in outputs)


if __name__ == "__main__":
    from tools.links import with_right_words  # only here: what reads notebooks needs no bibliography

    for path in notebooks():
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = with_right_words(path.stem, notebook, cell.source)
        for name in unchecked(notebook):
            print(f"{path.name}: run cell {name} and save the notebook first: its checked output is missing or not text")
        path.write_text(nbformat.writes(bare(notebook), indent=1) + "\n", "utf-8")

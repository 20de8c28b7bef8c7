"""The notebooks as files: committed bare, every label of the table of contents there, cells short. nbval runs their code."""

from __future__ import annotations

import statistics

import nbformat
import pytest
import yaml

from tests.conftest import ROOT
from tools import notebooks

NOTEBOOKS = notebooks.notebooks()


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_bare(path):
    assert path.read_text("utf-8") == nbformat.writes(notebooks.bare(read(path)), indent=1) + "\n", "run make clean-notebooks"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_checked_cells_have_text_that_nbval_compares(path):
    assert notebooks.unchecked(read(path)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_are_short(path):
    lengths = [len(cell.source.splitlines()) for cell in read(path).cells if cell.cell_type == "code"]
    assert max(lengths) <= 25
    assert len(lengths) < 10 or statistics.median(lengths) <= 8


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_open_code_is_as_narrow_as_the_article(path):
    folded = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
    for cell in read(path).cells:
        if cell.cell_type == "code" and not folded & set(cell.metadata.get("tags", [])):
            assert max(map(len, cell.source.splitlines())) <= 79, cell.id


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_folded_cells_are_folded_in_the_lab_too(path):
    for cell in read(path).cells:
        if cell.cell_type == "code" and {"hide-input", "hide-cell"} & set(cell.metadata.get("tags", [])):
            assert cell.metadata.get("jupyter", {}).get("source_hidden") is True, cell.id


def test_every_notebook_is_in_the_table_of_contents():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    listed = {toc["root"]} | {chapter["file"] for part in toc.get("parts", []) for chapter in part["chapters"]}
    assert {f"book/{path.stem}" for path in NOTEBOOKS} <= listed


def test_bare_keeps_checked_text_and_nothing_else():
    text = nbformat.v4.new_output("stream", text="0.5\n")
    checked = nbformat.v4.new_code_cell(f"{notebooks.MARK}\nprint(0.5)", execution_count=3, outputs=[text])
    other = nbformat.v4.new_code_cell("print(1)", execution_count=4, outputs=[nbformat.v4.new_output("stream", text="1\n")])
    notebook = nbformat.v4.new_notebook(cells=[checked, other], metadata={"widgets": {"state": {}}})
    clean = notebooks.bare(notebook)
    assert clean.cells[0].outputs[0].text == "0.5\n" and clean.cells[0].execution_count == 3
    assert clean.cells[1].outputs == [] and clean.cells[1].execution_count is None
    assert "widgets" not in clean.metadata
    assert notebooks.unchecked(clean) == []
    checked.execution_count = None
    assert notebooks.unchecked(notebook) == [checked.id]

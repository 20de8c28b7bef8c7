"""The notebooks as files: the rules for cells, and what they say to do. nbval runs the code."""

from __future__ import annotations

import nbformat
import pytest
import yaml
from nbclient import NotebookClient

from tests.conftest import ROOT
from tools import cell_rules, notebooks

NOTEBOOKS = notebooks.notebooks()


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_keeps_the_rules_for_cells(path):
    said = cell_rules.complaints(path.stem, read(path), path.read_text("utf-8"))
    assert not said, "\n".join(said)


def code(source, cell="a-cell", tags=(), **metadata):
    made = nbformat.v4.new_code_cell(source, metadata={"tags": list(tags), **metadata} if tags else metadata)
    made.id = cell
    return made


FOLDED = {"jupyter": {"source_hidden": True}}
BROKEN = {
    "26 lines": ([code("x = 1\n" * 26)], "page#a-cell: 26 lines, at most 25 are read at once. Split the cell."),
    "80 columns": ([code(f"x = 1\ny = '{'y' * 74}'")], "page#a-cell: line 2 has 80 columns, open code has at most 79 "),
    "open in the Lab": ([code("x = 1", tags=["hide-input"])], "page#a-cell: folded on the page but not in JupyterLab."),
    "long in the middle": (
        [code("x = 1\n" * 9, f"a-{k}") for k in range(10)],
        "page: half of the code cells have more than 8 ",
    ),
    "not run": ([code(f"{notebooks.MARK}\nprint(1)")], "page#a-cell: its checked output is missing or not text. Run the cell"),
    "a number made text": (
        [code("share = 0.5", "first"), code('share = f"{share:.2f}"', "first-text", ["remove-input"])],
        "page#first-text: it gives a new value to `share` of cell first, so that it cannot be run twice. "
        "Store the text under a new name, `share_text`.",
    ),
}


@pytest.mark.parametrize("cells, said", BROKEN.values(), ids=BROKEN)
def test_a_broken_rule_is_named_with_its_cell_and_what_to_do(cells, said):
    found = cell_rules.complaints("page", nbformat.v4.new_notebook(cells=cells))
    assert len(found) == 1 and found[0].startswith(said), found


def test_a_mark_that_nbval_does_not_see_is_named():
    cell = code(f"print(1)  {notebooks.MARK}", tags=["hide-input"], **FOLDED)
    [said, _] = cell_rules.complaints("page", nbformat.v4.new_notebook(cells=[cell]))
    assert said == "page#a-cell: nbval reads # NBVAL_CHECK_OUTPUT on a line of its own alone. Put it first in the cell."


OPEN = {
    "16 lines": (code("x = 1\n" * 16), "16 lines of open code, at most 15. Fold what is not the method"),
    "an assertion": (code("def f():\n    assert 1"), "open code has an assertion. Move it to a folded cell after this one"),
    "a comment for a tool": (
        code(f"print(1)  {notebooks.MARK}"),
        "open code has a comment for a tool, # NBVAL_CHECK_OUTPUT. Fold",
    ),
    "checks in the open": (code("x = 1", checks="1 is 1"), 'open code has "checks". Move them to the folded cell'),
    "no words": (
        code("assert 1", tags=["hide-cell"], checks=" ", **FOLDED),
        "its \"checks\" are ' '. Say in at most 60 characters",
    ),
    "many words": (code("assert 1", tags=["hide-cell"], checks="a" * 61, **FOLDED), f"its \"checks\" are '{'a' * 61}'. Say"),
}


@pytest.mark.parametrize("cell, said", OPEN.values(), ids=OPEN)
def test_what_does_not_belong_into_open_code_is_named_with_what_to_do(cell, said):
    found = list(cell_rules.of_open_cell(cell))
    assert len(found) == 1 and found[0].startswith(said), found


def test_the_method_may_stand_open_and_checks_folded():
    checked = code(f"assert 1\n{notebooks.MARK}\n" + "x = 1\n" * 20, tags=["hide-cell"], checks="1 is true", **FOLDED)
    assert [*cell_rules.of_open_cell(code("%matplotlib inline\n" + "x = 1\n" * 14)), *cell_rules.of_open_cell(checked)] == []


def test_what_keeps_the_rules_is_not_complained_of():
    share = code('share_text, _ = [f"{share:.2f}" for share in (share, share)]', "first-text", ["remove-input"])
    wide = code(f"y = '{'y' * 90}'", "wide", ["hide-input"], **FOLDED)
    cells = [code("share = 0.5\n" * 25, "first"), share, wide, code("%matplotlib inline\nshare = 0.6", "later")]
    assert cell_rules.complaints("page", nbformat.v4.new_notebook(cells=cells)) == []


def test_a_run_left_in_the_file_is_complained_of():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", execution_count=3)])
    text = nbformat.writes(notebook, indent=1) + "\n"
    assert cell_rules.complaints("page", notebook, text)[-1].endswith("Run make clean-notebooks.")


def test_every_notebook_is_in_the_table_of_contents():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    listed = {toc["root"]} | {chapter["file"] for part in toc.get("parts", []) for chapter in part["chapters"]}
    assert {f"book/{path.stem}" for path in NOTEBOOKS} <= listed


def test_bare_keeps_the_text_of_a_checked_table_alone():
    shown = nbformat.v4.new_output("execute_result", {"text/html": "<table>", "text/plain": "a\n--"}, execution_count=3)
    cell = nbformat.v4.new_code_cell(f"{notebooks.MARK}\ntable(…)", execution_count=3, outputs=[shown])
    clean = notebooks.bare(nbformat.v4.new_notebook(cells=[cell]))
    assert clean.cells[0].outputs[0].data == {"text/plain": "a\n--"} and notebooks.unchecked(clean) == []


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


# The front page, and the cells of a chapter as far as its first figure with a setting that is drawn ahead.
@pytest.mark.parametrize("page, figure", [("index", "@live_walks"), ("convexity", "@explore")])
def test_each_cell_runs_twice_in_a_row_and_all_run_again(page, figure):
    cells = [cell.source for cell in code_of(page)]
    last = len(cells) if page == "index" else next(k for k, source in enumerate(cells, 1) if figure in source)
    assert any(figure in source for source in cells[:last])
    again = [source for source in cells[:last] for _ in range(2)] + cells[:last]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in again])
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(notebooks.BOOK)}}).execute()
    assert [output for cell in notebook.cells for output in cell.outputs if output.get("name") == "stderr"] == []


def code_of(page):
    return [cell for cell in read(notebooks.BOOK / f"{page}.ipynb").cells if cell.cell_type == "code"]

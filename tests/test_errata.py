"""Where the sources err: each entry stands once, is proved, and is reached from what the chapters say about it."""

from __future__ import annotations

import ast
import csv
import re

import nbformat
import pytest

from tests.conftest import ROOT
from tests.pages import PAGES

HEAD = re.compile(r"\(errata-([kpbl]\d+)\)=\n### ([KPBL]\d+)\. \S.*\n\n\*(Wrong|Misleading|Slip)\. \S.*\*")
WORDS = {"Wrong": 0, "Misleading": 0, "Slip": 1}  # slips come last in their source
SAID_BETTER = {("second_order", "noise-seen")}  # the note adds to what the notes say: no error


def cells(page):
    return nbformat.read(ROOT / "book" / f"{page}.ipynb", as_version=4).cells


PAGE = cells("errata")
HEADS = {k: HEAD.fullmatch(cell.source) for k, cell in enumerate(PAGE) if "\n### " in cell.source}
CODES = [head[2] for head in HEADS.values() if head]
with (ROOT / "book" / "in_print.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


def body(code):
    """The cells of an entry after its heading: its checks, and its text."""
    start = next(k for k, head in HEADS.items() if head and head[2] == code)
    return PAGE[start + 1], PAGE[start + 2]


def test_every_entry_has_its_code_once_with_its_label_its_kind_and_its_place():
    assert len(CODES) > 50 and len(set(CODES)) == len(CODES)
    assert [PAGE[k].source for k, head in HEADS.items() if not (head and head[1] == head[2].lower())] == []


def test_the_slips_of_a_source_come_last():
    kinds = {letter: [WORDS[head[3]] for head in HEADS.values() if head[2].startswith(letter)] for letter in "KPBL"}
    assert all(each == sorted(each) for each in kinds.values())


@pytest.mark.parametrize("code", CODES)
def test_an_entry_is_proved_and_leads_to_the_book(code):
    check, text = body(code)
    assert check.cell_type == "code" and check.metadata["checks"].strip() and "hide-cell" in check.metadata["tags"]
    assert any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(check.source)))
    assert text.cell_type == "markdown" and len(text.source.split()) > 15
    assert re.search(r"\]\(\w+\.ipynb#[a-z0-9-]+\)", text.source)


def test_the_working_list_says_of_every_code_whether_it_is_an_entry():
    lines = dict(re.findall(r"^([KPBL]\d+) (.*)$", (ROOT / "docs" / "errata.md").read_text("utf-8"), re.MULTILINE))
    assert {code for code, line in lines.items() if "Left out: " not in line} == set(CODES)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['id']}-{row['chapter']}" for row in ROWS])
def test_what_the_chapters_left_for_this_page_is_here(row):
    assert row["id"] in CODES
    assert f"({row['chapter']}.ipynb#{row['label']})" in body(row["id"])[1].source


def notes():
    for page in PAGES:
        if (ROOT / "book" / f"{page}.ipynb").exists():
            for cell in cells(page):
                found = re.findall(r"^:::\{admonition\} In print.*?^:::$", cell.source, re.MULTILINE | re.DOTALL)
                yield from ((page, cell.id, note) for note in found)


def test_each_note_in_a_chapter_leads_to_its_entry():
    found = list(notes())
    assert len(found) > 10 and {(page, name) for page, name, _ in found} >= SAID_BETTER
    leading = {(page, name): re.findall(r"errata\.ipynb#errata-([a-z0-9-]+)\)", note) for page, name, note in found}
    assert {place for place, labels in leading.items() if not labels} == SAID_BETTER
    assert {label for labels in leading.values() for label in labels} <= {code.lower() for code in CODES} | {"left-out"}

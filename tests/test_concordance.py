"""The concordance: every row leads to a place in the book, a name in gdcore and a test that are really there."""

from __future__ import annotations

import ast
import csv
import importlib
import re
from collections import Counter

import nbformat
import pytest

from tests.conftest import ROOT
from tools.notebooks import MARK

FIELDS = ["id", "what", "page", "label", "gdcore", "test", "remark"]
COUNTS = {"P": 39, "B": 88, "K": 42, "L": 86}  # 255 items, as the four sources have them
KINDS = re.compile(r"[PBKL]-[A-Za-z0-9.-]+")

with (ROOT / "book" / "concordance.csv").open(encoding="utf-8", newline="") as file:
    READER = csv.DictReader(file)
    ROWS = list(READER)


def cells(page):
    return nbformat.read(ROOT / "book" / f"{page}.ipynb", as_version=4).cells


def labels(page):
    """Every label that a notebook sets: of sections and equations, figures, exercises."""
    text = "\n".join(cell.source for cell in cells(page))
    figures = {cell.metadata.get("mystnb", {}).get("figure", {}).get("name") for cell in cells(page)}
    return set(re.findall(r"^\(([^)\s]+)\)=", text, re.MULTILINE)) | set(re.findall(r":(?:label|name): *(\S+)", text)) | figures


def test_each_item_has_one_row():
    assert READER.fieldnames == FIELDS
    assert [name for name, count in Counter(row["id"] for row in ROWS).items() if count > 1] == []
    assert [row["id"] for row in ROWS if not KINDS.fullmatch(row["id"])] == []
    assert Counter(row["id"][0] for row in ROWS) == COUNTS
    assert [row["id"] for row in ROWS if not row["what"]] == []


def test_each_source_has_its_table():
    text = (ROOT / "book" / "concordance.md").read_text("utf-8")
    assert sorted(re.findall(r"^```\{concordance\} (\w)$", text, re.MULTILINE)) == sorted(COUNTS)


@pytest.mark.parametrize("page", sorted({row["page"] for row in ROWS}))
def test_labels_are_in_the_page(page):
    there = labels(page)
    assert [(row["id"], row["label"]) for row in ROWS if row["page"] == page and row["label"] not in there] == []


def test_names_are_in_gdcore():
    for row in ROWS:
        for name in row["gdcore"].split():
            module, _, attribute = name.rpartition(".")
            assert hasattr(importlib.import_module(module), attribute), row


def test_tests_exist_and_assert_something():
    for row in ROWS:
        tests = row["test"].split()
        assert tests, row
        for name in tests:
            file, _, part = name.partition("::")
            assert (ROOT / file).exists(), row
            if file.endswith(".ipynb"):
                sources = [cell.source for cell in cells(ROOT.joinpath(file).stem) if cell.id == part]
                assert sources and ("assert " in sources[0] or MARK in sources[0]), row
            else:
                tree = ast.parse((ROOT / file).read_text("utf-8"))
                assert part in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, row

"""The reference of gdcore: every public name has its entry, with an example, and leads to the book and back."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest
import yaml
from downhill import names, reference

from tests.conftest import ROOT
from tests.test_docstrings import ROOMS, WITHOUT


def test_each_room_has_its_page_in_the_contents():
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    pages = [chapter for part in contents["parts"] for chapter in part["chapters"] if chapter["file"] == "book/api"]
    assert [section["file"] for section in pages[0]["sections"]] == [f"book/api/{room}" for room in names.ROOMS]
    for room in names.ROOMS:
        assert f"```{{gdcore}} {room}\n" in (ROOT / "book" / "api" / f"{room}.md").read_text("utf-8")
    assert {f"gdcore.{room}" for room in names.ROOMS} == set(ROOMS)


@pytest.mark.parametrize("room", names.ROOMS)
def test_each_name_has_an_entry(room):
    module = importlib.import_module(f"gdcore.{room}")
    assert set(getattr(module, "__all__", [])) <= set(names.own_names(room))
    for name in names.own_names(room):
        entry = reference.entry(room, name, [])
        body = entry.split("\n\n", 1)[1].removesuffix("``````")
        assert len(body.split()) >= 3, f"gdcore.{room}.{name} has no text"
        if inspect.isfunction(inspect.unwrap(getattr(module, name))) and name not in WITHOUT:
            assert "```pycon\n>>>" in entry, name


def test_an_entry_leads_to_the_places_that_teach_its_name():
    assert "momentum-nesterov" in reference.places(ROOT, "gdcore.methods.nesterov")
    used = [("markdown", "(here)=\n## Here"), ("code", "from gdcore import words\nwords.significant(1)")]
    cells = [{"cell_type": kind, "source": [text]} for kind, text in used]
    assert set(reference.uses(cells)) == {("gdcore.words", "here"), ("gdcore.words.significant", "here")}


def test_every_method_is_taught_somewhere():
    assert [name for name in names.own_names("methods") if not reference.places(ROOT, f"gdcore.methods.{name}")] == []


def test_a_constant_without_a_text_is_refused():
    with pytest.raises(ValueError, match=r"gdcore\.words\.NOWHERE: no text says what it is"):
        names.said_of_constant("words", "NOWHERE")


def test_built_pages(book):
    page = (book / "api" / "methods.html").read_text("utf-8")
    assert 'id="gdcore.methods.adam"' in page and re.search(r'href="\.\./adaptive\.html#[^"]+"', page)
    chapter = (book / "gradient_descent.html").read_text("utf-8")
    assert chapter.count('href="api/descent.html#gdcore.descent.descend"') == 1
    assert 'href="api/methods.html#gdcore.methods.adam"' in (book / "concordance.html").read_text("utf-8")

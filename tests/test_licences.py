"""What others made of what is shipped in the built book is listed, with the text of its licence
beside it.
"""

from __future__ import annotations

from fnmatch import fnmatch

import pytest
from downhill import licences
from downhill.parts import PARTS, Part

OURS = (
    *(
        "downhill.css",
        "downhill.js",
        "look*",
        "favicon.svg",
        "logo.svg",
        "licences/*",
        "arrangement.css",
        "concordance.css",
        "reference.css",
        "link.png",
    ),
    *("search.js", "search.css", "marks.js", "formulas.js", "formulas.css", "keyboard.js", "keyboard.css"),
)


@pytest.fixture(scope="module")
def shipped(book):
    static = book.parent / "_static"
    return [path.relative_to(static).as_posix() for path in static.rglob("*") if path.is_file()]


def test_every_script_style_font_and_image_is_covered_by_an_entry(shipped):
    covered = [pattern for part in PARTS for pattern in part.covers]
    assert len(shipped) > 100
    assert [file for file in shipped if not any(fnmatch(file, pattern) for pattern in (*covered, *OURS))] == []


def test_no_script_or_font_lies_elsewhere_in_the_book(book):
    html = book.parent
    kinds = {".js", ".css", ".woff", ".woff2", ".ttf", ".otf", ".wasm"}
    elsewhere = [path.relative_to(html).as_posix() for path in html.rglob("*") if path.suffix in kinds]
    assert [path for path in elsewhere if not path.startswith("_static/")] == ["searchindex.js"]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_an_entry_covers_something_and_its_text_is_shipped(book, shipped, part):
    for pattern in part.covers:
        assert any(fnmatch(file, pattern) for file in shipped), f"{part.name}: nothing is shipped of {pattern}"
    text = (book.parent / licences.FOLDER / licences.file_name(part)).read_text("utf-8")
    sign = {"MIT": "Permission is hereby granted", "Apache-2.0": "Apache License", "OFL-1.1": "SIL OPEN FONT LICENSE"}
    assert sign.get(part.licence, "Redistribution") in text
    assert "copyright" in text.lower()
    page = (book / "licences.html").read_text("utf-8")
    assert part.name in page
    assert f"../{licences.FOLDER}/{licences.file_name(part)}" in page
    assert licences.version(part) in page


def test_the_versions_of_what_is_brought_along_are_read_from_it():
    versions = {part.name: licences.version(part) for part in PARTS}
    assert versions["MathJax"].startswith("3.")
    assert versions["Bootstrap"].startswith("5.")
    assert versions["compare-versions"] == ""
    assert versions["Sphinx"].count(".") == 2


def test_an_entry_without_text_or_version_is_refused():
    with pytest.raises(ValueError, match="sphinx-mathjax-offline brings no text"):
        licences.text(Part("Something", "MIT", (), "sphinx-mathjax-offline"))
    with pytest.raises(ValueError, match=r"no version in sphinx/__init__\.py"):
        licences.version(Part("Something", "MIT", (), "Sphinx", ("sphinx/__init__.py", r"never (found)")))


def test_every_page_leads_to_the_licences_and_github_pages_keeps_the_styles(book):
    for page in book.glob("*.html"):
        assert 'href="licences.html">Licences</a>' in page.read_text("utf-8") or page.name == "licences.html"
    assert (book.parent / ".nojekyll").is_file()

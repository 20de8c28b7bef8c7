"""The references: each can be found, and each method's source is among them and is cited in the book."""

from __future__ import annotations

import inspect
import re
import unicodedata

import pytest
from pybtex.database import parse_file
from pybtex.richtext import Text

import gdcore.curvature
import gdcore.methods
from tests.conftest import ROOT

ENTRIES = parse_file(str(ROOT / "book" / "references.bib")).entries
FORMS = {
    "doi": r"10\.\d{4,}/\S+",
    "eprint": r"\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7}",
    "isbn": r"[\d-]{9,}[\dX]",
    "url": r"https?://\S+",
}
METHODS = [(room, name) for room in (gdcore.methods, gdcore.curvature) for name in room.__all__]
TEXTS = {"Prince,": "prince2023", "the lecture notes": "lecture2022"}  # which a docstring names without a year


def plain(name):
    """A family name as a docstring writes it, without accents."""
    text = str(Text.from_latex(name))
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def sources(room, name):
    """The keys of the works that a docstring gives as its source."""
    text = inspect.getdoc(inspect.unwrap(getattr(room, name))).partition("Source: ")[2].partition("\n\n")[0]
    text = plain(" ".join(text.split()))
    found = [key for words, key in TEXTS.items() if words in text]
    for key, entry in ENTRIES.items():
        family = plain(" ".join(entry.persons["author"][0].prelast_names + entry.persons["author"][0].last_names))
        if re.search(rf"\b{re.escape(family)}(,? [A-Za-z][A-Za-z ,]*| et al\.)? {entry.fields['year']}\b", text):
            found.append(key)
    return found


@pytest.mark.parametrize("key", ENTRIES)
def test_each_work_can_be_found(key):
    there = {field: ENTRIES[key].fields[field] for field in FORMS if field in ENTRIES[key].fields}
    assert there, f"give {key} a DOI, an arXiv identifier, an ISBN or an address"
    assert [value for field, value in there.items() if not re.fullmatch(FORMS[field], value)] == []


@pytest.mark.parametrize(("room", "name"), METHODS)
def test_the_source_of_each_method_is_cited(room, name):
    keys = sources(room, name)
    assert keys, f"the source of {name} is not in references.bib"
    book = "".join(path.read_text("utf-8") for path in (ROOT / "book").glob("*.ipynb"))
    assert [key for key in keys if f"](#{key})" in book], f"no chapter cites {', '.join(keys)}"

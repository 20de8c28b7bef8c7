"""Tables: what is shown in a book, in JupyterLab and to nbval, and what is refused."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gdcore.tables import table
from tests.tiny_book import TinyBook, notebook

ROWS = [["walker", 92, 0.0125, "−0.8"], ["ball & co", np.int64(8000), np.float32(2), ""]]
HEADERS = ["who", "steps $t$", "η", "μ"]
RACE = {"caption": "The race with $\\eta_1 = 1$.", "name": "tab-race"}


def race(rows=ROWS, headers=HEADERS, **changes):
    return table(rows, headers, **RACE | changes)


@pytest.fixture
def live(monkeypatch):
    """As in JupyterLab."""
    monkeypatch.delenv("GDCORE_TABLES", raising=False)
    monkeypatch.delenv("GDCORE_EXPLORE", raising=False)


def test_numbers_are_written_as_people_write_them_and_stand_at_the_right():
    lines = repr(race()).splitlines()
    assert lines[:2] == ["The race with $\\eta_1 = 1$.", ""]
    assert lines[4] == "walker              92  0.0125  −0.8"
    assert lines[5].rstrip() == "ball & co        8,000    2.00"


def test_digits_say_how_many_are_significant():
    assert race(digits=1).rows[0] == ("walker", "92", "0.01", "−0.8")


def test_jupyterlab_gets_html_and_text(live):
    shown = race()._repr_mimebundle_()
    assert set(shown) == {"text/html", "text/plain"}
    assert "<caption>The race with $\\eta_1 = 1$.</caption>" in shown["text/html"]
    assert "ball &amp; co" in shown["text/html"] and shown["text/html"].count('<td style="text-align: right;">') == 6


def test_nbval_gets_text_alone(live, monkeypatch):
    monkeypatch.setenv("GDCORE_TABLES", "text")
    assert race()._repr_mimebundle_() == {"text/plain": repr(race())}


@pytest.mark.parametrize("mode", ["page", "image"])
def test_a_book_gets_markdown_in_the_place_of_html(live, monkeypatch, mode):
    monkeypatch.setenv("GDCORE_EXPLORE", mode)
    shown = race([["|x|", 1]], ["$|x|$", "n"])._repr_mimebundle_()
    assert set(shown) == {"text/markdown", "text/plain"}
    assert "| \\|x\\| " in shown["text/markdown"] and "\n:name: tab-race\n" in shown["text/markdown"]


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"rows": []}, ValueError, "rows must not be empty"),
        ({"rows": [[]], "headers": []}, ValueError, "headers must not be empty"),
        ({"rows": [["a", 1, 1, 1], ["b", 1]]}, ValueError, r"rows\[1\] must have 4 cells as headers has, got 2"),
        ({"rows": "text"}, TypeError, "rows must be a list, got 'text'"),
        ({"rows": ["text"]}, TypeError, r"rows\[0\] must be a list, got 'text'"),
        ({"rows": [["a", 1, True, 1]]}, TypeError, r"rows\[0\]\[2\] must be a text or a finite number, got True"),
        ({"rows": [["a", 1, None, 1]]}, TypeError, r"rows\[0\]\[2\] must be a text or a finite number, got None"),
        ({"rows": [["a", 1, np.nan, 1]]}, ValueError, r"rows\[0\]\[2\] must be a finite number, got nan"),
        ({"headers": ["who", "steps", 3, "μ"]}, TypeError, r"headers\[2\] must be a text, got 3"),
        ({"headers": ["who", " ", "η", "μ"]}, ValueError, r"headers\[1\] must name a column, got ' '"),
        ({"caption": " "}, ValueError, "caption must say what the table shows, got ' '"),
        ({"caption": None}, TypeError, "caption must be a text, got None"),
        ({"name": "the race"}, ValueError, "name must be of letters, digits, - and _, .* got 'the race'"),
        ({"name": ""}, ValueError, "name must be the table's label, got ''"),
        ({"digits": 0}, ValueError, "digits must be a whole number from 1 to 17, got 0"),
    ],
)
def test_refused_by_name(changes, kind, message):
    with pytest.raises(kind, match=message):
        race(**changes)


def test_a_caption_must_be_given():
    with pytest.raises(TypeError, match="caption"):
        table([["a"]], ["b"], name="tab-a")


def test_in_a_built_book_a_table_has_number_caption_and_references(tmp_path):
    cell = f"from gdcore.tables import table\ntable([['|x|', 1], ['b', -2.5]], ['who', '$\\\\eta$'], **{RACE!r})"
    reference = "# Start\n\n{numref}`tab-race` and {ref}`tab-race` in [](race.ipynb).\n"
    config = "numfig: true\n    numfig_secnum_depth: 1\n    nitpicky: true"
    book = TinyBook(tmp_path, **{"index.md": reference, "race.ipynb": notebook(cell)})
    book.write("_config.yml", (tmp_path / "_config.yml").read_text("utf-8").replace("nitpicky: true", config))
    build = book.build()
    assert build.code == 0, build.said
    page = book.page("race")
    caption = re.search(r"<caption>.*?</caption>", page, re.DOTALL)[0]
    assert re.search(r"Table 1(\.1)?\b", caption) and '<span class="math' in caption
    assert '<table class="docutils align-default" id="tab-race">' in page or 'id="tab-race"' in page
    assert re.search(r'<td class="text-right"><p>−2\.50</p></td>', page) and "<p>|x|</p>" in page
    assert "{table}" not in page and "<pre>The race" not in page
    start = book.page("index")
    assert re.search(r'href="race\.html#tab-race"><span class="std std-numref">Table 1(\.1)?</span>', start)

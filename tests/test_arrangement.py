"""Code where it belongs: below its figure, in its solution, or at its section's end. Notes on other
books, behind one line.
"""

from __future__ import annotations

import re

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from downhill.arrangement import CHECKED, OF_FIGURE, OF_SECTION, OF_SOLUTION
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.pages import ARRANGED
from tests.tiny_book import CONFIG, TinyBook
from tools.cell_rules import OPEN
from tools.notebooks import MARK, notebooks

FIGURE = """@explore(alt="A line.")
def {0}(ax):
    ax.plot([0, 1])"""


def text(source):
    return new_markdown_cell(source)


def code(source, tag=None, **metadata):
    return new_code_cell(source, metadata={"tags": [tag] if tag else [], **metadata})


def figure(name):
    return code(FIGURE.format(name), "hide-input", mystnb={"figure": {"name": f"fig-{name}", "caption": f"See {name}."}})


EXERCISE = """```{exercise} Add
:label: ex
One and one?
```

```{solution} ex
:label: sol
:class: dropdown
Two.
```"""
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
NOTES = """```{admonition} In print
:class: note
{ref}`Somebody <there>` (4.2) says $x = 1$, *e.g.* here. {ref}`There <there>` it is 2. It is 3.
```

```{admonition} In print, and in the margin: necessary is not sufficient
:class: note
The whole of *it*.
```

```{admonition} In print
:class: note
A note of one sentence.
```

```{admonition} In general
:class: note
Not a note on a book.
```"""
CELLS = [
    text("# Page"),
    code("from gdcore.explore import explore", "hide-cell"),
    code("hidden = 1", "remove-input"),
    code("before = 2", "hide-input"),
    figure("first"),
    text("Some text."),
    code("import numpy", "hide-cell"),
    code("open_code = 3"),
    code("assert open_code == 3", "hide-cell", checks="3 is 3"),
    text("More text."),
    figure("second"),
    text("Still more."),
    code("print('a table')", "hide-input"),
    text("(there)=\n## A section inside\n\n{eval}`before` of them."),
    code("print('in the fold')\nassert 1 < 2", "hide-cell", checks="1 < 2"),
    code("assert 2 < 3", "hide-cell", checks="2 < 3"),
    text("End."),
    code("after = 4", "hide-input"),
    text("## Without a figure\n\nText."),
    code("quiet = 5", "hide-input"),
    text("## Without words\n\nText."),
    code("assert before", "hide-cell"),
    text(f"## Exercises\n\n{EXERCISE}"),
    code("one = 1", "hide-cell"),
    code("print(one + one)", "hide-input"),
    text(f"The end.\n\n{NOTES}"),
]


PARTS = "h1, h2, figure.explore, .fold > summary, .cell_input pre, .output pre"


def article(html: str) -> Tag:
    return BeautifulSoup(html, "html.parser").select_one("article")


def named(part: Tag) -> tuple[str, str, bool]:
    """What a part of the page is, its first line, and whether it is behind a fold's line."""
    kind = part.name if part.name != "pre" else "code" if part.find_parent(class_="cell_input") else "print"
    said = part.get_text().strip().rstrip("#").splitlines()
    return kind, said[0] if said and kind != "figure" else "", kind != "summary" and bool(part.find_parent("details"))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    pages = {"index.md": "# Tiny\n", "page.ipynb": nbformat.writes(new_notebook(cells=CELLS, metadata=KERNEL))}
    book = TinyBook(tmp_path_factory.mktemp("arranged"), **pages)
    book.write("_config.yml", CONFIG.replace("[sphinx_proof,", "[sphinx_proof, sphinx_exercise,"))
    done = book.build()
    assert done.code == 0, done.said[-3000:]
    return book.page("page")


def test_the_page_has_its_code_where_it_belongs(page):
    assert [named(part) for part in article(page).select(PARTS)] == [
        ("h1", "Page", False),
        ("figure", "", False),
        ("summary", "Code of this figure", False),
        ("code", "from gdcore.explore import explore", True),
        ("code", "before = 2", True),
        ("code", '@explore(alt="A line.")', True),
        ("code", "open_code = 3", False),
        ("figure", "", False),
        ("summary", "Code of this figure", False),
        ("code", '@explore(alt="A line.")', True),
        ("print", "a table", False),
        ("summary", "How this was checked: 3 is 3", False),
        ("code", "import numpy", True),
        ("code", "assert open_code == 3", True),
        ("code", "print('a table')", True),
        ("h2", "A section inside", False),
        ("summary", "How this was checked: 1 < 2; 2 < 3", False),
        ("code", "print('in the fold')", True),
        ("print", "in the fold", True),
        ("code", "assert 2 < 3", True),
        ("code", "after = 4", True),
        ("h2", "Without a figure", False),
        ("summary", "Code of this section", False),
        ("code", "quiet = 5", True),
        ("h2", "Without words", False),
        ("summary", "How this was checked", False),
        ("code", "assert before", True),
        ("h2", "Exercises", False),
        ("print", "2", False),
        ("summary", "Code of this solution", False),
        ("code", "one = 1", True),
        ("code", "print(one + one)", True),
    ]


def test_a_solution_holds_its_code_and_what_it_prints(page):
    within = article(page).select_one(".solution").select(PARTS)
    assert [named(part)[1] for part in within] == ["2", "Code of this solution", "one = 1", "print(one + one)"]


def test_numbers_and_references_are_those_of_the_notebook(page):
    found = article(page)
    assert "2 of them." in found.get_text()
    assert [caption.get_text() for caption in found.select(".caption-text")] == ["See first.", "See second."]
    assert "hidden = 1" not in page


def test_a_line_is_named_by_its_words(page):
    assert "Toggle hidden content" not in page and "Show code cell" not in page
    assert all(not summary.attrs and summary.get_text() for summary in article(page).select("summary"))


def test_a_note_on_another_book_is_behind_its_first_sentence(page):
    notes = article(page).select("details.in-print")
    assert [note.summary.get_text() for note in notes] == [
        r"In print: Somebody (4.2) says \(x = 1\), e.g. here.",
        "In print, and in the margin: necessary is not sufficient",
        "In print",
    ]
    assert not article(page).select("summary a") and notes[0].summary.select(".math") and notes[0].summary.em
    assert [note.p.get_text() for note in notes] == ["There it is 2. It is 3.", "The whole of it.", "A note of one sentence."]
    assert notes[0].p.a["href"] == "#there"
    assert [note.p.get_text() for note in article(page).select(".admonition.note")] == ["In general"]


# The whole book


def pages(names):
    return pytest.mark.parametrize("name", names)


EVERY = [path.stem for path in notebooks()]


@pytest.fixture
def built(book, name):
    """The article of one page of the built book."""
    return article((book / f"{name}.html").read_text("utf-8"))


def before(fold):
    """The element that stands before a fold in its section."""
    return fold.find_previous_sibling(lambda tag: tag.get_text(strip=True) or tag.find("figure"))


@pages(EVERY)
def test_each_figure_has_one_line_at_most_and_below_it(built, name):
    folds = [fold for fold in built.select("details.fold") if fold.summary.get_text() == OF_FIGURE]
    owners = [before(fold).select_one("figure.explore") for fold in folds]
    assert all(owners) and len(set(map(id, owners))) == len(folds)
    for figure in built.select("figure.explore"):
        cell = figure.find_parent(class_="cell")
        earlier = before(cell)
        assert earlier is None or earlier.name != "details" or earlier.summary.get_text() == OF_FIGURE


@pages(EVERY)
def test_each_section_and_each_solution_has_one_line_at_most_and_at_its_end(built, name):
    for place in built.select("section, .solution"):
        folds = [
            fold for fold in place.find_all("details", class_="fold", recursive=False) if fold.summary.get_text() != OF_FIGURE
        ]
        assert len(folds) <= 1
        for fold in folds:
            after = fold.find_next_sibling()
            assert after is None or after.name in ("section", "span"), f"{fold.summary.get_text()} is not at the end"
            assert fold.summary.get_text().startswith(
                (CHECKED, OF_SOLUTION if "solution" in place.get("class", ()) else OF_SECTION)
            )
    assert not built.select("details.hide") and not built.select("[aria-label='Toggle hidden content']")


@pages(EVERY)
def test_what_other_books_print_is_no_box(built, name):
    assert not [box for box in built.select(".admonition-title") if box.get_text().startswith(("In print", "In the margin"))]
    assert all(
        note.summary.get_text(strip=True) and len(note.find_all(recursive=False)) > 1 for note in built.select(".in-print")
    )


@pages(ARRANGED)
def test_open_code_is_the_method_alone(built, name):
    for code in built.select(".cell_input pre"):
        if not code.find_parent("details"):
            source = code.get_text()
            assert not re.search(r"^\s*assert\b", source, re.MULTILINE) and MARK not in source, source
            assert len(source.strip().splitlines()) <= OPEN, source


@pages(ARRANGED)
def test_what_was_checked_is_said_in_words(built, name):
    assert [fold.get_text()[:200] for fold in built.select("details.fold") if fold.summary.get_text() == CHECKED] == []


@pages(EVERY)
def test_numbers_in_the_text_hold_no_escapes(built, name):
    assert [number.get_text() for number in built.select("p span.output, li span.output") if "\\" in number.get_text()] == []


LOWEST_EDGE = "control => control.getBoundingClientRect().bottom + scrollY"


@pages([name for name in ARRANGED if name not in ("index", "errata")])  # where controls are further down, or none
def test_the_first_control_lies_in_the_first_window(watched, book, name):
    watched.page.set_viewport_size({"width": 1280, "height": 800})
    watched.page.goto((book / f"{name}.html").as_uri())
    watched.page.wait_for_selector("figure.explore[data-ready]")
    assert watched.page.locator(".explore-control").first.evaluate(LOWEST_EDGE) <= 800

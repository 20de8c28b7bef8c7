"""What a notebook's references say: words that make sense raw, and numbers that the book agrees with."""

from __future__ import annotations

import nbformat
import pytest
from downhill import links as build

from tools import links, notebooks


def notebook(*sources):
    cells = [nbformat.v4.new_markdown_cell(source, id=f"cell-{k}") for k, source in enumerate(sources)]
    return nbformat.v4.new_notebook(cells=cells)


PLACES = (
    "(race)=\n# The race of methods\n\n```{math}\n:label: eq-race-first\n1\n```\n\n```{math}\n:label: eq-race\n2\n```",
    "```{prf:theorem} Home\n:label: thm-race\n```\n\n```{prf:algorithm} Run\n:label: alg-race\n```\n\n"
    "```{exercise}\n:label: ex-race\n```\n\n:::{table} Ends\n:name: tab-race\n:::",
)
WORDS = {
    "an equation": ("By [](#eq-race).", "By [(2)](#eq-race)."),
    "a number that was right": ("By [(1)](#eq-race).", "By [(2)](#eq-race)."),
    "a theorem": ("[](#thm-race), [](#alg-race)", "[Theorem 1](#thm-race), [Algorithm 1](#alg-race)"),
    "an exercise": ("([](#ex-race))", "([Exercise 1](#ex-race))"),
    "a section": ("[](#race) or [it](#race)", "[The race of methods](#race) or [it](#race)"),
    "one author": ("[](#polyak1964) did", "[Polyak (1964)](#polyak1964) did"),
    "two authors": ("[](#bishop2024)", "[Bishop and Bishop (2024)](#bishop2024)"),
    "three authors": ("[](#daspremont2021)", "[d'Aspremont et al. (2021)](#daspremont2021)"),
    "in brackets": (
        "so ([](#nesterov1983); [](#vanlaarhoven2017)).",
        "so ([Nesterov, 1983](#nesterov1983); [van Laarhoven, 2017](#vanlaarhoven2017)).",
    ),
    "of another chapter": ("[](#eq-momentum)", "[(1) of momentum](momentum.ipynb#eq-momentum)"),
    "an entry of the search": ("A {index}`jump <loss spike>`.", "A jump<!-- index: loss spike -->."),
    "an entry by its word": ("The *{index}`warm-up`*.", "The *warm-up<!-- index: warm-up -->*."),
    "in words of its own": ("[(1) of Momentum](#eq-momentum)", "[(1) of Momentum](momentum.ipynb#eq-momentum)"),
}


@pytest.mark.parametrize("written, right", WORDS.values(), ids=WORDS)
def test_references_are_given_their_words(written, right):
    page = notebook(*PLACES, written)
    assert links.with_right_words("race", page, written) == right
    assert {cell for cell, _ in links.complaints("race", page)} == {"cell-2"}
    assert list(links.complaints("race", notebook(*PLACES, right))) == []


WRONG = {
    "[(3)](#eq-race)": "[(3)](#eq-race) must be [(2)](#eq-race). Run make clean-notebooks.",
    "[Polyak (1963)](#polyak1964)": "[Polyak (1963)](#polyak1964) must be [Polyak (1964)](#polyak1964). Run",
    "{cite:t}`polyak1964`": "{cite:t}`polyak1964` is read raw in a notebook. Write the link [](#polyak1964).",
    "{eq}`eq-race`": "{eq}`eq-race` is read raw in a notebook. Write the link [](#eq-race).",
    "{ref}`there <race>`": "{ref}`there <race>` is read raw in a notebook. Write the link [](#race).",
    "{index}`it <race>`": "{index}`it <race>` is read raw in a notebook. Write it<!-- index: race -->. Run",
    "{numref}`tab-race`": "{numref}`tab-race` is read raw in a notebook. Write the link [](#tab-race).",
    "[here](#tab-race)": "[here](#tab-race) does not say that it is a table. Say which: [the table of …].",
    "[Nobody (2020)](#nobody2020)": "nothing has the label nobody2020. Mend it,",
}


@pytest.mark.parametrize("written, said", WRONG.items(), ids=WRONG)
def test_what_makes_no_sense_raw_is_named_with_what_to_do(written, said):
    [(cell, found)] = links.complaints("race", notebook(*PLACES, written))
    assert cell == "cell-2" and found.startswith(said), found


@pytest.mark.parametrize("path", notebooks.notebooks(), ids=lambda path: path.stem)
def test_the_book_reads_each_reference_of_a_chapter_as_a_role(path):
    read = build.as_roles(path.read_text("utf-8"))
    assert not build.LINK.search(read)
    page = nbformat.read(path, as_version=4)
    written = sum(len(links.LINK.findall(cell.source)) for cell in page.cells if cell.cell_type == "markdown")
    roles = links.ROLE.findall(read)
    assert sum(text.count(",") + 1 if kind == "cite:p" else 1 for kind, text, _ in roles) == written
    assert written or path.stem in ("index", "playground")
    assert "<!-- index" not in read


def test_a_link_becomes_the_role_that_numbers_it():
    assert build.as_roles("([A, 2001](#a2001); [B, 2002](#b2002)), ([see](#fig-a)), [T](x.ipynb#thm-a), a[0](1)") == (
        "{cite:p}`a2001,b2002`, ({numref}`fig-a`), {prf:ref}`thm-a`, a[0](1)"
    )

"""What a reader finds by the Tab key, on a phone, by an old address and with a screen reader, on every page of the book."""

from __future__ import annotations

import csv
import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.conftest import ROOT
from tests.pages import FINISHED, PAGES
from tests.tiny_book import TinyBook

with (ROOT / "tests" / "addresses.csv").open(encoding="utf-8") as file:
    ADDRESSES = [(row["page"], row["address"]) for row in csv.DictReader(file)]

NO_FORMULAS = "**/mathjax/*.js*"


def open_page(watched, book, name, address="", formulas=True):
    page = watched.page
    if not formulas:
        page.route(NO_FORMULAS, lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("about:blank")
    page.goto(f"{(book / f'{name}.html').as_uri()}{address}")
    if formulas and page.locator("article .math").count():
        page.wait_for_function("document.querySelector('mjx-container')")
        page.evaluate("MathJax.startup.promise.then(() => new Promise(requestAnimationFrame)).then(() => true)")
    return page


# Old addresses


@pytest.mark.parametrize("name", PAGES)
def test_every_address_that_the_book_ever_had_leads_somewhere(watched, book, name):
    """A heading or a figure has got another name? Then book/moved.csv says which."""
    page = open_page(watched, book, name, formulas=False)
    places = [address.partition(":")[0] for page_name, address in ADDRESSES if page_name == name]
    assert places or name in {"licences"}
    lost = page.evaluate("places => places.filter((place) => document.getElementById(place) === null)", places)
    assert lost == [], f"give each of them a line in book/moved.csv: {name},<old>,<now>"


@pytest.mark.parametrize("name", sorted({page for page, address in ADDRESSES if ":" in address}))
def test_every_state_that_was_sent_to_a_friend_still_opens_at_its_figure(watched, book, name):
    page = open_page(watched, book, name, formulas=False)
    for figure, state in [address.split(":", 1) for page_name, address in ADDRESSES if page_name == name and ":" in address]:
        page.evaluate("hash => { location.hash = hash }", f"{figure}:{state}")
        page.wait_for_function("id => Math.abs(document.getElementById(id).getBoundingClientRect().top) < 150", arg=figure)


MOVED = "page,old,now\nrolling,rolling-stones,stones\nrolling,a-figure,drawn\n"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    page = "# Rolling\n\nA ball.\n\n(stones)=\n## New heading\n\nText.\n\n(drawn)=\n```{figure} dot.svg\nA dot\n```\n"
    tiny = TinyBook(tmp_path_factory.mktemp("moved"), **{"index.md": "# Front\n", "rolling.md": page})
    tiny.write("book/dot.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>')
    tiny.write("book/moved.csv", MOVED)
    tiny.write("_static/downhill.js", (ROOT / "_static" / "downhill.js").read_text("utf-8"))
    return tiny


def test_an_old_address_becomes_the_new_one(tiny, browser):
    built = tiny.build()
    assert built.code == 0, built.said
    page = browser.new_context(offline=True, viewport={"width": 800, "height": 200}).new_page()
    address = (tiny.folder / "_build" / "html" / "book" / "rolling.html").as_uri()
    for old, now in {"rolling-stones": "stones", "a-figure:height=2;b:c=1": "drawn:height=2;b:c=1", "stones": "stones"}.items():
        page.goto("about:blank")
        page.goto(f"{address}#{old}")
        page.wait_for_function("hash => location.hash === hash", arg=f"#{now}")
    page.context.close()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("rolling,old,gone", "old is now gone, but nothing has the id gone"),
        ("rolling,stones,drawn", "stones is now drawn, but something has the id stones"),
        ("nowhere,old,now", "there is no page nowhere"),
    ],
)
def test_a_line_that_leads_nowhere_stops_the_build(tiny, row, says):
    tiny.write("book/moved.csv", f"{MOVED}{row}\n")
    built = tiny.build()
    assert built.code != 0
    assert says in built.said


# The Tab key

STOP = """() => {
  const here = document.activeElement;
  const figure = here.closest('figure.explore');
  return {
    figure: figure?.id ?? null,
    control: Boolean(figure && here.matches('input, select')),
    formula: Boolean(here.closest('mjx-container, .math')) && !here.matches('.cut'),
    text: here.matches('article a.reference, article a.bibtex-citation, footer a, .prev-next-footer a'),
    copy: here.matches('.copybtn'),
    cell: here.matches('.highlight'),
    inCell: here.closest('.highlight') === (window.lastCell ?? null),
    end: here === document.body,
    skip: here.matches('.skip-figure'),
    cellKept: (window.lastCell = here.closest('.highlight')) !== undefined,
  };
}"""


def stops(page, most=900):
    """Where the Tab key stops, from the top of the page to its end."""
    found = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop["end"]:
            return found
        found.append(stop)
    raise AssertionError(f"more than {most} stops")


@pytest.mark.parametrize("name", PAGES)
def test_the_tab_key_stops_at_what_can_be_operated(watched, book, name):
    page = open_page(watched, book, name)
    found = stops(page)
    assert not any(stop["formula"] for stop in found)
    assert all(stop["inCell"] for stop in found if stop["copy"]), "a copy button without the focus in its cell"
    assert len([stop for stop in found if not stop["text"]]) <= 220  # names in code lead to the reference
    for figure in {stop["figure"] for stop in found} - {None}:
        inside = [stop for stop in found if stop["figure"] == figure]
        assert len(inside) <= sum(stop["control"] for stop in inside) + 3, figure


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_from_figure_to_figure(watched, book, name):
    page = open_page(watched, book, name, formulas=False)
    ids = page.locator("figure.explore:has(input, select)").evaluate_all("figures => figures.map((figure) => figure.id)")
    links = page.locator(".skip-figure")
    assert links.evaluate_all("links => links.map((link) => link.hash.slice(1))") == ids
    if not ids:
        return
    for count in range(1, 13):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop["skip"] and count < 4:
            assert page.evaluate("document.activeElement.getBoundingClientRect().height") > 20
            page.keyboard.press("Enter")
        if stop["control"]:
            assert stop["figure"] == ids[0]
            return
    raise AssertionError("no control within 12 stops")


def test_no_setting_of_the_menu_makes_formulas_into_stops(watched, book):
    kept = json.dumps({"inTabOrder": True, "renderer": "CHTML"})
    keep = f"localStorage.setItem('MathJax-Menu-Settings', {json.dumps(kept)})"
    watched.page.add_init_script(f"if (location.protocol !== 'about:') {keep}")
    page = open_page(watched, book, "momentum")
    assert page.locator("mjx-container[tabindex]:not(.cut)").count() == 0
    assert page.locator("mjx-container").count() == page.locator("mjx-assistive-mml").count() > 100


# Formulas on a phone

WIDE = """() => [...document.querySelectorAll('div.math mjx-container, span.math')]
  .filter((box) => box.clientWidth && box.scrollWidth > box.clientWidth + 1)
  .map((box) => ({
    formula: box.querySelector('mjx-assistive-mml').textContent.replace(/\\s+/g, ' ').trim(),
    hidden: box.scrollWidth - box.clientWidth,
    reached: ['auto', 'scroll'].includes(getComputedStyle(box).overflowX) && box.tabIndex === 0,
    fades: box.classList.contains('cut-right') && getComputedStyle(box).maskImage !== 'none',
  }))"""


NUMBERS_BESIDE = """() => [...document.querySelectorAll("div.math:has(> .eqno)")]
  .map((box) => [box.querySelector(".eqno"), box.querySelector("mjx-container")])
  .filter(([number, formula]) => number.getBoundingClientRect().top < formula.getBoundingClientRect().bottom - 1)
  .map(([number]) => number.textContent)"""


@pytest.mark.parametrize("name", PAGES)
def test_formulas_on_a_phone(watched, book, name):
    """One that is too wide scrolls and fades, and there is none on a finished page; the number stands below."""
    watched.page.set_viewport_size({"width": 390, "height": 664})
    page = open_page(watched, book, name)
    wide = page.evaluate(WIDE)
    if name in FINISHED:
        listed = "\n".join(f"{each['hidden']} px too wide: {each['formula']}" for each in wide)
        assert wide == [], f"break these formulas by hand:\n{listed}"
    assert [each for each in wide if not (each["reached"] and each["fades"])] == []
    assert page.evaluate(NUMBERS_BESIDE) == []
    if wide:
        box = page.locator(".cut-right").first.element_handle()
        box.evaluate("box => { box.scrollLeft = box.scrollWidth }")
        page.wait_for_function("box => box.matches('.cut-left:not(.cut-right)')", arg=box)


# Length

SCREEN, MOST_SCREENS = 800, 18
CORE = """() => {
  const article = document.querySelector("article.bd-article");
  const end = [...article.querySelectorAll("h2")].find((h2) => /Deeper:|What to remember/.test(h2.textContent));
  return end.getBoundingClientRect().top - article.getBoundingClientRect().top;
}"""
CHAPTERS = [name for name in FINISHED if "## What to remember" in (ROOT / "book" / f"{name}.ipynb").read_text("utf-8")]


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_core_of_a_finished_chapter_is_read_in_half_an_hour(watched, book, name):
    """Everything folded, from the title to the summary or the first deeper section, in screens."""
    watched.page.set_viewport_size({"width": 1280, "height": SCREEN})
    assert open_page(watched, book, name).evaluate(CORE) / SCREEN <= MOST_SCREENS


# Screen readers


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_on_the_whole_page(watched, book, name):
    """Formulas as TeX, and without the insides of pictures, which are images: axe looks at every element."""
    page = open_page(watched, book, name, formulas=False)
    page.evaluate("document.querySelectorAll('.explore-picture > svg > *').forEach((element) => element.remove())")
    page.evaluate("document.documentElement.classList.remove('formulas-come')")  # none do
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("(scheme) => document.documentElement.dataset.theme === scheme", arg=scheme)
        page.evaluate("document.getAnimations().forEach((each) => each.finish())")  # colours that fade into the others
        options = {"preload": False, "resultTypes": ["violations"]}
        if scheme == "dark":  # only colours differ
            options["runOnly"] = ["color-contrast"]
        found = Axe().run(page, options=options).response["violations"]
        assert [(scheme, each["id"], len(each["nodes"]), each["nodes"][0]["html"][:200]) for each in found] == []


def test_parts_say_what_they_hold(book):
    page = (book / "momentum.html").read_text("utf-8")
    captions = re.findall(r'<span class="caption-text">(Part [^<]+)</span>', page)
    assert captions == [
        "Part I: The ground",
        "Part II: The walker",
        "Part III: Shaping the problem",
        "Part IV: Seeing the curvature",
        "Part V: Practice",
    ]

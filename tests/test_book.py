"""The really built book in a real browser, opened from file:// with the network off: every slider of every page."""

from __future__ import annotations

import importlib
import json
import os
import re
from collections import Counter

import pytest
from playwright.sync_api import expect

from gdcore.words import with_minus
from tests.figures import COLOUR, contrast
from tests.pages import PAGES

FIGURES = "figure.explore:has(.explore-controls)"


def open_page(watched, book, name, address="", formulas=False):
    """A page of the book. Setting its formulas takes two thirds of the time to open it; tests that look at none leave them."""
    if not formulas:
        watched.page.route("**/mathjax/*.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    watched.page.goto(f"{(book / f'{name}.html').as_uri()}{address}")
    return watched.page


def figures(page):
    """The figures with controls on a page, each scrolled into view and ready."""
    for name in page.locator(FIGURES).evaluate_all("figures => figures.map(figure => figure.id)"):
        yield wake(page, name)


def wake(page, name):
    figure = page.locator(f"figure.explore[id='{name}']")
    figure.scroll_into_view_if_needed()
    page.wait_for_selector(f"figure.explore[id='{name}'][data-ready]")
    return figure


def picture(figure):
    """What is drawn, once the page has computed it."""
    expect(figure).not_to_have_attribute("aria-busy", "true", timeout=20_000)
    return figure.evaluate("figure => figure.querySelector('.explore-picture').innerHTML")


def controls(figure):
    return figure.locator(".explore-control").all()


def move(control, end):
    """Put a control at its first or last position, as a hand would."""
    if control.locator("input[type=range]").count():
        control.locator("input").press("Home" if end == "first" else "End")
    elif control.locator("select").count():
        options = control.locator("option")
        control.locator("select").select_option(index=0 if end == "first" else options.count() - 1)
    elif control.locator("input[type=checkbox]").count():
        control.locator("input").set_checked(end == "last")
    else:
        radio = control.locator("input[type=radio]")
        (radio.first if end == "first" else radio.last).check()


def settled(figure):
    """Every range of a figure says in words and in numbers where it stands."""
    for slider in figure.locator("input[type=range]").all():
        shown = slider.locator("xpath=following-sibling::output").inner_text()
        assert slider.get_attribute("aria-valuetext").startswith(shown)


@pytest.mark.parametrize("name", PAGES)
def test_every_control_changes_the_picture_at_both_ends(watched, book, name):
    page = open_page(watched, book, name)
    for figure in figures(page):
        start = picture(figure)
        for control in controls(figure):
            seen = []
            for end in ("first", "last"):
                move(control, end)
                seen.append(picture(figure))
                settled(figure)
            assert seen[0] != seen[1], f"{figure.get_attribute('id')}: {control.get_attribute('data-name')} changes nothing"
            reset = figure.get_by_role("button", name="Reset", include_hidden=True)
            if reset.is_enabled():  # not where the last position is the start
                reset.click()
            assert picture(figure) == start


@pytest.mark.parametrize("name", PAGES)
def test_keyboard_alone_works(watched, book, name):
    page = open_page(watched, book, name)
    for figure in figures(page):
        for slider in figure.locator("input[type=range]").all():
            before = slider.input_value()
            slider.focus()
            assert slider.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
            page.keyboard.press("ArrowRight" if before != slider.get_attribute("max") else "ArrowLeft")
            assert slider.input_value() != before
        page.keyboard.press("Tab")


@pytest.mark.parametrize("name", PAGES)
def test_an_address_restores_the_state(watched, book, browser, name):
    page = open_page(watched, book, name)
    for figure in figures(page):
        for control in controls(figure):
            move(control, "last")
    names = [figure.get_attribute("id") for figure in figures(page)]
    pictures = [picture(figure) for figure in figures(page)]
    captions = [figure.locator(".explore-result").inner_text() for figure in figures(page)]
    if not names:
        return
    page.wait_for_function("name => location.hash.includes(name)", arg=names[-1])
    address = page.evaluate("location.href")
    page.goto("about:blank")
    page.goto(address)
    again = [wake(page, other) for other in names]
    assert [picture(figure) for figure in again] == pictures
    assert [figure.locator(".explore-result").inner_text() for figure in again] == captions


@pytest.mark.parametrize("name", PAGES)
def test_captions_say_what_gdcore_computes(watched, book, name):
    """Each figure's caption at two settings or more, computed apart from the page's own drawing functions."""
    page = open_page(watched, book, name)
    found = page.locator(FIGURES).evaluate_all("figures => figures.map(figure => figure.id)")
    if not found:
        return
    expected = importlib.import_module(f"tests.captions.{name}")
    assert set(found) == set(expected.SETTINGS)
    for figure, settings in expected.SETTINGS.items():
        assert len(settings) >= 2
        for values in settings:
            state = ",".join(f"{control}={value}" for control, value in values.items())
            page.evaluate("state => (location.hash = state)", f"{figure}:{state}")
            caption = wake(page, figure).locator(".explore-result")
            expect(caption, f"{figure} at {state}").to_contain_text(
                with_minus(getattr(expected, figure)(**values)), timeout=20_000
            )


@pytest.mark.parametrize("name", PAGES)
def test_the_start_frame_needs_no_script(browser, book, name):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((book / f"{name}.html").as_uri())
    for figure in page.locator("figure.explore").all():
        assert figure.locator(".explore-picture svg path").count() > 0
        assert figure.locator(".explore-picture").get_attribute("aria-label").strip()
    assert page.locator(".explore-controls:visible").count() == 0
    with_controls = page.locator("figure.explore:has(.explore-controls)").count()
    assert page.locator(".explore-word:visible").count() == with_controls
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_the_page_without_sideways_scrolling(watched, book, name):
    watched.page.set_viewport_size({"width": 390, "height": 844})
    page = open_page(watched, book, name, formulas=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for figure in page.locator("figure.explore:visible").all():
        assert figure.evaluate("figure => figure.scrollWidth <= figure.clientWidth + 1")
        pictures, tabs = figure.locator(".explore-panel"), figure.locator(".explore-tabs button:visible")
        assert tabs.count() in (0, pictures.count())  # each picture has its tab, or is seen
        assert pictures.filter(visible=True).count() == (1 if tabs.count() else pictures.count())


@pytest.mark.parametrize("name", PAGES)
def test_print_keeps_the_values_and_hides_the_handles(watched, book, name):
    page = open_page(watched, book, name)
    page.emulate_media(media="print")
    for figure in page.locator(FIGURES).all():
        assert figure.locator(".explore-picture").is_visible()
        assert figure.locator("input[type=range]:visible, button:visible").count() == 0
        assert all(output.is_visible() for output in figure.locator(".explore-control output").all())


@pytest.mark.parametrize("name", PAGES)
def test_ink_on_paper_is_dark_when_the_theme_is(watched, book, name):
    watched.page.emulate_media(color_scheme="dark")
    page = open_page(watched, book, name)
    page.emulate_media(color_scheme="dark", media="print")
    parts = page.locator(".explore-result, .explore-panel > svg, .explore-control output, article p:not(.admonition-title)")
    colours = set(parts.evaluate_all(f"elements => elements.map({COLOUR})"))
    assert colours and {colour: contrast(colour) for colour in colours if contrast(colour) < 4.5} == {}


@pytest.mark.parametrize("name", PAGES)
def test_the_narrowest_screen_scrolls_in_one_direction_alone(watched, book, name):
    """1,280 pixels at 400 per cent are 320."""
    watched.page.set_viewport_size({"width": 320, "height": 640})
    page = open_page(watched, book, name, formulas=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("name", PAGES)
def test_no_id_stands_twice_on_a_page(watched, book, name):
    ids = open_page(watched, book, name).locator("[id]").evaluate_all("elements => elements.map(element => element.id)")
    assert [each for each, times in Counter(ids).items() if times > 1] == []


SET = "document.querySelectorAll('mjx-container').length"


@pytest.mark.parametrize("setting", ["explorer", "collapsible"])
def test_no_setting_of_the_menu_takes_the_formulas_away_from_disk(watched, book, setting):
    kept = json.dumps({setting: True, "renderer": "CHTML"})
    watched.page.add_init_script(f"localStorage.setItem('MathJax-Menu-Settings', {json.dumps(kept)})")
    page = open_page(watched, book, "convexity", formulas=True)
    page.wait_for_function(SET)
    assert json.loads(page.evaluate("localStorage.getItem('MathJax-Menu-Settings')")) == {"renderer": "CHTML"}
    item = "MathJax.startup.document.menu.menu.findID('Accessibility', '%s').disabled"
    page.wait_for_function(f"{item % 'Activate'} && {item % 'Collapsible'}")


@pytest.mark.parametrize("address", ["#fig-momentum-geometry", "#nesterov_geometry:momentum=0.5"])
def test_a_link_lands_where_it_leads_when_formulas_are_set(watched, book, address):
    """Without the browser's own anchoring, which Safari's engine does not have."""
    watched.page.add_init_script(
        "addEventListener('DOMContentLoaded', () => { document.documentElement.style.overflowAnchor = 'none' })"
    )
    page = open_page(watched, book, "momentum", address, formulas=True)
    page.wait_for_function(SET)
    page.evaluate("MathJax.startup.promise")
    name = address[1:].partition(":")[0]
    page.wait_for_function("id => Math.abs(document.getElementById(id).getBoundingClientRect().top) < 120", arg=name)


def test_nothing_comes_from_another_site(book):
    """No script, style, font, image or import of another origin in any built page; links that a reader clicks are fine."""
    elsewhere = re.compile(
        r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\ssrc=["']?(?:https?:)?//"""
        r"""|<link\b(?![^>]*rel=["']?(?:canonical|license|search|author))[^>]*\shref=["']?(?:https?:)?//|@import\s+["'(]*(?:url\()?["']?https?:""",
        re.IGNORECASE,
    )
    pages = list(book.parent.rglob("*.html"))
    assert len(pages) > len(PAGES)
    assert {
        page.name: elsewhere.findall(page.read_text("utf-8")) for page in pages if elsewhere.search(page.read_text("utf-8"))
    } == {}


@pytest.mark.parametrize("name", PAGES)
def test_no_raw_markup_is_left_on_the_page(watched, book, name):
    text = open_page(watched, book, name, formulas=True).locator("article").inner_text()
    for raw in ("{eval}", ":label:", "{cite", "{numref}", "{eq}", "{prf:"):
        assert raw not in text
    prose = " ".join(watched.page.locator("article :is(p, li, td, figcaption)").all_inner_texts())
    assert re.findall(r"\$[^$]*\\\w+[^$]*\$", prose) == []  # a formula in the words of a link stays as it was typed


@pytest.mark.parametrize("name", PAGES)
def test_a_page_weighs_what_it_may(book, name):
    html = (book / f"{name}.html").read_text("utf-8")
    assert "require.js" not in html and "html-manager" not in html and "widget-state" not in html
    assert os.path.getsize(book / f"{name}.html") < 3_500_000

"""A page with two small figures in Chromium: all that explore.js and explore.css do, without building the book."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from gdcore import words
from gdcore.descent import descend
from gdcore.explore import guess
from gdcore.explore.guesses import html_of
from gdcore.methods import gradient_descent, momentum
from gdcore.objectives import canyon
from tests.figures import COLOUR, FIGURES, contrast, write_page

PICTURE = "figure => figure.querySelector('.explore-picture').innerHTML"
START = "one, alone at 0.3, round"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_page(tmp_path_factory.mktemp("page") / "page.html")


@pytest.fixture
def page(watched):
    return watched.page


def go(page, file, address=""):
    """Open the page anew: an address of the same page would only move within it."""
    page.goto("about:blank")
    page.goto(f"{file.as_uri()}{address}")
    return page.locator("figure#line")


def caption(figure):
    return figure.locator(".explore-result")


def says(page, name, text):
    figure = page.locator(f"figure[id='{name}']")
    figure.scroll_into_view_if_needed()
    expect(caption(figure)).to_have_text(text)


def word(figure):
    return figure.locator(".explore-word")


def address(page, expected):
    page.wait_for_function("expected => decodeURIComponent(location.hash) === expected", arg=expected)


# Controls


def test_each_control_moves_picture_and_caption_by_mouse(page, file):
    figure = go(page, file)
    says(page, "line", START)
    start = figure.evaluate(PICTURE)
    slider = figure.get_by_label("height (m)")
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    says(page, "line", "one, alone at 0.9, round")
    figure.get_by_label("points", exact=True).select_option("two")
    says(page, "line", "two at 0.9, round")
    figure.get_by_label("square").click()
    figure.get_by_label("bold").click()
    says(page, "line", "two at 0.9, square, bold")
    assert figure.evaluate(PICTURE) != start
    figure.get_by_role("button", name="Reset").click()
    says(page, "line", START)
    assert figure.evaluate(PICTURE) == start


def test_each_control_moves_picture_and_caption_by_keyboard(page, file):
    figure = go(page, file)
    says(page, "line", START)
    pictures = [figure.evaluate(PICTURE)]
    figure.get_by_label("height (m)").focus()
    for keys, text in [
        (["ArrowLeft"], "one, alone at 0.0, round"),
        (["Home"], "one, alone at −0.9, round"),
        (["Tab", "ArrowDown"], "two at −0.9, round"),
        (["Tab", "ArrowRight"], "two at −0.9, square"),
        (["Tab", "Space"], "two at −0.9, square, bold"),
        (["Tab", "Enter"], START),
    ]:
        for key in keys:
            page.keyboard.press(key)
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        says(page, "line", text)
        pictures.append(figure.evaluate(PICTURE))
    assert pictures[0] == pictures[-1] and len(set(pictures)) == len(pictures) - 1


def test_a_slider_says_where_it_stands(page, file):
    figure = go(page, file)
    slider = figure.get_by_label("height (m)")
    slider.press("Home")
    assert figure.locator("output").inner_text() == "−0.9"
    assert slider.get_attribute("aria-valuetext") == "−0.9 m"


# Addresses


def test_the_address_holds_the_state_and_restores_it(page, file):
    figure = go(page, file)
    figure.get_by_label("height (m)").press("End")
    figure.get_by_label("points", exact=True).select_option("one, alone")
    figure.get_by_label("square").check()
    address(page, "#line:height=0.9,shape=square")
    page.locator("figure[id='größe'] input").press("Home")
    address(page, "#größe:η=0;line:height=0.9,shape=square")
    assert page.evaluate("location.hash") == "#gr%C3%B6%C3%9Fe:%CE%B7=0;line:height=0.9,shape=square"
    page.get_by_label("height (m)").press("Home")
    page.wait_for_function("location.hash.includes('height=-0.9')")  # a plain hyphen, which every program carries
    page.get_by_label("height (m)").press("End")
    page.wait_for_function("location.hash.includes('height=0.9')")
    state = page.evaluate("location.hash")
    go(page, file, state)
    says(page, "größe", "the slope is 0.0")
    says(page, "line", "one, alone at 0.9, square")
    assert figure.get_by_label("square").is_checked() and figure.get_by_label("height (m)").input_value() == "6"


def test_the_figure_that_an_address_names_first_is_in_view(page, file):
    go(page, file, "#größe:η=0.1;line:height=0.0")
    expect(page.locator("figure[id='größe']")).to_be_in_viewport()
    expect(page.locator("figure#line")).not_to_be_in_viewport()


RIGHT = "two at −0.9, square, bold"


READ = [
    ("line:height=-0.9,count=two,shape=square,bold=on", RIGHT),
    ("line%3Aheight%3D-0.9%2Ccount%3Dtwo%2Cshape%3Dsquare%2Cbold%3Don", RIGHT),  # as mail programs escape it
    ("line%253Aheight%253D-0.9%252Ccount%253Dtwo%252Cshape%253Dsquare%252Cbold%253Don", RIGHT),  # and once more on its way
    ("line:height=-0.9%2Ccount=two,shape%3Dsquare,bold=on", RIGHT),
    ("section;line:height=-0.9,count=two,shape=square,bold=on", RIGHT),
    ("line:height=−0.9,count=two,shape=square,bold=on", RIGHT),
    ("line:height=-0%2C9,count=two,shape=square,bold=on", RIGHT),  # a decimal comma
    ("line:height=-0,9,count=two,shape=square,bold=on", RIGHT),
    ("line:count=one%2C%20alone,height=0.9", "one, alone at 0.9, round"),
    ("line:height=0.85", "one, alone at 0.9, round"),
    ("line:height=1e3", "one, alone at 0.9, round"),
    ("unknown:x=1;line:height=0.9", "one, alone at 0.9, round"),
    ("line:width=2,height=0.9", "one, alone at 0.9, round"),
    ("line:height=0.9;größe:η=%ZZ", "one, alone at 0.9, round"),
    *(
        (f"line:height={malformed}", START)
        for malformed in ("%ZZ", "%", "%E4", "", "Infinity", "-Infinity", "NaN", "1e999", "0x1", "two", "0.9.9", " ", "%00")
    ),
    *(
        (malformed, START)
        for malformed in (
            "line:",
            "line",
            ":",
            ";",
            "%ZZ",
            "line:height",
            "line:height==",
            "line:=0.9",
            "line;height=0.9",
            "[(*+?",
        )
    ),
]


def test_what_an_address_says_is_read_right_or_left_alone(page, file):
    figure = go(page, file)
    says(page, "line", START)
    move = "hash => new Promise(done => (addEventListener('hashchange', done, { once: true }), (location.hash = hash)))"
    wrong = {}
    for state, text in READ:
        page.evaluate(move, "#line:bold=off")
        page.evaluate(move, state)
        if caption(figure).inner_text() != text:
            wrong[state] = caption(figure).inner_text()
    assert not wrong


def test_a_malformed_state_of_one_figure_leaves_the_others_theirs(page, file):
    go(page, file, "#line:height=%ZZ,bold=on;größe:η=0.2")
    says(page, "line", f"{START}, bold")
    says(page, "größe", "the slope is 0.2")


def test_a_link_of_the_page_keeps_what_the_figures_show(page, file):
    figure = go(page, file)
    figure.get_by_label("height (m)").press("End")
    address(page, "#line:height=0.9")
    page.locator("main > a").click()
    address(page, "#section;line:height=0.9")
    says(page, "line", "one, alone at 0.9, round")
    go(page, file, page.evaluate("location.hash"))
    expect(page.locator("#section")).to_be_in_viewport()
    says(page, "line", "one, alone at 0.9, round")
    page.locator("figure#line").get_by_role("button").click()
    address(page, "")


def test_going_back_restores_the_state(page, file):
    figure = go(page, file)
    figure.get_by_label("height (m)").press("End")
    figure.get_by_label("square").check()
    address(page, "#line:height=0.9,shape=square")
    page.goto("about:blank")
    page.go_back()
    says(page, "line", "one, alone at 0.9, square")
    assert figure.get_by_label("height (m)").input_value() == "6" and figure.get_by_label("square").is_checked()


def test_going_back_within_the_page_restores_the_state_of_then(page, file):
    figure = go(page, file, "#line:height=0.0")
    page.locator("main > a").click()
    address(page, "#section;line:height=0")
    figure.get_by_label("height (m)").press("End")
    address(page, "#line:height=0.9")
    page.go_back()
    says(page, "line", "one, alone at 0.0, round")


def test_a_browser_that_forbids_to_change_the_address_keeps_the_figure_working(page, file):
    page.add_init_script("history.replaceState = () => { throw new DOMException('too often', 'SecurityError'); }")
    figure = go(page, file)
    figure.get_by_label("height (m)").press("End")
    page.wait_for_timeout(300)
    figure.get_by_label("height (m)").press("Home")
    says(page, "line", "one, alone at −0.9, round")


# Where the page cannot do it all


def test_without_decompression_the_figure_says_so_and_its_controls_are_off(page, file):
    page.add_init_script("delete window.DecompressionStream")
    figure = go(page, file, "#line:height=0.9")
    expect(word(figure)).to_contain_text("need a newer browser")
    assert figure.locator("input:enabled, select:enabled, button:enabled").count() == 0
    assert caption(figure).inner_text() == START
    assert figure.locator("output").inner_text() == "0.3"
    assert figure.get_by_label("height (m)").input_value() == "4"


@pytest.mark.parametrize("length", [0, 40, -40])
def test_data_cut_short_are_said_and_the_controls_are_off(page, file, tmp_path, length):
    html = file.read_text("utf-8")
    damaged = tmp_path / "damaged.html"
    damaged.write_text(re.sub(r'(class="explore-data">)([^<]*)', lambda m: m[1] + m[2][:length], html, count=1), "utf-8")
    figure = go(page, damaged, "#größe:η=0.1;line:height=0.9")
    says(page, "größe", "the slope is 0.1")
    figure.scroll_into_view_if_needed()
    expect(word(figure)).to_contain_text("did not arrive whole")
    assert figure.locator("input:enabled, select:enabled, button:enabled").count() == 0
    assert caption(figure).inner_text() == START
    assert figure.locator("output").inner_text() == "0.3"


@pytest.mark.parametrize(
    "after",
    [
        'class="explore-control explore-buttons" data-name="shape"',
        '<fieldset class="explore-control explore-buttons" data-name="shape" data-unit="" data-te',
    ],
)
def test_a_page_cut_short_within_a_figure_keeps_what_arrived(page, tmp_path, after):
    html = write_page(tmp_path / "page.html").read_text("utf-8")
    assert after in html
    cut = tmp_path / "cut.html"
    cut.write_text(html[: html.index(after) + len(after)], "utf-8")
    figure = go(page, cut)
    expect(word(figure)).to_be_visible()
    assert figure.locator("input:enabled:visible, select:enabled:visible").count() == 0


def test_without_an_observer_the_figures_work(page, file):
    page.add_init_script("delete window.IntersectionObserver")
    figure = go(page, file)
    figure.get_by_label("height (m)").press("End")
    says(page, "line", "one, alone at 0.9, round")


def test_without_has_the_figures_work_and_print_hides_the_handles(page, tmp_path):
    """No older engine is at hand: the selector is made one that this engine does not know."""
    file = write_page(tmp_path / "page.html")
    file.write_text(file.read_text("utf-8").replace(":has(", ":not-known("), "utf-8")
    figure = go(page, file)
    figure.get_by_label("height (m)").press("End")
    says(page, "line", "one, alone at 0.9, round")
    page.emulate_media(media="print")
    assert figure.locator("input[type=range]:visible, button:visible").count() == 0


@pytest.mark.parametrize("rule", ["script-src 'none'", "default-src 'self'", "script-src 'self'; style-src 'self'"])
def test_a_site_that_forbids_inline_scripts_says_what_is_missing(browser, tmp_path, rule):
    file = write_page(tmp_path / "page.html", f'<meta http-equiv="Content-Security-Policy" content="{rule}">')
    context = browser.new_context(offline=True)
    figure = go(context.new_page(), file)
    expect(word(figure)).to_contain_text("need the page's script, which does not run here")
    assert figure.locator("input:visible, select:visible, button:visible").count() == 0
    assert figure.locator(".explore-picture svg path").count() > 0 and caption(figure).inner_text() == START
    context.close()


def test_without_scripts_the_start_frame_is_there(browser, file):
    context = browser.new_context(java_script_enabled=False, offline=True)
    figure = go(context.new_page(), file)
    assert figure.locator(".explore-picture svg path").count() > 0 and caption(figure).inner_text() == START
    assert word(figure).is_visible() and figure.locator("input:visible, select:visible, button:visible").count() == 0
    context.close()


def test_without_scripts_a_phone_shows_both_pictures(browser, file):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 664})
    page = context.new_page()
    go(page, file)
    figure = page.locator("figure#race")
    assert figure.locator(".explore-panel:visible").count() == 2 and figure.locator("button:visible").count() == 0
    context.close()


def test_a_working_figure_says_nothing(page, file):
    figure = go(page, file)
    assert figure.locator("input:visible").count() == 4 and not word(figure).is_visible()


# Look


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_accessible(page, tmp_path, theme):
    """Also with controls that are off, and with the sentence that says so."""
    dark = "<style>:root { --pst-color-text-base: #ced6dd; --pst-color-background: #14181e } body { background: #14181e }</style>"
    file = write_page(tmp_path / "page.html", dark if theme == "dark" else "")
    for script in ("", "delete window.DecompressionStream"):
        page.add_init_script(script)
        go(page, file)
        assert [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(page, context="figure").response["violations"]] == []


@pytest.mark.parametrize(("width", "zoom"), [(1280, 1), (1280, 2), (390, 1), (390, 2), (320, 1)])
def test_every_number_is_in_reach(page, tmp_path, width, zoom):
    """Also with text twice as large and on the narrowest screen."""
    page.set_viewport_size({"width": width, "height": 800})
    go(page, write_page(tmp_path / "page.html", f"<style>html {{ font-size: {zoom * 100}% }}</style>"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for figure in page.locator("figure.explore").all():
        right = figure.bounding_box()["x"] + figure.bounding_box()["width"]
        for each in figure.locator(".explore-control > *, .explore-control bdi").all():
            box = each.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= right + 1, each.evaluate("element => element.outerHTML")


def test_numbers_keep_their_sign_in_front_on_a_page_from_right_to_left(page, tmp_path):
    figure = go(page, write_page(tmp_path / "page.html", attributes="dir=rtl"))
    figure.get_by_label("height (m)").press("Home")
    place = """output => [0, 1].map(k => {
        const range = document.createRange();
        range.setStart(output.firstChild, k);
        range.setEnd(output.firstChild, k + 1);
        return range.getBoundingClientRect().left;
    })"""
    sign, digit = figure.locator("output").evaluate(place)
    assert sign < digit


def test_ink_on_paper_is_dark_whatever_the_theme(page, tmp_path):
    dark = "<style>:root { --pst-color-text-base: #ced6dd; --pst-color-background: #14181e }</style>"
    figure = go(page, write_page(tmp_path / "page.html", dark))
    assert contrast(figure.locator(".explore-result").evaluate(COLOUR)) < 4.5  # on white, where this ink does not belong
    page.emulate_media(media="print")
    for part in (".explore-picture svg", ".explore-result", "output", ".explore-control > label", "select"):
        assert contrast(figure.locator(part).first.evaluate(COLOUR)) >= 4.5


def test_ids_are_unique_in_the_page(page, file):
    go(page, file)
    ids = page.locator("[id]").evaluate_all("elements => elements.map(element => element.id)")
    assert len(ids) == len(set(ids)) and {figure.explorable.name for figure in FIGURES} <= set(ids)


# Walks, handles, guesses, the menu, a figure alone


def race(page, file, address=""):
    page.goto("about:blank")
    page.goto(f"{file.as_uri()}{address}")
    figure = page.locator("figure#race")
    figure.scroll_into_view_if_needed()
    expect(figure).to_have_attribute("data-ready", "")
    return figure


def readings(figure):
    return figure.locator(".explore-readings").inner_text()


def walked(figure):
    """How many points each walk shows on the map."""
    lines = figure.locator(".explore-panel").first.locator(".explore-run")
    return [line.get_attribute("d").count("L") + 1 for line in lines.all()]


def test_play_walks_step_by_step_in_every_picture(page, file):
    figure = race(page, file)
    assert walked(figure) == [21, 21] and readings(figure).startswith("Step 20, loss: ")
    assert figure.locator(".explore-panel").nth(1).locator(".explore-run").count() == 2
    track = figure.get_by_label("step", exact=True)
    track.press("Home")
    assert walked(figure) == [1, 1] and readings(figure).startswith("Step 0, loss: ")
    figure.get_by_role("button", name="One step on").click()
    assert walked(figure) == [2, 2]
    address(page, "#race:step=1")
    figure.get_by_role("button", name="One step back").click()
    assert walked(figure) == [1, 1]
    figure.get_by_role("button", name="Play").click()
    expect(figure.get_by_role("button", name="Pause")).to_be_visible()
    expect(figure.get_by_role("button", name="Play")).to_be_visible(timeout=15_000)
    assert walked(figure) == [21, 21] and track.get_attribute("aria-valuetext") == "step 20 of 20"


def test_readings_are_the_losses_that_gdcore_computes(page, file):
    figure = race(page, file, "#race:step=7,rate=0.02")
    expected = []
    for method in (gradient_descent, momentum):
        run = descend(method, canyon(), [-0.5, 2.0], 7, learning_rate=0.02)
        expected.append(words.significant(run.values[-1] - canyon().value(canyon().minima[0])))
    assert readings(figure) == f"Step 7, loss: gradient descent {expected[0]}, momentum {expected[1]}."


def test_a_pointer_reads_the_step_beneath_it(page, file):
    figure = race(page, file)
    box = figure.locator(".explore-panel").nth(1).locator("svg").bounding_box()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
    read = int(re.match(r"Step (\d+)", readings(figure))[1])
    assert 5 < read < 15
    page.mouse.move(0, 0)
    assert readings(figure).startswith("Step 20, loss: ")


def test_a_walk_that_leaves_the_picture_says_when(page, file):
    figure = race(page, file, "#race:rate=0.03")
    run = descend(gradient_descent, canyon(), [-0.5, 2.0], 20, learning_rate=0.03)
    box = canyon().box
    outside = ((run.points < box[:, 0]) | (run.points > box[:, 1])).any(axis=1)
    assert figure.locator(".explore-leaves").first.text_content() == f"leaves at step {outside.argmax()}"
    assert walked(figure)[0] == outside.argmax() + 1


def middle(element):
    box = element.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, figure, right, down):
    x, y = middle(figure.locator(".explore-handle .ring"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=5)
    page.mouse.up()


def test_a_handle_is_dragged_and_its_controls_follow(page, file):
    figure = race(page, file)
    before = figure.evaluate(PICTURE)
    expect(figure.locator(".explore-hint")).to_have_text("drag the start")
    drag(page, figure, 120, 130)
    expect(figure.locator(".explore-hint")).to_have_count(0)
    x, y = (figure.get_by_label(name) for name in ("start w₁", "start w₂"))
    assert int(x.input_value()) > 0 and int(y.input_value()) < 7
    assert figure.evaluate(PICTURE) != before
    ring = middle(figure.locator(".explore-handle .ring"))
    x.press("End")
    assert middle(figure.locator(".explore-handle .ring"))[0] > ring[0]
    page.wait_for_function("decodeURIComponent(location.hash).startsWith('#race:x=2,y=')")
    figure.get_by_role("button", name="Reset").click()
    assert x.input_value() == "0"


def test_a_tap_in_the_picture_brings_the_handle_there(page, file):
    figure = race(page, file)
    svg = figure.locator(".explore-panel svg").first.bounding_box()
    page.mouse.click(svg["x"] + 0.5 * svg["width"], svg["y"] + 0.6 * svg["height"])
    x, y = middle(figure.locator(".explore-handle .ring"))
    assert abs(x - svg["x"] - 0.5 * svg["width"]) < 30 and abs(y - svg["y"] - 0.6 * svg["height"]) < 30


def test_the_menu_copies_a_link_and_saves_the_picture(page, file):
    figure = race(page, file)
    figure.get_by_label("step", exact=True).press("Home")
    page.evaluate("() => { navigator.clipboard.writeText = async text => { window.copied = text; }; }")
    figure.locator("summary").click()
    figure.get_by_text("Copy link to this setting").click()
    page.wait_for_function("window.copied")
    assert page.evaluate("window.copied") == f"{file.as_uri()}#race:step=0"
    with page.expect_download() as saved:
        figure.get_by_text("Save picture as SVG").click()
    text = saved.value.path().read_text("utf-8")
    assert saved.value.suggested_filename == "race.svg" and text.startswith("<svg xmlns=") and "var(--" not in text
    with page.expect_download() as saved:
        figure.get_by_text("Save picture as PNG").click()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
    figure.locator("summary").press("Escape")
    expect(figure.get_by_text("Save picture as PNG")).to_be_hidden()


def test_a_figure_alone_fills_the_window_and_has_keys(page, file):
    figure = race(page, file, "#only=race;race:step=3")
    box = figure.bounding_box()
    size = page.viewport_size
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, size["width"], size["height"])
    assert walked(figure) == [4, 4]
    page.keyboard.press("1")
    page.keyboard.press("End")
    address(page, "#only=race;race:rate=0.03,step=3")
    page.keyboard.press("r")
    address(page, "#only=race")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.documentElement.classList.contains('explore-alone')")
    assert figure.bounding_box()["width"] < size["width"]


def test_on_a_phone_one_picture_is_shown_and_sticks(page, file):
    page.set_viewport_size({"width": 390, "height": 664})
    figure = race(page, file)
    panels = figure.locator(".explore-panel")
    expect(panels.nth(1)).to_be_hidden()
    figure.get_by_role("button", name="loss above the minimum").click()
    expect(panels.nth(0)).to_be_hidden()
    expect(panels.nth(1)).to_be_visible()
    figure.get_by_label("start w₂").scroll_into_view_if_needed()
    page.mouse.wheel(0, 200)
    expect(panels.nth(1)).to_be_in_viewport()


@pytest.mark.parametrize(("width", "height"), [(1280, 640), (390, 664)])
def test_text_of_pictures_can_be_read(page, file, width, height):
    page.set_viewport_size({"width": width, "height": height})
    figure = race(page, file)
    sizes = (
        figure.locator(".explore-panel")
        .first.locator("svg > g text:not(.explore-hint)")
        .evaluate_all(
            "texts => texts.map(text => parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.getScreenCTM().a)"
        )
    )
    assert sizes and min(sizes) >= 11 and max(sizes) <= 18


def test_a_card_fits_a_small_window(page, file):
    page.set_viewport_size({"width": 1280, "height": 640})
    for name in ("line", "race"):
        box = page.locator(f"figure#{name}") if name == "race" else go(page, file)
        assert box.bounding_box()["height"] <= 640


def test_a_guess_is_placed_and_then_answered(page, tmp_path):
    asked = guess("Which rate?", answer=0.3, axis=[0.1, 0.2, 0.3, 0.4], why="It is the best.", unit="m")
    chosen = guess("Which one?", answer="b", choices=["a", "b"], why="It is lower.")
    write_page(tmp_path / "page.html", body=html_of(asked) + html_of(chosen))
    page.goto((tmp_path / "page.html").as_uri())
    first, second = page.locator(".guess").all()
    assert first.locator("details").count() == 0 and first.locator(".guess-verdict").inner_text() == ""
    track = first.get_by_label("your guess")
    track.press("End")
    assert track.get_attribute("aria-valuetext") == "0.4 m"
    first.get_by_role("button", name="Show the answer").click()
    assert first.locator(".guess-verdict").inner_text() == asked.verdict(3)
    button = second.get_by_role("button", name="Show the answer")
    expect(button).to_be_disabled()
    second.get_by_label("b", exact=True).check()
    button.click()
    assert second.locator(".guess-verdict").inner_text() == "Right: b. It is lower."

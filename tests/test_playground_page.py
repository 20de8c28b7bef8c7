"""The playground in browsers: race, drag, edit, write, break, send and restore, with mouse, finger and keyboard."""

from __future__ import annotations

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from gdcore.inpage import playground
from gdcore.inpage.answer import answer
from gdcore.inpage.challenges import CHALLENGES
from tests.conftest import ROOT
from tests.inpage_requests import source_of

PATIENT = "downhill.engine.silence = 60_000"  # a machine under load is slow, and no run here is endless unless it says so
START = playground.data()["start"]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The playground on a page of its own, as the book shows it, its engine with it."""
    file = tmp_path_factory.mktemp("playground") / "page.html"
    style = (ROOT / "_static" / "downhill.css").read_text("utf-8")
    tasks = f'<div class="explore playground" id="playground-tasks">{playground.listed()}</div>'
    file.write_text(
        '<!doctype html><html lang=en data-theme=light data-content_root="./"><meta charset=utf-8><title>Playground</title>'
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<style>{style} body {{ margin: 0 auto; max-width: 60rem; color: var(--dh-ink); background: var(--dh-paper) }}</style>"
        f"<body><main><h1>Playground</h1>{playground.html_of(live=True)}<h2>Challenges</h2>{tasks}</main>"
        "<script>exploreParts.placeChallenges()</script>",
        "utf-8",
    )
    return file


@pytest.fixture
def page(watched, file):
    return opened(watched.page, file)


def opened(page, file, address=""):
    page.goto(f"{file.as_uri()}{address}")
    page.evaluate(PATIENT)
    expect(page.locator("#playground-host[data-ready]")).to_be_attached()
    return page


def sentences(page):
    return [text.split(" At step")[0] for text in page.locator(".playground-says li").all_inner_texts()]


def expect_sentences(page, *wanted):
    """Each a text that the sentence of that run begins with, or a pattern."""
    patterns = [each if isinstance(each, re.Pattern) else re.compile(f"^{re.escape(each)}") for each in wanted]
    expect(page.locator(".playground-says li")).to_have_text(patterns)


def said(*runs, landscape="rosenbrock", **rest):
    """What gdcore says of a race in ordinary Python."""
    found = answer({"landscape": {"name": landscape}, "runs": list(runs), **rest})
    return [run["says"] for run in found["runs"]]


def run(method, start=(-1.2, 1.0), steps=200, label=None, **hyperparameters):
    return {"method": method, "start": list(start), "steps": steps, "hyperparameters": hyperparameters} | (
        {"label": label} if label else {}
    )


def card(page, name):
    return page.locator(".racer").filter(has=page.locator(".racer-title", has_text=re.compile(f"^{re.escape(name)}$")))


def code_of(page, name):
    """The editor of a racer, opened."""
    racer = card(page, name)
    if not racer.locator("details").evaluate("each => each.open"):
        racer.locator("summary").click()
    return racer.locator("textarea")


def edit(page, name, old, new):
    area = code_of(page, name)
    text = area.input_value()
    assert old in text
    area.fill(text.replace(old, new))
    area.press("Control+Enter")


# Racing


def test_it_begins_with_a_race_that_the_engine_has_not_run_yet(page):
    expect_sentences(page, *said(*START["runs"]))
    assert page.evaluate("document.querySelectorAll('iframe').length") == 0
    assert page.locator(".playground-map .explore-run").count() == 2
    assert page.locator(".playground-curve .explore-run").count() == 2


def test_a_number_that_is_typed_is_taken_to_the_last_digit(page):
    rate = card(page, "Momentum").get_by_label("learning rate, as a number")
    rate.fill("0.00123456789")
    rate.press("Enter")
    expect_sentences(page, *said(run("momentum", learning_rate=0.00123456789, momentum=0.9), START["runs"][1]))
    rate.fill("fast")
    rate.press("Enter")
    assert rate.get_attribute("aria-invalid") == "true"
    expect(page).to_have_url(re.compile(r"momentum\(learning_rate=0\.00123456789,momentum=0\.9\)"))


def test_sliders_move_by_keys_and_the_path_follows(page):
    rate = card(page, "Momentum").get_by_label("learning rate", exact=True)
    before = page.locator(".playground-map .explore-run").first.get_attribute("d")
    rate.press("ArrowRight")
    expect(card(page, "Momentum").get_by_label("learning rate, as a number")).to_have_value("0.00112")
    expect_sentences(page, *said(run("momentum", learning_rate=0.00112, momentum=0.9), START["runs"][1]))
    expect(page.locator(".playground-map .explore-run").first).not_to_have_attribute("d", before)


def test_the_start_is_dragged(page):
    ring = page.locator(".playground-map .explore-handle .ring")
    ring.scroll_into_view_if_needed()
    box = ring.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] - 40, steps=4)
    page.mouse.up()
    x, y = (float(page.get_by_label(f"start {name}").input_value().replace("−", "-")) for name in "xy")
    assert x > -1.2 and y > 1
    runs = [each | {"start": [x, y]} for each in START["runs"]]
    expect_sentences(page, *said(*runs))


def test_a_tap_brings_the_start_and_fields_take_it_from_the_keyboard(page):
    page.locator(".playground-map svg").click(position={"x": 200, "y": 60})
    assert page.get_by_label("start y").input_value() != "1"
    for name, value in (("x", "0.5"), ("y", "−0.25")):
        page.get_by_label(f"start {name}").fill(value)
        page.get_by_label(f"start {name}").press("Enter")
    expect_sentences(page, *said(*(each | {"start": [0.5, -0.25]} for each in START["runs"])))


def test_methods_join_and_leave(page):
    page.get_by_label("Add a method").select_option("newton")
    expect_sentences(page, *said(*START["runs"], run("newton", learning_rate=1.0)))
    page.get_by_label("Add a method").select_option("adam")
    expect(card(page, "Adam (2)")).to_be_visible()
    page.get_by_role("button", name="Remove Momentum").click()
    expect_sentences(page, *said(START["runs"][1], run("newton", learning_rate=1.0)), re.compile(r"^Adam \(2\) "))
    options = page.get_by_label("Add a method").locator("option:disabled").all_inner_texts()
    assert any(text.startswith("Muon") and "matrices" in text for text in options)


def test_no_more_than_eight_race(page):
    for _ in range(6):
        page.get_by_label("Add a method").select_option("adam")
    expect(page.get_by_label("Add a method")).to_be_disabled()
    expect(page.get_by_role("button", name="Write your own")).to_be_disabled()


def test_another_landscape_is_drawn_and_raced_on(page):
    before = page.locator(".playground-map canvas").evaluate("each => each.toDataURL()")
    page.get_by_label("landscape", exact=True).select_option("himmelblau")
    runs = [each | {"start": [0.0, -1.0]} for each in START["runs"]]
    expect_sentences(page, *said(*runs, landscape="himmelblau"))
    assert page.locator(".playground-map canvas").evaluate("each => each.toDataURL()") != before
    assert page.locator(".playground-minimum").count() == 4


def test_noise_penalty_and_a_rate_that_falls(page):
    page.get_by_text("Noise and penalty").click()
    page.get_by_label("noise of the gradient, as a number").fill("0.5")
    page.get_by_label("noise of the gradient, as a number").press("Enter")
    page.get_by_label("seed of the noise").fill("3")
    page.get_by_label("seed of the noise").press("Enter")
    page.get_by_label("L1 penalty, as a number").fill("0.1")
    page.get_by_label("L1 penalty, as a number").press("Enter")
    card(page, "Adam").get_by_label("the rate over time").select_option("cosine")
    falling = {"schedule": "cosine", "arguments": {"first": 0.1, "steps": 200}}
    rest = {"noise": {"scale": 0.5, "seed": 3}, "penalty": {"l1": 0.1, "l2": 0.0}}
    expect_sentences(page, *said(START["runs"][0], run("adam", learning_rate=falling), **rest))


def test_a_step_is_marked_in_both_pictures_and_read(page):
    page.get_by_role("button", name="One step back").click()
    expect(page.locator(".explore-play output")).to_have_text("step 199 of 200")
    expect(page.locator(".playground-reading").first).to_contain_text("At step 199:")
    assert page.locator(".playground-map .explore-now path").count() == 2
    assert page.locator(".playground-curve .explore-now line").count() == 1
    page.get_by_label("steps", exact=True).fill("20")
    page.get_by_label("steps", exact=True).press("Enter")
    expect(page.locator(".explore-play output")).to_have_text("step 20 of 20")


# The code


def test_a_changed_step_walks_beside_the_original(page):
    edit(page, "Momentum", "return ", "return 1.0 * ")
    first = sentences(page)[0]
    expect_sentences(page, first, first.replace("Momentum", "Momentum, edited"), re.compile("^Adam "))
    edit(page, "Momentum, edited" if card(page, "Momentum, edited").count() else "Momentum", "return 1.0 * ", "return 0.999 * ")
    expect(page.locator(".playground-says li").nth(1)).not_to_contain_text(first.split("Momentum")[1].split(" after")[0])
    assert page.locator(".playground-map .explore-run").count() == 3


def test_code_as_the_book_has_it_is_no_change(page):
    assert code_of(page, "Adam").input_value() == source_of("adam")
    code_of(page, "Adam").press("Control+Enter")
    expect_sentences(page, *said(*START["runs"]))


def test_a_mistake_marks_its_line_and_the_last_good_picture_stays(page):
    edit(page, "Momentum", "return ", "return 1.0 * ")
    expect(page.locator(".playground-map .explore-run")).to_have_count(3)
    edit(page, "Momentum", "return 1.0 * ", "return wobble * ")
    line = source_of("momentum").replace("return ", "return wobble * ").split("\n")
    number = next(k for k, text in enumerate(line, 1) if "wobble" in text)
    expect(page.locator(".editor-error").first).to_have_text(f"Line {number}: The name wobble is not known here.")
    assert page.locator(".playground-map .explore-run").count() == 3
    edit(page, "Momentum", "wobble", "1.0")
    expect(page.locator(".editor-error").first).to_be_empty()


def test_an_endless_loop_is_ended_and_the_others_race_on(page):
    code_of(page, "Momentum")  # the engine is awake before time is short
    card(page, "Momentum").get_by_label("learning rate", exact=True).press("ArrowRight")
    expect_sentences(page, *said(run("momentum", learning_rate=0.00112, momentum=0.9), START["runs"][1]))
    page.evaluate("downhill.engine.silence = 3_000")
    edit(page, "Momentum", "    return ", "    while True:\n        pass\n    return ")
    expect(card(page, "Momentum").locator(".racer-note")).to_contain_text("gave no answer for two seconds")
    page.evaluate(PATIENT)
    edit(page, "Momentum", "    while True:\n        pass\n    return ", "    return 1.0 * ")
    expect(page.locator(".playground-says li")).to_have_count(3)
    expect(page.locator(".playground-word")).to_be_empty()


def test_a_step_of_one_s_own_races_under_its_name_with_sliders(page):
    page.get_by_role("button", name="Write your own").click()
    expect(page.locator(".playground-says li")).to_have_count(3)
    racer = page.locator(".racer").last
    area = racer.locator("textarea")
    assert area.evaluate("each => each === document.activeElement")
    text = "def step(objective, w, state=0.0, *, learning_rate=0.001, momentum=0.9, swing=True):\n"
    area.fill(f"{text}    v = momentum * state - learning_rate * objective.gradient(w)\n    return w + v, v\n")
    area.press("Control+Enter")
    expect(racer.get_by_label("momentum", exact=True)).to_be_visible()
    expect(racer.get_by_label("swing")).to_be_checked()
    racer.get_by_label("name of your method").fill("my (ball)!")
    racer.get_by_label("name of your method").press("Enter")
    expect(racer.get_by_label("name of your method")).to_have_value("my ball")
    expect(page.locator(".playground-says li").last).to_have_text(re.compile("^my ball "))
    theirs = sentences(page)[0].removeprefix("Momentum")
    assert sentences(page)[2] == f"my ball{theirs}"
    racer.get_by_label("momentum, as a number").fill("0.5")
    racer.get_by_label("momentum, as a number").press("Enter")
    slower = said(run("momentum", learning_rate=0.001, momentum=0.5))[0]
    expect(page.locator(".playground-says li").last).to_have_text(re.compile(re.escape(slower.removeprefix("Momentum"))))


def test_a_landscape_of_one_s_own_is_drawn_and_its_mistakes_are_told(page):
    page.get_by_label("landscape", exact=True).select_option("")
    area = page.locator(".playground-surface textarea")
    expect(page.locator(".playground-says li").first).to_have_text(re.compile("at the value"))
    before = page.locator(".playground-map canvas").evaluate("each => each.toDataURL()")
    area.fill("def L(x, y):\n    return (x - 1) ** 2 + 10 * (y + 1) ** 2\n")
    page.locator(".playground-surface").get_by_label("x to").fill("3")
    page.locator(".playground-surface").get_by_role("button", name="Run").click()
    expect(page.locator(".playground-axes").first).to_contain_text("3")
    assert page.locator(".playground-map canvas").evaluate("each => each.toDataURL()") != before
    area.fill("def L(x, y):\n    return x ** 2 + z\n")
    area.press("Control+Enter")
    expect(page.locator(".playground-surface .editor-error")).to_have_text("Line 2: The name z is not known here.")
    page.locator(".playground-surface").get_by_label("x to").fill("-9")
    page.locator(".playground-surface").get_by_role("button", name="Run").click()
    expect(page.locator(".playground-surface .racer-note")).to_contain_text("from a smaller number to a larger one")


# The state


def link_of(page):
    page.get_by_role("button", name="Copy link").click()
    return page.locator(".playground-text textarea").input_value()


def test_an_address_restores_everything_and_code_waits_for_run(page, file):
    page.get_by_label("landscape", exact=True).select_option("canyon")
    edit(page, "Adam", "return ", "return 1.0 * ")
    page.get_by_role("button", name="Write your own").click()
    page.get_by_label("steps", exact=True).fill("60")
    page.get_by_label("steps", exact=True).press("Enter")
    expect(page.locator(".playground-says li")).to_have_count(4)
    before, link = sentences(page), link_of(page)
    address = f"#{link.split('#')[1]}"
    opened(page, file).reload()
    opened(page, file, address)
    expect(page.locator(".playground-says li")).to_have_count(2)  # what the reader did not read has not run
    notes = page.locator(".racer-note").filter(has_text="came with a link")
    expect(notes).to_have_count(2)
    assert "1.0 * " in code_of(page, "Adam").input_value()
    for k in range(2):
        page.locator(".racer").filter(has=page.locator("details[open]")).nth(k).get_by_role("button", name="Run").click()
    expect(page.locator(".playground-says li")).to_have_count(4)
    assert sentences(page) == before


HOSTILE = {
    "cut": "#landscape=canyon&start=-0.5,2&method=adam(learning_rate=0.1",
    "escaped by a mail program": "#landscape%3Dcanyon%26start%3D1%2C1%26method%3Dadam(learning_rate%3D0.1)",
    "unknown names": "#landscape=mars&start=1,2&method=fly(speed=3)&challenge=none",
    "unknown numbers": "#landscape=canyon&method=adam(speed=3,learning_rate=0.1)",
    "numbers that are none": "#landscape=canyon&start=NaN,Infinity&steps=-3&noise=a,b&penalty=1e99,0"
    "&method=adam(learning_rate=x)",
    "damaged code": "#landscape=own&surface=!!!!&box=1,0,0,1&method=own:a(b=c)&code=AAAA",
    "markup": "#landscape=own&method=own:%3Cimg src=x onerror=alert(1)%3E(%3Cb%3E=1)&code=AAAA",
    "a thousand methods": "#landscape=canyon" + "&method=adam(learning_rate=0.1)" * 1000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_address_leaves_the_playground_working(watched, file, name):
    page = opened(watched.page, file, HOSTILE[name])
    assert page.locator("#playground-host img, .playground-racers b").count() == 0
    expect(page.locator(".playground-says li").first).to_be_visible()
    assert 1 <= page.locator(".racer").count() <= 8
    page.get_by_role("button", name="Reset").click()
    expect_sentences(page, *said(*START["runs"]))


def test_python_is_handed_over_and_takes_the_same_steps(page):
    page.get_by_role("button", name="Copy as Python").click()
    area = page.locator(".playground-text textarea")
    expect(area).to_be_visible()
    names = {}
    exec(area.input_value(), names)
    assert [path.points[-1].tolist() for path in names["runs"].values()] == [
        found["points"][-1] for found in answer(START)["runs"]
    ]


def test_a_draft_is_kept_and_called_back(page, file):
    page.get_by_role("button", name="Write your own").click()
    area = page.locator(".racer").last.locator("textarea")
    area.fill("def step(objective, w, state=0.0):\n    return w, state  # half done")
    page.wait_for_function("localStorage.getItem('downhill:playground')?.includes('own:mine')")
    page.wait_for_timeout(400)
    opened(page, file, "#").reload()
    page.get_by_role("button", name="Continue my last draft").click()
    expect(page.locator(".racer").last.locator("textarea")).to_have_value(re.compile("half done"))
    expect(page.locator(".racer-note").last).to_contain_text("press Run")


# Challenges


def test_a_challenge_is_set_up_solved_and_remembered(page, file):
    page.get_by_role("button", name="Set up: The bowl in four steps").click()
    expect(page.locator(".playground-task")).to_contain_text("within four steps")
    expect(page.locator(".playground-verdict")).to_have_text("It arrives after 19 steps; 4 are allowed.")
    rate = card(page, "Gradient descent").get_by_label("learning rate, as a number")
    rate.fill("0.0667")
    rate.press("Enter")
    expect(page.locator(".playground-verdict")).to_have_text("Solved.")
    expect(page.locator(".playground-count")).to_have_text("1 of 12 solved.")
    page.get_by_role("button", name="Leave the challenge").click()
    expect(page.locator(".playground-task")).to_be_hidden()
    opened(page, file)
    expect(page.locator(".playground-count")).to_have_text("1 of 12 solved.")


def test_every_solution_that_is_shown_is_solved_in_the_page(page):
    for challenge in CHALLENGES.values():
        item = page.get_by_role("listitem").filter(has_text=challenge.title)
        item.get_by_text("Solution", exact=True).click()
        item.get_by_role("button", name=f"Show the solution of: {challenge.title}").click()
        expect(page.locator(".playground-task")).to_contain_text(challenge.title)
        expect(page.locator(".playground-verdict")).to_have_text("Solved.")
    expect(page.locator(".playground-count")).to_have_text("12 of 12 solved.")


# For everyone


def test_axe_finds_nothing(page):
    page.get_by_label("landscape", exact=True).select_option("")
    code_of(page, "Adam")
    page.get_by_text("Noise and penalty").click()
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        found = Axe().run(page).response["violations"]
        assert not [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found], theme


def test_on_a_phone_the_map_stays_in_view_and_nothing_is_wider(watched, file):
    watched.page.set_viewport_size({"width": 390, "height": 664})
    page = opened(watched.page, file)
    code_of(page, "Adam")
    card(page, "Adam").get_by_label("weight decay", exact=True).scroll_into_view_if_needed()
    box = page.locator(".playground-map").bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] <= 400
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_finger_drags_the_start(browser, file):
    context = browser.new_context(viewport={"width": 390, "height": 664}, has_touch=True, is_mobile=True, offline=True)
    page = opened(context.new_page(), file)
    ring = page.locator(".playground-map .explore-handle .ring")
    ring.scroll_into_view_if_needed()
    box = ring.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = context.new_cdp_session(page)
    for kind, places in (("touchStart", [(0, 0)]), ("touchMove", [(30, -10)]), ("touchMove", [(60, -20)]), ("touchEnd", [])):
        points = [{"x": x + across, "y": y + down} for across, down in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page.get_by_label("start x")).not_to_have_value("−1.2")
    moved = [float(page.get_by_label(f"start {name}").input_value().replace("−", "-")) for name in "xy"]
    assert moved[0] > -1.2 and moved[1] > 1
    expect_sentences(page, *said(*(each | {"start": moved} for each in START["runs"])))
    context.close()


def test_without_scripts_there_is_the_picture_and_the_challenges(browser, file):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator(".playground-still img").evaluate("image => image.naturalWidth") > 300
    assert page.get_by_text("needs a script").is_visible()
    assert page.locator("#playground-tasks li").count() == 12
    context.close()


CHANGED = "field.dispatchEvent(new Event('change'))"


def essential_path(engine, file):
    """Race, edit, mend, send: in a browser of which the driver knows no more than scripts and keys."""

    def page(code):
        own = json.dumps(f"document.body.dataset.result = JSON.stringify((() => {{ {code} }})() ?? null)")
        run = f"document.head.append(Object.assign(document.createElement('script'), {{ textContent: {own} }}));"
        return json.loads(engine.script(f"{run} return document.body.dataset.result"))

    says = "return [...document.querySelectorAll('.playground-says li')].map((each) => each.textContent.split(' At step')[0])"
    engine.open(f"{file.as_uri()}#landscape=canyon&start=-0.5,2&steps=60&method=momentum(learning_rate=0.01,momentum=0.9)")
    page(PATIENT)
    wanted = said(run("momentum", (-0.5, 2.0), 60, learning_rate=0.01, momentum=0.9), landscape="canyon")
    count = "document.querySelectorAll('.playground-says li').length"
    engine.wait(f"document.querySelector('#playground-host[data-ready]') && {count} === 1", seconds=90)
    assert page(says) == wanted
    engine.click(".playground-map svg", right=60)  # a tap brings the start there
    engine.wait("document.querySelector('#playground-start-x').value !== '−0.5'")
    for name, value in (("x", -0.5), ("y", 2)):
        page(f"const field = document.querySelector('#playground-start-{name}'); field.value = {value}; {CHANGED}")
    engine.wait(f"document.querySelector('.playground-says li').textContent.startsWith({json.dumps(wanted[0])})", seconds=90)
    engine.click(".racer-code summary")
    engine.wait("document.querySelector('.racer textarea')")
    page(
        "const area = document.querySelector('.racer textarea'); area.value = area.value.replace('return ', 'return 1.0 * ');"
        "area.dispatchEvent(new Event('input', { bubbles: true }))"
    )
    engine.click(".racer .playground-run")
    engine.wait(f"{count} === 2", seconds=90)
    assert page(says) == [wanted[0], wanted[0].replace("Momentum", "Momentum, edited")]
    page(
        "const area = document.querySelector('.racer textarea'); area.value = area.value.replace('return 1.0', 'return one');"
        "area.dispatchEvent(new Event('input', { bubbles: true }))"
    )
    engine.click(".racer .playground-run")
    engine.wait("document.querySelector('.racer [role=alert]').textContent.includes('The name one is not known')", seconds=90)
    page(
        "const area = document.querySelector('.racer textarea');"
        "area.value = area.value.replace('    return one', '    while True: pass\\n    return 1.0');"
        "area.dispatchEvent(new Event('input', { bubbles: true })); downhill.engine.silence = 3_000"
    )
    engine.click(".racer .playground-run")
    engine.wait("document.querySelector('.racer .racer-note').textContent.includes('no answer')", seconds=90)
    page(PATIENT)
    engine.wait("location.hash.includes('code=')")
    address = engine.script("return location.href")
    engine.open("about:blank")
    engine.open(address)
    page(PATIENT)
    engine.wait(f"document.querySelector('#playground-host[data-ready]') && {count} === 1", seconds=90)
    assert "while True" in page("return document.querySelector('.racer textarea').value")
    assert "press Run" in page("return document.querySelector('.racer .racer-note').textContent")
    page(
        "const select = document.querySelector('#playground-landscape'); select.value = '';"
        "select.dispatchEvent(new Event('change', { bubbles: true }))"
    )
    engine.wait("document.querySelector('.playground-surface textarea')")
    engine.click(".playground-add button")  # a step of one's own joins
    engine.wait("document.querySelectorAll('.racer').length === 2 && document.activeElement.matches('.racer textarea')")
    engine.wait(f"{count} === 2 && document.querySelector('.playground-says').textContent.includes('at the value')", seconds=90)
    assert page(says)[1].startswith("mine ")


def test_firefox_plays(firefox, file):
    essential_path(firefox, file)


def test_webkit_plays(webkit, file):
    essential_path(webkit, file)

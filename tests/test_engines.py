"""Firefox and WebKit, Safari's engine, on the essential path: what a reader does first with a figure."""

from __future__ import annotations

import time

import pytest

from tests.figures import write_page

STATE = """const figure = document.getElementById("%s");
const [slider] = figure.querySelectorAll("input[type=range]");
return {
  caption: figure.querySelector(".explore-result").textContent,
  picture: figure.querySelector(".explore-picture").innerHTML,
  shown: slider.parentElement.querySelector("output").textContent,
  handles: [...figure.querySelectorAll("input, select")].map((each) => each.type === "radio" ? each.checked : each.value),
}"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("engines")
    (folder / "elsewhere.html").write_text("<!doctype html><meta charset=utf-8><title>Elsewhere</title>Elsewhere", "utf-8")
    return write_page(folder / "page.html")


def essential_path(engine, address, name, elsewhere):
    """A figure unpacks, keys and mouse move its slider, its address restores it, and so does going back."""
    state = STATE % name
    slider = f"figure[id='{name}'] input[type=range]"
    ready = f"document.querySelector(\"figure[id='{name}'][data-ready]\")"

    engine.open(address)
    engine.find(slider)
    engine.wait(ready)
    seen = [engine.script(state)]
    engine.press(slider, "HOME")
    seen.append(engine.script(state))
    engine.press(slider, "ARROW_RIGHT")
    seen.append(engine.script(state))
    width = engine.script(f'return document.querySelector("{slider}").getBoundingClientRect().width')
    engine.click(slider, right=int(width / 2 - 3))
    seen.append(engine.script(state))
    for what in ("caption", "picture", "shown"):
        assert len({moved[what] for moved in seen[1:]}) == 3, f"{name}: {what} does not follow the slider"
    if engine.script(f"return document.querySelectorAll(\"figure[id='{name}'] input[type=radio]\").length"):
        engine.click(f"figure[id='{name}'] label:last-child input[type=radio]")
    last = engine.script(state)

    time.sleep(0.5)  # the address follows a quarter of a second after the last change
    address = engine.script("return location.href")
    engine.open(elsewhere)
    engine.open(address)
    engine.wait(ready)
    assert engine.script(state) == last, "the address does not restore the figure"
    engine.open(elsewhere)
    engine.back()
    engine.wait(ready)
    time.sleep(0.5)  # whatever the browser resets after it has shown the page
    assert engine.script(state) == last, "going back does not restore the figure"


def page_path(engine, file):
    essential_path(engine, file.as_uri(), "line", (file.parent / "elsewhere.html").as_uri())


def test_firefox_moves_a_figure(firefox, file):
    page_path(firefox, file)


def test_webkit_moves_a_figure(webkit, file):
    page_path(webkit, file)


def chapter_path(engine, book):
    """The same in a chapter, whose formulas are set, and where an address lands on its figure when they are."""
    engine.open((book / "momentum.html").as_uri())
    engine.wait("document.querySelector('mjx-container')", seconds=60)
    essential_path(engine, (book / "momentum.html").as_uri(), "nesterov_geometry", (book / "references.html").as_uri())
    engine.open((book / "references.html").as_uri())
    engine.open((book / "momentum.html").as_uri() + "#nesterov_geometry:momentum=0.5")
    engine.wait("document.querySelector('mjx-container')", seconds=60)
    engine.wait("Math.abs(document.getElementById('nesterov_geometry').getBoundingClientRect().top) < 120")


def test_firefox_reads_a_chapter(firefox, book):
    chapter_path(firefox, book)


def test_webkit_reads_a_chapter(webkit, book):
    chapter_path(webkit, book)

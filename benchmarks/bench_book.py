"""The built book in Chromium: how fast figures answer, how heavy pages are, how soon they open, how still they stand.

`python -m benchmarks book` measures _build/html; DOWNHILL_BOOK names another folder, as for the tests.
"""

from __future__ import annotations

import gzip
import itertools
import os
import statistics
import sys
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Locator, Response

from benchmarks import site

VISITS = 2  # of which the fastest counts: other load only slows
THROTTLE = 4
INPUTS = 40  # of each slider and each handle
FRAME = 1000 / 60
Timed = dict[str, float]  # milliseconds of one input
LIMITS = {
    "median": 4.0,  # ms
    "95th percentile": 12.0,  # ms
    "painted in the next frame": 0.95,
    "weight": 2.5,  # MB
    "first paint": 1.2,  # s
    "load": 5.0,  # s, throttled
    "shift": 0.05,
}

# Times every input of the watched figure that changes a setting: its listeners from first to last, the wait for the frame that
# shows it, and how long that frame took, which is too long where painting it makes the one after late.
WATCH = """(figure) => {
  const state = () => [...watched.querySelectorAll("input")].map(({ value, checked }) => `${value}${checked}`).join();
  const first = !window.watched;
  window.watched = figure;
  window.inputs = [];
  let [begin, before] = [0, state()];
  const start = () => {
    begin = performance.now();
  };
  const end = () => {
    const entry = { handler: performance.now() - begin };
    const [from, now] = [begin, state()];
    if (now === before) return;
    before = now;
    requestAnimationFrame((next) => requestAnimationFrame((later) => {
      inputs.push({ ...entry, wait: next - from, frame: later - next });
    }));
  };
  for (const kind of first ? ["input", "pointermove"] : []) {
    addEventListener(kind, start, { capture: true });
    addEventListener(kind, end);
  }
}"""

# Moves a slider to another position in each frame, as dragging its thumb does.
SLIDE = """async (slider, count) => {
  const frame = () => new Promise(requestAnimationFrame);
  const last = Number(slider.max);
  for (let k = 0; k < count; k++) {
    await frame();
    const turn = k % (2 * last);
    slider.value = turn <= last ? turn : 2 * last - turn;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }
  await frame();
  await frame();
}"""

SCROLL = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += 200) {
    scrollTo({ top: y, behavior: "instant" });
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}"""

TIMES = """() => ({
  paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  load: performance.getEntriesByType("navigation")[0].loadEventEnd,
  seen: noted.seen,
  set: noted.set,
})"""


@dataclass
class Opened:
    """When the first paint, the load, the formulas in view and all formulas came, in seconds; what the page weighs, in MB."""

    paint: float
    load: float
    seen: float
    set: float
    weight: float


def marked(value: float, unit: str, limit: str, digits: int = 2) -> str:
    """A value, bold with a "!" where it is over its limit (under it for a share)."""
    bad = value < LIMITS[limit] if unit == "%" else value > LIMITS[limit]
    text = f"{value:.1%}" if unit == "%" else f"{value:.{digits}f}{unit}"
    return f"**{text} !**" if bad else text


# Answers


def slide(figure: Locator) -> list[Timed]:
    """What each input of a figure's sliders took."""
    figure.evaluate(WATCH)
    for slider in figure.locator("input[type=range]").all():
        slider.evaluate(SLIDE, INPUTS)
    return figure.page.evaluate("inputs")


def drag(figure: Locator) -> list[Timed]:
    """What each step of dragging a figure's handle took, by mouse, along an eight over its picture."""
    page = figure.page
    figure.evaluate(WATCH)
    ring = figure.locator(".explore-handle .ring").first.bounding_box()
    picture = figure.locator("svg:has(.explore-handle)").first.bounding_box()
    if ring is None or picture is None:
        sys.exit(f"no handle is seen in {figure}")
    page.mouse.move(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    page.mouse.down()
    for turn in np.linspace(0, 2 * np.pi, 2 * INPUTS):
        across, down = 0.5 + 0.35 * np.sin(turn), 0.5 + 0.35 * np.sin(2 * turn)
        page.mouse.move(picture["x"] + across * picture["width"], picture["y"] + down * picture["height"])
    page.mouse.up()
    page.wait_for_timeout(100)
    return page.evaluate("inputs")


def answers(browser: Browser, address: str) -> tuple[dict[str, list[Timed]], dict[str, list[Timed]]]:
    """The inputs of each figure's sliders, and those of each handle, by the figure's name."""
    sliders, handles = {}, {}
    for name in site.names():
        with site.visit(browser) as page:
            site.open_whole(page, f"{address}/{name}.html")
            figures = page.locator("figure.explore:has(.explore-controls)")
            for figure_id in figures.evaluate_all("figures => figures.map(({ id }) => id)"):
                figure = page.locator(f"figure[id='{figure_id}']")
                figure.evaluate("figure => figure.scrollIntoView({ block: 'center', behavior: 'instant' })")
                page.wait_for_selector(f"figure[id='{figure_id}'][data-ready]")
                if timed := slide(figure):
                    sliders[figure_id] = timed
                if figure.locator(".explore-handle").count():
                    handles[figure_id] = drag(figure)
    return sliders, handles


def percentile(timed: list[Timed]) -> float:
    return float(np.percentile([each["handler"] for each in timed], 95))


def answer_row(what: str, timed: list[Timed]) -> list[str]:
    in_time = [each["wait"] < 1.5 * FRAME and each["frame"] < 1.5 * FRAME for each in timed]
    return [
        what,
        str(len(timed)),
        marked(statistics.median(each["handler"] for each in timed), " ms", "median"),
        marked(percentile(timed), " ms", "95th percentile"),
        marked(float(np.mean(in_time)), "%", "painted in the next frame"),
    ]


# Pages


def first_visit(browser: Browser, address: str, throttle: float) -> Opened:
    """A page opened by somebody who has never been here."""
    bodies: list[Response] = []
    with site.visit(browser, throttle=throttle) as page:
        page.on("response", lambda response: bodies.append(response))
        site.open_whole(page, address)
        seconds = {name: moment / 1e3 for name, moment in page.evaluate(TIMES).items()}
        weight = sum(len(gzip.compress(each.body())) for each in bodies) / 1e6
    return Opened(**seconds, weight=weight)


def opened(browser: Browser, address: str, throttle: float) -> Opened:
    """The best of some visits in each respect."""
    visits = [first_visit(browser, address, throttle) for _ in range(VISITS)]
    return Opened(*(min(moments) for moments in zip(*map(astuple, visits), strict=True)))


def shift(browser: Browser, address: str, size: dict[str, int]) -> float:
    """How much a page has moved under its reader's eyes until its end: all of it, not the worst five seconds alone."""
    with site.visit(browser, size) as page:
        page.goto(address, wait_until="load")
        page.evaluate(SCROLL)
        page.wait_for_function(site.SETTLED)
        page.wait_for_timeout(300)
        return page.evaluate("noted.shift")


def page_row(browser: Browser, address: str, name: str) -> list[str]:
    plain, slow = (opened(browser, address, throttle) for throttle in (1, THROTTLE))
    return [
        name.removeprefix("book/"),
        marked(plain.weight, " MB", "weight"),
        marked(plain.paint, " s", "first paint"),
        *(f"{seconds:.2f} s" for seconds in (plain.load, plain.seen, plain.set)),
        f"{slow.paint:.2f} s",
        marked(slow.load, " s", "load"),
        *(f"{seconds:.2f} s" for seconds in (slow.seen, slow.set)),
        *(marked(shift(browser, address, size), "", "shift", 3) for size in (site.DESK, site.PHONE)),
    ]


def table(heading: str, columns: list[str], rows: Iterable[list[str]]) -> None:
    """A table that is printed while it is measured."""
    print(f"### {heading}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)
    print()


def main() -> None:
    html = Path(os.environ.get("DOWNHILL_BOOK", site.ROOT)) / "_build" / "html"
    if not (html / "book").is_dir():
        sys.exit(f"there is no book in {html}: make book")
    with site.served(html) as address, site.chromium() as browser:
        sliders, handles = answers(browser, address)
        slowest = max(sliders, key=lambda figure: percentile(sliders[figure]))
        rows = [
            ["allowed", "", "4 ms", "12 ms", "95 %"],
            answer_row(f"all sliders of {len(sliders)} figures", [each for timed in sliders.values() for each in timed]),
            answer_row(f"those of `{slowest}`, the slowest", sliders[slowest]),
            *(answer_row(f"handle of `{figure}`", timed) for figure, timed in handles.items()),
        ]
        table("Book: figures answer", ["what", "inputs", "median", "95th percentile", "painted in the next frame"], rows)
        slow = f"{THROTTLE} × slower: "
        columns = ["page", "gzipped", "first paint", "load", "formulas in view", "all formulas"]
        columns += [f"{slow}first paint", f"{slow}load", f"{slow}formulas in view", f"{slow}all formulas", "shift, desk", "phone"]
        limits = ["allowed", "2.5 MB", "1.2 s", "", "", "", "", "5 s", "", "", "0.05", "0.05"]
        pages = (page_row(browser, f"{address}/{name}.html", name) for name in site.names())
        table(f"Book: pages, the best of {VISITS} first visits", columns, itertools.chain([limits], pages))


if __name__ == "__main__":
    main()

"""Explorables: how long a page of 231 frames takes to build, what it weighs, and how fast it answers.

The figure is the one that a prototype was measured on: a contour plot and a path of 60 steps on a grid of 21 × 11.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import ipywidgets
import numpy as np
from matplotlib.axes import Axes
from playwright.sync_api import sync_playwright

from gdcore import methods, objectives, pictures
from gdcore.descent import descend
from gdcore.explore import explore, page
from gdcore.explore.live import widget_of
from tools import browser as browsers

CANYON = objectives.canyon()

# Drive the slider through all of its positions, one for each frame of the screen, and time the handler and the next frame.
DRIVE = """async ([id, inputs]) => {
  const figure = document.getElementById(id), slider = figure.querySelector("input[type=range]");
  const frame = () => new Promise(requestAnimationFrame);
  const handler = [], next = [];
  for (let k = 0; k < inputs; k++) {
    const shown = await frame();
    slider.value = k % (Number(slider.max) + 1);
    const begin = performance.now();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    handler.push(performance.now() - begin);
    next.push((await frame()) - shown);
  }
  return [handler, next];
}"""


def draw_canyon(ax: Axes) -> None:
    pictures.contours(ax, CANYON)


@explore(
    learning_rate=ipywidgets.FloatSlider(min=0.002, max=0.042, step=0.002, value=0.024),
    momentum=ipywidgets.FloatSlider(min=0, max=0.95, step=0.095, value=0.38),
    layers=[draw_canyon],
    alt="A path of 60 steps on a canyon.",
)
def canyon_path(ax: Axes, learning_rate: float, momentum: float) -> str:
    run = descend(methods.momentum, CANYON, [-0.5, 2.3], 60, learning_rate=learning_rate, momentum=momentum)
    pictures.path(ax, run)
    return f"The last value is {run.values[-1]:.3g}."


FIGURE = canyon_path.explorable  # type: ignore[attr-defined]


def build() -> tuple[str, float]:
    page._on_this_page.clear()
    begin = time.perf_counter()
    html = page.html_of(FIGURE)
    return html, time.perf_counter() - begin


def in_the_browser(html: str, inputs: int = 300) -> tuple[list[float], list[float]]:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "page.html"
        file.write_text(f"<!doctype html><meta charset=utf-8>{html}", "utf-8")
        chromium = playwright.chromium.launch(executable_path=browsers.find(), args=browsers.FLAGS)
        tab = chromium.new_page()
        tab.goto(file.as_uri())
        tab.wait_for_selector("figure[data-ready]")
        handler, following = tab.evaluate(DRIVE, ["canyon_path", inputs])
        chromium.close()
    return handler, following


def live(updates: int = 100) -> list[float]:
    widget_of(FIGURE)
    control = FIGURE.controls["learning_rate"]
    times = []
    for k in range(updates):
        begin = time.perf_counter()
        control.widget.value = control.values[k % len(control.values)]
        times.append((time.perf_counter() - begin) * 1e3)
    return times


def main() -> None:
    html, seconds = min((build() for _ in range(3)), key=lambda run: run[1])
    handler, following = in_the_browser(html)
    screen = statistics.median(following)
    in_time = np.mean([gap < 1.5 * screen for gap in following])
    updates = live()
    rows = [
        ("231 frames, build", f"{seconds:.2f} s", "5 s"),
        ("231 frames, shipped (script and style included)", f"{len(html.encode()) / 1e3:.0f} kB", "400 kB"),
        ("built page, input handler, median", f"{statistics.median(handler):.2f} ms", "4 ms"),
        ("built page, input handler, 95th percentile", f"{np.percentile(handler, 95):.2f} ms", "12 ms"),
        ("built page, inputs painted in the next frame", f"{in_time:.1%}", "95 %"),
        ("live widget, update serialized, median", f"{statistics.median(updates):.1f} ms", "15 ms"),
    ]
    print("### Explorables\n\n| what | measured | allowed |\n|---|---|---|")
    for row in rows:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()

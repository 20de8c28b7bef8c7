"""The page that computes: how soon after the first touch, how many pictures a second while the start is dragged, how large.

`python -m benchmarks playground` measures _build/html; DOWNHILL_BOOK names another folder, as for the tests.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks import site

FIGURE = "momentum_on_the_canyon"  # live, in the chapter on momentum
TURNS = 3  # of which the best counts: other load only slows
SECONDS = 4  # of dragging
RACE = "#landscape=canyon&start=-0.5,2&steps=100&method=momentum(learning_rate=0.01)&method=adam(learning_rate=0.1)"
LIMITS = {"first path": 1.5, "pictures": 30.0, "fewest": 10, "memory": 400.0}  # s, a second, in the worst second, MB

# Notes when the paths change, from now on.
WATCH = """() => {
  window.changes = [];
  window.begun = performance.now();
  new MutationObserver(() => requestAnimationFrame((now) => changes.push(now))).observe(
    document.querySelector(".playground-map .explore-walks"), { childList: true, subtree: true });
}"""

# Notes when a finger or the mouse comes down, and when the result of a figure changes after it.
TOUCHED = """(id) => {
  [window.touched, window.said] = [0, 0];
  const result = document.querySelector(`figure[id="${id}"] .explore-result`);
  addEventListener("pointerdown", () => { touched = performance.now(); }, { capture: true, once: true });
  new MutationObserver(() => requestAnimationFrame((now) => { said ||= now; })).observe(result, { childList: true });
}"""

# What JavaScript written by hand needs for the same race: momentum and Adam on the canyon, 100 steps, points kept.
BY_HAND = """() => {
  const gradient = (x, y) => [12 * x - 12, 80 * y - 30];
  const race = () => {
    const found = [];
    let [x, y, vx, vy] = [-0.5, 2, 0, 0];
    for (let t = 0; t < 100; t++) {
      const [gx, gy] = gradient(x, y);
      [vx, vy] = [0.9 * vx - 0.01 * gx, 0.9 * vy - 0.01 * gy];
      [x, y] = [x + vx, y + vy];
      found.push([x, y]);
    }
    const [w, s, r] = [[-0.5, 2], [0, 0], [0, 0]];
    for (let t = 1; t <= 100; t++) {
      const g = gradient(...w);
      for (const k of [0, 1]) {
        s[k] = 0.9 * s[k] + 0.1 * g[k];
        r[k] = 0.999 * r[k] + 0.001 * g[k] ** 2;
        w[k] -= (0.1 * s[k]) / (1 - 0.9 ** t) / (Math.sqrt(r[k] / (1 - 0.999 ** t)) + 1e-8);
      }
      found.push([...w]);
    }
    return found;
  };
  for (let k = 0; k < 200; k++) race();
  const from = performance.now();
  for (let k = 0; k < 1000; k++) race();
  return (performance.now() - from) / 1000;
}"""
ENGINE = """async () => {
  const run = (method, learning_rate) => ({ method, start: [-0.5, 2], steps: 100, hyperparameters: { learning_rate } });
  const request = { landscape: { name: "canyon" }, runs: [run("momentum", 0.01), run("adam", 0.1)] };
  for (let k = 0; k < 20; k++) await downhill.engine.ask(request);
  const from = performance.now();
  for (let k = 0; k < 50; k++) await downhill.engine.ask(request);
  return (performance.now() - from) / 50;
}"""


def marked(good: bool, text: str) -> str:
    """A text, bold with a "!" where it is not good."""
    return text if good else f"**{text} !**"


def ready(page: Page, address: str) -> None:
    page.goto(address, wait_until="load")
    page.wait_for_selector("#playground-host[data-ready]")
    page.wait_for_timeout(500)


def grasp(page: Page) -> dict[str, float]:
    """Take hold of the start; the map's place in the window."""
    page.locator(".playground-map").scroll_into_view_if_needed()
    ring = page.locator(".playground-map .explore-handle .ring").bounding_box()
    picture = page.locator(".playground-map svg").bounding_box()
    if ring is None or picture is None:
        sys.exit("the playground shows no start")
    page.mouse.move(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    page.mouse.down()
    return {"x": picture["x"], "y": picture["y"], "width": picture["width"], "height": picture["height"]}


def first_path(page: Page, address: str) -> float:
    """Seconds from the first touch of a chapter's live figure, which brings the engine, to the first path that was computed."""
    site.open_whole(page, address)
    figure = page.locator(f"figure[id='{FIGURE}']")
    figure.scroll_into_view_if_needed()
    page.wait_for_selector(f"figure[id='{FIGURE}'][data-ready]")
    page.wait_for_timeout(1000)
    ring = figure.locator(".explore-handle .ring").first.bounding_box()
    if ring is None:
        sys.exit(f"{FIGURE} shows no start")
    page.evaluate(TOUCHED, FIGURE)
    page.mouse.move(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    page.mouse.down()
    page.mouse.move(ring["x"] + 60, ring["y"] + 30)
    page.wait_for_function("said", timeout=60_000)
    seconds = page.evaluate("said - touched") / 1000
    page.mouse.up()
    return seconds


def dragged(page: Page, address: str) -> tuple[float, int]:
    """How many pictures a second while the start is dragged, and how many in the worst second."""
    ready(page, address + RACE)
    page.wait_for_timeout(3000)  # the race of the address has come, and with it the engine
    picture = grasp(page)
    page.evaluate(WATCH)
    turn = 0.0
    while page.evaluate("performance.now() - begun") < SECONDS * 1000:
        turn += 0.03
        across, down = 0.5 + 0.3 * np.sin(turn), 0.45 + 0.3 * np.sin(2 * turn)
        page.mouse.move(picture["x"] + across * picture["width"], picture["y"] + down * picture["height"])
    page.mouse.up()
    times = np.unique(np.array(page.evaluate("changes.map((now) => now - begun)")) / 1000)
    each = np.histogram(times, bins=SECONDS, range=(0, SECONDS))[0]
    return len(times) / SECONDS, int(each.min())


def memory() -> float:
    """MB that the largest process of the browser keeps, with a chapter and the engine in its page."""

    def kept(status: Path) -> float:
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            return 0.0
        mine = "chrom" in lines.get("Name", "")
        return (
            (float(lines.get("VmRSS", "0 kB").split()[0]) - float(lines.get("RssFile", "0 kB").split()[0])) / 1000
            if mine
            else 0.0
        )

    return max((kept(each) for each in Path("/proc").glob("[0-9]*/status")), default=float("nan"))


def chapter_with_engine(browser: Browser, address: str) -> float:
    with site.visit(browser) as page:
        site.open_whole(page, f"{address}/book/momentum.html")
        page.evaluate(ENGINE)
        page.wait_for_timeout(1000)
        return memory()


def main() -> None:
    built = Path(os.environ.get("DOWNHILL_BOOK", site.ROOT)) / "_build" / "html"
    if not (built / "book" / "playground.html").exists():
        sys.exit(f"there is no book in {built}: make book")
    with site.served(built) as address, site.chromium() as browser:
        place = f"{address}/book/playground.html"
        firsts, drags = [], []
        for _ in range(TURNS):
            with site.visit(browser) as page:
                firsts.append(first_path(page, f"{address}/book/momentum.html"))
            with site.visit(browser) as page:
                drags.append(dragged(page, place))
        with site.visit(browser) as page:
            ready(page, place)
            engine, by_hand = page.evaluate(ENGINE), page.evaluate(BY_HAND)
        kept = chapter_with_engine(browser, address)
    rate, worst = max(drags)
    print("### Playground: gdcore in the page, momentum and Adam, 100 steps each\n")
    print("| what | measured | allowed |\n|---|---|---|")
    print(f"| first touch to first path | {marked(min(firsts) <= LIMITS['first path'], f'{min(firsts):.2f} s')} | 1.5 s |")
    print(f"| pictures a second, the start dragged | {marked(rate >= LIMITS['pictures'], f'{rate:.0f}')} | 30 |")
    print(f"| those of the worst second | {marked(worst >= LIMITS['fewest'], f'{worst}')} | 10 |")
    print(f"| both runs, asked of the engine | {engine:.1f} ms |  |")
    print(f"| both runs, JavaScript by hand | {by_hand:.3f} ms |  |")
    print(f"| memory of a chapter with the engine | {marked(kept <= LIMITS['memory'], f'{kept:.0f} MB')} | 400 MB |")


if __name__ == "__main__":
    main()

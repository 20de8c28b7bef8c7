"""The built book, served from this machine and opened in Chromium as a reader's first visit."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml
from playwright.sync_api import Browser, Page, sync_playwright

from tools import browser as browsers

ROOT = Path(__file__).resolve().parents[1]
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 664}
MOST_SECONDS = 120  # that a page may take to open, far more than it should

# What is noted from the first moment on: layout shifts, and when formulas come. Those in view are set once none of them waits.
NOTE = """
window.noted = { shift: 0, seen: 0, set: 0 };
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) noted.shift += value;
}).observe({ type: "layout-shift", buffered: true });
const inView = ({ top, bottom }) => bottom > 0 && top < innerHeight;
new MutationObserver((changes) => {
  if (!changes.some(({ addedNodes }) => [...addedNodes].some(({ localName }) => localName === "mjx-container"))) return;
  noted.set = performance.now();
  const waiting = [...document.querySelectorAll(".math:not(:has(mjx-container))")];
  if (!noted.seen && !waiting.some((formula) => inView(formula.getBoundingClientRect()))) noted.seen = noted.set;
}).observe(document, { childList: true, subtree: true });
"""
SETTLED = "!document.documentElement.classList.contains('formulas-come')"


class Quiet(SimpleHTTPRequestHandler):
    """A server that prints nothing."""

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a folder is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium, found as the tests find it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.find(), args=browsers.FLAGS)
        yield browser
        browser.close()


@contextmanager
def visit(browser: Browser, size: dict[str, int] = DESK, throttle: float = 1) -> Iterator[Page]:
    """A page that keeps nothing of earlier visits, with its processor so many times slower."""
    context = browser.new_context(viewport={"width": size["width"], "height": size["height"]})
    page = context.new_page()
    page.set_default_timeout(MOST_SECONDS * 1e3)
    page.add_init_script(NOTE)
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    yield page
    context.close()


def open_whole(page: Page, address: str) -> None:
    """Open a page and wait until its last formula is set."""
    page.goto(address, wait_until="load")
    page.wait_for_function(SETTLED)
    page.wait_for_timeout(300)


def names() -> list[str]:
    """The book's pages, in its order."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    return [contents["root"], *(chapter["file"] for part in contents["parts"] for chapter in part["chapters"])]

"""A real JupyterLab: the chapter runs, an ipywidgets slider moves the picture, and no raw markup shows."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

CHAPTER = "momentum"
RAW = ("{eval}", ":label:", "{cite", "{numref}", "{eq}", "{prf:", "{ref}")
OFF = ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab on a copy of the book."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "book", folder / "book", ignore=shutil.ignore_patterns("_ext", ".*"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--port={port}", "--no-browser", "--allow-root", "--IdentityProvider.token=", *OFF]
    home = {
        name: str(folder / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options, f"--notebook-dir={folder / 'book'}"],
            env=environment | home,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{address}/api", server, folder / "log")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text("utf-8")
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    raise AssertionError(f"JupyterLab did not answer in {seconds} s:\n{log.read_text('utf-8')}")


def test_the_chapter_runs_in_the_lab_and_its_sliders_move_the_picture(browser, lab):
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.goto(f"{lab}/lab/tree/{CHAPTER}.ipynb")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.jp-Notebook .widget-hslider').length > 0")

    slider = page.locator(".jp-Notebook .widget-hslider").first
    slider.scroll_into_view_if_needed()
    picture = page.locator(".jp-OutputArea-output:has(.widget-hslider)").first
    handle = slider.locator(".noUi-handle")
    before = picture.locator("svg").evaluate_all("svgs => svgs.map(svg => svg.innerHTML).join()")
    handle.focus()
    handle.press("End")
    page.wait_for_function(
        "([output, before]) => [...output.querySelectorAll('svg')].map(svg => svg.innerHTML).join() !== before",
        arg=[picture.element_handle(), before],
    )

    seen = scroll_through(page)
    assert [raw for raw in RAW if raw in seen] == []
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    context.close()


def scroll_through(page) -> str:
    """The text of the whole notebook, of which the lab renders only what is near the view."""
    cells = page.locator(".jp-Notebook .jp-Cell")
    text = []
    for k in range(int(page.locator(".jp-Notebook").evaluate("notebook => notebook.querySelectorAll('.jp-Cell').length"))):
        cell = cells.nth(k)
        cell.scroll_into_view_if_needed()
        if cell.locator(".jp-MarkdownOutput").count():
            text.append(cell.locator(".jp-MarkdownOutput").inner_text())
    return "\n".join(text)

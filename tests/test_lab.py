"""A real JupyterLab: the chapter runs and leaves the reader where they are, an ipywidgets slider moves the picture, what
solutions show is folded, and no raw markup shows."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from tests.conftest import ROOT

CHAPTER = "momentum"
RAW = ("{eval}", "{index}", "<!--", ":label:", "{cite", "{numref}", "{eq}", "{prf:", "{ref}")
EXTENSION = f"--LabServerApp.extra_labextensions_path={ROOT / 'tools' / 'lab'}"
OFF = ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]

# The text of each markdown cell as the reader sees it, without the editor that is folded away beside it.
RENDERED = """areas => areas.map(area => [...area.children]
  .filter(child => !child.matches(".jp-InputPrompt, .jp-InputArea-editor")).map(child => child.textContent).join(" "))"""


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
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONWARNINGS", "GDCORE_TABLES"}}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options, f"--notebook-dir={folder / 'book'}", EXTENSION],
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
    notebook = nbformat.read(ROOT / "book" / f"{CHAPTER}.ipynb", as_version=4)
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.goto(f"{lab}/lab/tree/{CHAPTER}.ipynb")
    idle = page.get_by_text("Python 3 (ipykernel) | Idle")
    idle.wait_for()
    page.wait_for_function(
        "n => document.querySelectorAll('.jp-Notebook [data-windowed-list-index]').length >= n", arg=len(notebook.cells)
    )
    exercises = page.locator(".jp-Notebook .jp-MarkdownCell", has=page.get_by_role("heading", name="Exercises"))
    exercises.evaluate("cell => cell.scrollIntoView()")
    exercises.get_by_role("heading").click()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.jp-Notebook .explore-controls .widget-hslider').length > 0")
    idle.wait_for()
    assert "jp-mod-active" in exercises.get_attribute("class") and 0 <= exercises.bounding_box()["y"] < 1000

    slider = page.locator(".jp-Notebook .explore-controls .widget-hslider").first
    slider.scroll_into_view_if_needed()
    picture = page.locator(".jp-OutputArea-output:has(.explore-controls)").first
    before = picture.locator("svg").evaluate_all("svgs => svgs.map(svg => svg.innerHTML).join()")
    handle = slider.locator(".noUi-handle")
    handle.focus()
    handle.press("End")
    page.wait_for_function(
        "([output, before]) => [...output.querySelectorAll('svg')].map(svg => svg.innerHTML).join() !== before",
        arg=[picture.element_handle(), before],
    )

    rendered = page.locator(".jp-Notebook .jp-MarkdownCell .jp-InputArea")
    texts = [text for text in rendered.evaluate_all(RENDERED) if text.strip()]
    assert len(texts) == sum(cell.cell_type == "markdown" for cell in notebook.cells)
    assert [(raw, text) for text in texts for raw in RAW if raw in text] == []
    computed = {name for cell in notebook.cells for name in re.findall(r"\{eval\}`(\w+)`", cell.source)}
    code = ".jp-MarkdownCell .jp-InputArea > :not(.jp-InputArea-editor) code"

    def shown_as_code():
        return computed & set(page.locator(code).all_inner_texts())

    for _ in range(90):  # the kernel is idle for a moment between cells too, and the last numbers come after it
        if not shown_as_code():
            break
        page.wait_for_timeout(1000)
    page.wait_for_timeout(1000)
    assert computed and not shown_as_code()
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0

    def shown(number):
        return page.locator(f".jp-Notebook [data-windowed-list-index='{number}'] .jp-OutputArea-output:visible").count() > 0

    tags = {number: cell.metadata.get("tags", []) for number, cell in enumerate(notebook.cells)}
    solved = [number for number, cell in enumerate(notebook.cells) if cell.id.startswith("sol-")]
    assert len(solved) > 6
    assert [notebook.cells[number].id for number in tags if "hide-cell" in tags[number] and shown(number)] == []
    assert [notebook.cells[number].id for number in solved if shown(number)] == []
    figures = [cell for cell in notebook.cells if "figure" in cell.metadata.get("mystnb", {})]
    captions = page.locator(".jp-Notebook .explore .explore-name").all_text_contents()
    assert captions == [f"Figure: {cell.metadata.mystnb.figure.caption}" for cell in figures]
    assert all(shown(notebook.cells.index(cell)) for cell in figures)
    context.close()

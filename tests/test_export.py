"""A notebook exported to HTML and opened without a network: the figure's start frame, its caption, and why nothing moves."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

CELL = """
from ipywidgets import IntSlider
from gdcore.explore import explore

@explore(n=IntSlider(min=1, max=3, value=2), alt="some <dots>")
def dots(ax, n):
    ax.plot(range(n), "o")
    return f"{n} dots & no more"
"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook


@pytest.mark.parametrize("state", ["kept", "not kept"])
def test_an_exported_notebook_shows_the_start_frame_and_says_why_nothing_moves(executed, browser, tmp_path, state):
    """Executing with nbconvert keeps the state of widgets in the file, saving from JupyterLab does not."""
    notebook = nbformat.from_dict(executed)
    if state == "not kept":
        notebook = nbformat.from_dict({**executed, "metadata": {}})
    assert ("widgets" in notebook.metadata) is (state == "kept")
    file = tmp_path / "exported.html"
    file.write_text(HTMLExporter().from_notebook_node(notebook)[0], "utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
    page.goto(file.as_uri(), wait_until="domcontentloaded")
    figure = page.locator("figure")
    assert figure.count() == 1 and figure.is_visible()
    assert "2 dots & no more" in figure.inner_text() and "need a running kernel" in figure.inner_text()
    picture = figure.get_by_alt_text("some <dots>")
    assert picture.evaluate("image => image.complete && image.naturalWidth") == 576
    assert "VBox(" not in page.locator("body").inner_text()
    context.close()


def test_the_living_widget_hides_the_start_frame(executed):
    outputs = [output.data for output in executed.cells[0].outputs]
    assert [sorted(data) for data in outputs] == [
        ["application/vnd.jupyter.widget-view+json", "text/plain"],
        ["image/svg+xml", "text/html", "text/plain"],
    ]
    state = executed.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    styles = [model["state"]["value"] for model in state.values() if "<style>" in str(model["state"].get("value"))]
    assert len(styles) == 1 and "#dots-without-kernel { display: none }" in styles[0]
    assert '<figure id="dots-without-kernel">' in outputs[1]["text/html"]

"""gdcore.explore apart from any page: the grid of a control, layers, guards, what a live widget does."""

from __future__ import annotations

import base64
import gzip
import json
import re
import subprocess
import sys
import warnings

import ipywidgets
import numpy as np
import pytest

from gdcore.explore import explore
from gdcore.explore import page as pages
from gdcore.explore.controls import controls_of
from gdcore.explore.live import widget_of


@pytest.fixture(autouse=True)
def fresh_page(monkeypatch):
    monkeypatch.setattr(pages, "_on_this_page", {})


def slider(**options):
    return ipywidgets.FloatSlider(**{"min": 0.0, "max": 1.0, "step": 0.25, "value": 0.5} | options)


def frame_of(ax):
    ax.set(xlim=(0, 1), ylim=(0, 1), title="a square")
    ax.plot([0, 1], [0, 1])


def make(**options):
    """A figure with one slider, a still layer, and a line that moves with the slider."""

    @explore(**{"height": slider(), "layers": [frame_of], "alt": "a line at some height"} | options)
    def line_at(ax, height):
        ax.plot([0, 1], [height, height], "o-")
        return f"height {height:.2f}"

    return line_at.explorable


def unpacked(html):
    packed = re.search(r'class="explore-data">([^<]*)<', html)[1]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


# Controls


@pytest.mark.parametrize(
    ("control", "kind", "values", "texts"),
    [
        (slider(min=0.1, max=0.3, step=0.1, value=0.2), "range", (0.1, 0.2, 0.3), ("0.1", "0.2", "0.3")),
        (slider(min=0.002, max=0.01, step=0.004, value=0.006), "range", (0.002, 0.006, 0.01), ("0.002", "0.006", "0.010")),
        (slider(readout_format=".0%"), "range", (0, 0.25, 0.5, 0.75, 1), ("0%", "25%", "50%", "75%", "100%")),
        (ipywidgets.FloatLogSlider(min=-2, max=0, step=1, value=0.1), "range", (0.01, 0.1, 1.0), ("0.01", "0.1", "1")),
        (ipywidgets.IntSlider(min=1, max=7, step=3, value=4), "range", (1, 4, 7), ("1", "4", "7")),
        (ipywidgets.SelectionSlider(options=[("one", 1), ("ten", 10)]), "range", (1, 10), ("one", "ten")),
        (ipywidgets.Dropdown(options=["a", "b"], value="b"), "select", ("a", "b"), ("a", "b")),
        (ipywidgets.ToggleButtons(options=["a", "b"]), "radio", ("a", "b"), ("a", "b")),
        (ipywidgets.Checkbox(value=True), "checkbox", (False, True), ("off", "on")),
    ],
)
def test_positions_of_each_kind_of_control(control, kind, values, texts):
    seen = controls_of("figure", {"x": control})["x"]
    assert (seen.kind, seen.texts) == (kind, texts)
    assert seen.values == pytest.approx(values) if kind == "range" else seen.values == values
    assert seen.values[seen.start] == control.value
    assert seen.position() == seen.start


@pytest.mark.parametrize(
    ("control", "error", "message"),
    [
        (
            slider(value=0.3),
            ValueError,
            r"control 'height': value must be min plus a whole number of steps, got 0.3; nearest is 0.25",
        ),
        (slider(max=0.9, value=0.5), ValueError, r"control 'height': max must be min plus a whole number of steps, got 0.9"),
        (ipywidgets.IntSlider(min=0, max=5, step=2, value=2), ValueError, r"max must be one of \(0, 2, 4\), got 5"),
        (ipywidgets.Text("0.5"), TypeError, r"control 'height' must be one of FloatSlider, .*, got Text"),
        (0.5, TypeError, r"control 'height' must be one of FloatSlider, .*, got 0.5"),
    ],
)
def test_a_control_that_the_page_could_not_show_is_refused(control, error, message):
    with pytest.raises(error, match=message):
        make(height=control)


def test_the_unit_of_a_control_stands_in_parentheses():
    control = controls_of("figure", {"angle": slider(description="angle (°)")})["angle"]
    assert control.unit == "°"
    assert 'aria-valuetext="0.50 °"' in pages.html_of(make(height=slider(description="height (°)")))


# Figures


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_a_figure_needs_an_alt_text(alt):
    with pytest.raises(ValueError, match="line_at: alt must say what the figure shows"):
        make(alt=alt)


def test_parameters_and_controls_must_match():
    with pytest.raises(ValueError, match=r"without a control: \[\], unused: \['width'\]"):
        make(width=slider())
    with pytest.raises(ValueError, match=r"without a control: \['slope'\], unused: \[\]"):
        make(layers=[lambda ax, slope: None])


def test_drawings_are_a_sum_over_layers_and_not_a_product():
    calls = []

    def below(ax, width):
        calls.append(("below", width))

    @explore(height=slider(), width=slider(), layers=[frame_of, below], alt="two layers")
    def above(ax, height):
        calls.append(("above", height))

    assert above.explorable.drawings() == 10
    pages.html_of(above.explorable)
    layout = 2  # the start frame is drawn once more, to find the layout
    assert len(calls) == 10 + layout


def test_the_page_holds_each_distinct_piece_once_and_the_start_frame_in_the_open():
    html = pages.html_of(make())
    data = unpacked(html)
    assert len(set(data["groups"])) == len(data["groups"]) == 5
    assert data["layers"] == [
        {"controls": [0], "frames": [[[k]] for k in range(5)], "captions": [f"height {k / 4:.2f}" for k in range(5)]}
    ]
    assert f'<g class="explore-layer">{data["groups"][2]}</g>' in html
    assert '<figcaption aria-live="polite">height 0.50</figcaption>' in html
    assert '<input id="line_at-height" type="range" min="0" max="4" step="1" value="2" aria-valuetext="0.50"' in html


def test_frames_run_with_the_last_control_fastest():
    @explore(a=ipywidgets.IntSlider(min=0, max=1), b=ipywidgets.IntSlider(min=0, max=2), alt="numbers")
    def numbers(ax, b, a):
        return f"{a}{b}"

    assert unpacked(pages.html_of(numbers.explorable))["layers"][0]["captions"] == ["00", "01", "02", "10", "11", "12"]


def test_pages_are_equal_to_the_byte_between_kernels():
    code = (
        "from ipywidgets import IntSlider\nfrom gdcore.explore import explore\nfrom gdcore.explore.page import html_of\n"
        "@explore(n=IntSlider(min=1, max=3), alt='dots')\n"
        "def dots(ax, n):\n    ax.plot(range(n), 'o-', label='n')\n    ax.legend()\n    ax.set(xlim=(0, 3), ylim=(0, 3))\n"
        "import hashlib\nprint(hashlib.sha256(html_of(dots.explorable).encode()).hexdigest())"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert runs[0] == runs[1] and len(runs[0]) == 65


def test_every_reference_in_the_page_has_its_definition_and_no_style_leaks():
    html = pages.html_of(make(axes=(1, 1)))
    picture = html[html.index('<div class="explore-picture"') : html.index("</svg>")]
    defined = re.findall(r' id="(line_at-[^"]*)"', picture)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]*)', picture))
    assert len(defined) == len(set(defined))
    assert used and used <= set(defined)
    assert "<style" not in picture and "#000000" not in picture


def test_two_axes_are_two_pictures():
    @explore(height=slider(), axes=(1, 2), alt="two lines")
    def two(axes, height):
        left, right = axes
        left.plot([0, 1], [height, 0])
        right.plot([0, 1], [0, height])
        left.set(xlim=(0, 1), ylim=(0, 1))
        right.set(xlim=(0, 1), ylim=(0, 1))

    html = pages.html_of(two.explorable)
    assert html.count("<svg ") == 2
    assert all(len(sheets) == 2 for sheets in unpacked(html)["layers"][0]["frames"])


def test_legend_and_title_of_a_moving_layer_move():
    @explore(n=ipywidgets.IntSlider(min=1, max=3), alt="a title and a legend", layers=[frame_of])
    def named(ax, n):
        ax.plot([0, 1], [0, 1], label="the same line")
        ax.legend()
        ax.set_title(f"title {n}")

    html = pages.html_of(named.explorable)
    frames = [sheets[0] for sheets in unpacked(html)["layers"][0]["frames"]]
    assert [len(frame) for frame in frames] == [3, 3, 3]
    assert len({frame[-1] for frame in frames}) == 3  # the titles differ
    assert len({tuple(frame[:-1]) for frame in frames}) == 1  # line and legend are shared


def test_a_figure_without_controls_is_a_still_picture():
    @explore(alt="a square with its diagonal")
    def still(ax):
        frame_of(ax)

    figure = pages.html_of(still.explorable).partition("<figure")[2]
    assert "<script" not in figure and "<button" not in figure
    assert 'aria-label="a square with its diagonal"' in figure


# What stops the build


def test_a_drawing_that_fails_names_figure_and_values():
    @explore(height=slider(), alt="fails above a half")
    def fails(ax, height):
        assert height <= 0.5

    with pytest.raises(RuntimeError, match=r"explorable fails, drawing fails at height=0.75: AssertionError"):
        pages.html_of(fails.explorable)


def test_a_drawing_that_warns_stops_the_page_and_not_the_lab():
    @explore(height=slider(), alt="divides by zero at one end")
    def warns(ax, height):
        warnings.warn(f"at {height}", RuntimeWarning, stacklevel=1) if height == 0 else None

    with pytest.raises(RuntimeError, match=r"drawing warns at height=0.0: RuntimeWarning: at 0.0"):
        pages.html_of(warns.explorable)
    assert widget_of(warns.explorable) is not None


def test_a_drawing_that_moves_the_limits_is_refused():
    @explore(height=slider(), alt="moves its axis", layers=[frame_of])
    def jumps(ax, height):
        ax.set_ylim(0, 1.5 - height)

    with pytest.raises(RuntimeError, match=r"jumps at height=0.0: a drawing must leave limits and scales alone"):
        pages.html_of(jumps.explorable)


def test_a_caption_must_be_text():
    @explore(height=slider(), alt="returns a number")
    def number(ax, height):
        return height

    with pytest.raises(TypeError, match=r"number at height=0.5: a caption must be text, got 0.5"):
        pages.html_of(number.explorable)


def test_guards_name_the_figure_and_the_number(monkeypatch):
    with pytest.raises(ValueError, match="explorable line_at needs 1001 drawings, at most 1000 are allowed"):
        pages.html_of(make(height=slider(step=0.001)))
    monkeypatch.setattr(pages, "MOST_BYTES_A_FIGURE", 100)
    with pytest.raises(ValueError, match=r"explorable line_at ships \d+ bytes, at most 100 are allowed"):
        pages.html_of(make())
    monkeypatch.setattr(pages, "MOST_BYTES_A_FIGURE", 400_000)
    monkeypatch.setattr(pages, "MOST_BYTES_A_PAGE", 100)
    monkeypatch.setattr(pages, "_on_this_page", {})
    with pytest.raises(ValueError, match=r"explorable line_at brings its page to \d+ bytes, at most 100 are allowed"):
        pages.html_of(make())


def test_a_name_serves_once_a_page():
    pages.html_of(make())
    with pytest.raises(ValueError, match="explorable line_at: the page has another of this name"):
        pages.html_of(make())


# The live widget


def views(live):
    return [child for child in live.children[0].children[0].children if isinstance(child, ipywidgets.HTML)]


def test_live_a_change_redraws_only_the_layers_that_depend_on_it():
    drawn = []

    def below(ax, width):
        drawn.append("below")
        ax.plot([0, width], [0, 0])

    @explore(height=slider(), width=slider(), layers=[frame_of, below], alt="two layers")
    def above(ax, height):
        drawn.append("above")
        ax.plot([0, 1], [height, height])
        return f"height {height:.2f}"

    figure = above.explorable
    live = widget_of(figure)
    before = [view.value for view in views(live)]
    drawn.clear()
    figure.controls["height"].widget.value = 0.75
    assert drawn == ["above"]
    now = [view.value for view in views(live)]
    assert [old == new for old, new in zip(before, now, strict=True)] == [True, True, False]
    assert "height 0.75" in live.children[-1].value


def test_live_a_failure_shows_in_the_caption_and_the_next_drawing_is_clean():
    @explore(height=slider(), alt="fails at the top", layers=[frame_of])
    def fails(ax, height):
        ax.plot([0, 1], [height, height])
        assert height < 1
        return "fine"

    live = widget_of(fails.explorable)
    start = views(live)[-1].value
    control = fails.explorable.controls["height"].widget
    control.value = 1.0
    assert "fails at height=1.0: AssertionError" in live.children[-1].value
    control.value = 0.5
    assert "fine" in live.children[-1].value
    assert views(live)[-1].value == start


def test_live_reset_puts_the_controls_back():
    figure = make()
    live = widget_of(figure)
    figure.controls["height"].widget.value = 1.0
    live.children[1].children[-1].click()
    assert figure.controls["height"].widget.value == 0.5


def test_live_and_page_hand_the_same_numbers_to_a_drawing():
    """A widget's own arithmetic drifts in the last digit; drawings see the grid's numbers."""
    seen = []

    @explore(rate=slider(min=0.002, max=0.042, step=0.002, value=0.024), alt="a rate")
    def rates(ax, rate):
        seen.append(rate)

    control = rates.explorable.controls["rate"]
    widget_of(rates.explorable)
    control.widget.value = 0.002 + 9 * 0.002 + 1e-16
    assert seen[-1] == control.values[9] == 0.02


def test_the_start_frame_fails_the_cell():
    @explore(height=slider(), alt="always fails")
    def fails(ax, height):
        raise KeyError(height)

    with pytest.raises(RuntimeError, match=r"fails at height=0\.5: KeyError: 0\.5"):
        widget_of(fails.explorable)


def test_print_gets_a_picture():
    png = make().png()
    assert png.startswith(b"\x89PNG") and len(png) > 5000


def test_an_image_keeps_its_pixels():
    @explore(alt="four pixels")
    def pixels(ax):
        ax.imshow(np.arange(4).reshape(2, 2), interpolation="none")

    assert "data:image/png;base64" in pages.html_of(pixels.explorable)

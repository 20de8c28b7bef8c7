"""gdcore.explore apart from any page: the grid of a control, layers, guards, what a live widget does."""

from __future__ import annotations

import base64
import gzip
import json
import math
import re
import subprocess
import sys
import warnings
from functools import partial

import ipywidgets
import numpy as np
import pytest

from gdcore.explore import explore, live
from gdcore.explore import page as pages
from gdcore.explore.controls import controls_of
from gdcore.explore.live import widget_of


@pytest.fixture(autouse=True)
def fresh_page():
    pages.begin_page()


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


def many_drawings():
    return make(height=slider(step=1 / 32), width=slider(step=1 / 32), layers=[frame_of, lambda ax, width, height: None])


def unpacked(html):
    packed = re.search(r'class="explore-data">([^<]*)<', html)[1]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


# Controls

ALL_TENTHS = ("−0.3", "−0.2", "−0.1", "0", "0.1", "0.2", "0.3")
POWERS = ("10⁻¹⁰", "3.2 · 10⁻⁶".replace(" ", "\N{NO-BREAK SPACE}"), "0.1", "3,200")


@pytest.mark.parametrize(
    ("control", "kind", "values", "texts"),
    [
        (slider(min=0.1, max=0.3, step=0.1, value=0.2), "radio", (0.1, 0.2, 0.3), ("0.1", "0.2", "0.3")),
        (slider(min=0.002, max=0.01, step=0.004, value=0.006), "radio", (0.002, 0.006, 0.01), ("0.002", "0.006", "0.01")),
        (slider(min=-0.9, max=0.9, step=0.9, value=0), "radio", (-0.9, 0.0, 0.9), ("−0.9", "0", "0.9")),
        (slider(min=-0.3, max=0.3, step=0.1, value=0.1), "range", (-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3), ALL_TENTHS),
        (slider(readout_format=".0%"), "radio", (0, 0.25, 0.5, 0.75, 1), ("0%", "25%", "50%", "75%", "100%")),
        (ipywidgets.FloatLogSlider(min=-2, max=0, step=1, value=0.1), "radio", (0.01, 0.1, 1.0), ("0.01", "0.1", "1")),
        (slider(min=-0.5, max=0.5, step=0.5, readout_format=".0%"), "radio", (-0.5, 0, 0.5), ("−50%", "0%", "50%")),
        (
            ipywidgets.FloatLogSlider(min=-10, max=3.5, step=4.5, value=0.1, readout_format=".1e"),
            "radio",
            (1e-10, 10**-5.5, 0.1, 10**3.5),
            POWERS,
        ),
        (ipywidgets.IntSlider(min=1, max=7, step=3, value=4), "radio", (1, 4, 7), ("1", "4", "7")),
        (ipywidgets.IntSlider(min=-1, max=1), "radio", (-1, 0, 1), ("−1", "0", "1")),
        (ipywidgets.SelectionSlider(options=[10, 10000], value=10), "radio", (10, 10_000), ("10", "10,000")),
        (ipywidgets.SelectionSlider(options=[("1e-4", 1e-4), ("none", 0)]), "radio", (1e-4, 0), ("10⁻⁴", "none")),
        (ipywidgets.SelectionSlider(options=[("one", 1), ("ten", 10)]), "radio", (1, 10), ("one", "ten")),
        (ipywidgets.Dropdown(options=["a", "b"], value="b"), "select", ("a", "b"), ("a", "b")),
        (ipywidgets.ToggleButtons(options=["a", "b"]), "radio", ("a", "b"), ("a", "b")),
        (ipywidgets.Checkbox(value=True), "checkbox", (False, True), ("off", "on")),
    ],
)
def test_positions_of_each_kind_of_control(control, kind, values, texts):
    seen = controls_of("figure", {"x": control})["x"]
    assert (seen.kind, seen.texts) == (kind, texts)
    assert list(seen.values) == (pytest.approx(values) if isinstance(values[0], float) else list(values))
    assert seen.values[seen.start] == control.value
    assert seen.position() == seen.start


@pytest.mark.parametrize(
    ("control", "keys"),
    [
        (slider(min=-0.9, max=0.9, step=0.9, value=0), ("-0.9", "0", "0.9")),
        (ipywidgets.FloatLogSlider(min=-10, max=4, step=7, value=1e-3, readout_format=".1e"), ("1e-10", "0.001", "10000")),
        (ipywidgets.SelectionSlider(options=[("one half", 0.5), ("all", None)]), ("one half", "all")),
        (ipywidgets.Dropdown(options=["a", "b"]), ("a", "b")),
        (ipywidgets.Checkbox(), ("off", "on")),
    ],
)
def test_an_address_holds_numbers_in_plain_ascii(control, keys):
    assert controls_of("figure", {"x": control})["x"].keys == keys


@pytest.mark.parametrize(
    ("control", "error", "message"),
    [
        (slider(value=0.3), ValueError, "value must be min plus a whole number of steps, got 0.3; nearest is 0.25"),
        (slider(max=0.9, value=0.5), ValueError, "max must be min plus a whole number of steps, got 0.9; nearest is 0.75"),
        (slider(value=math.nan), ValueError, "value must be min plus a whole number of steps, got nan"),
        (slider(max=math.inf), ValueError, "max must be a finite number, got inf"),
        (slider(min=-math.inf), ValueError, "min must be a finite number, got -inf"),
        (slider(step=math.nan), ValueError, "step must be a number > 0, finite, got nan"),
        (slider(step=0), ValueError, "step must be a number > 0, finite, got 0.0"),
        (slider(step=-0.25), ValueError, "step must be a number > 0, finite, got -0.25"),
        (slider(step=None), TypeError, "step must be a number > 0, finite, got None"),
        (slider(step=1e-300), ValueError, "has 1000000000000001 positions, at most 1000 are allowed; take a larger step"),
        (slider(readout_format=".0f"), ValueError, "each position must be shown by a text of its own, got '0' more than once"),
        (ipywidgets.FloatLogSlider(base=0, value=1), ValueError, "base must be a number > 1, finite, got 0.0"),
        (ipywidgets.IntSlider(min=0, max=5, step=2, value=2), ValueError, "max must be min plus .*, got 5; nearest is 4"),
        (ipywidgets.IntSlider(step=0), ValueError, "step must be a whole number ≥ 1, got 0"),
        (ipywidgets.IntSlider(step=-1), ValueError, "step must be a whole number ≥ 1, got -1"),
        (ipywidgets.IntSlider(max=10**9), ValueError, "has 1000000001 positions, at most 1000 are allowed; take a larger step"),
        (ipywidgets.Dropdown(options=[]), ValueError, "options must not be empty"),
        (ipywidgets.ToggleButtons(options=[]), ValueError, "options must not be empty"),
        (ipywidgets.Dropdown(options=range(1001)), ValueError, "has 1001 positions, at most 1000 .* offer fewer options"),
        (ipywidgets.Dropdown(options=["a", "b"], value=None), ValueError, r"value must be one of \('a', 'b'\), got None"),
        (
            ipywidgets.Dropdown(options=[("a", 1), ("a", 2)]),
            ValueError,
            "each position must be shown by a text of its own, got 'a' more than once",
        ),
        (ipywidgets.Text("0.5"), TypeError, "must be one of FloatSlider, .*, got Text"),
        (ipywidgets.FloatSlider, TypeError, "must be one of FloatSlider, .*, got <class"),
        (0.5, TypeError, "must be one of FloatSlider, .*, got 0.5"),
    ],
)
def test_a_control_that_the_page_could_not_show_is_refused(control, error, message):
    with pytest.raises(error, match=f"line_at: control 'height':? {message}"):
        make(height=control)


def test_the_unit_of_a_control_stands_in_parentheses():
    control = controls_of("figure", {"angle": slider(description="angle (°)")})["angle"]
    assert control.unit == "°"
    assert 'aria-valuetext="0.5 °"' in pages.html_of(make(height=slider(step=0.1, description="height (°)")))


# Figures


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"alt": ""}, ValueError, "alt must say what the figure shows, got ''"),
        ({"alt": "  "}, ValueError, "alt must say what the figure shows, got '  '"),
        ({"alt": None}, TypeError, "alt must be a text that says what the figure shows, got None"),
        ({"axes": 1}, TypeError, r"axes must be \(rows, columns\), two whole numbers ≥ 1, got 1"),
        ({"axes": (1, 2, 3)}, ValueError, r"axes must be \(rows, columns\), two whole numbers ≥ 1, got \(1, 2, 3\)"),
        ({"axes": (1, 0)}, ValueError, "columns of axes must be a whole number ≥ 1, got 0"),
        ({"axes": (1.5, 1)}, TypeError, "rows of axes must be a whole number ≥ 1, got 1.5"),
        ({"size": "big"}, TypeError, r"size must be \(width, height\) in inches, two numbers > 0, got 'big'"),
        ({"size": (6, 0)}, ValueError, "height of size must be a number > 0, finite, got 0"),
        ({"size": (math.inf, 4)}, ValueError, "width of size must be a number > 0, finite, got inf"),
        ({"layers": frame_of}, TypeError, "layers must be a list of drawing functions, got <function frame_of"),
        ({"layers": ["frame"]}, TypeError, "each of layers must be a drawing function, got 'frame'"),
        ({"layers": [lambda: None]}, TypeError, "a drawing function must take the Axes first, and <lambda> takes nothing"),
    ],
)
def test_what_a_figure_is_made_of_is_refused_by_name(options, error, message):
    with pytest.raises(error, match=f"line_at: {message}"):
        make(**options)


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (3, TypeError, "what explore decorates must be a drawing function, got 3"),
        (
            lambda ax: None,
            ValueError,
            "the name of its function, which must be one that Python allows, got '<lambda>'",
        ),
    ],
)
def test_what_is_no_named_function_cannot_be_a_figure(draw, error, message):
    with pytest.raises(error, match=message):
        explore(alt="nothing")(draw)


def test_partials_and_callable_objects_can_draw():
    def line(ax, height, colour):
        ax.plot([0, 1], [height, height], color=colour)

    class Tower:
        def __call__(self, ax, height, width=0.5):
            return f"{height:.2f} high, {width} wide"

    drawn = explore(height=slider(), layers=[frame_of, partial(line, colour="red")], alt="a tower")(Tower())
    assert drawn.explorable.name == "Tower"
    assert [layer.depends_on for layer in drawn.explorable.layers] == [(), ("height",), ("height",)]
    assert "<b>0.50</b> high, <b>0.5</b> wide" in pages.html_of(drawn.explorable)
    assert drawn(None, height=1.0) == "1.00 high, 0.5 wide"


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
    layout = 2  # the start frame is drawn once more, to find the layout, and the last layer again with its walks
    assert len(calls) == 10 + layout + 1


def test_the_page_holds_each_distinct_piece_once_and_the_start_frame_in_the_open():
    html = pages.html_of(make())
    data = unpacked(html)
    assert len(set(data["groups"])) == len(data["groups"]) == 5
    assert data["layers"] == [
        {"controls": [0], "frames": [[[k]] for k in range(5)], "captions": [f"height {k / 4:.2f}" for k in range(5)], "walks": []}
    ]
    assert f'<g class="explore-layer">{data["groups"][2]}</g>' in html
    assert '<p class="explore-result" aria-live="polite" data-longest="height 0.00">height <b>0.50</b></p>' in html
    assert '<input type="radio" name="line_at-height" value="2" checked autocomplete="off"><bdi>0.5</bdi>' in html


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
    begin = html.index('<div class="explore-picture"')
    picture = html[begin : html.index("</svg>", begin)]
    defined = re.findall(r' id="(line_at-[^"]*)"', picture)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]*)', picture))
    assert len(defined) == len(set(defined))
    assert used and used <= set(defined)
    assert "<style" not in picture and "#000000" not in picture


def test_captions_have_true_minus_signs_and_no_negative_zero():
    @explore(x=ipywidgets.FloatSlider(min=-1, max=0, step=0.5, value=-0.5), alt="a number")
    def sinking(ax, x):
        return f"At {x:.2f} the slope is {0.001 * x:.2f}."

    captions = unpacked(pages.html_of(sinking.explorable))["layers"][0]["captions"]
    assert captions == [f"At {x} the slope is 0.00." for x in ("−1.00", "−0.50", "0.00")]


def test_two_axes_are_two_pictures():
    @explore(height=slider(), axes=(1, 2), alt="two lines")
    def two(axes, height):
        left, right = axes
        left.plot([0, 1], [height, 0])
        right.plot([0, 1], [0, height])
        left.set(xlim=(0, 1), ylim=(0, 1))
        right.set(xlim=(0, 1), ylim=(0, 1))

    html = pages.html_of(two.explorable)
    assert html.count('<div class="explore-panel"') == 2
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
    many = make(height=slider(step=1 / 32), layers=[frame_of, lambda ax, width, height: None], width=slider(step=1 / 32))
    with pytest.raises(
        ValueError, match=r"explorable line_at needs 1122 drawings \(<lambda> 33 × 33, line_at 33\), at most 1000 .*take"
    ):
        pages.html_of(many)
    monkeypatch.setattr(pages, "MOST_BYTES_A_FIGURE", 100)
    with pytest.raises(ValueError, match=r"explorable line_at ships \d+ bytes, at most 100 are allowed"):
        pages.html_of(make())
    monkeypatch.setattr(pages, "MOST_BYTES_A_FIGURE", 400_000)
    monkeypatch.setattr(pages, "MOST_BYTES_A_PAGE", 100)
    pages.begin_page()
    with pytest.raises(ValueError, match=r"explorable line_at brings its page to \d+ bytes, at most 100 are allowed"):
        pages.html_of(make())


def test_a_name_serves_once_a_page():
    pages.html_of(make())
    with pytest.raises(ValueError, match="explorable line_at: the page has another of this name"):
        pages.html_of(make())


# The live widget


def stage_of(live):
    """The pictures, the result, and the controls of a live figure."""
    stage, *operated = live.children[0].children
    return stage.children[0], stage.children[1], *operated


def views(live):
    return [child for child in stage_of(live)[0].children[0].children if isinstance(child, ipywidgets.HTML)]


def result(live):
    return re.sub("<[^>]*>", "", stage_of(live)[1].value)


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
    assert "height 0.75" in result(live)


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
    assert "fails at height=1.0: AssertionError" in result(live)
    control.value = 0.5
    assert "fine" in result(live)
    assert views(live)[-1].value == start


def test_live_reset_puts_the_controls_back():
    figure = make()
    live = widget_of(figure)
    figure.controls["height"].widget.value = 1.0
    stage_of(live)[2].children[-1].click()
    assert figure.controls["height"].widget.value == 0.5


def test_live_the_cell_s_caption_is_shown_below_the_card(monkeypatch):
    class Shell:
        def get_parent(self):
            return {"metadata": {"mystnb": {"figure": {"name": "fig-a", "caption": "Where a < b."}}}}

    assert live.fixed_caption() == ""
    monkeypatch.setattr(live, "get_ipython", Shell)
    assert live.fixed_caption() == "Where a < b."
    monkeypatch.setattr(Shell, "get_parent", lambda self: {"metadata": {"cellId": "a"}})
    assert live.fixed_caption() == ""
    figure, named = make(), '<p class="explore-name"><b>Figure:</b> Where a &lt; b.</p>'
    assert [child.value for child in widget_of(figure, "Where a < b.").children[1:2]] == [named]
    assert named in live.fallback_of(figure, "Where a < b.")["text/html"]
    assert "Figure:" not in str([getattr(child, "value", "") for child in widget_of(figure).children])


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


def test_live_too_many_drawings_for_a_page_are_said_and_the_figure_works():
    figure = many_drawings()
    live = widget_of(figure)
    assert any("needs 1122 drawings" in getattr(child, "value", "") for child in live.children)
    assert not any("drawings" in getattr(child, "value", "") for child in widget_of(make()).children)
    figure.controls["height"].widget.value = 0.75
    assert "height 0.75" in result(live)


def test_print_gets_a_picture():
    png, caption = make().still()
    assert caption == "height 0.50"
    assert png.startswith(b"\x89PNG") and len(png) > 5000


def test_an_image_keeps_its_pixels():
    @explore(alt="four pixels")
    def pixels(ax):
        ax.imshow(np.arange(4).reshape(2, 2), interpolation="none")

    assert "data:image/png;base64" in pages.html_of(pixels.explorable)

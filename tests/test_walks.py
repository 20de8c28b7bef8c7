"""Walks, handles and guesses of gdcore.explore, apart from any page."""

from __future__ import annotations

import ipywidgets
import numpy as np
import pytest
from matplotlib.figure import Figure

from gdcore import words
from gdcore.explore import Handle, Walk, explore, guess
from gdcore.explore import page as pages
from gdcore.explore.figure import Stage
from gdcore.explore.guesses import widget_of as guess_widget
from gdcore.explore.live import widget_of
from gdcore.explore.markup import with_bold_numbers
from gdcore.methods import gradient_descent
from tests.figures import race
from tests.test_explore import fresh_page, result, slider, stage_of, unpacked, views  # noqa: F401

LINE = [[0, 0], [1, 1], [2, 0]]


def frame(ax):
    ax.set(xlim=(0, 4), ylim=(-1, 3))


def walked(*walks, **options):
    """A figure with one slider, whose drawing function returns these walks."""

    @explore(**{"height": slider(step=0.1), "layers": [frame], "alt": "a walk"} | options)
    def walking(ax, height):
        return "", list(walks)

    return walking.explorable


# Walks


def test_a_walk_takes_its_look_and_name_from_its_method():
    walk = Walk(gradient_descent, LINE, values=[3, 0.5, np.inf])
    assert (walk.name, walk.steps, walk.texts) == ("gradient descent", 2, ("3.0", "0.50", "∞"))
    assert walk.look == Walk("gradient_descent", LINE).look


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("momentum",), ValueError, "tracks must hold the points of at least one picture"),
        (("momentum", None), ValueError, "tracks must hold the points of at least one picture"),
        (("momentum", [1, 2]), ValueError, r"track 1 must be points of a picture, \(steps \+ 1, 2\), got shape \(2,\)"),
        (("momentum", LINE, LINE[:2]), ValueError, r"one entry for each step and the start, got lengths \[2, 3\]"),
        (("unknown", LINE), ValueError, "method must be one of"),
        (({"color": "red"}, LINE), TypeError, "name must be a text, got None"),
    ],
)
def test_what_is_no_walk_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Walk(*arguments)


def test_values_must_match_the_steps():
    with pytest.raises(ValueError, match=r"got lengths \[2, 3\]"):
        Walk("momentum", LINE, values=[1, 2])
    with pytest.raises(ValueError, match=r"values must be one number for each point, got shape \(1, 3\)"):
        Walk("momentum", LINE, values=[[1, 2, 3]])


@pytest.mark.parametrize(
    ("returned", "options", "message"),
    [
        ([Walk("momentum", LINE)], {}, "it returned walks, and the figure has no play="),
        ([Walk("momentum", LINE)], {"play": 3}, "walk 'momentum' has 2 steps, play says 3"),
    ],
)
def test_walks_and_play_must_agree(returned, options, message):
    with pytest.raises(ValueError, match=f"drawing walking at height=0.5: {message}"):
        Stage(walked(*returned, **options), strict=True)


def test_only_walks_come_with_a_caption():
    @explore(height=slider(), layers=[frame], alt="no walk", play=2)
    def wrong(ax, height):
        return "", ["a walk"]

    with pytest.raises(TypeError, match="what comes with the caption must be a list of Walk"):
        Stage(wrong.explorable, strict=True)


@pytest.mark.parametrize(
    ("play", "error", "message"),
    [
        (0, ValueError, "walking: play must be a whole number from 1 to 1000, got 0"),
        (2.5, TypeError, "walking: play"),
        ("width", ValueError, r"play must be a number of steps or one of the controls \['height'\], got 'width'"),
        ("height", ValueError, "play must name a control that is a track"),
    ],
)
def test_play_is_steps_or_a_control_that_is_time(play, error, message):
    with pytest.raises(error, match=message):
        walked(play=play, height=slider())


def test_the_page_holds_the_points_in_tenths_and_the_readings_once():
    html = pages.html_of(walked(Walk("momentum", LINE, values=[3, 2, 1]), play=2))
    data = unpacked(html)
    columns, texts = data["layers"][0]["walks"][0][0]
    xs, ys = ([int(number) for number in data["groups"][k].split()] for k in columns[0])
    left, top, right, bottom = (10 * edge for edge in data["boxes"][0])
    assert xs == pytest.approx(np.interp([0, 1, 2], [0, 4], [left, right]), abs=1)
    assert ys == pytest.approx(np.interp([0, 1, 0], [-1, 3], [bottom, top]), abs=1)
    assert data["groups"][texts] == "3.0|2.0|1.0"
    assert len(data["layers"][0]["walks"]) == 11 and len(set(map(str, data["layers"][0]["walks"]))) == 1
    assert 'Step <b>2</b>, loss: <span class="explore-key">' in html and "momentum <b>1.0</b></span>." in html


def test_points_that_are_not_finite_lie_far_off():
    ax = Figure().add_subplot()
    [[xs, ys]] = Walk("momentum", [[0, 0], [np.nan, 1], [1, np.inf]]).pixels([ax])
    assert abs(xs[1]) == abs(ys[2]) == 40_000


def test_a_curve_is_what_runs_to_the_right_by_even_steps():
    assert Walk("momentum", LINE, [[0, 0], [1, 1], [3, 2]], None).curves() == [True, False, False]


def test_a_walk_is_drawn_up_to_a_step():
    ax = Figure().add_subplot()
    Walk("momentum", LINE).draw([ax], steps=1)
    line, last = ax.lines
    assert line.get_xydata().tolist() == [[0, 0], [1, 1]] and last.get_xydata().tolist() == [[1, 1]]


def test_in_a_kernel_play_moves_the_walk_and_its_readings():
    live = widget_of(walked(Walk("momentum", LINE, values=[3, 2, 1]), play=2))
    play, step = live.children[0].children[0].children[2].children
    assert isinstance(play, ipywidgets.Play) and (play.max, step.value) == (2, 2)
    before = views(live)[-1].value
    assert result(live).endswith("momentum 1.0.")
    step.value = 0
    assert result(live).startswith("Step 0, loss: ") and result(live).endswith("momentum 3.0.")
    assert views(live)[-1].value != before
    stage_of(live)[2].children[-1].click()
    assert step.value == 2


# Handles


@pytest.mark.parametrize(
    ("handle", "error", "message"),
    [
        ("height", TypeError, "walking: handle must be a Handle or a list of them, got 'height'"),
        (Handle(), ValueError, "a handle needs x, y or both, or at"),
        (Handle(x="width"), ValueError, r"bound to 'width', which must be one of its controls: \['height'\]"),
        (Handle(y=abs), ValueError, "a handle needs x, y or both, or at"),
        (Handle(x="height", at="height"), ValueError, "a handle needs x, y or both, or at"),
        (Handle(y="height", panel=1), ValueError, "panel of a handle must be a whole number from 0 to 0, got 1"),
    ],
)
def test_a_handle_is_bound_to_controls_of_its_figure(handle, error, message):
    with pytest.raises(error, match=message):
        walked(handle=handle)


@pytest.mark.parametrize(
    ("handle", "options", "error", "message"),
    [
        (Handle(x="height", y=lambda x: 7), {}, ValueError, r"must stay inside its Axes, y from -1 to 3, got 7 at \('height',\)"),
        (Handle(at="height"), {}, TypeError, "control 'height' of a handle must have points"),
        (
            Handle(x="height"),
            {"height": ipywidgets.ToggleButtons(options=["a", "b"])},
            TypeError,
            "control 'height' of a handle must have numbers as values",
        ),
    ],
)
def test_a_handle_lies_in_its_axes(handle, options, error, message):
    with pytest.raises(error, match=message):
        Stage(walked(handle=handle, **options), strict=True)


def test_the_page_has_the_places_of_a_handle():
    points = ipywidgets.Dropdown(options=[("A", (0, -1)), ("B", (4, 3))], description="start")
    [handle] = unpacked(pages.html_of(walked(height=points, handle=Handle(at="height"))))["handles"]
    left, top, right, bottom = handle["box"]
    assert (handle["x"], handle["y"]) == (0, 0)
    assert handle["xs"] == pytest.approx([left, right], abs=0.1) and handle["ys"] == pytest.approx([bottom, top], abs=0.1)


def test_a_handle_on_a_curve_follows_it():
    figure = walked(height=slider(step=0.25), handle=Handle(x="height", y=lambda x: 2 * x))
    [handle] = unpacked(pages.html_of(figure))["handles"]
    _, top, _, bottom = handle["box"]
    assert handle["ys"] == pytest.approx(np.interp(2 * np.linspace(0, 1, 5), [-1, 3], [bottom, top]), abs=0.1)


def test_the_sample_figure_has_two_pictures_of_their_own_sizes():
    stage = Stage(race.explorable, strict=True)
    assert [tuple(sheet.figure.get_size_inches()) for sheet in stage.sheets] == [(6, 4), (3.2, 2.1)]
    assert stage.names == ["map", "loss above the minimum"]


def test_pictures_that_are_shown_one_at_a_time_have_names_of_their_own():
    labels = []

    def pair(axes, height):
        for ax, label in zip(axes, labels, strict=True):
            ax.set(label=label, ylabel="height")
            ax.plot([0, 1], [0, height])
        return "two lines"

    figure = explore(height=slider(step=0.5), axes=(1, 2), alt="two lines")(pair).explorable
    labels[:] = "left", "right"
    assert Stage(figure, strict=True).names == ["left", "right"]
    labels[:] = "", ""
    with pytest.raises(ValueError, match=r"its pictures need names of their own.*got \['height', 'height'\]"):
        Stage(figure, strict=True)


# Results and guesses


@pytest.mark.parametrize(
    ("text", "bold"),
    [
        ("after 92 steps", "after <b>92</b> steps"),
        ("ball 82, walker 1,092.", "ball <b>82</b>, walker <b>1,092</b>."),
        ("w₁ = −0.5, 3 · 10⁻⁴", "w₁ = <b>−0.5</b>, <b>3 · 10⁻⁴</b>"),
        ("1,234 of them, 45 %", "<b>1,234</b> of them, <b>45 %</b>"),
        (words.power(3e-4), f"<b>{words.power(3e-4)}</b>"),
        ("L2 <b>", "L2 &lt;b&gt;"),
    ],
)
def test_numbers_of_a_result_are_bold(text, bold):
    assert with_bold_numbers(text) == bold


ASKED = {"answer": 0.5, "axis": np.linspace(0, 1, 11), "why": "So it is."}


def test_a_guess_says_how_far_off_it_was():
    asked = guess("How much?", **ASKED, unit="m")
    assert asked.verdict(5) == "Right: 0.5 m. So it is."
    assert asked.verdict(6) == "It is 0.5 m. Your guess lies 0.10 m above it. So it is."
    assert asked.verdict(1) == "It is 0.5 m. Your guess lies 5.0 times below it. So it is."
    chosen = guess("Which?", answer="b", choices=["a", "b"], why="So it is.")
    assert chosen.verdict(0) == "It is: b. So it is."


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"answer": 2}, ValueError, "answer must lie on the axis, from 0 to 1, got 2"),
        ({"axis": [0, 1, 1]}, ValueError, "axis must be at least 3 numbers that rise"),
        ({"axis": [0, 1]}, ValueError, "axis must be at least 3 numbers that rise"),
        ({"axis": None}, ValueError, "guess needs either axis or choices"),
        ({"choices": ["a", "b"]}, ValueError, "guess needs either axis or choices"),
        ({"axis": None, "choices": ["a", "a"]}, ValueError, "choices must be 2 to 6 different texts"),
        ({"axis": None, "choices": ["a", "b"]}, ValueError, r"answer must be one of the choices \['a', 'b'\], got 0.5"),
        ({"why": ""}, ValueError, "why must be a text that is not empty"),
    ],
)
def test_what_is_no_guess_is_refused(changes, error, message):
    with pytest.raises(error, match=message):
        guess("How much?", **ASKED | changes)


def test_a_guess_in_a_kernel_answers_when_asked():
    live = guess_widget(guess("Which?", answer="b", choices=["a", "b"], why="So it is."))
    _, place, button, told = live.children
    button.click()
    assert told.value == ""
    place.value = 0
    button.click()
    assert "It is: b. So it is." in told.value

"""Walks that the page computes: the request, what a kernel shows, what the page carries."""

from __future__ import annotations

import json

import ipywidgets
import numpy as np
import pytest

from gdcore import conventions, pictures, words
from gdcore.catalogue import LANDSCAPES
from gdcore.descent import descend
from gdcore.explore import Run, live_walks
from gdcore.explore import page as pages
from gdcore.explore.computed import FLOOR, Computed, scales
from gdcore.explore.figure import Stage
from gdcore.explore.listing import listed, said
from gdcore.explore.live import widget_of
from gdcore.methods import gradient_descent, momentum, nesterov
from gdcore.objectives import canyon, parabola
from tests.test_explore import fresh_page, result, slider, unpacked, views  # noqa: F401

ALT = "A walker and a ball in a canyon."


def controls(**other):
    return {
        "rate": slider(min=0.001, max=0.03, step=0.001, value=0.01),
        "mu": slider(min=0, max=0.98, step=0.01, value=0.7),
        "x": slider(min=-1, max=3, step=0.02, value=0.5),
        "y": slider(min=-2, max=3, step=0.02, value=2),
    } | other


RUNS = (Run("gradient_descent", learning_rate="rate"), Run("momentum", learning_rate="rate", momentum="mu", name="ball"))


def ends(walks, rate):
    """A caption with the names that it may use."""
    return f"At {words.plain(rate)}: {words.significant(np.max([walk.end for walk in walks]))}"


def race(caption=ends, **other):
    given = {"landscape": "canyon", "runs": RUNS, "start_at": ("x", "y"), "steps": 30, "alt": ALT} | controls() | other
    return live_walks(**given)(caption).explorable


def test_the_walks_are_those_of_descend():
    figure = race()
    caption, walks = figure.computed.walk(figure.start)
    lowest = canyon().value(canyon().minima[0])
    for walk, run in zip(
        walks,
        [
            descend(gradient_descent, canyon(), [0.5, 2], 30, learning_rate=0.01),
            descend(momentum, canyon(), [0.5, 2], 30, learning_rate=0.01, momentum=0.7),
        ],
        strict=True,
    ):
        np.testing.assert_array_equal(walk.tracks[0], run.points)
        np.testing.assert_array_equal(walk.values, run.values - lowest)
        np.testing.assert_array_equal(walk.tracks[1], np.column_stack([run.steps, np.maximum(run.values - lowest, FLOOR)]))
    assert [walk.name for walk in walks] == ["gradient descent", "ball"]
    assert caption == f"At 0.01: {words.significant(max(walks[0].values[-1], walks[1].values[-1]))}"


def test_where_a_walk_diverges_it_stays_infinitely_high():
    figure = race(whole, rate=slider(min=0.0, max=40, step=0.1, value=40), steps=200)
    caption, walks = figure.computed.walk(figure.start)
    assert caption == "['inf', 'inf']"
    run = descend(gradient_descent, canyon(), [0.5, 2], 200, learning_rate=40)
    last = run.diverged_at - 1
    assert np.isfinite(run.points[last]).all() and np.isinf(walks[0].values[last + 1 :]).all()
    np.testing.assert_array_equal(walks[0].tracks[0][last:], np.tile(run.points[last], (200 - last + 1, 1)))


def whole(walks):
    return str([str(walk.end) for walk in walks])


def test_one_dimension_walks_on_its_graph():
    figure = live_walks(
        landscape="parabola",
        runs=[Run("gradient_descent", learning_rate=0.05)],
        start_at=("x",),
        steps=4,
        alt=ALT,
        x=slider(min=-0.5, max=2.5, step=0.01, value=0),
    )(lambda_free).explorable
    _, [walk] = figure.computed.walk(figure.start)
    points = descend(gradient_descent, parabola(), [0], 4, learning_rate=0.05).points
    np.testing.assert_array_equal(walk.tracks[0], np.column_stack([points, parabola().value(points)]))
    [handle] = Stage(figure, strict=True).handles
    assert handle["x"] == handle["y"] == 0 and len(handle["xs"]) == len(handle["ys"]) == 301


def lambda_free(walks):
    return f"{len(walks)} walk"


def frame(axes):
    axes[0].set(xlim=(-1, 3), ylim=(-2, 3))
    axes[1].set(xlim=(0, 30), ylim=(1e-12, 1e6), yscale="log", ylabel="loss")


def ground(axes, condition):
    axes[0].plot([0, 2], [0, condition])


def test_a_control_may_choose_method_schedule_and_landscape():
    kinds = ipywidgets.ToggleButtons(options=["momentum", "nesterov"], value="nesterov")
    condition = slider(min=1, max=10, step=1, value=4)
    cosine = {"schedule": "cosine", "arguments": {"first": "rate", "steps": 30}}
    figure = race(
        lambda_free,
        landscape={"name": "quadratic", "arguments": {"eigenvalues": [1, "condition"], "angle": 0.0}},
        runs=[Run("kind", learning_rate=cosine, momentum="mu")],
        layers=[ground, frame],
        kind=kinds,
        condition=condition,
    )
    asked = figure.computed.request(figure.start)
    assert asked["landscape"]["arguments"]["eigenvalues"] == [1, 4] and asked["runs"][0]["method"] == "nesterov"
    assert asked["runs"][0]["hyperparameters"] == {
        "learning_rate": {"schedule": "cosine", "arguments": {"first": 0.01, "steps": 30}},
        "momentum": 0.7,
    }
    assert figure.drawings() == 10 + 1  # the ground for each condition, the start frame
    looks = unpacked(pages.html_of(figure))["computed"]["looks"]
    assert [look.keys() for look in looks] == [{"momentum", "nesterov"}]
    assert looks[0]["nesterov"]["marker"] != looks[0]["momentum"]["marker"]


def test_the_page_carries_the_start_frame_and_the_request_alone():
    figure = race()
    data = unpacked(pages.html_of(figure))
    [layer] = data["layers"]
    assert layer["controls"] == [] and len(layer["frames"]) == len(layer["walks"]) == 1
    assert layer["captions"] == [figure.computed.walk(figure.start)[0]]
    assert data["computed"]["values"]["x"][:2] == [-1.0, -0.98]
    assert data["computed"]["request"]["runs"][1]["hyperparameters"] == {
        "learning_rate": {"control": "rate"},
        "momentum": {"control": "mu"},
    }
    assert data["computed"]["request"]["caption"]["code"].startswith("def ends(walks, rate):")
    json.dumps(data["computed"]["request"])


def test_scales_say_where_data_lie_in_the_picture():
    stage = Stage(race(), strict=True)
    for ax, points in ((stage.plain_axes[0], [[0.3, 1.7], [-1, 2.5]]), (stage.plain_axes[1], [[7, 1e-3], [30, 40]])):
        for axis, (factor, offset, log) in enumerate(scales(ax)):
            numbers = np.array(points)[:, axis]
            place = factor * (np.log10(numbers) if log else numbers) + offset
            expected = ax.transData.transform(points)[:, axis]
            np.testing.assert_allclose(place, expected if axis == 0 else ax.figure.bbox.height - expected, atol=1e-6)


def test_a_kernel_computes_the_same():
    figure = race()
    widget = widget_of(figure)
    assert result(widget).startswith(figure.computed.walk(figure.start)[0] + "Step 30, height above the minimum: ")
    figure.controls["rate"].widget.value = 0.02
    assert result(widget).startswith(
        figure.computed.walk(figure.start | {"rate": 0.02})[0] + "Step 30, height above the minimum: "
    )


def outside(walks):
    return f"{canyon().name}"


def test_a_caption_knows_nothing_of_its_module():
    figure = race(outside)
    with pytest.raises(RuntimeError, match=r"explorable outside, .*NameError.*canyon"):
        Stage(figure, strict=True)


LIMITS = [0.025, 0.0475]


def limited(walks, rate, *, limits=LIMITS, words_of={"far": "out"}):  # noqa: B006
    return f"{rate} of {limits}: {words_of['far']}"


def test_a_caption_s_constants_are_sent_with_it():
    figure = race(limited)
    asked = figure.computed.request(figure.start)["caption"]
    assert asked["constants"] == {"limits": LIMITS, "words_of": {"far": "out"}}
    assert "LIMITS" not in asked["code"] and "*, limits, words_of" in asked["code"]
    assert figure.computed.walk(figure.start)[0] == "0.01 of [0.025, 0.0475]: out"


def test_constants_that_cannot_be_sent_are_refused():
    def odd(walks, *, function=print):
        return str(function)

    with pytest.raises(TypeError, match="odd: the caption's constants must be numbers, texts, lists and dictionaries"):
        race(odd)


def test_the_second_picture_may_be_the_figure_s_own():
    def second(axes):
        axes[0].set(xlim=(-1, 3), ylim=(-2, 3))
        axes[1].plot([0, 1], [1, 0])

    figure = race(curve=False, layers=[second])
    _, walks = figure.computed.walk(figure.start)
    assert all(walk.tracks[1] is None and walk.curves() == [False, False] for walk in walks)
    data = unpacked(pages.html_of(figure))
    assert data["computed"]["curve"] is False
    with pytest.raises(ValueError, match="curve=False needs layers"):
        race(curve=False)


@pytest.mark.parametrize(
    ("other", "error", "says"),
    [
        ({"runs": []}, TypeError, "ends: runs must be a list of Run, got \\[\\]"),
        ({"runs": [momentum]}, TypeError, "ends: runs must be a list of Run"),
        ({"runs": [Run("moment", learning_rate="rate", momentum="mu")]}, ValueError, "method must be one of .*, got 'moment'"),
        ({"runs": [Run("adam", momentum="mu")]}, ValueError, "adam has no hyperparameter 'momentum'; it has learning_rate"),
        ({"steps": 0}, ValueError, "ends: steps must be a whole number from 1 to 1000, got 0"),
        ({"alt": " "}, ValueError, "ends: alt must say what the figure shows"),
        ({"start_at": ("z", 1.0)}, ValueError, "start_at must be numbers or names of controls, got 'z'"),
        ({"nowhere": slider()}, ValueError, "unused: \\['nowhere'\\]"),
    ],
)
def test_misuse_stops_the_build(other, error, says):
    with pytest.raises(error, match=says):
        race(**other)


def test_a_caption_of_no_control_is_refused():
    def told(walks, depth):
        return f"{depth}"

    with pytest.raises(ValueError, match=r"the caption's parameters are the walks and controls, and \['depth'\] are none"):
        race(told)


def test_a_start_outside_of_the_map_stops_the_build():
    with pytest.raises(ValueError, match="a handle must stay inside its Axes"):
        pages.html_of(race(x=slider(min=-9, max=3, step=0.1, value=0)))


def test_an_error_of_the_walk_names_the_figure_and_the_values():
    figure = race(runs=[Run("adam", beta1="mu")], mu=slider(min=0, max=1, step=0.5, value=1))
    with pytest.raises(RuntimeError, match=r"explorable ends, drawing ends at .*mu=1\.0.*beta1 must be"):
        pages.html_of(figure)


@pytest.mark.parametrize("name", LANDSCAPES)
def test_every_landscape_has_its_ground(name):
    dimension = LANDSCAPES[name]().dimension
    start = (0.25, 0.5)[:dimension]
    figure = live_walks(landscape=name, runs=[Run("adam", learning_rate=0.05)], start_at=start, steps=3, alt=ALT)(
        lambda_free
    ).explorable
    assert isinstance(figure.computed, Computed) and "explore-walks" in pages.html_of(figure)


def test_looks_are_those_of_the_methods():
    [look] = unpacked(pages.html_of(race(runs=[Run("nesterov", learning_rate="rate", momentum="mu")])))["computed"]["looks"]
    assert look["nesterov"]["name"] == "nesterov" and pictures.style_of(nesterov)["marker"] == "^"


# Runs in a notation, and what a caption lists


def translated(walks, rate, notation):
    rows = conventions.in_every_notation("momentum", notation, learning_rate=rate, momentum=0.5)
    return conventions.listing(f"{len(walks)} walks.", rows)


def in_a_notation(**other):
    runs = [
        Run("momentum", notation="notation", as_written=True, learning_rate="rate", momentum="mu", epsilon=0.1),
        Run("momentum", notation="notation", name="here", look={"color": "#000000"}, learning_rate="rate", momentum="mu"),
    ]
    notation = ipywidgets.Dropdown(options=["prince", "pytorch"], value="prince")
    return race(translated, runs=runs, notation=notation, mu=slider(min=0, max=0.9, step=0.1, value=0.5), **other)


def test_a_run_in_a_notation_takes_its_constants_and_its_step():
    figure = in_a_notation()
    _, (own, here) = figure.computed.walk(figure.start)
    settings = {"learning_rate": 0.01, "momentum": 0.5}
    np.testing.assert_array_equal(own.tracks[0], descend(conventions.prince_momentum, canyon(), [0.5, 2], 30, **settings).points)
    ours = descend(momentum, canyon(), [0.5, 2], 30, learning_rate=0.01 * (1 - 0.5), momentum=0.5)
    np.testing.assert_array_equal(here.tracks[0], ours.points)
    assert here.look == {"color": "#000000"} and own.look != here.look
    with pytest.raises(TypeError, match="look must be the properties of a line, got 'red'"):
        Run("momentum", look="red")


def test_what_a_caption_lists_stands_below_the_card_and_not_in_the_result():
    figure = in_a_notation()
    caption, _ = figure.computed.walk(figure.start)
    assert said(caption) == "2 walks." and listed(caption)[1] == ["Bishop", "η = 0.005, μ = 0.5", ""]
    page = pages.html_of(figure)
    assert 'data-longest="2 walks."><b>2</b> walks.</p>' in page
    assert "<dt>PyTorch</dt><dd><code>torch.optim.SGD(parameters, lr=0.005, momentum=0.5)</code></dd>" in page
    widget = widget_of(figure)
    assert "<dt>PyTorch</dt>" in widget.children[1].value
    [chosen] = [control.widget for name, control in figure.controls.items() if name == "notation"]
    chosen.value = "pytorch"
    assert "lr=0.01, momentum=0.5" in widget.children[1].value
    assert 'data-do="playground"' not in page and 'data-do="playground"' in pages.html_of(race(another))


def another(walks, rate):
    return "Another."

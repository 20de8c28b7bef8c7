"""Tests of gdcore.pictures: every method has its own look, legible on light and dark, and drawing disturbs nothing."""

import functools
import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from gdcore import pictures
from gdcore.catalogue import METHODS
from gdcore.conventions import prince_momentum
from gdcore.descent import descend
from gdcore.methods import gradient_descent, momentum
from gdcore.objectives import Objective, canyon, parabola, saddle

COMPARED = [  # drawn in one picture somewhere in the book: their colours must differ
    ["gradient_descent", "momentum", "nesterov", "conjugate_gradient"],
    ["gradient_descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam"],
    ["adam", "adamw", "amsgrad", "nadam"],
    ["gradient_descent", "newton", "conjugate_gradient", "bfgs", "lbfgs"],
    ["gradient_descent", "coordinate_descent"],
    ["gradient_descent", "svrg"],
    ["gradient_descent", "momentum", "normalized_gradient", "adagrad", "rmsprop", "adam"],
]


@pytest.fixture
def ax():
    return Figure(figsize=(6, 4)).add_subplot()


def luminance(color):
    """Relative luminance as the Web Content Accessibility Guidelines define it."""
    channels = np.array([int(to_hex(color)[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("names", COMPARED, ids=" ".join)
def test_methods_drawn_together_differ_in_colour(names):
    assert len({pictures.style_of(name)["color"] for name in names}) == len(names)


GROUNDS = {
    "light": ["#ffffff", "#fdfdfb", *(colour.light for colour in pictures.PALETTE if "tint" in colour.name)],
    "dark": ["#14181e", "#14191c", "#121212", *(colour.dark for colour in pictures.PALETTE if "tint" in colour.name)],
}


@pytest.mark.parametrize("theme", GROUNDS)
@pytest.mark.parametrize("colour", [each for each in pictures.PALETTE if "tint" not in each.name], ids=lambda each: each.name)
def test_lines_are_legible_on_light_and_dark_pages_and_on_every_tint(colour, theme):
    if (colour.name, theme) == ("yellow", "light"):  # for filled areas alone
        assert colour.light not in pictures.COLORS
    else:
        assert min(contrast(getattr(colour, theme), ground) for ground in GROUNDS[theme]) >= 3


@pytest.mark.parametrize("theme", GROUNDS)
def test_tints_deepen_step_by_step_and_the_deepest_is_told_from_the_page(theme):
    grounds = GROUNDS[theme][-len(pictures.TINTS) :]
    steps = np.diff([luminance(ground) for ground in grounds])
    assert (steps < 0).all() if theme == "light" else (steps > 0).all()
    assert contrast(grounds[-1], GROUNDS[theme][1]) > 1.25


def test_the_values_of_the_table_are_those_of_the_names():
    assert {colour.light for colour in pictures.PALETTE} >= {*pictures.COLORS, pictures.YELLOW, pictures.CONTOUR, pictures.INDEX}
    assert [colour.light for colour in pictures.PALETTE if "tint" in colour.name] == list(pictures.TINTS)


def test_a_method_and_its_name_have_the_same_style():
    assert pictures.style_of(momentum) == pictures.style_of("momentum")


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match=r"method must be one of 'gradient_descent', .*, got 'sgd'"):
        pictures.style_of("sgd")


def test_a_method_of_your_own_can_be_drawn_and_keeps_its_look(ax):
    def mine(objective, w, state=(), *, learning_rate=0.01):
        return w - learning_rate * objective.gradient(w), state

    class Stepper:
        def __call__(self, objective, w, state=()):
            return w - 0.01 * objective.gradient(w), state

    looks = []
    for method in (mine, Stepper(), functools.partial(momentum, momentum=0.3), prince_momentum):
        run = descend(method, canyon(), [-0.5, 2.3], 7)
        line, *_ = pictures.path(ax, run)
        looks.append((line.get_color(), line.get_linestyle(), line.get_marker()))
        assert pictures.style_of(method) == pictures.style_of(method)
    assert looks[2] == looks[2] and len(set(looks)) == 4
    known = {known.look[2] for known in METHODS.values()}
    assert {looks[0][2], looks[1][2], looks[3][2]}.isdisjoint(known)
    pictures.learning_curves(ax, {"mine": run})
    pictures.legend(ax, {"mine": mine})


def test_a_variant_wears_the_look_of_its_method_with_changes():
    assert pictures.style_of(functools.partial(momentum, momentum=0.3)) == pictures.style_of("momentum")
    assert pictures.style_of("newton", marker="", linewidth=3) == pictures.style_of("newton") | {"marker": "", "linewidth": 3}


def test_contours_of_a_quadratic_lie_at_equal_distances(ax):
    lines = pictures.contours(ax, canyon(), levels=9)
    heights = lines.levels - canyon().value(canyon().minima[0])
    np.testing.assert_allclose(np.diff(np.sqrt(heights)), np.sqrt(heights[0]))


def test_every_fifth_level_line_is_heavier(ax):
    lines = pictures.contours(ax, canyon(), levels=11)
    widths = lines.get_linewidths()
    heavy = [k for k in range(11) if widths[k] > widths[0]]
    assert heavy == [4, 9]
    colours = [to_hex(color) for color in lines.get_edgecolor()]
    assert {colours[k] for k in heavy} == {pictures.INDEX} and {*colours} == {pictures.INDEX, pictures.CONTOUR}


def grounds(ax):
    """The colours of the filled areas, in the order of drawing."""
    return [to_hex(ground.get_facecolor()[0]) for ground in ax.collections if ground.get_zorder() == 0.5]


def test_the_ground_is_tinted_the_deeper_the_more(ax):
    pictures.contours(ax, canyon(), levels=20)
    assert grounds(ax) == list(pictures.TINTS)
    few = Figure().add_subplot()
    pictures.contours(few, canyon(), levels=2)
    assert grounds(few) == [pictures.TINTS[9], pictures.TINTS[19]]
    plain = Figure().add_subplot()
    pictures.contours(plain, canyon(), tint=False)
    assert grounds(plain) == []


def test_the_tint_covers_what_lies_below_each_level(ax):
    pictures.contours(ax, canyon(), levels=5)
    heights = canyon().value(points := np.random.default_rng(0).uniform(*canyon().box.T, (300, 2)))
    levels = pictures.contours(ax, canyon(), levels=5, tint=False).levels
    for ground, level in zip(ax.collections, levels[::-1], strict=False):
        clear = np.abs(heights - level) > 0.03 * level
        inside = np.array([sum(part.contains_points(points) for part in ground.get_paths()) % 2 == 1])[0]
        np.testing.assert_array_equal(inside[clear], (heights < level)[clear])


def test_level_lines_are_thinned_but_stay_in_place(ax):
    lines = pictures.contours(ax, canyon(), levels=9)
    vertices = [path.vertices for path in lines.get_paths()]
    assert sum(map(len, vertices)) < 600
    for points, level in zip(vertices, lines.levels, strict=True):
        np.testing.assert_allclose(canyon().value(points), level, rtol=0.02)


@pytest.mark.parametrize(("equal", "aspect"), [(True, 1), (False, "auto")])
def test_both_parameters_have_one_scale_unless_told_otherwise(ax, equal, aspect):
    pictures.contours(ax, canyon(), equal=equal)
    assert ax.get_aspect() == aspect


@pytest.mark.parametrize("flag", ["tint", "equal"])
def test_flags_of_a_map_are_true_or_false(ax, flag):
    with pytest.raises(TypeError, match=f"{flag} must be .*, got 'yes'"):
        pictures.contours(ax, canyon(), **{flag: "yes"})


def test_contours_set_the_box_and_mark_the_minimum(ax):
    pictures.contours(ax, canyon(), box=[[0, 2], [-1, 1]])
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 2), (-1, 1))
    [star] = ax.get_lines()
    np.testing.assert_array_equal(star.get_xydata(), [[1, 0.375]])
    assert to_hex(star.get_color()) == "#000000"


def test_contours_of_a_function_without_minima(ax):
    nowhere = Objective("plane", lambda w: w.sum(axis=-1), np.ones_like, minima=np.empty((0, 2)), box=np.array([[0, 1], [0, 1]]))
    assert len(pictures.contours(ax, nowhere, levels=3).levels) == 3
    assert len(pictures.contours(ax, saddle()).levels) == 14


@pytest.mark.parametrize(("draw", "shape"), [(pictures.contours, "2, 2"), (pictures.curve, "1, 2")])
def test_a_box_of_the_wrong_shape_is_refused(ax, draw, shape):
    with pytest.raises(ValueError, match=rf"box must have shape \({shape}\), got \(3, 2\)"):
        draw(ax, canyon(), box=np.zeros((3, 2)))


def test_a_missing_box_is_refused(ax):
    boundless = Objective("ramp", lambda w: w.sum(axis=-1), np.ones_like)
    with pytest.raises(ValueError, match="ramp has no box of its own"):
        pictures.contours(ax, boundless)


def test_curve_draws_the_loss(ax):
    line, star = pictures.curve(ax, parabola(), box=[[0, 2]], resolution=5)
    np.testing.assert_allclose(line.get_xydata(), [[0, 3], [0.5, -1.5], [1, -3], [1.5, -1.5], [2, 3]])
    np.testing.assert_allclose(star.get_xydata(), [[1, -3]])


def test_path_of_two_parameters(ax):
    run = descend(momentum, canyon(), [-0.5, 2.3], 7, learning_rate=0.02)
    line, start, casing = pictures.path(ax, run, label="a run")
    np.testing.assert_array_equal(line.get_xydata(), run.points)
    np.testing.assert_array_equal(start.get_xydata(), [[-0.5, 2.3]])
    assert (line.get_label(), to_hex(line.get_color()), to_hex(start.get_color())) == ("a run", "#bf4f00", "#000000")
    np.testing.assert_array_equal(casing.get_xydata(), run.points)
    assert casing.get_color() == pictures.PAPER and casing.get_zorder() < line.get_zorder()
    assert casing.get_linewidth() > line.get_linewidth() + 2


def test_path_of_one_parameter_lies_on_the_graph(ax):
    run = descend(gradient_descent, parabola(), [0.75], 3, learning_rate=0.15)
    line, *_ = pictures.path(ax, run)
    np.testing.assert_array_equal(line.get_xydata(), np.column_stack([run.points, run.values]))


def test_path_refuses_other_shapes(ax):
    with pytest.raises(ValueError, match=r"run must be one path .* got shape \(5, 3\)"):
        pictures.path(ax, np.zeros((5, 3)))


@pytest.mark.filterwarnings("error")
def test_a_diverging_run_is_drawn_up_to_where_it_left_the_finite(ax):
    run = descend(gradient_descent, canyon(), [-0.5, 2.3], 3000, learning_rate=0.1)
    assert run.diverged_at is not None
    line, *_ = pictures.path(ax, run)
    assert len(line.get_xydata()) == run.diverged_at
    ax.figure.savefig(io.BytesIO(), format="svg")


def test_points_without_a_line_have_no_casing(ax):
    assert len(pictures.path(ax, [[0, 0], [1, 1]], linestyle="none", start=False)) == 1


def leaving(ax, points, **line):
    """The line's points and the words at the edge of a window from 0 to 1."""
    ax.set(xlim=(0, 1), ylim=(0, 1))
    line, *_ = pictures.path(ax, points, steps=np.arange(len(points)), **line)
    return line.get_xydata(), [word for word in ax.texts if "leaves" in word.get_text()]


def test_a_run_that_leaves_the_window_is_cut_and_says_at_which_step(ax):
    points, [word] = leaving(ax, [[0.2, 0.2], [0.5, 0.5], [1.5, 0.9], [3.0, 3.0], [9.0, 0.0]], method="momentum")
    np.testing.assert_array_equal(points[-1], [1.5, 0.9])
    assert word.get_text() == "leaves at step 2" and to_hex(word.get_color()) == pictures.VERMILLION
    np.testing.assert_allclose(word.xy, [1, 0.7])
    assert (word.get_ha(), word.get_va()) == ("right", "top")


def test_a_run_that_comes_back_has_not_left(ax):
    points, words = leaving(ax, [[0.2, 0.2], [1.5, 0.5], [0.5, 0.5]])
    assert len(points) == 3 and not words
    points, [word] = leaving(ax, [[0.2, 0.2], [1.5, 0.5], [0.5, 0.5], [0.5, -1], [0.5, -3]])
    assert len(points) == 4 and word.get_text() == "leaves at step 3"
    np.testing.assert_allclose(word.xy, [0.5, 0])


def test_runs_inside_outside_or_on_open_axes_say_nothing(ax):
    for points in ([[0.2, 0.2], [1, 1]], [[2, 2], [3, 3]], [[0.5, 0.5]]):
        drawn, words = leaving(ax, points)
        assert len(drawn) == len(points) and not words
    open_axes = Figure().add_subplot()
    pictures.path(open_axes, [[0, 0], [9, 9]], steps=[0, 1])
    assert not open_axes.texts


def test_points_of_unknown_steps_are_cut_without_a_word(ax):
    ax.set(xlim=(0, 1), ylim=(0, 1))
    line, *_ = pictures.path(ax, [[0.5, 0.5], [2, 2], [3, 3]])
    assert len(line.get_xydata()) == 2 and not ax.texts


def test_steps_must_be_one_for_each_point(ax):
    with pytest.raises(ValueError, match="steps must be one for each of the 2 points of run, got 3"):
        pictures.path(ax, [[0, 0], [1, 1]], steps=[0, 1, 2])


def test_words_at_the_same_edge_do_not_cover_each_other(ax):
    for height in (0.5, 0.52, 0.1):
        leaving(ax, [[0.2, height], [2, height]])
    boxes = [word.get_window_extent(FigureCanvasAgg(ax.figure).get_renderer()) for word in ax.texts]
    assert len(boxes) == 3
    assert not any(one.overlaps(other) for k, one in enumerate(boxes) for other in boxes[:k])


def test_the_step_of_leaving_is_that_of_the_run(ax):
    run = descend(gradient_descent, canyon(), [-0.5, 2.3], 60, learning_rate=0.06, record_every=3)
    pictures.contours(ax, canyon())
    *_, word = pictures.path(ax, run)
    step = int(word.get_text().removeprefix("leaves at step "))
    (left, right), (bottom, top) = canyon().box
    x, y = run.points[list(run.steps).index(step)]
    assert step % 3 == 0 and not (left <= x <= right and bottom <= y <= top)


def test_leaving_on_a_logarithmic_scale(ax):
    ax.set(xscale="log", yscale="log", xlim=(1, 100), ylim=(1, 100))
    *_, word = pictures.path(ax, [[10, 10], [1000, 10]], steps=[0, 1])
    np.testing.assert_allclose(word.xy, [1, 0.5])


def test_learning_curves_leave_out_what_rounding_hides(ax):
    run = descend(gradient_descent, parabola(), [0.75], 5, learning_rate=0.03)
    lines = pictures.learning_curves(
        ax, {"path": run, "values": [4.0, 1.0, -3.0, np.inf]}, minimum=-3.0, methods=["adam", "momentum"]
    )
    np.testing.assert_array_equal(lines[0].get_xydata(), np.column_stack([run.steps, run.values + 3]))
    np.testing.assert_array_equal(lines[1].get_xydata(), [[0, 7], [1, 4]])
    assert [to_hex(line.get_color()) for line in lines] == [pictures.PURPLE, pictures.VERMILLION]
    assert [line.get_label() for line in lines] == ["path", "values"]


def test_moving_artists_leave_labels_and_limits_alone(ax):
    pictures.contours(ax, canyon())
    ax.autoscale(False)
    before = ax.get_xlim(), ax.get_ylim(), ax.get_xlabel(), ax.get_ylabel()
    run = descend(momentum, canyon(), [-0.5, 2.3], 40, learning_rate=0.03)
    artists = pictures.path(ax, run) + pictures.learning_curves(ax, {"loss": run})
    assert before == (ax.get_xlim(), ax.get_ylim(), ax.get_xlabel(), ax.get_ylabel())
    assert set(artists) <= set(ax.get_children())


def test_legend_shows_each_method_in_its_style(ax):
    entries = pictures.legend(ax, {"walker": "gradient_descent", "ball": momentum}, loc="upper left")
    assert [text.get_text() for text in entries.get_texts()] == ["walker", "ball"]
    assert [to_hex(line.get_color()) for line in entries.get_lines()] == ["#0072b2", "#bf4f00"]

"""What readers write first: methods that work in place, functions of one point, arrays that are used again."""

import functools
import pickle

import numpy as np
import pytest

from gdcore import methods, objectives
from gdcore.curvature import newton
from gdcore.descent import descend
from gdcore.minibatches import Minibatches, noisy


def in_place(objective, w, state=np.zeros(2), *, learning_rate=0.01):  # noqa: B008
    state *= 0.5
    state += objective.gradient(w)
    w -= learning_rate * state
    return w, state


def one_point(name="mine"):
    """6x² − 12x + 40y² − 30y + 3, the canyon, as it is written for one point."""
    return objectives.Objective(
        name,
        lambda w: 6 * w[0] ** 2 - 12 * w[0] + 40 * w[1] ** 2 - 30 * w[1] + 3,
        lambda w: np.array([12 * w[0] - 12, 80 * w[1] - 30]),
    )


def test_a_method_that_works_in_place_leaves_a_path_of_its_own_points():
    path = descend(in_place, objectives.canyon(), [0.0, 0.0], 3)
    w, state, expected = np.zeros(2), np.zeros(2), [np.zeros(2)]
    for _ in range(3):
        state = 0.5 * state + objectives.canyon().gradient(w)
        w = w - 0.01 * state
        expected.append(w)
    np.testing.assert_allclose(path.points, expected)
    np.testing.assert_array_equal(descend(in_place, objectives.canyon(), [0.0, 0.0], 3).points, path.points)


@pytest.mark.parametrize("steps", [0, 1, 2, 5])
def test_a_function_of_one_point_has_the_right_values(steps):
    path = descend(methods.gradient_descent, one_point(), [0.0, 0.0], steps)
    ours = descend(methods.gradient_descent, objectives.canyon(), [0.0, 0.0], steps)
    np.testing.assert_allclose(path.points, ours.points)
    np.testing.assert_allclose(path.values, ours.values)


@pytest.mark.parametrize("starts", [[[0.0, 0.0], [1.0, 2.0]], [[0.0, 0.0], [1.0, 2.0], [2.0, 1.0]]])
def test_a_function_of_one_point_refuses_several_starts_by_name(starts):
    with pytest.raises(ValueError, match=r"gradient of mine"):
        descend(methods.gradient_descent, one_point(), starts, 3)


def test_a_gradient_that_reuses_its_array_gives_the_same_path():
    buffer = np.empty(2)
    canyon = objectives.canyon()

    def reusing(w):
        buffer[:] = canyon.gradient(w)
        return buffer

    reused = objectives.Objective("reused", canyon.value, reusing)
    for method in (methods.momentum, methods.adam, methods.lion):
        np.testing.assert_array_equal(
            descend(method, reused, [0.0, 0.0], 9).points, descend(method, canyon, [0.0, 0.0], 9).points
        )


@pytest.mark.parametrize(
    "method, message",
    [
        (lambda objective, w, state=(): w, r"method must return \(w, state\)"),
        (lambda objective, w, state=(): None, r"method must return \(w, state\)"),
        (
            lambda objective, w, state=(): (w[0], state),
            r"method must return w in its shape, \(2,\), and <lambda> returned shape \(\)",
        ),
        (lambda objective, w: w, "method must be a function of"),
        ("adam", "method must be a function of"),
        (None, "method must be a function of"),
        (len, "method must be a function of"),
    ],
)
def test_what_is_no_method_is_named(method, message):
    with pytest.raises((TypeError, ValueError), match=message):
        descend(method, objectives.canyon(), [0.0, 0.0], 2)


@pytest.mark.parametrize(
    "method, state, message",
    [
        (methods.adam, (1, 0.0), r"state must be the tuple \(t, s, r\), as adam returns it"),
        (methods.adam, 0.0, "state must be the tuple"),
        (methods.adam, (1.5, 0.0, 0.0), "state.t must be a whole number"),
        (methods.adam, (1, np.zeros(3), 0.0), r"state.s must have the shape of w, \(2,\)"),
        (methods.momentum, "fast", "state must be numbers"),
        (methods.momentum, np.zeros(3), "state must have the shape of w"),
        (methods.gradient_descent, 1.0, r"state must be the empty tuple \(\)"),
    ],
)
def test_a_state_that_the_method_cannot_have_returned_is_refused(method, state, message):
    with pytest.raises((TypeError, ValueError), match=message):
        descend(method, objectives.canyon(), [0.0, 0.0], 2, state=state)
    with pytest.raises((TypeError, ValueError), match=message):
        method(objectives.canyon(), [0.0, 0.0], state)


def test_states_have_names():
    _, state = methods.adam(objectives.canyon(), [0.0, 0.0])
    assert state.t == 1 and state.s.shape == state.r.shape == (2,)


def test_observe_must_be_a_function_of_a_dictionary():
    with pytest.raises(TypeError, match="observe must be a function"):
        descend(methods.adam, objectives.canyon(), [0.0, 0.0], 2, observe="x")
    with pytest.raises(TypeError, match="observe must return a dictionary"):
        descend(methods.adam, objectives.canyon(), [0.0, 0.0], 2, observe=lambda t, w, state: 3)


def test_a_long_start_with_one_nan_is_not_printed_whole():
    start = np.zeros(10**6)
    start[7] = np.nan
    with pytest.raises(ValueError, match=r"start must be finite, got nan at index \(7,\)") as refused:
        descend(methods.adam, objectives.Objective("flat", lambda w: w.sum(-1), np.ones_like), start, 1)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("value", ["quick", np.nan, None, [1.0, np.inf], "0.1"])
def test_an_unknown_number_of_a_reader_s_method_must_be_finite(value):
    def mine(objective, w, state=(), *, mix=0.5):
        return w - mix * objective.gradient(w), state

    with pytest.raises((TypeError, ValueError), match="mix must be"):
        descend(mine, objectives.canyon(), [0.0, 0.0], 1, mix=value)


def test_hyperparameters_that_are_no_numbers_stay_a_reader_s_affair():
    def mine(objective, w, state=(), *, flavour="sweet", when=None):
        return w + len(flavour) * (0 if when is None else 1), state

    assert descend(mine, objectives.canyon(), [0.0, 0.0], 1, flavour="sour", when="now").points[-1].tolist() == [4, 4]


def test_a_reader_s_wrapper_is_called_at_each_step():
    calls = []

    @functools.wraps(methods.adam)
    def counting(*arguments, **settings):
        calls.append(1)
        return methods.adam(*arguments, **settings)

    path = descend(counting, objectives.canyon(), [0.0, 0.0], 5, learning_rate=0.1)
    assert len(calls) == 5
    np.testing.assert_array_equal(
        path.points, descend(methods.adam, objectives.canyon(), [0.0, 0.0], 5, learning_rate=0.1).points
    )


def test_data_that_are_changed_later_do_not_change_the_objective():
    X, t = np.eye(3), np.ones(3)
    for made in (objectives.least_squares(X, t), Minibatches(objectives.least_squares, X, t, batch_size=2)):
        before = made.value(np.zeros(3))
        X[...], t[...] = 7, 9
        assert made.value(np.zeros(3)) == before
        X[...], t[...] = np.eye(3), 1


def test_minibatches_leave_an_objective_that_they_were_given_alone():
    shared = objectives.canyon()
    batches = Minibatches(lambda data: shared, np.ones(4), batch_size=2)
    assert batches.at(1).whole is batches.whole
    assert shared.full is None


@pytest.mark.parametrize("shuffle", ["no", 0, None])
def test_shuffle_is_true_or_false(shuffle):
    with pytest.raises(TypeError, match="shuffle must be True or False"):
        Minibatches(objectives.least_squares, np.eye(3), np.ones(3), batch_size=2, shuffle=shuffle)


def test_a_path_can_be_pickled_with_a_reader_s_own_functions():
    slope = 3.0
    mine = objectives.Objective("mine", lambda w: slope * w.sum(axis=-1), lambda w: slope * np.ones_like(w))
    for objective in (
        mine,
        noisy(mine, np.ones((4, 2))),
        Minibatches(objectives.least_squares, np.eye(2), np.ones(2), batch_size=1),
    ):
        path = descend(lambda o, w, state=(): (w - 0.1 * o.gradient(w), state), objective, [0.0, 0.0], 4)
        again = pickle.loads(pickle.dumps(path))
        np.testing.assert_array_equal(again.points, path.points)
        np.testing.assert_array_equal(again.values, path.values)
        more = descend(again.method, again.objective, [0.0, 0.0], 4)
        np.testing.assert_array_equal(more.points, path.points)


def test_arrival_is_from_then_on():
    path = descend(methods.momentum, objectives.parabola(), [0.0], 60, learning_rate=0.02, momentum=0.9)
    away = np.abs(path.points[:, 0] - 1)
    step = path.arrival([1.0], 0.3)
    assert step is not None and (away[step:] <= 0.3).all() and away[step - 1] > 0.3
    assert (away[:step] <= 0.3).any()  # it had been there before, and left again
    assert path.arrival([1.0], 1e-9) is None and path.arrival([1.0], 0.3, quiet=60 - step + 1) is None
    assert path.arrival([1.0], 0.3, quiet=60 - step) == step
    level = path.arrival_of_values(-2.9)
    assert (path.values[level:] <= -2.9).all() and path.values[level - 1] > -2.9


def test_singular_equations_have_the_shortest_solution_and_a_slope_without_curvature_rests():
    slope = objectives.Objective(
        "x² / 2 + y",
        lambda w: w[..., 0] ** 2 / 2 + w[..., 1],
        lambda w: np.stack([w[..., 0], 1 + 0 * w[..., 1]], axis=-1),
        hessian=lambda w: np.diag([1.0, 0.0]) + np.zeros((*w.shape, 2)),
    )
    assert newton(slope, [2.0, 3.0])[0].tolist() == [0.0, 3.0]


def test_a_run_that_diverges_never_arrives():
    path = descend(methods.gradient_descent, objectives.parabola(), [0.0], 2000, learning_rate=1.0)
    assert path.diverged_at is not None and path.arrival([1.0], 1e-6) is None and path.arrival_of_values(-2.9) is None

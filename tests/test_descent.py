"""The one loop: what it records, how it goes on, how it diverges, what it refuses."""

import dataclasses
import functools

import numpy as np
import pytest

from gdcore import hyperparameters, objectives
from gdcore.descent import descend
from gdcore.methods import gradient_descent, momentum, nesterov

METHODS = [gradient_descent, momentum, nesterov]
START = np.array([-0.5, 2.3])


def counted(objective):
    """The objective with a list of the points at which its gradient was asked for."""
    calls = []

    def gradient(w):
        calls.append(np.array(w))
        return objective.gradient(w)

    return dataclasses.replace(objective, gradient=gradient), calls


# First steps, by hand


def test_first_steps_of_gradient_descent_by_hand():
    path = descend(gradient_descent, objectives.parabola(), [-0.9], 2, learning_rate=0.03)
    # 12·(−0.9) − 12 = −22.8; −0.9 + 0.03·22.8 = −0.216; then −14.592 and 0.22176
    np.testing.assert_allclose(path.points, [[-0.9], [-0.216], [0.22176]], rtol=1e-14)
    np.testing.assert_allclose(path.values, 6 * (path.points[:, 0] - 1) ** 2 - 3, rtol=1e-14)


def test_first_steps_of_momentum_by_hand():
    path = descend(momentum, objectives.parabola(), [0.75], 2, learning_rate=0.09, momentum=0.8)
    # v = 0.09·3 = 0.27, x = 1.02; v = 0.8·0.27 − 0.09·0.24 = 0.1944, x = 1.2144
    np.testing.assert_allclose(path.points, [[0.75], [1.02], [1.2144]], rtol=1e-14)
    np.testing.assert_allclose(path.state, [0.1944], rtol=1e-13)


def test_first_steps_of_nesterov_by_hand():
    path = descend(nesterov, objectives.parabola(), [0.75], 2, learning_rate=0.09, momentum=0.8)
    # v = 0.27, x = 1.02; look ahead to 1.02 + 0.216 = 1.236, gradient 2.832; v = 0.216 − 0.25488 = −0.03888, x = 0.98112
    np.testing.assert_allclose(path.points, [[0.75], [1.02], [0.98112]], rtol=1e-14)


@pytest.mark.parametrize("method", METHODS)
def test_one_step_in_a_cell_is_one_step_of_a_run(method):
    canyon = objectives.canyon()
    w, state = method(canyon, START, learning_rate=0.01)
    w, state = method(canyon, w, state, learning_rate=0.01)
    path = descend(method, canyon, START, 2, learning_rate=0.01)
    assert np.array_equal(path.points[-1], w)
    assert np.array_equal(path.state, state)


# Theory


@pytest.mark.parametrize("learning_rate", [0.001, 0.0125, 0.02, 0.0249])
def test_gradient_descent_shrinks_each_eigenvector_by_one_minus_rate_times_eigenvalue(learning_rate):
    quadratic = objectives.quadratic([12.0, 80.0], angle=0.7)
    axes = np.array([[np.cos(0.7), np.sin(0.7)], [-np.sin(0.7), np.cos(0.7)]])
    path = descend(gradient_descent, quadratic, START, 60, learning_rate=learning_rate)
    coordinates = path.points @ axes.T
    expected = coordinates[0] * (1 - learning_rate * np.array([12.0, 80.0])) ** path.steps[:, np.newaxis]
    np.testing.assert_allclose(coordinates, expected, atol=1e-13)


@pytest.mark.parametrize("learning_rate, converges", [(1.99 / 80, True), (2.01 / 80, False)])
def test_gradient_descent_converges_up_to_two_over_the_largest_eigenvalue(learning_rate, converges):
    path = descend(gradient_descent, objectives.canyon(), START, 2000, learning_rate=learning_rate)
    assert (np.abs(path.points[-1] - [1, 0.375]).max() < 1e-6) == converges


def test_momentum_with_no_momentum_is_gradient_descent():
    plain = descend(gradient_descent, objectives.two_wells(), [1.5, 1.5], 50, learning_rate=0.4)
    for method in (momentum, nesterov):
        path = descend(method, objectives.two_wells(), [1.5, 1.5], 50, learning_rate=0.4, momentum=0.0)
        np.testing.assert_allclose(path.points, plain.points, rtol=1e-14)


def test_the_source_s_table_of_momentum_and_its_nesterov_column_as_it_should_be():
    """Kneusel, table 11-2: the standard column as printed; the other as equation 11.6 gives it (errata K3)."""
    wells = objectives.two_wells()
    for start, rate, steps, standard, lookahead in [
        ([1.5, 1.5], 0.02, 90, [-0.9496, 0.9809], [-0.9717284252, 0.9804361803]),
        ([0.7, -0.2], 0.1, 25, [0.8807, -0.9063], [0.8990014877, -0.8982918013]),
    ]:
        end = descend(momentum, wells, start, steps, learning_rate=rate, momentum=0.9).points[-1]
        np.testing.assert_allclose(end, standard, atol=5e-5)
        end = descend(nesterov, wells, start, steps, learning_rate=rate, momentum=0.9).points[-1]
        np.testing.assert_allclose(end, lookahead, atol=5e-11)


def test_the_source_s_table_of_five_starts():
    """Kneusel, table 11-1: three of the five starts end in the deep well."""
    wells = objectives.two_wells()
    starts = [([-1.5, 1.2], 9, 0), ([1.5, -1.8], 9, 1), ([0.0, 0.0], 20, 0), ([0.7, -0.2], 20, 1), ([1.5, 1.5], 30, 0)]
    for start, steps, well in starts:
        end = descend(gradient_descent, wells, start, steps, learning_rate=0.4).points[-1]
        assert np.linalg.norm(wells.minima - end, axis=-1).argmin() == well


# What is recorded


def test_a_path_holds_start_and_every_step():
    path = descend(momentum, objectives.canyon(), START, 10, learning_rate=0.01)
    assert path.points.shape == (11, 2) and np.array_equal(path.points[0], START)
    assert np.array_equal(path.steps, np.arange(11))
    assert path.values.shape == (11,) and np.array_equal(path.values, objectives.canyon().value(path.points))
    assert path.diverged_at is None and path.records == {}
    assert path.method is momentum and path.hyperparameters == {"learning_rate": 0.01} and path.objective.name == "canyon"


@pytest.mark.parametrize(
    "steps, first_step, record_every, expected",
    [
        (7, 1, 3, [0, 3, 6, 7]),
        (6, 1, 3, [0, 3, 6]),
        (7, 1, 10, [0, 7]),
        (7, 1, 0, [7]),
        (0, 1, 1, [0]),
        (0, 1, 0, [0]),
        (0, 5, 3, [4]),
        (5, 5, 3, [4, 6, 9]),
        (4, 4, 3, [3, 6, 7]),
        (1, 9, 0, [9]),
    ],
)
def test_record_every_keeps_the_start_the_multiples_and_the_last(steps, first_step, record_every, expected):
    every = descend(momentum, objectives.canyon(), START, steps, first_step=first_step, learning_rate=0.01)
    path = descend(
        momentum, objectives.canyon(), START, steps, first_step=first_step, record_every=record_every, learning_rate=0.01
    )
    assert path.steps.tolist() == expected
    assert np.array_equal(path.points, every.points[path.steps - (first_step - 1)])
    assert np.array_equal(path.state, every.state)


def test_observe_is_called_at_each_recorded_step_with_the_state_of_that_step():
    seen = []

    def observe(t, w, state):
        seen.append((t, w, state))
        return {"length": np.linalg.norm(w), "velocity": np.broadcast_to(state, 2)}

    path = descend(momentum, objectives.canyon(), START, 5, record_every=2, observe=observe, learning_rate=0.01)
    assert [t for t, _, _ in seen] == path.steps.tolist() == [0, 2, 4, 5]
    assert np.array_equal([w for _, w, _ in seen], path.points)
    np.testing.assert_allclose(path.records["length"], np.linalg.norm(path.points, axis=-1))
    assert path.records["velocity"].shape == (4, 2)
    assert np.array_equal(path.records["velocity"][-1], path.state)


def test_leading_axes_are_runs_side_by_side():
    wells = objectives.two_wells()
    starts = np.random.default_rng(0).uniform(-2, 2, (3, 4, 2))
    for method in METHODS:
        together = descend(method, wells, starts, 40, learning_rate=0.3)
        assert together.points.shape == (41, 3, 4, 2) and together.values.shape == (41, 3, 4)
        assert np.array_equal(together.diverged_at, np.full((3, 4), -1))
        for index in np.ndindex(3, 4):
            alone = descend(method, wells, starts[index], 40, learning_rate=0.3)
            np.testing.assert_allclose(together.points[:, *index], alone.points, rtol=0, atol=1e-12)


def test_a_rate_for_each_run_and_a_rate_for_each_coordinate():
    canyon = objectives.canyon()
    rates = np.array([[0.001], [0.01], [0.02]])
    together = descend(gradient_descent, canyon, np.tile(START, (3, 1)), 30, learning_rate=rates)
    for i, rate in enumerate(rates[:, 0]):
        np.testing.assert_allclose(together.points[:, i], descend(gradient_descent, canyon, START, 30, learning_rate=rate).points)
    newton_like = descend(gradient_descent, canyon, START, 1, learning_rate=np.array([1 / 12, 1 / 80]))
    np.testing.assert_allclose(newton_like.points[-1], [1, 0.375])


def test_single_precision_stays_single():
    path = descend(momentum, objectives.canyon(), START.astype(np.float32), 5, learning_rate=np.float64(0.01), momentum=0.9)
    assert path.points.dtype == np.float32 and path.values.dtype == np.float32


def test_a_list_of_whole_numbers_is_a_start():
    assert descend(gradient_descent, objectives.canyon(), [1, 2], 1, learning_rate=0.01).points.dtype == float


# Schedules, batches, going on


def falling(t):
    return 0.02 / t


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rate", [0.01, falling])
@pytest.mark.parametrize("record_every", [0, 1, 4])
@pytest.mark.parametrize("stop", [1, 8, 13, 29])
def test_a_run_that_stops_goes_on_bit_for_bit(method, rate, record_every, stop):
    run = dict(learning_rate=rate, record_every=record_every)
    whole = descend(method, objectives.two_wells(), [0.7, -0.2], 30, **run)
    first = descend(method, objectives.two_wells(), [0.7, -0.2], stop, **run)
    second = descend(
        method, objectives.two_wells(), first.points[-1], 30 - stop, state=first.state, first_step=int(first.steps[-1]) + 1, **run
    )
    assert np.array_equal(second.points[-1], whole.points[-1])
    assert np.array_equal(second.state, whole.state)
    both = np.isin(whole.steps, second.steps)
    assert np.array_equal(whole.points[both], second.points[np.isin(second.steps, whole.steps)])


def test_first_step_may_be_a_numpy_integer_as_path_steps_gives_it():
    path = descend(momentum, objectives.canyon(), START, 3)
    again = descend(momentum, objectives.canyon(), path.points[-1], 3, state=path.state, first_step=path.steps[-1] + 1)
    assert again.steps.tolist() == [3, 4, 5, 6]


def test_a_schedule_is_evaluated_at_each_step_and_methods_see_numbers():
    seen = []

    def method(objective, w, state=(), *, learning_rate=0.1):
        seen.append(learning_rate)
        return w - learning_rate * objective.gradient(w), state

    descend(method, objectives.canyon(), START, 4, first_step=3, learning_rate=lambda t: 0.1 / t)
    assert seen == [0.1 / 3, 0.1 / 4, 0.1 / 5, 0.1 / 6]


@pytest.mark.parametrize("rate", [0.02, falling])
def test_any_callable_with_a_method_s_signature_is_a_method(rate):
    @functools.wraps(momentum)
    def wrapped(*arguments, **settings):
        return momentum(*arguments, **settings)

    def needs_a_rate(objective, w, state=0.0, *, learning_rate, momentum=0.5):
        return nesterov(objective, w, state, learning_rate=learning_rate, momentum=momentum)

    plain = descend(momentum, objectives.canyon(), START, 10, learning_rate=rate, momentum=0.5)
    for method, run in [
        (wrapped, dict(learning_rate=rate, momentum=0.5)),
        (functools.partial(momentum, momentum=0.5), dict(learning_rate=rate)),
        (functools.partial(momentum, momentum=0.9), dict(learning_rate=rate, momentum=0.5)),
    ]:
        assert np.array_equal(descend(method, objectives.canyon(), START, 10, **run).points, plain.points)
    ahead = descend(nesterov, objectives.canyon(), START, 10, learning_rate=rate, momentum=0.5)
    assert np.array_equal(descend(needs_a_rate, objectives.canyon(), START, 10, learning_rate=rate).points, ahead.points)
    assert dict(hyperparameters.signature_of(momentum).defaults) == {"learning_rate": 0.01, "momentum": 0.9}


def test_a_method_may_have_types_that_are_not_defined_or_be_an_instance():
    def typed(objective: "Nowhere", w, state=(), *, learning_rate: "Nothing" = 0.02):  # noqa: F821
        return gradient_descent(objective, w, state, learning_rate=learning_rate)

    class Instance:
        def __call__(self, objective, w, state=(), *, learning_rate=0.02):
            return typed(objective, w, state, learning_rate=learning_rate)

    plain = descend(gradient_descent, objectives.canyon(), START, 5, learning_rate=0.02)
    for method in (typed, Instance()):
        assert np.array_equal(descend(method, objectives.canyon(), START, 5).points, plain.points)
        with pytest.raises(ValueError, match="learning_rate must be"):
            descend(method, objectives.canyon(), START, 5, learning_rate=-1)


def test_step_t_descends_on_the_objective_of_step_t_and_values_are_of_the_whole():
    whole = objectives.bowl()

    def batch(t):
        return dataclasses.replace(whole, gradient=lambda w: np.full_like(w, float(t)), full=whole)

    batches = dataclasses.replace(whole, name="batches", batch=batch, full=whole)
    path = descend(gradient_descent, batches, [0.0, 0.0], 3, learning_rate=1.0)
    assert path.points[:, 0].tolist() == [0, -1, -3, -6]
    assert np.array_equal(path.values, whole.value(path.points))


def test_what_a_run_returns_is_not_changed_by_what_comes_after():
    start = START.copy()
    path = descend(momentum, objectives.canyon(), start, 5, learning_rate=0.01)
    points, state = path.points.copy(), path.state.copy()
    descend(momentum, objectives.canyon(), path.points[-1], 5, state=path.state, learning_rate=0.01)
    start[:] = 0
    assert np.array_equal(path.points, points) and np.array_equal(path.state, state)


def test_the_gradient_is_asked_once_a_step_and_once_for_its_shape():
    canyon, calls = counted(objectives.canyon())
    descend(momentum, canyon, START, 10, learning_rate=0.01)
    assert len(calls) == 11
    canyon, calls = counted(objectives.canyon())
    descend(momentum, canyon, START, 0)
    assert calls == []


# Divergence


def test_a_run_that_diverges_is_recorded_without_a_warning():
    path = descend(gradient_descent, objectives.rosenbrock(), [-1.2, 1.0], 20, learning_rate=0.1)
    first = int(path.diverged_at)
    assert 1 < first < 20 and isinstance(path.diverged_at, int)
    assert np.isfinite(path.points[:first]).all() and not np.isfinite(path.points[first]).all()
    assert np.isfinite(path.values[: first - 2]).all()


def test_divergence_is_of_the_first_recorded_step():
    every = descend(gradient_descent, objectives.rosenbrock(), [-1.2, 1.0], 20, learning_rate=0.1)
    path = descend(gradient_descent, objectives.rosenbrock(), [-1.2, 1.0], 20, learning_rate=0.1, record_every=6)
    assert path.diverged_at == next(t for t in (6, 12, 18, 20) if t >= every.diverged_at)


def test_each_run_of_a_batch_diverges_by_itself():
    starts = np.array([[-1.2, 1.0], [1.0, 1.0], [5.0, 5.0]])
    path = descend(gradient_descent, objectives.rosenbrock(), starts, 20, learning_rate=0.1)
    alone = [descend(gradient_descent, objectives.rosenbrock(), start, 20, learning_rate=0.1).diverged_at for start in starts]
    assert path.diverged_at.tolist() == [-1 if at is None else at for at in alone]
    assert path.diverged_at[1] == -1 and (path.diverged_at[[0, 2]] > 0).all()
    assert np.isfinite(path.points[:, 1]).all()


def test_huge_starts_overflow_silently():
    path = descend(gradient_descent, objectives.rosenbrock(), [1e200, 1e200], 2, observe=lambda t, w, s: {"square": w @ w})
    assert path.diverged_at == 1 and path.records["square"][0] == np.inf


# Bad input


@pytest.mark.parametrize(
    "start, error, message",
    [
        ([], ValueError, r"start must not be empty, got an array of shape \(0,\)"),
        (np.zeros((0, 2)), ValueError, r"start must not be empty, got an array of shape \(0, 2\)"),
        (3.0, ValueError, r"start must have shape \(..., d\), got the single number 3.0; for one dimension write \[3.0\]"),
        ([1.0, np.nan], ValueError, "start must be finite"),
        ([1.0, np.inf], ValueError, "start must be finite"),
        ([1.0], ValueError, r"start must have 2 numbers along its last axis, got an array of shape \(1,\)"),
        (np.zeros((2, 3)), ValueError, r"start must have 2 numbers along its last axis, got an array of shape \(2, 3\)"),
        ("north", TypeError, "start must be numbers, got 'north'"),
        (["a", "b"], TypeError, "start must be numbers"),
        (None, TypeError, "start must be numbers, got None"),
        ([True, False], TypeError, "start must be numbers"),
        ([1j, 0], TypeError, "start must be numbers"),
        ([[1.0, 2.0], [3.0]], ValueError, "start must be an array of numbers"),
    ],
)
def test_a_bad_start_is_refused(start, error, message):
    canyon, calls = counted(objectives.canyon())
    with pytest.raises(error, match=message):
        descend(gradient_descent, canyon, start, 1)
    assert calls == []


@pytest.mark.parametrize("name, value", [("steps", -1), ("first_step", 0), ("record_every", -1)])
def test_a_count_too_small_is_refused(name, value):
    arguments = dict(steps=1) | {name: value}
    with pytest.raises(ValueError, match=rf"{name} must be a whole number ≥ \d, got {value}"):
        descend(gradient_descent, objectives.canyon(), START, **arguments)


@pytest.mark.parametrize("name", ["steps", "first_step", "record_every"])
@pytest.mark.parametrize("value", [2.0, "2", None, True])
def test_a_count_that_is_not_whole_is_refused(name, value):
    arguments = dict(steps=1) | {name: value}
    with pytest.raises(TypeError, match=f"{name} must be a whole number"):
        descend(gradient_descent, objectives.canyon(), START, **arguments)


@pytest.mark.parametrize("rate", [-0.1, np.nan, np.inf, -np.inf, np.array([0.1, -0.1]), [0.1, np.nan]])
def test_a_rate_out_of_range_is_refused(rate):
    canyon, calls = counted(objectives.canyon())
    with pytest.raises(ValueError, match="learning_rate must be a number ≥ 0, finite"):
        descend(gradient_descent, canyon, START, 1, learning_rate=rate)
    assert calls == []


@pytest.mark.parametrize("rate", ["fast", None, True, 1j, [True, False], {}])
def test_a_rate_that_is_no_number_is_refused(rate):
    with pytest.raises(TypeError, match="learning_rate must be a number ≥ 0, finite"):
        descend(gradient_descent, objectives.canyon(), START, 1, learning_rate=rate)


@pytest.mark.parametrize("shape", [(3,), (2, 2), (3, 1), (1, 1, 1)])
def test_rates_that_would_change_the_shape_of_w_are_refused(shape):
    with pytest.raises(ValueError, match=r"learning_rate must be a number, or an array of shape .* beside w of shape \(2,\)"):
        descend(gradient_descent, objectives.canyon(), START, 1, learning_rate=np.full(shape, 0.1))


@pytest.mark.parametrize("value", [1, 1.0, 1.5, -0.1, np.nan])
@pytest.mark.parametrize("method", [momentum, nesterov])
def test_momentum_of_one_and_more_is_refused(method, value):
    with pytest.raises(ValueError, match="momentum must be a number ≥ 0 and < 1, got"):
        descend(method, objectives.canyon(), START, 1, momentum=value)


def test_the_ends_that_are_allowed():
    path = descend(momentum, objectives.canyon(), START, 3, learning_rate=0, momentum=0)
    assert np.array_equal(path.points, np.tile(START, (4, 1)))


def test_an_unknown_hyperparameter_is_refused_and_the_known_ones_named():
    with pytest.raises(TypeError, match="gradient_descent has no hyperparameter 'momentum'; it has learning_rate"):
        descend(gradient_descent, objectives.canyon(), START, 1, momentum=0.9)
    with pytest.raises(TypeError, match="momentum has no hyperparameter 'lr'; it has learning_rate, momentum"):
        descend(momentum, objectives.canyon(), START, 1, lr=0.1)


def test_a_hyperparameter_without_a_default_is_asked_for():
    def method(objective, w, state=(), *, pace):
        return w, state

    with pytest.raises(TypeError, match="method needs the hyperparameter 'pace'"):
        descend(method, objectives.canyon(), START, 1)


@pytest.mark.parametrize("schedule, error", [(lambda t: 0.1 - 0.05 * t, ValueError), (lambda t: None, TypeError)])
def test_a_schedule_is_checked_as_it_is_used(schedule, error):
    if error is ValueError:
        descend(gradient_descent, objectives.canyon(), START, 2, learning_rate=schedule)
    with pytest.raises(error, match=r"learning_rate must be a number ≥ 0, finite, got .* at step [13]"):
        descend(gradient_descent, objectives.canyon(), START, 3, learning_rate=schedule)


def test_a_gradient_of_the_wrong_shape_is_refused_before_the_first_step():
    flat = objectives.Objective("flat", value=lambda w: w.sum(axis=-1), gradient=lambda w: np.ones(1))
    with pytest.raises(ValueError, match=r"the gradient of flat must have the shape of w, \(2,\), got \(1,\)"):
        descend(gradient_descent, flat, START, 1)


@pytest.mark.parametrize("method", ["momentum", None, lambda w: w])
def test_what_is_not_a_method_is_refused(method):
    with pytest.raises(TypeError, match="method must be a function of"):
        descend(method, objectives.canyon(), START, 1)


@pytest.mark.parametrize("objective", [objectives.canyon, None, lambda w: w])
def test_what_is_not_an_objective_is_refused(objective):
    with pytest.raises(TypeError, match="objective must be an Objective"):
        descend(gradient_descent, objective, START, 1)


@pytest.mark.parametrize(
    "observe, error, message",
    [
        (lambda t, w, s: 3.0, TypeError, "observe must return a dictionary of what it observed, got 3.0"),
        (lambda t, w, s: {f"loss{t}": 0.0}, ValueError, "observe must return the same names each time"),
    ],
)
def test_an_observer_that_returns_no_columns_is_refused(observe, error, message):
    with pytest.raises(error, match=message):
        descend(gradient_descent, objectives.canyon(), START, 2, observe=observe)


def test_a_shape_that_changes_later_is_refused_too():
    def shrinking(objective, w, state=0):
        return (w if state < 2 else w[:1]), state + 1

    with pytest.raises(ValueError, match=r"must return w in its shape, \(2,\), and shrinking returned shape \(1,\) at step 3"):
        descend(shrinking, objectives.canyon(), [0, 0], 5)

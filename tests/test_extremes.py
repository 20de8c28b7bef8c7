"""Numbers at the ends of their range: squares that overflow or vanish, half precision, rounding that spoils a matrix."""

import numpy as np
import pytest

from gdcore import curvature, line_searches, methods, objectives
from gdcore.catalogue import METHODS
from gdcore.descent import descend

SEARCHING = ["steepest_descent", "conjugate_gradient", "bfgs", "lbfgs"]


def steep(factor):
    """factor · ½ ‖w − 1‖², whose slopes are as large or small as the factor."""
    return objectives.Objective("steep", lambda w: factor * ((w - 1) ** 2).sum(axis=-1) / 2, lambda w: factor * (w - 1))


@pytest.mark.parametrize("factor", [1e-150, 1e-30, 1e30, 1e150])
@pytest.mark.parametrize("name", SEARCHING)
def test_searches_do_not_rest_where_squared_slopes_vanish_or_overflow(name, factor):
    path = descend(METHODS[name].function, steep(factor), [3.0, -2.0], 60)
    np.testing.assert_allclose(path.points[-1], 1, atol=1e-6)


@pytest.mark.parametrize("factor", [1e-25, 1e25])
@pytest.mark.parametrize("name", SEARCHING)
def test_nor_in_single_precision(name, factor):
    path = descend(METHODS[name].function, steep(np.float32(factor)), np.array([3.0, -2.0], np.float32), 60)
    np.testing.assert_allclose(path.points[-1], 1, atol=1e-3)


@pytest.mark.parametrize("size", [1e-250, 1e-30, 1.0, 1e30, 1e250])
def test_the_step_is_in_units_of_the_direction_that_was_given(size):
    bowl, start = objectives.bowl(), [0.0, 7 / 9]
    exact, _ = line_searches.exact_line_search(bowl, start, [size, 0.0], first=0.5 / size)
    wolfe, value, g = line_searches.wolfe_line_search(bowl, start, [size, 0.0], first=0.01 / size, curvature=0.1)
    assert exact * size == pytest.approx(1, rel=1e-9)
    assert wolfe * size == pytest.approx(1, abs=0.11)
    assert value == pytest.approx(bowl.value([wolfe * size, 7 / 9])) and abs(g[0]) <= 0.1 * 12


def test_a_step_of_a_tiny_direction_by_backtracking():
    assert line_searches.backtracking(objectives.bowl(), [0.0, 0.0], [1e-250, 0.0], first=1e250) == pytest.approx(1e250)


def test_normalized_gradients_move_where_squares_overflow():
    huge = objectives.Objective("huge", lambda w: np.float32(1e20) * w.sum(axis=-1), lambda w: np.full_like(w, 1e20))
    path = descend(methods.normalized_gradient, huge, np.zeros(2, np.float32), 3, learning_rate=0.5)
    np.testing.assert_allclose(path.points[-1], -1.5)


@pytest.mark.parametrize(
    "name", [name for name, known in METHODS.items() if "epsilon" in (known.scale or "") and not known.needs]
)
def test_an_epsilon_that_rounds_to_0_leaves_no_nan(name):
    flat = objectives.Objective("flat in y", lambda w: w[..., 0], lambda w: np.stack([1 + 0 * w[..., 0], 0 * w[..., 1]], -1))
    path = descend(METHODS[name].function, flat, np.array([1, 1], np.float16), 3)
    assert np.isfinite(path.points).all() and path.points.dtype == np.float16
    assert path.points[-1, 0] < 1


def test_bfgs_begins_anew_where_rounding_has_spoiled_its_matrix():
    valley = objectives.rosenbrock()
    path = descend(curvature.bfgs, valley, np.array([200, 1], np.float32), 400)
    x, y = path.points[-1].astype(float)
    assert abs(y - x**2) < 0.01 * x  # on the floor of the valley
    assert (np.linalg.eigvalsh(path.state.B.astype(float)) > 0).all() and len(np.unique(path.points, axis=0)) > 10
    steep_and_steeper = objectives.quadratic([2e12, 2e16])
    for start in np.random.default_rng(0).standard_normal((20, 2)):
        end = descend(curvature.bfgs, steep_and_steeper, start, 60).points[-1]
        assert np.abs(end).max() < 1e-6


def test_bfgs_goes_on_after_it_has_arrived():
    path = descend(curvature.bfgs, objectives.quadratic(np.geomspace(1, 100, 10)), np.ones(10), 120)
    assert np.isfinite(path.state.B).all() and path.diverged_at is None
    assert (np.linalg.eigvalsh(path.state.B) > 0).all()


def test_a_cliff_is_climbed_down():
    cliff = objectives.Objective(
        "cliff", lambda w: (np.exp(50 * w) - w).sum(axis=-1), lambda w: 50 * np.exp(50 * w) - 1, dimension=1
    )
    for name in ("bfgs", "lbfgs"):
        assert descend(METHODS[name].function, cliff, [2.0], 300).points[-1, 0] == pytest.approx(-np.log(50) / 50, abs=1e-6)


def test_a_very_flat_convex_function_has_an_end():
    flat = objectives.Objective("x²⁰", lambda w: (w**20).sum(axis=-1), lambda w: 20 * w**19)
    path = descend(curvature.conjugate_gradient, flat, [1.0, 1.5], 40)
    assert np.abs(path.points[-1]).max() < 0.05


@pytest.mark.parametrize("name", ["conjugate_gradient", "bfgs", "lbfgs"])
def test_a_function_without_a_minimum_is_named_by_every_search(name):
    falling = objectives.Objective("falling", lambda w: -w.sum(axis=-1), lambda w: -np.ones_like(w))
    settings = {"line_search": "wolfe"} if name == "conjugate_gradient" else {}
    with pytest.raises(ValueError, match="fall without end along a line, and falling does"):
        descend(METHODS[name].function, falling, [0.0], 3, **settings)


def test_repeated_eigenvalues_are_all_found():
    for repeated in ([5.0, 5.0, 5.0], [5.0, 5.0, 4.5]):
        objective = objectives.quadratic([*repeated, *np.linspace(0, 4, 57)])
        for seed in range(8):
            values, vectors = curvature.top_eigenvalues(objective, np.zeros(60), 3, seed=seed)
            np.testing.assert_allclose(values, repeated, rtol=1e-6)
            np.testing.assert_allclose(vectors.T @ vectors, np.eye(3), atol=1e-6)


def test_a_hessian_of_zeros_has_zeros():
    flat = objectives.Objective("flat", lambda w: w.sum(axis=-1), np.ones_like, dimension=20)
    values, vectors = curvature.top_eigenvalues(flat, np.zeros(20), 2)
    assert values.tolist() == [0, 0] and vectors.shape == (20, 2)


def test_a_quadratic_of_many_dimensions_needs_no_matrix():
    many = objectives.quadratic(np.ones(200_000), angle=0.3)
    assert many.gradient(np.ones(200_000)).shape == (200_000,)

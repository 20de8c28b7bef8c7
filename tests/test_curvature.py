"""Second-order methods, line searches, products with the Hessian."""

import dataclasses

import numpy as np
import pytest

from gdcore import curvature, line_searches, objectives
from gdcore.descent import descend

START = np.array([-0.5, 2.3])


def counted(objective):
    """The objective, and the points where its gradient and its value were asked for."""
    gradients, values = [], []
    counting = dataclasses.replace(
        objective,
        gradient=lambda w: gradients.append(np.array(w)) or objective.gradient(w),
        value=lambda w: values.append(np.array(w)) or objective.value(w),
    )
    return counting, gradients, values


def broken_beyond(limit, objective=None):
    """The objective, not finite where the first coordinate is beyond a limit."""
    objective = objectives.canyon() if objective is None else objective
    return dataclasses.replace(
        objective,
        value=lambda w: np.where(w[..., 0] > limit, np.inf, objective.value(w)),
        gradient=lambda w: np.where(w[..., :1] > limit, np.nan, objective.gradient(w)),
    )


# Newton


def test_newton_reaches_the_minimum_of_a_quadratic_in_one_step():
    quadratic = objectives.quadratic([1.0, 1e4, 7.0], angle=0.4)
    assert np.abs(descend(curvature.newton, quadratic, [3.0, -2.0, 5.0], 1).points[-1]).max() < 1e-12


def test_newton_s_right_digits_double():
    path = descend(curvature.newton, objectives.himmelblau(), [2.5, 2.5], 6)
    digits = -np.log10(np.abs(path.points - [3.0, 2.0]).max(axis=-1) + 1e-17)
    assert digits[-1] > 15
    growing = digits[(digits > 1) & (digits < 15)]
    assert len(growing) >= 3
    # the constant of quadratic convergence takes a fixed number of digits, here less than one half
    assert (growing[1:] > 2 * growing[:-1] - 0.5).all()


def test_newton_goes_to_saddles_and_is_thrown_by_a_root():
    """Errata L20: at a saddle Newton's step goes to the saddle; on √(1 + x²) from 1.1 it is at 1.1e10 after five steps."""
    near = descend(curvature.newton, objectives.saddle(), [0.3, 0.2], 8)
    assert np.abs(near.points[-1]).max() < 1e-12
    root = objectives.Objective(
        "root",
        value=lambda w: np.sqrt(1 + w[..., 0] ** 2),
        gradient=lambda w: w / np.sqrt(1 + w**2),
        hessian=lambda w: ((1 + w**2) ** -1.5)[..., np.newaxis],
        dimension=1,
    )
    assert abs(descend(curvature.newton, root, [1.1], 5).points[-1, 0]) == pytest.approx(1.1e10, rel=0.1)
    searched = descend(curvature.newton, root, [1.1], 12, line_search="backtracking")
    assert abs(searched.points[-1, 0]) < 1e-8


def test_damping_shortens_the_step_and_turns_it_downhill():
    wells, w = objectives.two_wells(), np.array([0.4, 0.9])
    g = wells.gradient(w)
    steps = [descend(curvature.newton, wells, w, 1, damping=damping).points[1] - w for damping in (2.0, 10.0, 1e6)]
    lengths = np.linalg.norm(steps, axis=-1)
    assert (np.diff(lengths) < 0).all() and all(g @ step < 0 for step in steps)
    np.testing.assert_allclose(steps[2], -g / 1e6, rtol=1e-5)


def test_newton_with_a_line_search_descends_from_where_newton_climbs():
    himmelblau = objectives.himmelblau()
    path = descend(curvature.newton, himmelblau, [-0.2, -1.0], 20, line_search="backtracking")
    assert (np.diff(path.values) <= 0).all() and path.values[-1] < 1e-20
    plain = descend(curvature.newton, himmelblau, [-0.2, -1.0], 20)
    assert plain.values[-1] > 100


def test_a_singular_hessian_gives_the_shortest_solution():
    """On ½ x², flat along y, Newton goes to x = 0 and leaves y; where the gradient is 0 it rests."""
    path = descend(curvature.newton, objectives.quadratic([1.0, 0.0]), [3.0, 2.0], 2)
    np.testing.assert_allclose(path.points[1:], [[0.0, 2.0], [0.0, 2.0]], atol=1e-15)
    starts = np.array([[3.0, 2.0], [60.0, 60.0]])
    far = descend(curvature.newton, objectives.two_wells(), [60.0, 60.0], 2)
    assert (far.points == 60.0).all() and far.diverged_at is None
    batch = descend(curvature.newton, objectives.two_wells(), starts, 2)
    np.testing.assert_allclose(batch.points[:, 0], descend(curvature.newton, objectives.two_wells(), starts[0], 2).points)


def test_a_run_that_has_diverged_leaves_the_others_alone():
    quadratic = objectives.quadratic([1.0, 0.0])
    hessian = quadratic.hessian
    broken = dataclasses.replace(quadratic, hessian=lambda w: np.where(w[..., :1, np.newaxis] > 5, np.nan, hessian(w)))
    path = descend(curvature.newton, broken, [[3.0, 2.0], [6.0, 2.0]], 2)
    assert path.diverged_at.tolist() == [-1, 1]
    np.testing.assert_allclose(path.points[-1, 0], [0.0, 2.0], atol=1e-15)


def test_newton_takes_batches_and_refuses_them_with_a_line_search():
    starts = np.random.default_rng(0).uniform(-1, 1, (3, 4, 2))
    together = descend(curvature.newton, objectives.rosenbrock(), starts, 5, damping=1.0)
    for index in np.ndindex(3, 4):
        alone = descend(curvature.newton, objectives.rosenbrock(), starts[index], 5, damping=1.0)
        np.testing.assert_allclose(together.points[:, *index], alone.points, rtol=1e-9)
    with pytest.raises(ValueError, match="newton with a line search takes one start"):
        descend(curvature.newton, objectives.rosenbrock(), starts, 1, line_search="backtracking")


def test_the_trust_region_ends_at_minima_alone_whatever_the_first_damping():
    wells = objectives.two_wells()
    starts = np.stack(np.meshgrid(np.linspace(-2, 2, 21), np.linspace(-2, 2, 21)), axis=-1)
    for damping in (0.1, 1.0, 10.0):
        ends = descend(curvature.trust_region, wells, starts, 60, damping=damping, record_every=0).points[-1]
        assert (np.linalg.norm(ends[..., np.newaxis, :] - wells.minima, axis=-1).min(axis=-1) < 1e-6).all()


def test_the_trust_region_leaves_a_saddle_never_rises_and_is_newton_in_the_end():
    path = descend(curvature.trust_region, objectives.saddle(), [1.0, 1e-9], 40)
    assert abs(path.points[-1, 1]) == pytest.approx(1) and (np.diff(path.values) <= 1e-15).all()
    valley = descend(curvature.trust_region, objectives.rosenbrock(), [-1.2, 1.0], 40)
    assert (np.diff(valley.values) <= 0).all()
    errors = np.linalg.norm(valley.points - 1, axis=1)
    assert errors[-1] < 1e-15 and errors[errors > 1e-14][-1] < 1e-3 * errors[errors > 1e-14][-2]


def test_a_trust_region_that_begins_without_damping_finds_one():
    """Far out on the plain the first jump leads nowhere; δ grows from the rounding of H until a step falls."""
    path = descend(curvature.trust_region, objectives.two_wells(), [1.5, 1.5], 100, damping=0.0)
    assert np.abs(path.points[-1] - objectives.two_wells().minima).max(axis=1).min() < 1e-6


@pytest.mark.parametrize("method, missing", [(curvature.newton, "hessian"), (curvature.gauss_newton, "residuals")])
def test_methods_name_what_an_objective_lacks(method, missing):
    bare = objectives.Objective("bare", objectives.canyon().value, objectives.canyon().gradient)
    with pytest.raises(ValueError, match=f"{method.__name__} needs an objective that has {missing}, and bare has none"):
        descend(method, bare, START, 1)


# Gauss and Newton


def gabor():
    rng = np.random.default_rng(3)
    x = rng.uniform(-15, 15, 28)
    u = 0.06 * 16.6 * x
    return objectives.gabor(x, np.sin(u) * np.exp(-(u**2) / 32) + 0.05 * rng.standard_normal(28))


def test_gauss_newton_solves_least_squares_in_one_step():
    rng = np.random.default_rng(0)
    X, t = rng.standard_normal((30, 4)), rng.standard_normal(30)
    path = descend(curvature.gauss_newton, objectives.least_squares(X, t), np.ones(4), 1)
    np.testing.assert_allclose(path.points[-1], np.linalg.lstsq(X, t)[0], rtol=1e-12)


def test_gauss_newton_fits_the_gabor_model_where_newton_does_not_start():
    objective, start = gabor(), np.array([0.9, 15.0])
    path = descend(curvature.gauss_newton, objective, start, 12)
    assert np.abs(objective.gradient(path.points[-1])).max() < 1e-12
    assert np.linalg.eigvalsh(objective.hessian(path.points[-1])).min() > 0
    step = path.points[1] - path.points[0]
    J, r = objective.jacobian(start), objective.residuals(start)
    np.testing.assert_allclose(step, -np.linalg.lstsq(J, r)[0], rtol=1e-10)


def test_gauss_newton_of_linearly_dependent_columns_takes_the_shortest_step():
    dependent = objectives.least_squares([[2.0, 1.0]] * 3, [2.0, 2.0, 2.0])
    path = descend(curvature.gauss_newton, dependent, [0.0, 0.0], 1)
    np.testing.assert_allclose(path.points[-1], [0.8, 0.4])
    batch = descend(curvature.gauss_newton, gabor(), [[0.9, 15.0], [0.2, 17.0]], 3, damping=0.1)
    np.testing.assert_allclose(batch.points[:, 1], descend(curvature.gauss_newton, gabor(), [0.2, 17.0], 3, damping=0.1).points)


# Conjugate gradients


def test_conjugate_gradients_need_w_steps_on_a_quadratic_of_w_dimensions():
    """Bishop and Bishop's W evaluations: 20 steps and 21 gradients, with one product with the Hessian a step."""
    rng = np.random.default_rng(0)
    Q, _ = np.linalg.qr(rng.standard_normal((20, 20)))
    H, b = Q @ np.diag(np.linspace(1, 30, 20)) @ Q.T, rng.standard_normal(20)
    plain = objectives.Objective("quadratic", lambda w: ((w @ H) * w).sum(-1) / 2 - w @ b, lambda w: w @ H - b)
    for objective, most in ((dataclasses.replace(plain, hessian_vector=lambda w, v: H @ v), 21), (plain, 41)):
        objective, gradients, _ = counted(objective)
        w, state = np.zeros(20), None
        for _ in range(20):
            w, state = curvature.conjugate_gradient(objective, w, state)
        np.testing.assert_allclose(w, np.linalg.solve(H, b), atol=1e-10)
        assert len(gradients) <= most


def test_directions_are_conjugate():
    H = objectives.quadratic([1.0, 4.0, 9.0, 16.0], angle=0.3).hessian(np.zeros(4))
    w, state, directions = np.ones(4), None, []
    objective = objectives.quadratic([1.0, 4.0, 9.0, 16.0], angle=0.3)
    for _ in range(4):
        before = w
        w, state = curvature.conjugate_gradient(objective, w, state)
        directions.append((w - before) / np.linalg.norm(w - before))
    products = np.array(directions) @ H @ np.array(directions).T
    assert np.abs(products - np.diag(np.diag(products))).max() < 1e-9


# Quasi-Newton


@pytest.mark.parametrize("method", [curvature.bfgs, curvature.lbfgs])
@pytest.mark.parametrize("name", ["rosenbrock", "beale", "himmelblau"])
def test_quasi_newton_methods_descend_to_a_minimum_and_rest_there(method, name):
    objective = getattr(objectives, name)()
    start = {"rosenbrock": [-1.2, 1.0], "beale": [1.0, 1.0], "himmelblau": [0.0, 0.0]}[name]
    path = descend(method, objective, start, 70)
    assert (np.diff(path.values) <= 1e-12).all()
    assert np.linalg.norm(objective.minima - path.points[-1], axis=-1).min() < 1e-7
    assert path.values[-1] < 1e-14


def test_bfgs_learns_the_inverse_hessian_of_a_quadratic():
    objective = objectives.quadratic([1.0, 5.0, 25.0, 3.0], angle=0.7)
    path = descend(curvature.bfgs, objective, [1.0, -2.0, 3.0, 0.5], 14)
    _, g, B = path.state
    assert np.abs(g).max() < 1e-8
    np.testing.assert_allclose(B @ objective.hessian(np.zeros(4)), np.eye(4), atol=0.02)


def test_bfgs_updates_have_rank_two_and_stay_positive_definite():
    """Errata L21: rank two, not one; positive definite since sᵀy > 0."""
    objective = objectives.quadratic([1.0, 5.0, 25.0, 3.0], angle=0.7)
    w, state, before = np.array([1.0, -2.0, 3.0, 0.5]), None, np.eye(4)
    for _ in range(5):
        w, state = curvature.bfgs(objective, w, state)
        B = state[2]
        values = np.abs(np.linalg.eigvalsh(B - before))
        assert int((values > 1e-10 * values.max()).sum()) == 2
        assert np.linalg.eigvalsh(B).min() > 0
        before = B


def test_bfgs_satisfies_the_secant_equation():
    objective, w = objectives.himmelblau(), np.array([0.3, 0.2])
    first, state = curvature.bfgs(objective, w)
    s, y = first - w, objective.gradient(first) - objective.gradient(w)
    np.testing.assert_allclose(state[2] @ y, s, rtol=1e-12)


def test_the_bfgs_update_is_the_product_of_its_definition_and_symmetric_to_the_bit():
    objective, rng = objectives.quadratic(np.geomspace(1, 100, 12)), np.random.default_rng(0)
    w, state = rng.normal(size=12), None
    for _ in range(10):
        before, old = w, np.eye(12) if state is None else state[2]
        w, state = curvature.bfgs(objective, w, state)
        s, y = w - before, objective.gradient(w) - objective.gradient(before)
        left = np.eye(12) - np.outer(s, y) / (s @ y)
        np.testing.assert_allclose(state[2], left @ old @ left.T + np.outer(s, s) / (s @ y), rtol=1e-10, atol=1e-13)
        assert (state[2] == state[2].T).all()


def two_loops(g, pairs):
    """The recursion as it is printed."""
    q, alphas = g, []
    for s, y in reversed(pairs):
        alphas.append(s @ q / (s @ y))
        q = q - alphas[-1] * y
    s, y = pairs[-1]
    r = (s @ y) / (y @ y) * q
    for s, y in pairs:
        r = r + s * (alphas.pop() - y @ r / (s @ y))
    return r


@pytest.mark.parametrize("memory", [1, 2, 5])
def test_lbfgs_goes_along_the_two_loop_recursion_of_its_last_pairs(memory):
    """Which is the product with the matrix that BFGS builds from the same pairs, begun at the newest one's scale."""
    objective = objectives.quadratic(np.geomspace(1, 50, 6), angle=0.4)
    w, state, pairs = np.ones(6), None, []
    for _ in range(8):
        before, g = w, objective.gradient(w)
        w, state = curvature.lbfgs(objective, w, state, memory=memory)
        if pairs:
            direction = -two_loops(g, pairs[-memory:])
            B = np.eye(6) * (pairs[-1][0] @ pairs[-1][1]) / (pairs[-1][1] @ pairs[-1][1])
            for s, y in pairs[-memory:]:
                left = np.eye(6) - np.outer(s, y) / (s @ y)
                B = left @ B @ left.T + np.outer(s, s) / (s @ y)
            np.testing.assert_allclose(direction, -B @ g, rtol=1e-10, atol=1e-13)
            a = (w - before) @ direction / (direction @ direction)
            np.testing.assert_allclose(w - before, a * direction, rtol=1e-9, atol=1e-14)
        pairs.append((w - before, objective.gradient(w) - g))
        (S, Y), R, _ = state[2]
        assert len(S) == len(Y) == min(memory, len(pairs))
        np.testing.assert_allclose(R, np.triu(S @ Y.T), atol=1e-14)


@pytest.mark.parametrize("memory", [1, 3, 20])
def test_lbfgs_keeps_so_many_pairs(memory):
    path = descend(curvature.lbfgs, objectives.quadratic(np.geomspace(1, 100, 30)), np.ones(30), 15, memory=memory)
    assert path.state[2][0].shape == (2, min(memory, 15), 30)
    assert path.values[-1] < path.values[0]


@pytest.mark.parametrize("memory, error", [(0, ValueError), (-1, ValueError), (2.5, TypeError)])
def test_no_memory_is_refused(memory, error):
    with pytest.raises(error, match="memory must be a whole number ≥ 1, got"):
        descend(curvature.lbfgs, objectives.canyon(), START, 1, memory=memory)


ONE_START = [curvature.conjugate_gradient, curvature.bfgs, curvature.lbfgs]


@pytest.mark.parametrize("method", ONE_START)
def test_methods_of_one_start_refuse_batches_of_starts_and_of_data(method):
    with pytest.raises(
        ValueError, match=rf"{method.__name__} takes one start of shape \(d,\), not a batch, got w of shape \(1, 2\)"
    ):
        descend(method, objectives.canyon(), [START], 1)
    batches = dataclasses.replace(objectives.canyon(), full=objectives.canyon())
    with pytest.raises(ValueError, match=f"{method.__name__} compares gradients of two steps, so it needs one function"):
        descend(method, batches, START, 1)


@pytest.mark.parametrize("method", ONE_START)
def test_methods_of_one_start_go_on_bit_for_bit(method):
    whole = descend(method, objectives.rosenbrock(), [-1.2, 1.0], 25)
    first = descend(method, objectives.rosenbrock(), [-1.2, 1.0], 9)
    second = descend(method, objectives.rosenbrock(), first.points[-1], 16, state=first.state, first_step=10)
    assert np.array_equal(whole.points[9:], second.points)


@pytest.mark.parametrize("method", ONE_START)
def test_methods_of_one_start_rest_at_a_minimum(method):
    path = descend(method, objectives.canyon(), [1.0, 0.375], 3)
    assert (path.points == [1.0, 0.375]).all()


@pytest.mark.parametrize("method", ONE_START)
def test_methods_of_one_start_keep_single_precision(method):
    path = descend(method, objectives.rosenbrock(), np.array([-1.2, 1.0], np.float32), 60)
    assert path.points.dtype == np.float32
    np.testing.assert_allclose(path.points[-1], [1.0, 1.0], atol=2e-3)


# Line searches


def test_an_exact_search_finds_the_minimum_of_a_quadratic_at_the_second_trial():
    for first in (1e-3, 0.02, 1.0, 300.0):
        canyon, gradients, _ = counted(objectives.canyon())
        g = objectives.canyon().gradient(START)
        a, at_minimum = line_searches.exact_line_search(canyon, START, -g, gradient=g, first=first)
        assert a == pytest.approx(g @ g / (g @ np.diag([12.0, 80.0]) @ g), rel=1e-12)
        assert abs(at_minimum @ g) < 1e-9 * (g @ g) and len(gradients) <= (2 if first > 0.01 else 4)


def test_an_exact_search_finds_a_kink():
    absolute = objectives.Objective("|w − π|", lambda w: np.abs(w - np.pi).sum(-1), lambda w: np.sign(w - np.pi))
    a, _ = line_searches.exact_line_search(absolute, np.array([0.0]), np.array([1.0]))
    assert a == pytest.approx(np.pi, rel=1e-15)


def test_an_exact_search_rests_at_a_kink():
    """As in coordinate descent on a lasso: |w| + 0.3 w at 0 has the subgradient 0.3 and no way down."""
    lasso = objectives.Objective("lasso", lambda w: (np.abs(w) + 0.3 * w).sum(-1), lambda w: np.sign(w) + 0.3)
    for start in (0.0, 1e-200):
        w = np.array([start])
        a, _ = line_searches.exact_line_search(lasso, w, -lasso.gradient(w), first=1.0)
        assert abs((w - a * lasso.gradient(w))[0]) <= 1e-19 and lasso.value(w - a * lasso.gradient(w)) <= lasso.value(w)
    assert line_searches.exact_line_search(lasso, np.zeros(1), np.array([-0.3]))[0] == 0
    descending = line_searches.exact_line_search(lasso, np.array([2.0]), np.array([-1.3]))[0]
    assert descending == pytest.approx(2 / 1.3, rel=1e-14)


def test_an_exact_search_does_not_climb_over_a_hill_to_something_higher():
    wells, start = objectives.two_wells(), np.array([-0.5, 0.5])
    p = -wells.gradient(start)
    for first in (0.1, 1.0, 3.0, 20.0, 1e3):
        a, _ = line_searches.exact_line_search(wells, start, p, first=first)
        assert wells.value(start + a * p) <= wells.value(start)
        assert abs(wells.gradient(start + a * p) @ p) <= 1e-8 * (p @ p)


def test_a_function_that_falls_without_end_is_named():
    falling = objectives.Objective("plane", lambda w: -w.sum(-1), lambda w: -np.ones_like(w))
    with pytest.raises(ValueError, match="objective must not fall without end along a line, and plane does from w ="):
        line_searches.exact_line_search(falling, np.zeros(2), np.ones(2))
    with pytest.raises(ValueError, match="quadratic does"):
        descend(curvature.conjugate_gradient, objectives.quadratic([1.0, -1.0]), [0.0, 1.0], 1)


def test_backtracking_takes_the_first_power_of_a_half_that_is_enough():
    canyon, _, values = counted(objectives.canyon())
    g = canyon.gradient(START)
    a = line_searches.backtracking(canyon, START, -g, gradient=g)
    enough = [
        START_value <= canyon.value(START) - 1e-4 * 0.5**k * (g @ g)
        for k in range(8)
        if (START_value := canyon.value(START - 0.5**k * g)) is not None
    ]
    assert a == 0.5 ** enough.index(True)
    assert len(values) > 2


def test_wolfe_s_conditions_hold():
    rng = np.random.default_rng(4)
    for name in ("two_wells", "rosenbrock", "beale", "himmelblau"):
        objective = getattr(objectives, name)()
        for w in rng.uniform(*objective.box.T, (25, 2)):
            g = objective.gradient(w)
            p = -g if rng.random() < 0.5 else -np.diag([1.0, 0.1]) @ g
            first = 10 ** rng.uniform(-4, 2)
            for curvature_limit in (0.1, 0.9):
                a, value, gradient = line_searches.wolfe_line_search(objective, w, p, first=first, curvature=curvature_limit)
                assert a > 0 and value == objective.value(w + a * p) and np.array_equal(gradient, objective.gradient(w + a * p))
                assert value <= objective.value(w) + 1e-4 * a * (g @ p) + 1e-12
                assert abs(gradient @ p) <= curvature_limit * abs(g @ p)


@pytest.mark.parametrize("limit", [-0.4, 0.0, 0.99])
def test_no_search_ends_where_the_function_is_not_finite(limit):
    """Beyond the limit the value is infinite and the gradient not a number: such trials are too long."""
    objective = broken_beyond(limit)
    g = objective.gradient(START)
    p = -g
    with np.errstate(all="raise"):
        wolfe, value, gradient = line_searches.wolfe_line_search(objective, START, p, first=1.0)
        back = line_searches.backtracking(objective, START, p)
    for a in (wolfe, back):
        assert a > 0 and (START + a * p)[0] <= limit and objective.value(START + a * p) < objective.value(START)
    assert np.isfinite(value) and np.isfinite(gradient).all()
    for method, settings in [
        (curvature.bfgs, {}),
        (curvature.lbfgs, {}),
        (curvature.conjugate_gradient, {"line_search": "wolfe"}),
    ]:
        path = descend(method, objective, START, 15, **settings)
        assert path.diverged_at is None and (path.points[:, 0] <= limit).all() and path.values[-1] < path.values[0]


def test_an_exact_search_ends_within_the_finite_part():
    objective = broken_beyond(1.5)
    p = np.array([1.0, 0.0])
    a, _ = line_searches.exact_line_search(objective, START, p, first=50.0)
    assert a == pytest.approx(1.5, rel=1e-9)


@pytest.mark.parametrize("uphill", [np.array([1.0, 0.0]), np.zeros(2), np.array([np.nan, 0.0])])
def test_a_direction_that_does_not_descend_gives_no_step(uphill):
    canyon, start = objectives.canyon(), np.array([2.0, 0.375])
    assert line_searches.backtracking(canyon, start, uphill) == 0
    assert line_searches.exact_line_search(canyon, start, uphill)[0] == 0
    assert line_searches.wolfe_line_search(canyon, start, uphill)[:2] == (0.0, canyon.value(start))


def test_a_gradient_that_is_wrong_finds_no_decrease_and_rests():
    """A line search that finds no decrease is not an error: the step is 0 and the point stays."""
    wrong = dataclasses.replace(objectives.canyon(), gradient=lambda w: -objectives.canyon().gradient(w))
    for method, settings in [
        (curvature.bfgs, {}),
        (curvature.lbfgs, {}),
        (curvature.conjugate_gradient, {"line_search": "wolfe"}),
        (curvature.conjugate_gradient, {}),
        (curvature.newton, {"line_search": "backtracking"}),
    ]:
        path = descend(method, wrong, START, 2, **settings)
        assert np.abs(path.points - START).max() < 1e-9


# The Hessian's products and eigenvalues


def test_hessian_vector_products_from_gradients():
    rng = np.random.default_rng(0)
    for name in ("two_wells", "rosenbrock", "beale"):
        objective = getattr(objectives, name)()
        w, v = rng.uniform(-1, 1, (2, 3, 5, 2))
        expected = (objective.hessian(w) @ v[..., np.newaxis])[..., 0]
        assert np.array_equal(curvature.hessian_vector_product(objective, w, v), expected)
        bare = dataclasses.replace(objective, hessian=None)
        from_gradients = curvature.hessian_vector_product(bare, w, v)
        np.testing.assert_allclose(from_gradients, expected, atol=1e-7 * np.abs(expected).max())
        np.testing.assert_allclose(curvature.hessian_vector_product(objective, w, v, step=1e-4), expected, rtol=1e-4, atol=1e-4)
    assert np.array_equal(curvature.hessian_vector_product(bare, w, np.zeros_like(v)), np.zeros_like(v))
    turned = objectives.quadratic([1.0, 2.0], 0.3)
    assert np.array_equal(curvature.hessian_vector_product(turned, w, v), turned.hessian_vector(w, v))


@pytest.mark.parametrize("step", [0.0, -1.0, np.nan])
def test_a_product_needs_a_step(step):
    with pytest.raises(ValueError, match="step must be a number > 0, finite"):
        curvature.hessian_vector_product(objectives.canyon(), START, START, step=step)


@pytest.mark.parametrize("d", [1, 2, 8, 30])
@pytest.mark.parametrize("exact", [True, False])
def test_top_eigenvalues_are_the_largest_first(d, exact):
    spectrum = np.linspace(-3, 10, d) if d > 1 else np.array([4.0])
    objective = objectives.quadratic(spectrum, 0.0 if d == 1 else 0.5)
    objective = objective if exact else dataclasses.replace(objective, hessian=None, hessian_vector=None)
    count = min(3, d)
    values, vectors = curvature.top_eigenvalues(objective, np.ones(d), count)
    np.testing.assert_allclose(values, np.sort(spectrum)[::-1][:count], rtol=1e-5)
    assert vectors.shape == (d, count)
    H = objectives.quadratic(spectrum, 0.0 if d == 1 else 0.5).hessian(np.ones(d))
    np.testing.assert_allclose(H @ vectors, vectors * values, atol=2e-3)
    again, _ = curvature.top_eigenvalues(objective, np.ones(d), 1, start=vectors[:, 0])
    assert again[0] == pytest.approx(spectrum.max(), rel=1e-5)


@pytest.mark.parametrize("count, error", [(0, ValueError), (3, ValueError), (1.5, TypeError)])
def test_a_count_of_eigenvalues_must_fit(count, error):
    with pytest.raises(error, match="count must be a whole number"):
        curvature.top_eigenvalues(objectives.canyon(), START, count)
    with pytest.raises(ValueError, match="top_eigenvalues takes one start"):
        curvature.top_eigenvalues(objectives.canyon(), START[np.newaxis])


@pytest.mark.parametrize("name", curvature.__all__)
def test_every_function_says_its_source(name):
    assert "Source:" in getattr(curvature, name).__doc__ or "Armijo" in getattr(curvature, name).__doc__

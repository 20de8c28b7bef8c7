"""First-order methods: first steps by hand, what theory says of them, and their defined results at the edges."""

import dataclasses

import numpy as np
import pytest

from gdcore import curvature, hyperparameters, methods, objectives
from gdcore.catalogue import METHODS
from gdcore.descent import descend
from gdcore.minibatches import Minibatches

START = np.array([-0.5, 2.3])


def slope(gradient):
    """A function that has the same gradient everywhere."""
    g = np.asarray(gradient, float)
    return objectives.Objective("slope", lambda w: (w * g).sum(axis=-1), lambda w: np.broadcast_to(g, w.shape), dimension=g.size)


# First steps, by hand, on the parabola L(w) = ½ w² from w = 2 and w = 1: the gradient is w.

HALF = objectives.quadratic([1.0])


def two_steps(method, **hyperparameters):
    return descend(method, HALF, [2.0], 2, **hyperparameters).points[1:, 0]


def test_normalized_gradient_moves_by_the_rate():
    np.testing.assert_allclose(two_steps(methods.normalized_gradient, learning_rate=0.3), [1.7, 1.4])
    np.testing.assert_allclose(
        two_steps(methods.normalized_gradient, learning_rate=0.3, epsilon=2.0), [1.85, 1.85 - 0.3 * 1.85 / 3.85]
    )


def test_adagrad_divides_by_the_root_of_the_sum():
    first = 2 - 0.5
    np.testing.assert_allclose(
        two_steps(methods.adagrad, learning_rate=0.5, epsilon=0.0), [first, first - 0.5 * first / np.sqrt(4 + first**2)]
    )
    np.testing.assert_allclose(two_steps(methods.adagrad, learning_rate=0.5, epsilon=1.0)[0], 2 - 0.5 * 2 / 3)
    np.testing.assert_allclose(two_steps(methods.adagrad, learning_rate=0.5, epsilon=5.0, inside_root=True)[0], 2 - 0.5 * 2 / 3)


def test_rmsprop_divides_by_the_root_of_the_average():
    r1 = 0.1 * 4
    w1 = 2 - 0.1 * 2 / np.sqrt(r1)
    r2 = 0.9 * r1 + 0.1 * w1**2
    w2 = w1 - 0.1 * w1 / np.sqrt(r2)
    np.testing.assert_allclose(two_steps(methods.rmsprop, learning_rate=0.1, decay=0.9, epsilon=0.0), [w1, w2])


def test_rmsprop_with_nesterov_momentum_is_the_source_s_equation():
    """Kneusel, equation 11.8, line by line."""
    x, v, m, gamma, mu, eta = 2.0, 0.0, 0.0, 0.9, 0.5, 0.1
    expected = []
    for _ in range(3):
        g = x + mu * v
        m = gamma * m + (1 - gamma) * g**2
        v = mu * v - eta / np.sqrt(m) * g
        x = x + v
        expected.append(x)
    path = descend(methods.rmsprop, HALF, [2.0], 3, learning_rate=eta, decay=gamma, epsilon=0.0, momentum=mu, nesterov=True)
    np.testing.assert_allclose(path.points[1:, 0], expected, rtol=1e-14)


def test_centered_rmsprop_divides_by_the_spread():
    # r − m² = 0.1·4 − 0.04·4·... with decay 0.9: 0.1 g² − 0.01 g² = 0.09 g², root 0.3 |g|
    np.testing.assert_allclose(
        two_steps(methods.rmsprop, learning_rate=0.1, decay=0.9, epsilon=0.0, centered=True)[0], 2 - 0.1 / 0.3
    )


def test_adadelta_starts_with_a_step_of_about_the_root_of_epsilon():
    step = np.sqrt(1e-4) / np.sqrt(0.1 * 4 + 1e-4) * 2
    np.testing.assert_allclose(two_steps(methods.adadelta, decay=0.9, epsilon=1e-4)[0], 2 - step)


def test_adadelta_without_epsilon_never_starts():
    """Errata K10: without ε the source's Adadelta stays at 0.75; with 10⁻⁶ it reaches 0.9715 after 100 steps."""
    without = descend(methods.adadelta, objectives.parabola(), [0.75], 100, epsilon=0.0)
    assert (without.points == 0.75).all() and without.diverged_at is None
    assert descend(methods.adadelta, objectives.parabola(), [0.75], 100, epsilon=1e-6).points[-1, 0] == pytest.approx(
        0.9715, abs=5e-5
    )


def test_adam_s_first_step_is_the_rate():
    w1, w2 = two_steps(methods.adam, learning_rate=0.1, beta1=0.9, beta2=0.99, epsilon=0.0)
    assert w1 == pytest.approx(1.9, rel=1e-14)
    s_hat = (0.9 * 0.2 + 0.1 * 1.9) / (1 - 0.81)
    r_hat = (0.99 * 0.04 + 0.01 * 1.9**2) / (1 - 0.9801)
    assert w2 == pytest.approx(1.9 - 0.1 * s_hat / np.sqrt(r_hat), rel=1e-12)


def test_adam_without_correction_steps_too_far_at_first():
    """The first step is (1 − β₁)/√(1 − β₂) = 3.162 rates, and the steps peak at 6.57 (errata B12)."""
    path = descend(methods.adam, slope([1.0]), [0.0], 100, learning_rate=1.0, bias_correction=False, epsilon=0.0)
    steps = -np.diff(path.points[:, 0])
    assert steps[0] == pytest.approx(0.1 / np.sqrt(0.001), rel=1e-12)
    assert steps.max() == pytest.approx(6.5685, abs=5e-5) and steps.argmax() + 1 == 12


def test_adam_and_adamw_shrink_differently():
    """The penalty inside Adam is divided by √r̂ as all else, decoupled decay is not."""
    inside = two_steps(methods.adam, learning_rate=0.1, epsilon=0.0, weight_decay=0.5)[0]
    outside = two_steps(methods.adamw, learning_rate=0.1, epsilon=0.0, weight_decay=0.5)[0]
    np.testing.assert_allclose([inside, outside], [1.9, 2 - 0.1 * (1 + 0.5 * 2)])


def test_adam_s_weight_decay_is_an_l2_penalty_of_half_its_strength():
    with_l2 = objectives.with_penalty(objectives.canyon(), objectives.l2(0.15))
    inside = descend(methods.adam, objectives.canyon(), START, 50, learning_rate=0.1, weight_decay=0.3)
    np.testing.assert_allclose(descend(methods.adam, with_l2, START, 50, learning_rate=0.1).points, inside.points, rtol=1e-12)


def test_amsgrad_never_forgets_a_large_gradient():
    """On the online example of Reddi, Kale and Kumar, Adam goes to the worst point of [-1, 1], AMSGrad does not (errata P8)."""
    rises, falls = slope([3.0]), slope([-1.0])
    online = dataclasses.replace(slope([1 / 3]), batch=lambda t: rises if t % 3 == 1 else falls, full=slope([1 / 3]))
    run = dict(learning_rate=0.01, beta1=0.0, epsilon=0.0)
    assert descend(methods.adam, online, [0.0], 900, beta2=0.1, **run).points[-1, 0] > 1
    assert descend(methods.amsgrad, online, [0.0], 900, beta2=0.1, **run).points[-1, 0] < -0.5


def test_muon_moves_a_matrix_by_its_singular_vectors():
    rng = np.random.default_rng(0)
    G = rng.standard_normal((6, 4))
    U, _, V = np.linalg.svd(G, full_matrices=False)
    flat = dataclasses.replace(slope(G.ravel()), shapes=((6, 4),))
    w, _ = methods.muon(flat, np.zeros(24), learning_rate=1.0, newton_schulz_steps=5)
    values = np.linalg.svd(w.reshape(6, 4), compute_uv=False) / np.sqrt(6 / 4)
    assert (np.abs(values - 1) < 0.4).all() and np.abs(values - 1).max() > 0.02
    aligned = -U.T @ w.reshape(6, 4) @ V.T
    assert np.abs(aligned - np.diag(np.diag(aligned))).max() < 1e-12


@pytest.mark.parametrize("rounds", [-1, 1_001, 10**400])
def test_rounds_that_no_step_waits_for_are_refused(rounds):
    with pytest.raises(ValueError, match="steps must be a whole number from 0 to 1000"):
        methods.newton_schulz(np.eye(2), steps=rounds)
    with pytest.raises(ValueError, match="newton_schulz_steps must be a whole number from 0 to 1000"):
        methods.muon(dataclasses.replace(slope(np.ones(4)), shapes=((2, 2),)), np.zeros(4), newton_schulz_steps=rounds)


def test_newton_schulz_with_the_classical_coefficients_converges_to_the_polar_factor():
    G = np.random.default_rng(1).standard_normal((3, 5, 4))
    U, _, V = np.linalg.svd(G, full_matrices=False)
    np.testing.assert_allclose(methods.newton_schulz(G, steps=40, coefficients=(1.5, -0.5, 0.0)), U @ V, atol=1e-12)
    assert np.array_equal(methods.newton_schulz(np.zeros((3, 4))), np.zeros((3, 4)))
    assert np.array_equal(methods.newton_schulz(np.zeros((3, 4)), epsilon=0.0), np.zeros((3, 4)))


def test_muon_takes_vectors_and_kernels_from_the_shapes():
    rng = np.random.default_rng(2)
    g = rng.standard_normal(6 + 3 + 24)
    shapes = ((2, 3), (3,), (2, 3, 2, 2))
    w, _ = methods.muon(dataclasses.replace(slope(g), shapes=shapes), np.zeros(33), learning_rate=1.0, newton_schulz_steps=30)
    matrix, vector, kernel = -w[:6].reshape(2, 3), -w[6:9], -w[9:].reshape(2, 12)
    direction = g[6:9] / np.linalg.norm(g[6:9])
    np.testing.assert_allclose(vector, direction * (vector @ direction), atol=1e-12)
    for part, gradient in ((matrix, g[:6].reshape(2, 3)), (kernel, g[9:].reshape(2, 12))):
        U, _, V = np.linalg.svd(gradient, full_matrices=False)
        aligned = U.T @ part @ V.T
        assert np.abs(aligned - np.diag(np.diag(aligned))).max() < 1e-10 and (np.diag(aligned) > 0.5).all()


@pytest.mark.parametrize(
    "shapes, message", [(None, "muon needs an objective that has shapes"), (((2, 2),), "hold 4 numbers, but w has 2")]
)
def test_muon_refuses_shapes_that_are_none_or_do_not_fill_w(shapes, message):
    with pytest.raises(ValueError, match=message):
        descend(methods.muon, dataclasses.replace(objectives.canyon(), shapes=shapes), START, 1)


def test_schedule_free_returns_the_average_of_all_z():
    run = dict(learning_rate=0.1, observe=lambda t, w, state: {"z": state.z + 0 * w})
    seen = descend(methods.schedule_free, objectives.two_wells(), START, 40, **run)
    z = np.array([START, *seen.records["z"][1:]])
    np.testing.assert_allclose(seen.points[1:], np.cumsum(z[1:], axis=0) / np.arange(1, 41)[:, np.newaxis], rtol=1e-12)
    y = 0.1 * z[:-1] + 0.9 * seen.points[:-1]
    np.testing.assert_allclose(z[1:], z[:-1] - 0.1 * objectives.two_wells().gradient(y), rtol=1e-12)


def test_schedule_free_without_momentum_averages_gradient_descent():
    found = descend(methods.schedule_free, objectives.canyon(), START, 50, momentum=0.0)
    plain = descend(methods.gradient_descent, objectives.canyon(), START, 50)
    means = np.cumsum(plain.points[1:], axis=0) / np.arange(1, 51)[:, np.newaxis]
    np.testing.assert_allclose(found.points[1:], means, rtol=1e-12)


def test_schedule_free_weighs_by_the_squares_of_the_rates():
    rates = [0.0, 0.0, 0.001, 0.002, 0.003]
    run = dict(learning_rate=lambda t: rates[t - 1], momentum=0.0)
    x = descend(methods.schedule_free, objectives.canyon(), START, 5, **run).points
    z = descend(methods.gradient_descent, objectives.canyon(), START, 5, learning_rate=run["learning_rate"]).points
    assert np.array_equal(x[:3], [START] * 3)
    np.testing.assert_allclose(x[5], (z[3] + 4 * z[4] + 9 * z[5]) / 14, rtol=1e-13)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99])
def test_schedule_free_keeps_the_bound_of_averages_on_a_convex_function_with_a_kink(momentum):
    """L(x) − L* ≤ (D² / t + η² G²) / 2η, and half of η G² / t for the gradient at the start, which is not averaged."""
    kink = objectives.Objective("‖w‖₁", lambda w: np.abs(w).sum(axis=-1), np.sign)
    t, rate, start = np.arange(1, 401), 0.07, np.array([3.0, -1.0])
    path = descend(methods.schedule_free, kink, start, 400, learning_rate=rate, momentum=momentum)
    bound = (start @ start / t + rate**2 * 2) / (2 * rate) + rate * 2 / (2 * t)
    assert (path.values[1:] <= bound).all()


# Zero gradients with no epsilon


@pytest.mark.parametrize(
    "method",
    [
        known.function
        for known in METHODS.values()
        if known.scale in ("epsilon", "squared epsilon", "nothing") and known.family != "searches" and not known.needs
    ],
)
@pytest.mark.parametrize("epsilon", [0.0, 0, np.zeros(2)])
def test_a_coordinate_with_gradient_zero_rests_even_without_epsilon(method, epsilon):
    if METHODS[method.__name__].family == "preconditioned" and np.ndim(epsilon):
        epsilon = 0.0  # theirs is one number
    extra = {"weight_decay": 0.0} if method is methods.adamw else {}
    extra |= {"epsilon": epsilon} if "epsilon" in hyperparameters.signature_of(method).defaults else {}
    path = descend(method, slope([0.0, 1.0]), [0.25, 0.5], 5, learning_rate=0.1, **extra)
    assert (path.points[:, 0] == 0.25).all() and path.diverged_at is None
    assert (np.diff(path.points[method is methods.soap :, 1]) < 0).all()  # SOAP's first step looks
    w, _ = method(slope([0.0, 0.0]), np.array([0.25, 0.5]), **extra)
    assert np.array_equal(w, [0.25, 0.5])


@pytest.mark.parametrize("hyperparameters", [dict(inside_root=True), dict(centered=True, decay=0.5)])
def test_variants_of_rmsprop_rest_too(hyperparameters):
    path = descend(methods.rmsprop, slope([0.0, 1.0]), [0.25, 0.5], 60, epsilon=0.0, **hyperparameters)
    assert (path.points[:, 0] == 0.25).all() and path.diverged_at is None


# Searches


def test_random_search_keeps_the_best_of_its_candidates():
    path = descend(methods.random_search, objectives.canyon(), START, 50, radius=2.0, seed=3)
    assert (np.diff(path.values) <= 0).all()
    candidates = np.array([2.0 * np.random.default_rng((3, t)).standard_normal(2) for t in range(1, 51)])
    everything = np.vstack([START, candidates])
    assert np.array_equal(path.points[-1], everything[objectives.canyon().value(everything).argmin()])


def test_local_random_search_walks():
    path = descend(methods.random_search, objectives.canyon(), [50.0, 50.0], 400, radius=1.0, local=True)
    assert path.values[-1] < 0 and (np.diff(path.values) <= 0).all()
    moved = np.linalg.norm(np.diff(path.points, axis=0), axis=-1)
    assert 0 < moved.max() < 5


def test_random_search_goes_on_from_where_it_stopped_and_takes_a_batch():
    whole = descend(methods.random_search, objectives.canyon(), np.tile(START, (3, 1)), 20, seed=1)
    first = descend(methods.random_search, objectives.canyon(), np.tile(START, (3, 1)), 8, seed=1)
    second = descend(methods.random_search, objectives.canyon(), first.points[-1], 12, state=first.state, first_step=9, seed=1)
    assert np.array_equal(whole.points[8:], second.points)
    assert len(np.unique(whole.points[-1], axis=0)) == 3


def test_random_search_never_moves_to_what_is_not_a_number():
    broken = dataclasses.replace(objectives.canyon(), value=lambda w: np.where(w[..., 0] > 0, np.nan, w[..., 0]))
    path = descend(methods.random_search, broken, START, 30)
    assert (path.points[:, 0] <= 0).all()


def test_coordinate_descent_moves_one_coordinate_at_a_time():
    path = descend(methods.coordinate_descent, objectives.canyon(), START, 6, learning_rate=0.01)
    moved = np.diff(path.points, axis=0) != 0
    assert np.array_equal(moved, [[True, False], [False, True]] * 3)
    assert path.points[1, 0] == pytest.approx(-0.5 + 0.01 * 18)
    batch = descend(methods.coordinate_descent, objectives.canyon(), np.tile(START, (4, 1)), 6, learning_rate=0.01)
    assert np.array_equal(batch.points[:, 2], path.points)


def test_exact_coordinate_descent_needs_one_sweep_where_the_axes_are_the_eigenvectors():
    """Errata L1: one sweep on ½(10 x² + y²), 36 sweeps to 10⁻⁶ with the valley turned by 45°."""
    path = descend(methods.coordinate_descent, objectives.quadratic([10.0, 1.0]), [1.0, 1.0], 2, exact=True)
    assert np.abs(path.points[-1]).max() < 1e-15
    turned = descend(methods.coordinate_descent, objectives.quadratic([10.0, 1.0], np.pi / 4), [1.0, 1.0], 100, exact=True)
    assert np.array_equal(np.diff(turned.points, axis=0)[::2, 1], np.zeros(50))
    lengths = np.linalg.norm(turned.points[::2], axis=-1)
    assert int((lengths > 1e-6).sum()) == 36


def test_exact_coordinate_descent_is_stuck_on_a_ridge():
    """Errata L2: |x − y| + 0.1 |x + y| at (1, 1), where no axis descends, and the minimum is 0."""
    ridge = objectives.Objective(
        "ridge",
        value=lambda w: np.abs(w[..., 0] - w[..., 1]) + 0.1 * np.abs(w[..., 0] + w[..., 1]),
        gradient=lambda w: np.sign(w[0] - w[1]) * np.array([1.0, -1.0]) + 0.1 * np.sign(w[0] + w[1]) * np.ones(2),
    )
    path = descend(methods.coordinate_descent, ridge, [1.0, 1.0], 10, exact=True)
    assert path.values[-1] == pytest.approx(0.2)


def test_steepest_descent_with_an_exact_search_turns_at_right_angles():
    path = descend(methods.steepest_descent, objectives.canyon(), START, 12)
    gradients = objectives.canyon().gradient(path.points)
    cosines = (gradients[1:] * gradients[:-1]).sum(-1) / np.prod(np.linalg.norm([gradients[1:], gradients[:-1]], axis=-1), axis=0)
    assert np.abs(cosines).max() < 1e-9
    eta = gradients[0] @ gradients[0] / (gradients[0] @ np.diag([12.0, 80.0]) @ gradients[0])
    np.testing.assert_allclose(path.points[1], START - eta * gradients[0], rtol=1e-12)


@pytest.mark.parametrize("line_search", ["exact", "backtracking"])
@pytest.mark.parametrize("name", ["canyon", "two_wells", "rosenbrock", "himmelblau"])
def test_steepest_descent_never_rises(line_search, name):
    objective = getattr(objectives, name)()
    start = np.array([-0.9, 0.7])
    path = descend(methods.steepest_descent, objective, start, 60, line_search=line_search)
    assert (np.diff(path.values) <= 1e-12).all() and path.values[-1] < path.values[0]
    assert (path.state >= 0) and path.diverged_at is None


@pytest.mark.parametrize("line_search", ["exact", "backtracking"])
def test_steepest_descent_rests_at_a_minimum(line_search):
    path = descend(methods.steepest_descent, objectives.canyon(), [1.0, 0.375], 3, line_search=line_search)
    assert (path.points == [1.0, 0.375]).all() and path.state == 0


def test_searches_of_one_start_refuse_a_batch_by_name():
    starts = np.tile(START, (3, 1))
    with pytest.raises(
        ValueError, match=r"steepest_descent takes one start of shape \(d,\), not a batch, got w of shape \(3, 2\)"
    ):
        descend(methods.steepest_descent, objectives.canyon(), starts, 1)
    with pytest.raises(ValueError, match="exact coordinate_descent takes one start"):
        descend(methods.coordinate_descent, objectives.canyon(), starts, 1, exact=True)


# Composite objectives


def lasso(strength):
    rng = np.random.default_rng(5)
    X = rng.standard_normal((40, 6))
    t = X @ np.array([3.0, 0.0, 0.0, -2.0, 0.0, 0.5]) + 0.1 * rng.standard_normal(40)
    return objectives.with_penalty(objectives.least_squares(X, t), objectives.l1(strength))


def test_proximal_gradient_finds_zeros_and_subgradients_do_not():
    """Errata L16. The optimality conditions of the lasso hold at the end: |∇L| ≤ λ where w = 0, ∇L = −λ sign(w) elsewhere."""
    objective = lasso(0.5)
    end = descend(methods.proximal_gradient, objective, np.ones(6), 500, learning_rate=0.1).points[-1]
    gradient, zero = objective.smooth.gradient(end), end == 0
    assert zero.tolist() == [False, True, True, False, True, False]
    assert (np.abs(gradient[zero]) <= 0.5).all()
    np.testing.assert_allclose(gradient[~zero], -0.5 * np.sign(end[~zero]), atol=1e-12)
    subgradients = descend(methods.gradient_descent, objective, np.ones(6), 500, learning_rate=0.1)
    assert (subgradients.points != 0).all()


def test_exact_coordinate_descent_solves_the_lasso_too():
    """Where the part that is not smooth is a sum over coordinates, no ridge holds it up."""
    prox = descend(methods.proximal_gradient, lasso(0.5), np.ones(6), 500, learning_rate=0.1).points[-1]
    path = descend(methods.coordinate_descent, lasso(0.5), np.ones(6), 6 * 40, exact=True)
    np.testing.assert_allclose(path.points[-1], prox, atol=1e-9)
    assert (np.diff(path.values) <= 1e-14).all()


def test_proximal_gradient_needs_a_penalty():
    with pytest.raises(
        ValueError, match="proximal_gradient needs an objective that has smooth, and canyon has none; with_penalty"
    ):
        descend(methods.proximal_gradient, objectives.canyon(), START, 1)


def batches(size):
    """Least squares on 24 data, each step seeing `size` of them at random, and the whole."""
    rng = np.random.default_rng(6)
    X, t = rng.standard_normal((24, 3)), rng.standard_normal(24)
    whole = objectives.least_squares(X, t)

    def batch(step):
        rows = np.random.default_rng(step).choice(24, size, replace=False)
        return dataclasses.replace(objectives.least_squares(X[rows], t[rows]), full=whole)

    return dataclasses.replace(whole, batch=batch, full=whole), np.linalg.lstsq(X, t)[0]


def test_svrg_converges_at_a_constant_rate_where_sgd_does_not():
    objective, minimum = batches(4)
    run = dict(start=np.zeros(3), steps=3000, learning_rate=0.05)
    assert np.abs(descend(methods.svrg, objective, period=24, **run).points[-1] - minimum).max() < 1e-12
    sgd = descend(methods.gradient_descent, objective, **run)
    assert np.abs(sgd.points[-500:] - minimum).max() > 0.05


def test_svrg_takes_its_snapshot_every_period_from_the_whole():
    objective, _ = batches(4)
    whole, calls = objective.whole, []
    counting = dataclasses.replace(whole, gradient=lambda w: calls.append(w) or whole.gradient(w))
    counted = dataclasses.replace(objective, batch=lambda t: dataclasses.replace(objective.at(t), full=counting), full=counting)
    path = descend(methods.svrg, counted, np.zeros(3), 10, learning_rate=0.05, period=4)
    assert np.array_equal(calls, path.points[[0, 4, 8]])
    g = objective.at(1).gradient(np.zeros(3))
    np.testing.assert_allclose(path.points[1], -0.05 * (g - g + whole.gradient(np.zeros(3))), rtol=1e-13)


def test_svrg_on_the_whole_is_gradient_descent():
    path = descend(methods.svrg, objectives.canyon(), START, 30, learning_rate=0.01, period=7)
    np.testing.assert_allclose(path.points, descend(methods.gradient_descent, objectives.canyon(), START, 30).points, atol=1e-13)


# All of them

FIRST_ORDER = [name for name, known in METHODS.items() if known.function.__module__.startswith("gdcore.methods")]

SETTINGS = {
    "muon": dict(),
    "proximal_gradient": dict(),
    "steepest_descent": dict(),
    "coordinate_descent": dict(exact=True),
}


def suited(name):
    if name == "muon":
        return dataclasses.replace(objectives.canyon(), shapes=((2,),))
    if name == "proximal_gradient":
        return objectives.with_penalty(objectives.canyon(), objectives.elastic_net(0.3, 0.1))
    return objectives.canyon()


def flat(state):
    return np.hstack([np.zeros(0), *map(flat, state)]) if isinstance(state, tuple) else np.ravel(state)


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_every_method_goes_on_bit_for_bit_and_leaves_its_arguments_alone(name):
    method, objective, run = METHODS[name].function, suited(name), SETTINGS.get(name, {})
    whole = descend(method, objective, START, 30, **run)
    first = descend(method, objective, START, 11, **run)
    kept = flat(first.state).copy()
    second = descend(method, objective, first.points[-1], 19, state=first.state, first_step=12, **run)
    assert np.array_equal(second.points, whole.points[11:])
    assert np.array_equal(flat(second.state), flat(whole.state)) and np.array_equal(flat(first.state), kept)


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_every_method_keeps_single_precision(name):
    path = descend(getattr(methods, name), suited(name), START.astype(np.float32), 5, **SETTINGS.get(name, {}))
    assert path.points.dtype == np.float32
    double = descend(getattr(methods, name), suited(name), START, 5, **SETTINGS.get(name, {}))
    np.testing.assert_allclose(path.points, double.points, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_every_method_says_its_equation_and_its_source(name):
    text = getattr(methods, name).__doc__
    assert ("Source:" in text and "(..., d)" in text) or "(d,)" in text
    assert "←" in text or name == "random_search"


EACH_RUN = [name for name in FIRST_ORDER if not METHODS[name].one_start and name != "random_search"]


@pytest.mark.parametrize("name", EACH_RUN)
def test_every_number_may_be_one_for_each_run(name):
    """Of every hyperparameter whose kind says so; random search draws for each run anew, and so is not compared."""
    method, objective = METHODS[name].function, suited(name)
    for key, kind in hyperparameters.signature_of(method).kinds.items():
        limits = next((note for note in getattr(kind, "__metadata__", ()) if isinstance(note, hyperparameters.Range)), None)
        if limits is None or not limits.array:
            continue
        values = [0.0, 0.5, 0.9] if limits.below == 1 else [0.01, 0.02, 0.005]
        together = descend(method, objective, np.tile(START, (3, 1)), 12, **{key: np.array(values)[:, np.newaxis]})
        for i, value in enumerate(values):
            alone = descend(method, objective, START, 12, **{key: value})
            np.testing.assert_allclose(together.points[:, i], alone.points, rtol=1e-12, err_msg=key)


@pytest.mark.parametrize(
    "method, name",
    [
        (methods.steepest_descent, "learning_rate"),
        (curvature.newton, "damping"),
        (methods.muon, "epsilon"),
        (methods.soap, "beta2"),
    ],
)
def test_some_numbers_may_not(method, name):
    with pytest.raises(TypeError, match=f"{name} must be a number ≥ 0(, finite| and < 1), got"):
        descend(method, suited("muon"), START, 1, **{name: np.array([0.1, 0.2])})


def test_svrg_and_penalties_on_minibatches():
    rng = np.random.default_rng(8)
    X, t = rng.standard_normal((24, 3)), rng.standard_normal(24)
    batches = Minibatches(objectives.least_squares, X, t, batch_size=4, seed=1)
    end = descend(methods.svrg, batches, np.zeros(3), 2000, learning_rate=0.05, period=12, record_every=0).points[-1]
    np.testing.assert_allclose(end, np.linalg.lstsq(X, t)[0], atol=1e-12)
    ridge = objectives.with_penalty(batches, objectives.l2(0.1))
    end = descend(methods.svrg, ridge, np.zeros(3), 2000, learning_rate=0.05, period=12, record_every=0).points[-1]
    np.testing.assert_allclose(end, np.linalg.solve(X.T @ X / 24 + 0.1 * np.eye(3), X.T @ t / 24), atol=1e-12)
    assert ridge.whole.name == "least squares with L2"

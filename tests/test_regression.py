"""Objectives on data: least squares, polynomials, logistic regression, the Gabor model."""

import numpy as np
import pytest

from gdcore import differences, objectives
from gdcore.descent import descend
from gdcore.methods import gradient_descent

RNG = np.random.default_rng(7)
X, T = RNG.standard_normal((20, 3)), RNG.standard_normal(20)
CLASSES = (T > 0).astype(int)
FACTORIES = {
    "least_squares": lambda reduction: objectives.least_squares(X, T, reduction),
    "polynomial_regression": lambda reduction: objectives.polynomial_regression(X[:, 0], T, 4, reduction),
    "logistic_regression": lambda reduction: objectives.logistic_regression(X, CLASSES, reduction),
    "gabor": lambda reduction: objectives.gabor(8 * X[:, 0], T, reduction),
}


@pytest.fixture(params=[(name, reduction) for name in FACTORIES for reduction in ("mean", "sum")], ids="-".join)
def objective(request):
    name, reduction = request.param
    return FACTORIES[name](reduction)


def points(objective, shape):
    low, high = (-2, 2) if objective.box is None else objective.box.T
    return np.random.default_rng(0).uniform(low, high, (*shape, objective.dimension))


def test_derivatives_are_right(objective):
    w = points(objective, (30,))
    check = differences.check_gradient(objective, w, tolerance=1e-7)
    assert check, str(check)
    hessian = objective.hessian(w)
    assert np.abs(hessian - differences.numerical_hessian(objective.gradient, w)).max() < 1e-7 * max(1, np.abs(hessian).max())
    if objective.hessian_vector is not None:
        v = np.ones_like(w)
        np.testing.assert_allclose(objective.hessian_vector(w, v), (hessian @ v[..., np.newaxis])[..., 0], rtol=1e-10, atol=1e-11)
    if objective.residuals is not None:
        r, J = objective.residuals(w), objective.jacobian(w)
        np.testing.assert_allclose((r**2).sum(-1), objective.value(w), rtol=1e-13)
        np.testing.assert_allclose(2 * (r[..., np.newaxis, :] @ J)[..., 0, :], objective.gradient(w), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_leading_axes_and_precision(objective, dtype):
    w = points(objective, (2, 3)).astype(dtype)
    d = objective.dimension
    shapes = {"value": (2, 3), "gradient": (2, 3, d), "hessian": (2, 3, d, d), "residuals": (2, 3, 20), "jacobian": (2, 3, 20, d)}
    for name, shape in shapes.items():
        function = getattr(objective, name)
        if function is not None:
            together, alone = function(w), function(w[1, 2])
            assert together.shape == shape and together.dtype == dtype
            np.testing.assert_allclose(together[1, 2], alone, rtol=1e-3 if dtype == np.float32 else 1e-11, atol=1e-4)


@pytest.mark.parametrize("name", FACTORIES)
def test_the_sum_is_n_times_the_mean(name):
    mean, total = FACTORIES[name]("mean"), FACTORIES[name]("sum")
    w = points(mean, (5,))
    for part in ("value", "gradient", "hessian"):
        np.testing.assert_allclose(getattr(total, part)(w), 20 * getattr(mean, part)(w), rtol=1e-12)


@pytest.mark.parametrize("name", FACTORIES)
def test_batches_of_rows_average_to_the_whole(name):
    data = {
        "least_squares": (X, T),
        "polynomial_regression": (X[:, 0], T),
        "logistic_regression": (X, CLASSES),
        "gabor": (8 * X[:, 0], T),
    }
    inputs, t = data[name]
    extra = (4,) if name == "polynomial_regression" else ()
    factory = getattr(objectives, name)
    w = points(FACTORIES[name]("mean"), ())
    halves = [factory(inputs[rows], t[rows], *extra).gradient(w) for rows in (slice(0, 10), slice(10, 20))]
    np.testing.assert_allclose(np.mean(halves, axis=0), FACTORIES[name]("mean").gradient(w), rtol=1e-12)


@pytest.mark.parametrize("name", ["least_squares", "logistic_regression", "gabor"])
def test_models_side_by_side_may_each_see_data_of_their_own(name):
    rows = np.array([[0, 3, 5], [7, 1, 2], [4, 4, 9], [11, 13, 17]])
    inputs = 8 * X[:, 0] if name == "gabor" else X
    t = CLASSES if name == "logistic_regression" else T
    factory = getattr(objectives, name)
    together = factory(inputs[rows], t[rows])
    w = points(together, (4,))
    for i, own in enumerate(rows):
        alone = factory(inputs[own], t[own])
        for part in ("value", "gradient", "hessian"):
            np.testing.assert_allclose(getattr(together, part)(w)[i], getattr(alone, part)(w[i]), rtol=1e-12, atol=1e-14)


def test_least_squares_by_hand():
    """Prince's equations 6.5 to 6.7 for two data: the loss is a sum, residuals 0 + 1·1 − 2 and 0 + 1·3 − 1."""
    line = objectives.polynomial_regression([1.0, 3.0], [2.0, 1.0], 1, "sum")
    w = np.array([0.0, 1.0])
    assert line.value(w) == 1 + 4
    np.testing.assert_allclose(line.gradient(w), [2 * (-1) + 2 * 2, 2 * 1 * (-1) + 2 * 3 * 2])


def test_linear_regression_need_not_have_one_minimum():
    """Errata P7: with x = (2, 2, 2) the parameters (2, 0), (0, 1) and (−2, 2) have the same, least loss."""
    line = objectives.polynomial_regression([2.0, 2.0, 2.0], [1.0, 2.0, 3.0], 1, "sum")
    assert line.value(np.array([[2.0, 0.0], [0.0, 1.0], [-2.0, 2.0]])).tolist() == [2.0, 2.0, 2.0]
    assert np.linalg.det(line.hessian(np.zeros(2))) == pytest.approx(0, abs=1e-9)


def test_descent_finds_the_least_squares_solution():
    objective = objectives.least_squares(X, T)
    rate = 1 / np.linalg.eigvalsh(objective.hessian(np.zeros(3))).max()
    end = descend(gradient_descent, objective, np.zeros(3), 500, learning_rate=rate).points[-1]
    np.testing.assert_allclose(end, np.linalg.lstsq(X, T)[0], rtol=1e-10)


@pytest.mark.parametrize("margin", [40.0, 800.0, 1e5])
def test_logistic_losses_keep_their_digits_however_large_the_margin(margin):
    """For a margin m the loss is ln(1 + e⁻ᵐ) ≈ e⁻ᵐ and its slope −σ(−m); for −m they are m and −1."""
    for t, sign in [(1, 1.0), (0, -1.0)]:
        loss = objectives.logistic_regression([[1.0]], [t])
        right, wrong = np.array([sign * margin]), np.array([-sign * margin])
        np.testing.assert_allclose(loss.value(right), np.exp(-margin), rtol=1e-14)
        np.testing.assert_allclose(loss.gradient(right), [-sign * np.exp(-margin)], rtol=1e-13)
        np.testing.assert_allclose(loss.value(wrong), margin, rtol=1e-15)
        np.testing.assert_allclose(loss.gradient(wrong), [-sign], rtol=1e-15)
        np.testing.assert_allclose(loss.hessian(right), [[np.exp(-margin)]], rtol=1e-13)


def test_gabor_is_prince_s_model():
    w, x = np.array([1.0, 10.0]), 3.0
    u = 1.0 + 0.06 * 10 * 3
    assert objectives.gabor([x], [0.25], "sum").value(w) == pytest.approx(
        (np.sin(u) * np.exp(-(u**2) / 32) - 0.25) ** 2, rel=1e-14
    )


def test_polynomial_features_are_powers():
    assert objectives.polynomial_features([2.0, -1.0], 3).tolist() == [[1, 2, 4, 8], [1, -1, 1, -1]]
    assert objectives.polynomial_features([2.0], 0).tolist() == [[1]]
    for degree in (-1, 1.5, True, "3"):
        with pytest.raises((ValueError, TypeError), match="degree must be a whole number ≥ 0, got"):
            objectives.polynomial_features([2.0], degree)


@pytest.mark.parametrize(
    "inputs, t, error, message",
    [
        ([[1.0, 2.0]], [1.0, 2.0], ValueError, r"X must have shape \(N, d\) and t \(N,\), got \(1, 2\) and \(2,\)"),
        ([1.0, 2.0], [1.0, 2.0], ValueError, r"X must have shape"),
        ([[1.0], [np.nan]], [1.0, 2.0], ValueError, "X must be finite"),
        ([[1.0], [2.0]], [1.0, np.inf], ValueError, "t must be finite"),
        ([["a"], ["b"]], [1.0, 2.0], TypeError, "X must be numbers"),
        (np.zeros((0, 2)), np.zeros(0), ValueError, "X must not be empty"),
    ],
)
@pytest.mark.parametrize("name", ["least_squares", "logistic_regression"])
def test_bad_data_are_refused(name, inputs, t, error, message):
    with pytest.raises(error, match=message):
        getattr(objectives, name)(inputs, t)


def test_other_refusals():
    with pytest.raises(ValueError, match="reduction must be one of 'mean', 'sum', got 'average'"):
        objectives.gabor([1.0], [1.0], "average")
    with pytest.raises(ValueError, match="t must hold classes 0 and 1, got"):
        objectives.logistic_regression([[1.0], [2.0]], [-1, 1])
    with pytest.raises(ValueError, match=r"x must have shape \(N,\) and t \(N,\), got \(2,\) and \(3,\)"):
        objectives.gabor([1.0, 2.0], [1.0, 2.0, 3.0])

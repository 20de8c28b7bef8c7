"""The test functions: derivatives against finite differences, minima to the last digit, any number of leading axes."""

import dataclasses

import numpy as np
import pytest
import scipy.optimize

from gdcore import differences, objectives

FACTORIES = {
    "parabola": objectives.parabola,
    "bowl": objectives.bowl,
    "canyon": objectives.canyon,
    "two_wells": objectives.two_wells,
    "quadratic": lambda: objectives.quadratic([1.0, 10.0, 4.0]),
    "turned_quadratic": lambda: objectives.quadratic([1.0, 10.0, 4.0], angle=0.5),
    "quadratic_elsewhere": lambda: objectives.quadratic([1.0, 10.0], angle=0.5, centre=[1.0, -0.5]),
    "indefinite_quadratic": lambda: objectives.quadratic([1.0, -2.0], angle=-1.2),
    "saddle": objectives.saddle,
    "rosenbrock": objectives.rosenbrock,
    "beale": objectives.beale,
    "himmelblau": objectives.himmelblau,
}


@pytest.fixture(params=FACTORIES)
def objective(request):
    return FACTORIES[request.param]()


def points_in_the_box(objective, shape, seed=0):
    low, high = objective.box.T
    return np.random.default_rng(seed).uniform(low, high, (*shape, objective.dimension))


def test_the_gradient_is_that_of_the_value(objective):
    check = differences.check_gradient(objective, points_in_the_box(objective, (50,)), tolerance=1e-8)
    assert check, str(check)


def test_the_hessian_is_that_of_the_gradient(objective):
    w = points_in_the_box(objective, (50,))
    hessian = objective.hessian(w)
    numerical = differences.numerical_hessian(objective.gradient, w)
    assert np.abs(hessian - numerical).max() < 1e-8 * max(1, np.abs(hessian).max())
    assert np.array_equal(hessian, np.swapaxes(hessian, -1, -2))


def test_leading_axes_are_points_side_by_side(objective):
    w = points_in_the_box(objective, (2, 3, 4))
    d = objective.dimension
    value, gradient, hessian = objective.value(w), objective.gradient(w), objective.hessian(w)
    assert value.shape == (2, 3, 4) and gradient.shape == (2, 3, 4, d) and hessian.shape == (2, 3, 4, d, d)
    for index in np.ndindex(2, 3, 4):
        one = w[index]
        assert (
            np.shape(objective.value(one)) == ()
            and objective.gradient(one).shape == (d,)
            and objective.hessian(one).shape == (d, d)
        )
        np.testing.assert_allclose(objective.value(one), value[index], rtol=1e-13, atol=1e-13)
        np.testing.assert_allclose(objective.gradient(one), gradient[index], rtol=1e-13, atol=1e-13)
        np.testing.assert_allclose(objective.hessian(one), hessian[index], rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept_and_arguments_are_not_changed(objective, dtype):
    w = points_in_the_box(objective, (5,)).astype(dtype)
    before = w.copy()
    for callable_ in (objective.value, objective.gradient, objective.hessian):
        assert callable_(w).dtype == dtype
        assert callable_(w[0]).dtype == dtype
    assert np.array_equal(w, before)


WITH_MINIMA = [name for name in FACTORIES if name != "indefinite_quadratic"]


@pytest.mark.parametrize("name", WITH_MINIMA)
def test_minima_are_right_to_the_last_digit(name):
    """A Newton step from each minimum, taken in extended precision, is less than half a unit of the last digit of its double."""
    objective = FACTORIES[name]()
    extended = np.finfo(np.longdouble).eps < np.finfo(float).eps
    for minimum in objective.minima:
        hessian, gradient = objective.hessian(minimum), objective.gradient(minimum.astype(np.longdouble))
        assert np.linalg.eigvalsh(hessian).min() > 0
        newton_step = np.linalg.solve(hessian, gradient.astype(float))
        assert (np.abs(newton_step) <= (0.51 if extended else 4) * np.spacing(np.abs(minimum))).all()
    values = objective.value(objective.minima)
    assert values[0] <= values.min() + 1e-24


@pytest.mark.parametrize("name", WITH_MINIMA)
def test_minima_are_all_of_those_in_the_box(name):
    """Wherever BFGS starts: if it ends in the box, it ends at one of the minima, and each of them is found."""
    objective = FACTORIES[name]()
    low, high = objective.box.T
    found = set()
    for start in points_in_the_box(objective, (40,), seed=1):
        result = scipy.optimize.minimize(objective.value, start, jac=objective.gradient, method="BFGS", options={"gtol": 1e-9})
        at_rest = np.abs(objective.gradient(result.x)).max() < 1e-6 and (low < result.x).all() and (result.x < high).all()
        if at_rest and np.linalg.eigvalsh(objective.hessian(result.x)).min() > 1e-6:
            distances = np.linalg.norm(objective.minima - result.x, axis=-1)
            assert distances.min() < 1e-5, f"{objective.name} has another minimum at {result.x}"
            found.add(int(distances.argmin()))
    assert found == set(range(len(objective.minima)))


def test_values_worked_out_by_hand():
    assert objectives.parabola().value(np.array([1.0])) == -3
    assert objectives.bowl().value(np.array([1.0, 1.0])) == 6 + 9 - 12 - 14 + 3
    assert objectives.canyon().value(np.array([2.0, 1.0])) == 24 + 40 - 24 - 30 + 3
    assert objectives.two_wells().value(np.array([-1.0, 1.0])) == pytest.approx(-2 - np.exp(-4), rel=1e-15)
    assert objectives.saddle().value(np.array([0.0, 1.0])) == -0.25
    assert objectives.rosenbrock().value(np.array([-1.2, 1.0])) == pytest.approx(24.2)
    assert objectives.beale().value(np.array([0.0, 0.0])) == 1.5**2 + 2.25**2 + 2.625**2
    assert objectives.himmelblau().value(np.array([0.0, 0.0])) == 170


def test_the_source_places_the_two_wells_wrongly():
    """At (-1, 1) and (1, -1) the gradient is not 0; the minima lie nearer to each other and deeper (errata K2)."""
    wells = objectives.two_wells()
    np.testing.assert_allclose(
        np.abs(wells.gradient(np.array([[-1.0, 1.0], [1.0, -1.0]]))), [[0.0366] * 2, [0.0733] * 2], atol=5e-5
    )
    np.testing.assert_allclose(wells.value(wells.minima), [-2.0190335939268036, -1.0441763239640927], rtol=1e-15)
    saddle = np.array([0.36407403855173476, -0.36407403855173476])
    assert np.abs(wells.gradient(saddle)).max() < 1e-15
    assert np.prod(np.linalg.eigvalsh(wells.hessian(saddle))) < 0


def test_quadratic_has_the_eigenvalues_and_the_eigenvectors_asked_for():
    angle = 0.3
    turned = objectives.quadratic([2.0, 7.0, 5.0], angle)
    hessian = turned.hessian(np.zeros(3))
    np.testing.assert_allclose(np.linalg.eigvalsh(hessian), [2, 5, 7])
    first = np.array([np.cos(angle), np.sin(angle), 0])
    np.testing.assert_allclose(hessian @ first, 2 * first, rtol=1e-14)
    np.testing.assert_allclose(turned.hessian_vector(np.ones(3), first), 2 * first, rtol=1e-14)
    assert objectives.quadratic([1.0, 0.0]).minima is None


@pytest.mark.parametrize("eigenvalues", [[], 3.0, [1.0, np.inf], [[1.0, 2.0]]])
def test_quadratic_refuses_what_is_not_a_list_of_eigenvalues(eigenvalues):
    with pytest.raises(ValueError, match=r"eigenvalues must (be finite|not be empty|have shape)"):
        objectives.quadratic(eigenvalues)


def test_quadratic_refuses_an_angle_in_one_dimension():
    with pytest.raises(ValueError, match=r"angle must be 0 in one dimension, got 0.1"):
        objectives.quadratic([1.0], angle=0.1)
    with pytest.raises(ValueError, match="angle must be"):
        objectives.quadratic([1.0, 2.0], angle=np.nan)


def test_quadratic_lies_about_its_centre():
    moved, plain = objectives.quadratic([1, 4], 0.4, centre=[2, -1]), objectives.quadratic([1, 4], 0.4)
    w = np.array([[0.3, 0.2], [2, -1]])
    np.testing.assert_array_equal(moved.value(w), plain.value(w - [2, -1]))
    np.testing.assert_array_equal(moved.gradient(w), plain.gradient(w - [2, -1]))
    assert moved.minima.tolist() == [[2, -1]] and moved.box.tolist() == [[0, 4], [-3, 1]]
    with pytest.raises(ValueError, match=r"centre must have as many numbers as eigenvalues, 2, got \[1\]"):
        objectives.quadratic([1, 4], centre=[1])


def test_an_objective_is_its_own_whole_and_its_own_batch():
    canyon = objectives.canyon()
    assert canyon.at(7) is canyon and canyon.whole is canyon


def test_an_objective_on_batches_names_the_batch_and_the_whole():
    whole = objectives.parabola()
    batches = dataclasses.replace(whole, batch=lambda t: dataclasses.replace(whole, name=f"batch {t}", full=whole), full=whole)
    assert batches.at(3).name == "batch 3" and batches.at(3).whole is whole and batches.whole is whole

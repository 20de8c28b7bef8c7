"""Numerical derivatives and the gradient check."""

import dataclasses

import numpy as np
import pytest

from gdcore import curvature, differences, objectives


def test_centred_differences_are_exact_for_quadratics_up_to_rounding():
    canyon = objectives.canyon()
    w = np.array([[-0.5, 2.3], [2.3, 2.3]])
    np.testing.assert_allclose(differences.numerical_gradient(canyon.value, w, step=0.5), canyon.gradient(w), rtol=1e-14)


def test_the_error_falls_with_the_square_of_the_step_and_rises_again_with_rounding():
    def error(h):
        return abs(differences.numerical_gradient(lambda w: np.exp(w[..., 0]), np.array([0.0]), step=h)[0] - 1)

    assert error(1e-2) / error(1e-3) == pytest.approx(100, rel=0.01)
    assert error(1e-2) == pytest.approx(1e-4 / 6, rel=0.01)
    assert error(1e-12) > 1e3 * error(6e-6)


def test_the_default_step_suits_the_precision_and_the_size_of_w():
    def cubic(w):
        return (w**3).sum(axis=-1)

    for dtype, tolerance in [(np.float32, 1e-3), (np.float64, 1e-9)]:
        w = np.array([[1.0], [-2e3], [1e6]], dtype)
        gradient = differences.numerical_gradient(cubic, w)
        assert gradient.dtype == dtype
        np.testing.assert_allclose(gradient, 3 * w**2, rtol=tolerance)


def test_numerical_hessian_is_symmetric_and_broadcasts():
    w = np.random.default_rng(0).uniform(-1, 1, (4, 5, 2))
    wells = objectives.two_wells()
    hessian = differences.numerical_hessian(wells.gradient, w)
    assert hessian.shape == (4, 5, 2, 2)
    assert np.array_equal(hessian, np.swapaxes(hessian, -1, -2))
    np.testing.assert_allclose(hessian, wells.hessian(w), atol=1e-9)


def test_lists_of_whole_numbers_are_points_too():
    np.testing.assert_allclose(differences.numerical_gradient(objectives.canyon().value, [2, 1]), [12, 50], rtol=1e-9)


def test_a_wrong_gradient_is_found_and_its_place_named():
    canyon = objectives.canyon()

    def wrong(w):
        return canyon.gradient(w) + np.array([0.0, 0.5])

    check = differences.check_gradient(dataclasses.replace(canyon, gradient=wrong), np.array([[0.0, 0.0], [3.0, 0.375]]))
    assert not check and not check.passed
    assert check.coordinate in {(0, 1), (1, 1)}
    assert check.analytic - check.numerical == pytest.approx(0.5, abs=1e-6)
    slope = max(abs(check.analytic), abs(check.numerical))
    assert check.error == pytest.approx(0.5 / slope, rel=1e-5)
    assert "DIFFERS" in str(check) and "against" in str(check)


def test_a_right_gradient_passes_and_says_so():
    check = differences.check_gradient(objectives.rosenbrock(), np.array([-1.2, 1.0]))
    assert check and check.error < check.tolerance
    assert "agrees" in str(check)


def test_a_gradient_that_is_not_finite_fails():
    broken = objectives.Objective("broken", lambda w: w.sum(axis=-1), lambda w: np.full_like(w, np.nan), dimension=2)
    check = differences.check_gradient(broken, np.zeros(2))
    assert not check and check.verdict == "differs" and check.error == np.inf


def test_the_wrong_shape_is_refused():
    flat = objectives.Objective("flat", lambda w: w.sum(axis=-1), lambda w: np.ones(1))
    with pytest.raises(ValueError, match=r"gradient of flat must have the shape of w, \(2,\), got \(1,\)"):
        differences.check_gradient(flat, np.zeros(2))


@pytest.mark.parametrize("step", [0, -1e-5, np.nan, np.inf, "small"])
def test_a_step_that_is_no_step_is_refused(step):
    with pytest.raises((ValueError, TypeError), match="step must be a number > 0, finite, got"):
        differences.numerical_gradient(objectives.canyon().value, np.zeros(2), step=step)


def test_points_that_are_none_are_refused():
    with pytest.raises(ValueError, match="w must not be empty"):
        differences.numerical_gradient(objectives.canyon().value, [])
    with pytest.raises(ValueError, match="w must be finite"):
        differences.check_gradient(objectives.canyon(), [0.0, np.nan])
    with pytest.raises(ValueError, match="w must have 2 numbers"):
        differences.check_gradient(objectives.canyon(), [0.0, 1.0, 2.0])


def plain(value, gradient):
    return objectives.Objective("mine", value, gradient, dimension=1)


def check_at(value, gradient, w, **options):
    return differences.check_gradient(plain(value, gradient), [w], **options)


def test_a_tiny_gradient_of_the_wrong_sign_is_found():
    check = check_at(lambda w: 1e-7 * (w**2).sum(axis=-1), lambda w: -2e-7 * w, 1.0)
    assert check.verdict == "differs" and check.error == pytest.approx(2, rel=1e-3)
    assert check_at(lambda w: 1e-7 * (w**2).sum(axis=-1), lambda w: 2e-7 * w, 1.0)


def test_one_wrong_coordinate_does_not_hide_beside_a_large_one():
    both = objectives.Objective("two", lambda w: 1e6 * w[..., 0] ** 2 + w[..., 1] ** 2, lambda w: w * np.array([2e6, 2.001]))
    check = differences.check_gradient(both, [1.0, 1.0])
    assert check.verdict == "differs" and check.coordinate == (1,)


def test_at_a_kink_a_slope_between_the_two_agrees_and_another_is_undecided_with_a_word_why():
    def value(w):
        return np.abs(w).sum(axis=-1)

    assert check_at(value, np.sign, 0.0)
    check = check_at(value, lambda w: np.full_like(w, 3.0), 0.0)
    assert check.verdict == "undecided" and "kink" in str(check) and "-1 and 1" in str(check)
    assert check_at(value, lambda w: np.full_like(w, 3.0), 1.0).verdict == "differs"


def test_beside_a_large_constant_the_differences_cannot_tell_and_say_so():
    check = check_at(lambda w: (w**2).sum(axis=-1) + 1e12, lambda w: 2 * w, 1.0)
    assert check.verdict == "undecided" and "1e+12" in str(check) and not check
    assert check_at(lambda w: (w**2).sum(axis=-1) + 1e12, lambda w: 2 * w, 1.0, step=1e3)
    assert check_at(lambda w: (w**2).sum(axis=-1), lambda w: 2 * w, 0.0)


def test_single_precision_is_no_alarm():
    assert differences.check_gradient(objectives.rosenbrock(), np.array([-1.2, 1.0], np.float32))


def test_a_gradient_that_reuses_its_array():
    buffer = np.empty(2)

    def gradient(w):
        np.multiply([2.0, 8.0], w, out=buffer)
        return buffer

    reusing = objectives.Objective("reusing", lambda w: w[..., 0] ** 2 + 4 * w[..., 1] ** 2, gradient)
    assert differences.check_gradient(reusing, [1.0, 2.0])
    np.testing.assert_allclose(differences.numerical_hessian(gradient, [1.0, 2.0]), np.diag([2.0, 8.0]), atol=1e-8)
    np.testing.assert_allclose(curvature.hessian_vector_product(reusing, [1.0, 2.0], [1.0, 1.0]), [2.0, 8.0], rtol=1e-8)


def test_a_function_of_one_point_is_refused_for_many():
    with pytest.raises(ValueError, match=r"value must give shape \(3,\) for points of shape \(3, 2\), got \(2,\)"):
        differences.numerical_gradient(lambda w: w[0] ** 2 + 3 * w[1] ** 2, np.ones((3, 2)))

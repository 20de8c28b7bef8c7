"""Penalties and objectives that carry one."""

import dataclasses

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from gdcore import differences, objectives
from gdcore.descent import descend
from gdcore.methods import gradient_descent, momentum

PENALTIES = {
    "l1": objectives.l1(0.7),
    "l2": objectives.l2(0.4),
    "elastic_net": objectives.elastic_net(0.7, 0.4),
    "l1_of_some": objectives.l1([0.7, 0.0]),
    "l2_of_some": objectives.l2([0.0, 0.4]),
    "none": objectives.elastic_net(0.0, 0.0),
}


@pytest.fixture(params=PENALTIES)
def penalty(request):
    return PENALTIES[request.param]


def test_values_and_gradients_by_hand():
    w = np.array([[3.0, -4.0], [0.0, 1.0]])
    assert objectives.l1(2.0).value(w).tolist() == [14, 2]
    assert objectives.l2(2.0).value(w).tolist() == [50, 2]
    assert objectives.elastic_net(2.0, 1.0).value(w).tolist() == [39, 3]
    assert objectives.l1(2.0).gradient(w).tolist() == [[2, -2], [0, 2]]
    assert objectives.l2(2.0).gradient(w).tolist() == [[12, -16], [0, 4]]


def test_the_tie_in_the_notes_example():
    """Errata L13: (1, 0, 0, 0) and (¼, ¼, ¼, ¼) have the same L1 penalty; the L2 penalties are 1 and ¼."""
    w = np.array([[1.0, 0, 0, 0], [0.25] * 4])
    assert objectives.l1(1.0).value(w).tolist() == [1.0, 1.0]
    assert objectives.l2(1.0).value(w).tolist() == [1.0, 0.25]


def test_prox_minimizes_what_it_says(penalty):
    rng = np.random.default_rng(0)
    for w in rng.normal(0, 2, (20, 2)):
        z = penalty.prox(w, 0.3)
        for i in range(2):

            def along(x, i=i, w=w, z=z):
                return float(penalty.value(np.where(np.arange(2) == i, x, z)) + (x - w[i]) ** 2 / (2 * 0.3))

            best = minimize_scalar(along, bracket=(-5, 5), tol=1e-12)
            assert along(z[i]) <= best.fun + 1e-12


def test_prox_by_hand():
    w = np.array([2.0, -0.5, 0.1, -3.0])
    np.testing.assert_allclose(objectives.l1(1.0).prox(w, 0.5), [1.5, 0.0, 0.0, -2.5])
    np.testing.assert_allclose(objectives.l2(1.0).prox(w, 0.5), w / 2)
    np.testing.assert_allclose(objectives.elastic_net(1.0, 1.0).prox(w, 0.5), [0.75, 0.0, 0.0, -1.25])
    assert np.array_equal(objectives.l1(1.0).prox(w, 0.0), w)


def test_penalties_broadcast_and_keep_precision(penalty):
    w = np.random.default_rng(1).normal(0, 2, (3, 4, 2)).astype(np.float32)
    rates = np.full((3, 4, 1), 0.3, np.float32)
    assert penalty.value(w).shape == (3, 4)
    for part in (penalty.gradient(w), penalty.prox(w, rates), penalty.prox(w, 0.3), penalty.curvature(w)):
        assert part.shape == w.shape
    for part in (penalty.value(w), penalty.gradient(w), penalty.prox(w, 0.3), penalty.curvature(w)):
        assert part.dtype == np.float32
    np.testing.assert_allclose(penalty.prox(w, rates)[1, 2], penalty.prox(w[1, 2], 0.3), rtol=1e-6)


def test_an_objective_with_a_penalty_is_the_sum(penalty):
    loss = objectives.two_wells()
    both = objectives.with_penalty(loss, penalty)
    w = np.random.default_rng(2).uniform(0.1, 2, (10, 2)) * np.array([1.0, -1.0])
    np.testing.assert_allclose(both.value(w), loss.value(w) + penalty.value(w), rtol=1e-14)
    check = differences.check_gradient(both, w, tolerance=1e-8)
    assert check, str(check)
    np.testing.assert_allclose(both.hessian(w), differences.numerical_hessian(both.gradient, w), atol=1e-8)
    assert both.smooth is loss and both.penalty is penalty and both.minima is None and both.dimension == 2
    assert both.name == f"two wells with {penalty.name}" and np.array_equal(both.box, loss.box)
    quadratic = objectives.with_penalty(objectives.quadratic([1.0, 2.0], 0.3), penalty)
    np.testing.assert_allclose(quadratic.hessian_vector(w, w), (quadratic.hessian(w) @ w[..., np.newaxis])[..., 0], rtol=1e-13)


def test_with_penalty_leaves_out_what_the_objective_lacks():
    bare = objectives.Objective("bare", objectives.canyon().value, objectives.canyon().gradient, shapes=((2,),))
    both = objectives.with_penalty(bare, objectives.l2(1.0))
    assert both.hessian is None and both.hessian_vector is None and both.residuals is None and both.shapes == ((2,),)


def test_l2_shrinks_each_direction_by_its_own_factor():
    """Errata L16: h/(h + 2λ) is 0.909 for h = 10 and 0.091... for h = 0.1 with λ = 0.5; not uniform."""
    h, strength, minimum = np.array([10.0, 0.1]), 0.5, np.array([1.0, 1.0])
    shifted = objectives.Objective("shifted", lambda w: (h * (w - minimum) ** 2).sum(-1) / 2, lambda w: h * (w - minimum))
    ridge = objectives.with_penalty(shifted, objectives.l2(strength))
    end = descend(gradient_descent, ridge, [0.0, 0.0], 2000, learning_rate=0.1).points[-1]
    np.testing.assert_allclose(end, h / (h + 2 * strength), rtol=1e-12)
    np.testing.assert_allclose(end, [0.909, 0.091], atol=5e-4)


def test_batches_carry_the_whole_penalty():
    whole = objectives.bowl()
    batches = dataclasses.replace(whole, batch=lambda t: dataclasses.replace(whole, name=f"batch {t}", full=whole), full=whole)
    both = objectives.with_penalty(batches, objectives.l2(0.3))
    assert both.at(3).name == "batch 3 with L2" and both.whole.name == "bowl with L2" and both.at(3).whole.name == "bowl with L2"
    alone = descend(momentum, objectives.with_penalty(whole, objectives.l2(0.3)), [2.0, 2.0], 20)
    assert np.array_equal(descend(momentum, both, [2.0, 2.0], 20).points, alone.points)
    assert np.array_equal(descend(momentum, both, [2.0, 2.0], 20).values, alone.values)


@pytest.mark.parametrize(
    "value, error", [(-0.1, ValueError), (np.nan, ValueError), ([0.1, -1], ValueError), ("strong", TypeError), (None, TypeError)]
)
def test_strengths_out_of_range_are_refused_by_name(value, error):
    for name, call in [
        ("strength", lambda: objectives.l1(value)),
        ("strength", lambda: objectives.l2(value)),
        ("l1", lambda: objectives.elastic_net(value, 1.0)),
        ("l2", lambda: objectives.elastic_net(1.0, value)),
    ]:
        with pytest.raises(error, match=f"^{name} must be"):
            call()


def test_a_second_penalty_is_refused():
    both = objectives.with_penalty(objectives.canyon(), objectives.l1(1.0))
    with pytest.raises(ValueError, match="canyon with L1 has the penalty L1 already; give both as one elastic_net"):
        objectives.with_penalty(both, objectives.l2(1.0))

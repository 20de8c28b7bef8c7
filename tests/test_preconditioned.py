"""Shampoo and SOAP on matrices: their definitions once more, what turns with what, and what rounding must not decide."""

import dataclasses

import numpy as np
import pytest
from scipy.linalg import sqrtm

from gdcore import methods, objectives
from gdcore.descent import descend
from gdcore.minibatches import noisy
from tests.test_methods import flat, slope

SHAPES = ((4, 3), (2,), (2, 3, 2, 2))
SIZE = 12 + 2 + 24
BOTH = [methods.shampoo, methods.soap]


def pulled(shapes=SHAPES, seed=0):
    """A sum of squares that couples all coordinates, its gradient shaken at each step, and a start."""
    rng = np.random.default_rng(seed)
    size = sum(int(np.prod(shape)) for shape in shapes)
    A, target = rng.standard_normal((size, size)) / size**0.5, rng.standard_normal(size)
    objective = objectives.Objective(
        "pulled",
        value=lambda w: ((w - target) @ A * (w - target)).sum(axis=-1) / 2,
        gradient=lambda w: (w - target) @ (A @ A.T),
        shapes=shapes,
        dimension=size,
    )
    return noisy(objective, 0.3 * rng.standard_normal((60, size))), rng.standard_normal(size)


def inverse_root(P, epsilon, root):
    P = P + epsilon * np.eye(len(P))
    return np.linalg.inv(sqrtm(P) if root == 2 else sqrtm(sqrtm(P))).real


def test_shampoo_is_its_definition_on_matrices_vectors_and_kernels():
    objective, start = pulled()
    w = start
    L, R = [np.zeros((n, n)) for n in (4, 2, 2)], [np.zeros((n, n)) for n in (3, 1, 12)]
    for t in range(1, 31):
        g = objective.at(t).gradient(w)
        steps = []
        for k, G in enumerate((g[:12].reshape(4, 3), g[12:14].reshape(2, 1), g[14:].reshape(2, 12))):
            L[k], R[k] = L[k] + G @ G.T, R[k] + G.T @ G
            if k == 1:
                steps.append(inverse_root(L[k], 0.01, 2) @ G)
            else:
                steps.append(inverse_root(L[k], 0.01, 4) @ G @ inverse_root(R[k], 0.01, 4))
        w = w - 0.1 * np.concatenate([step.ravel() for step in steps])
    found = descend(methods.shampoo, objective, start, 30, epsilon=0.01)
    np.testing.assert_allclose(found.points[-1], w, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.state.left[2], L[2], rtol=1e-9)


def test_soap_is_its_definition_in_the_product_of_both_bases():
    """The rotation of the whole matrix is one of all its numbers, QL ⊗ QR, and in it the step is Adam's."""
    objective, start = pulled(((3, 2),))
    run = dict(learning_rate=0.05, beta1=0.8, beta2=0.7, epsilon=1e-3, weight_decay=0.2)
    G = objective.at(1).gradient(start).reshape(3, 2)
    L, R = 0.3 * G @ G.T, 0.3 * G.T @ G
    QL, QR = (np.linalg.svd(P)[0] for P in (L, R))
    w, m, v = start, np.zeros(6), np.zeros(6)
    for t in range(1, 41):
        G = objective.at(t + 1).gradient(w)
        both = np.kron(QL, QR)
        m, v = 0.8 * m + 0.2 * G, 0.7 * v + 0.3 * (both.T @ G) ** 2
        direction = both.T @ m / (1 - 0.8**t) / (np.sqrt(v / (1 - 0.7**t)) + 1e-3)
        w = w - 0.05 * (both @ direction + 0.2 * w)
        G = G.reshape(3, 2)
        L, R = 0.7 * L + 0.3 * G @ G.T, 0.7 * R + 0.3 * G.T @ G
        if t % 2 == 0:
            rows, columns = (np.argsort(np.diag(Q.T @ P @ Q))[::-1] for P, Q in ((L, QL), (R, QR)))
            v = v.reshape(3, 2)[rows][:, columns].ravel()
            QL, QR = by_gram_and_schmidt(L @ QL[:, rows]), by_gram_and_schmidt(R @ QR[:, columns])
    found = descend(methods.soap, objective, start, 41, period=2, **run)
    assert np.array_equal(found.points[1], start)
    np.testing.assert_allclose(found.points[-1], w, rtol=1e-8, atol=1e-8)


def by_gram_and_schmidt(X):
    columns = []
    for x in X.T:
        for _ in range(2):  # once more for the digits that the first time loses
            x = x - sum((x @ q) * q for q in columns)
        columns.append(x / np.linalg.norm(x))
    return np.array(columns).T


def test_shampoo_s_first_step_is_the_exact_one_of_muon():
    """Without ε it is U Vᵀ, of all singular values 1, and for a vector its direction."""
    G = np.random.default_rng(1).standard_normal((5, 3))
    U, _, V = np.linalg.svd(G, full_matrices=False)
    one = dataclasses.replace(slope(G.ravel()), shapes=((5, 3),))
    w, _ = methods.shampoo(one, np.zeros(15), learning_rate=1.0, epsilon=0.0)
    np.testing.assert_allclose(-w.reshape(5, 3), U @ V, atol=1e-7)
    w, _ = methods.shampoo(slope(G[0]), np.zeros(3), learning_rate=1.0, epsilon=0.0)
    np.testing.assert_allclose(-w, G[0] / np.linalg.norm(G[0]), rtol=1e-12)


def test_shampoo_of_a_vector_is_adagrad_with_its_whole_matrix():
    """On a function whose axes are the eigenvectors of all sums it is AdaGrad, and it turns with the function."""
    straight, turned = (objectives.quadratic([1.0, 30.0], angle) for angle in (0.0, 0.7))
    on_axis = descend(methods.shampoo, straight, [0.0, 2.0], 30, epsilon=0.0).points
    np.testing.assert_allclose(on_axis, descend(methods.adagrad, straight, [0.0, 2.0], 30, learning_rate=0.1, epsilon=0.0).points)
    turn = np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])
    for method in BOTH:
        one = descend(method, straight, [1.0, 2.0], 60, learning_rate=0.1).points
        other = descend(method, turned, turn @ [1.0, 2.0], 60, learning_rate=0.1).points
        np.testing.assert_allclose(other, one @ turn.T, atol=1e-8)


@pytest.mark.parametrize("method", BOTH)
def test_a_path_turns_with_the_rows_and_columns(method):
    """‖W − T‖² by singular vectors, U from the left and V from the right; the columns of T must not be of equal length."""
    rng = np.random.default_rng(2)
    T, shake = rng.standard_normal((3, 3)) * [1, 3, 9], rng.standard_normal((40, 3, 3))
    U, V = (np.linalg.qr(rng.standard_normal((3, 3)))[0] for _ in range(2))

    def path(U, V):
        target = (U @ T @ V).ravel()
        pull = objectives.Objective(
            "pull", lambda w: ((w - target) ** 2).sum(axis=-1) / 2, lambda w: w - target, shapes=((3, 3),)
        )
        return descend(method, noisy(pull, (U @ shake @ V).reshape(-1, 9)), np.zeros(9), 40, learning_rate=0.1).points

    one, other = path(np.eye(3), np.eye(3)).reshape(-1, 3, 3), path(U, V).reshape(-1, 3, 3)
    np.testing.assert_allclose(other, U @ one @ V, atol=1e-7)


def test_soap_moves_vectors_by_adam():
    objective, start = pulled(((5,), (3,)))
    found = descend(methods.soap, objective, start, 31, learning_rate=0.02, weight_decay=0.1)
    later = dataclasses.replace(objective, batch=lambda t: objective.at(t + 1))
    adam = descend(methods.adamw, later, start, 30, learning_rate=0.02, beta1=0.95, beta2=0.95, weight_decay=0.1)
    np.testing.assert_allclose(found.points[1:], adam.points, rtol=1e-12)


def test_soap_carries_its_averages_along_when_eigenvectors_change_places():
    """The gradient is long along the one axis first, along the other later: both directions keep their own average."""
    long = np.array([[10.0, 1.0]] * 12 + [[0.5, 40.0]] * 48)
    signs = np.random.default_rng(3).choice([-1.0, 1.0], (60, 2))
    path = descend(methods.soap, noisy(slope([0.0, 0.0]), signs * long), np.zeros(2), 60, period=1, learning_rate=1.0)
    (basis,) = path.state.bases
    assert abs(basis.QL[1, 0]) > 0.9 and basis.V[0, 0] > 100 * basis.V[1, 0]
    assert np.abs(np.diff(path.points, axis=0)).max() < 3  # an average of the other direction would make steps of 40


@pytest.mark.parametrize("method", BOTH)
def test_matrices_of_many_runs_go_on_bit_for_bit_and_each_as_if_alone(method):
    objective, start = pulled()
    starts = np.stack([start, 2 * start, np.zeros(SIZE)])
    whole = descend(method, objective, starts, 25)
    first = descend(method, objective, starts, 11)
    second = descend(method, objective, first.points[-1], 14, state=first.state, first_step=12)
    assert np.array_equal(second.points, whole.points[11:]) and np.array_equal(flat(second.state), flat(whole.state))
    for k in range(3):
        alone = descend(method, objective, starts[k], 25)
        np.testing.assert_allclose(whole.points[:, k], alone.points, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("method", BOTH)
@pytest.mark.parametrize("shapes", [None, ((2, 3),), ((3, 2),), ((6, 1),)])
def test_rounding_decides_no_step_along_what_no_gradient_has_had(method, shapes):
    """One gradient again and again: in single precision as in double, and nowhere but along its singular vectors."""
    rows, columns = shapes[0] if shapes else (6, 1)
    g = np.outer(np.linspace(-2, 3, rows), np.linspace(0.3, 0.7, columns)).ravel()
    objective = dataclasses.replace(slope(g), shapes=shapes)
    double, single = (
        descend(method, objective, np.zeros(6, kind), 25, learning_rate=0.1).points for kind in (np.float64, np.float32)
    )
    np.testing.assert_allclose(single, double, rtol=1e-3, atol=1e-3)
    ends = double[-1] / np.linalg.norm(double[-1])
    np.testing.assert_allclose(ends, -g / np.linalg.norm(g), atol=1e-6)


@pytest.mark.parametrize("method", BOTH)
def test_what_is_not_finite_is_recorded_as_divergence(method):
    """LAPACK would raise an error."""
    edge = dataclasses.replace(objectives.bowl(), gradient=lambda w: np.where(w[..., :1] > 0.7, np.inf, -np.ones_like(w)))
    path = descend(method, edge, np.zeros(2), 50, learning_rate=0.2)
    assert path.diverged_at is not None and path.diverged_at > 3
    both = descend(method, edge, [[0.0, 0.0], [-100.0, 0.0]], 50, learning_rate=0.2)
    assert both.diverged_at.tolist() == [path.diverged_at, -1]


@pytest.mark.parametrize("method", BOTH)
def test_shapes_must_fill_w(method):
    with pytest.raises(ValueError, match="hold 4 numbers, but w has 2"):
        descend(method, dataclasses.replace(objectives.canyon(), shapes=((2, 2),)), [0.0, 0.0], 1)

"""What comes into networks in other ways: lists, whole numbers, arrays that change later, NaN on the way, pickled copies."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from gdcore import networks
from gdcore.differences import numerical_gradient
from gdcore.networks import (
    Activation,
    BatchNorm,
    Dense,
    Flatten,
    Layer,
    Loss,
    Network,
    accuracy,
    he,
    observer,
    one_hot,
    softmax,
    softmax_cross_entropy,
    squared_error,
    tanh,
)
from tests.test_networks import DENSE, IMAGE, LAYERS

NETWORK = Network([Dense(2, 3), tanh, Dense(3, 2)])
W = NETWORK.initialize(he, seed=1)
X, LABELS = np.array([[0, 1], [2, -1], [3, 3], [1, 0]]), np.array([0, 1, 1, 0])


@pytest.mark.parametrize(
    "targets", [LABELS, one_hot(LABELS, 2), one_hot(LABELS, 2).astype(int)], ids=["labels", "floats", "ints"]
)
@pytest.mark.parametrize("write", [np.array, np.ndarray.tolist, np.asfortranarray, lambda x: x.astype(np.int8)])
def test_lists_and_whole_numbers_are_the_same_data(write: object, targets: np.ndarray) -> None:
    expected = NETWORK.objective(softmax_cross_entropy, X.astype(float), one_hot(LABELS, 2))
    found = NETWORK.objective(softmax_cross_entropy, write(X), targets.tolist())
    assert found.value(W) == expected.value(W.tolist())
    np.testing.assert_array_equal(found.gradient(W), expected.gradient(W))
    np.testing.assert_array_equal(NETWORK.outputs(W.tolist(), write(X)), NETWORK.outputs(W, X.astype(float)))
    look = observer(NETWORK, softmax_cross_entropy, write(X), LABELS.tolist())(0, W.tolist(), None)
    assert look["loss"] == expected.value(W) and look["accuracy"] == accuracy(NETWORK.outputs(W, X), LABELS)


@pytest.mark.parametrize("count", [4, 3000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_data_that_change_later_change_nothing(dtype: type, count: int) -> None:
    x, targets = np.resize(X, (count, 2)).astype(dtype), np.resize(one_hot(LABELS, 2), (count, 2)).astype(dtype)
    objective = NETWORK.objective(squared_error, x, targets)
    look = observer(NETWORK, squared_error, x, targets)
    before = objective.value(W)
    x[...], targets[...] = 0, 7
    assert objective.value(W) == before == look(0, W, None)["loss"]
    statistics = np.array([1.0, 2.0])
    inference = Network([BatchNorm(1)]).with_statistics(statistics)
    expected = inference.outputs([1, 0], [[3]])
    statistics[...] = 5
    assert inference.outputs([1, 0], [[3]]) == expected


def test_first_parameters_have_the_kind_that_is_asked_for() -> None:
    for kind in (np.float16, np.float32, np.float64, "float32"):
        w = NETWORK.initialize(he, seed=[1, 2], dtype=kind)
        assert w.dtype == kind and w[0].any() and w.shape == (2, 17)


def test_outputs_of_a_network_that_has_diverged_are_wrong_guesses() -> None:
    outputs = np.array([[[1.0, 0.0], [np.nan, np.nan]], [[0.0, np.nan], [0.0, np.inf]]])
    assert accuracy(outputs, [0, 0]).tolist() == [0.5, 0.0] and accuracy(outputs, [[0, 0], [0, 1]]).tolist() == [0.5, 0.5]
    normed = Network([Dense(2, 3), BatchNorm(3), Dense(3, 2)])
    w = np.stack([normed.initialize(he), np.full(normed.dimension, np.nan)])
    batches = networks.observing.Minibatches(lambda x, t: normed.objective(squared_error, x, t), X, LABELS, batch_size=2)
    row = observer(normed, squared_error, X, LABELS, batches=batches)(1, w, None)
    assert np.isfinite(row["loss"][0]) and np.isnan(row["loss"][1]) and row["accuracy"][1] == 0


def test_each_network_its_own_labels() -> None:
    x, labels = np.stack([X, X[::-1]]), np.stack([LABELS, 1 - LABELS])
    w = NETWORK.initialize(he, seed=[1, 2])
    row = observer(NETWORK, softmax_cross_entropy, x, labels)(0, w, None)
    for i in range(2):
        alone = observer(NETWORK, softmax_cross_entropy, x[i], labels[i])(0, w[i], None)
        np.testing.assert_allclose([row["loss"][i], row["accuracy"][i]], [alone["loss"], alone["accuracy"]], rtol=1e-12)


def test_cross_entropy_holds_for_targets_of_any_sum() -> None:
    z, t = np.array([[1.0, 0.0], [0.3, -2.0]]), np.array([[1.0, 1.0], [0.2, 0.0]])
    assert softmax_cross_entropy.value(z, t) == pytest.approx(-(t * np.log(softmax(z))).sum() / 2, rel=1e-14)

    def of_flat(flat: np.ndarray) -> np.ndarray:
        rows = flat.reshape(*flat.shape[:-1], 2, 2)
        return softmax_cross_entropy.value(rows, t)

    gradient = softmax_cross_entropy.gradient(z, t).ravel()
    np.testing.assert_allclose(gradient, numerical_gradient(of_flat, z.ravel()), rtol=1e-6)
    np.testing.assert_allclose(softmax_cross_entropy.gradient(z[:1], t[:1]), [[0.4621, -0.4621]], atol=1e-4)


def test_very_large_numbers_are_finite() -> None:
    x = np.full((4, 2), 1e30, np.float32)  # their squares are not
    assert np.isfinite(NETWORK.outputs(W, x)).all()


@pytest.mark.parametrize("layer", [layer for layer, _ in LAYERS.values()], ids=LAYERS)
def test_layers_can_be_pickled(layer: Layer) -> None:
    again = pickle.loads(pickle.dumps(layer))
    assert again == layer == copy.deepcopy(layer) and repr(again) == repr(layer) and again.rank == layer.rank


@pytest.mark.parametrize("network, shape", [(DENSE, (6,)), (IMAGE, (8, 8, 2))], ids=["dense", "image"])
@pytest.mark.parametrize("loss", [squared_error, softmax_cross_entropy], ids=lambda loss: loss.name)
def test_networks_and_their_objectives_can_be_pickled(network: Network, shape: tuple[int, ...], loss: Loss) -> None:
    x, labels = np.random.default_rng(0).normal(size=(7, *shape)), np.arange(7) % 3
    w = network.initialize(he)
    objective = network.objective(loss, x, labels)
    again, again_objective, again_loss = pickle.loads(pickle.dumps((network, objective, loss)))
    assert again == network and again_loss == loss
    np.testing.assert_array_equal(again.outputs(w, x), network.outputs(w, x))
    np.testing.assert_array_equal(again_objective.gradient(w), objective.gradient(w))
    np.testing.assert_array_equal(again_objective.hessian_vector(w, w), objective.hessian_vector(w, w))


def test_what_a_reader_writes_can_be_pickled() -> None:
    square = Activation("square", lambda z: z * z, lambda a: 2 * np.sqrt(a))
    absolute = Loss("absolute", lambda y, t: abs(y - t).sum(axis=(-2, -1)), lambda y, t: np.sign(y - t))
    network = Network([Dense(2, 2), square])
    again, loss = pickle.loads(pickle.dumps((network, absolute)))
    w = network.initialize(he)
    assert again.objective(loss, X, LABELS).value(w) == network.objective(absolute, X, LABELS).value(w)


def test_sizes_are_plain_numbers() -> None:
    assert repr(Dense(np.int64(2), np.int8(3))) == "Dense(inputs=2, outputs=3)"
    assert Flatten([np.int64(2), 3]) == Flatten((2, 3)) and Flatten((2, 3)).rank == 2
    assert [tanh.rank, Dense(1, 1).rank, BatchNorm(2, rank=3).rank, IMAGE.rank, Network([tanh, Dense(1, 1)]).rank] == [
        None,
        1,
        3,
        3,
        1,
    ]

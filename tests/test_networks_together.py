"""Many networks at once, few examples at a time, and in single precision: the same numbers as one network on all, in double."""

from __future__ import annotations

import numpy as np
import pytest

from gdcore.networks import (
    BatchNorm,
    Dense,
    LayerNorm,
    Network,
    chunks,
    fold_statistics,
    he,
    softmax_cross_entropy,
    squared_error,
    tanh,
)
from tests.test_networks import DENSE, IMAGE


@pytest.mark.parametrize("network, shape", [(DENSE, (6,)), (IMAGE, (8, 8, 2))], ids=["dense", "image"])
def test_networks_side_by_side_are_each_alone(network: Network, shape: tuple[int, ...]) -> None:
    generator = np.random.default_rng(7)
    w, v = network.initialize(he, seed=range(6)).reshape(2, 3, -1), generator.normal(size=(2, 3, network.dimension))
    shared, labels = generator.normal(size=(5, *shape)), generator.integers(3, size=5)
    own, own_labels = generator.normal(size=(3, 5, *shape)), generator.integers(3, size=(3, 5))
    for x, y, of in ((shared, labels, lambda j: (shared, labels)), (own, own_labels, lambda j: (own[j], own_labels[j]))):
        together = network.objective(softmax_cross_entropy, x, y)
        for i, j in np.ndindex(2, 3):
            alone = network.objective(softmax_cross_entropy, *of(j))
            np.testing.assert_allclose(together.value(w)[i, j], alone.value(w[i, j]), rtol=1e-12)
            np.testing.assert_allclose(together.gradient(w)[i, j], alone.gradient(w[i, j]), rtol=1e-9, atol=1e-14)
            np.testing.assert_allclose(
                together.hessian_vector(w, v)[i, j], alone.hessian_vector(w[i, j], v[i, j]), rtol=1e-9, atol=1e-13
            )
            np.testing.assert_allclose(network.statistics(w, x)[i, j], network.statistics(w[i, j], of(j)[0]), rtol=1e-12)


def test_few_examples_at_a_time_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network([Dense(3, 4), tanh, LayerNorm(4), Dense(4, 2)])
    generator = np.random.default_rng(0)
    x, targets = generator.normal(size=(23, 3)), generator.normal(size=(23, 2))
    w, v = generator.normal(size=(2, 2, 5, network.dimension))

    def everything() -> list[np.ndarray]:
        objective = network.objective(squared_error, x, targets)
        return [objective.value(w), objective.gradient(w), objective.hessian_vector(w, v), network.outputs(w, x)]

    at_once = everything()
    for limit in (1, 7, 23, 50):
        monkeypatch.setattr("gdcore.networks.chunks.EXAMPLES_AT_ONCE", limit)
        for found, expected in zip(everything(), at_once, strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-14)


def test_how_many_go_at_once() -> None:
    layers = (Dense(1, 1),)
    assert chunks.parts(layers, 1024, own=False) == [slice(None)]
    assert chunks.parts(layers, 1025, own=False) == [slice(0, 1024), slice(1024, 2048)]
    assert chunks.parts(layers, 5000, own=True) == chunks.parts((BatchNorm(1),), 5000, own=False) == [slice(None)]
    sizes: list[int] = []

    def size(w: np.ndarray) -> np.ndarray:
        sizes.append(len(w))
        return w.sum(axis=-1)

    w = np.arange(10.0).reshape(5, 2)
    np.testing.assert_array_equal(chunks.few_models(size, layers, 512, own=False)(w), w.sum(axis=-1))
    chunks.few_models(size, layers, 204, own=False)(w)
    chunks.few_models(size, layers, 3000, own=False)(w[:2])
    chunks.few_models(size, layers, 3000, own=True)(w)
    assert sizes == [2, 2, 1, 5, 1, 1, 5]


def test_networks_with_statistics_of_their_own_stay_together(monkeypatch: pytest.MonkeyPatch) -> None:
    x, labels, w = np.random.default_rng(0).normal(size=(30, 6)), np.arange(30) % 3, DENSE.initialize(he, seed=range(4))
    statistics = DENSE.statistics(w, x)
    monkeypatch.setattr("gdcore.networks.chunks.EXAMPLES_AT_ONCE", 10)
    together = DENSE.with_statistics(statistics)
    for i in range(4):
        alone = DENSE.with_statistics(statistics[i])
        np.testing.assert_allclose(together.outputs(w, x)[i], alone.outputs(w[i], x), rtol=1e-12)
        found, expected = (n.objective(softmax_cross_entropy, x, labels).gradient(v) for n, v in ((together, w), (alone, w[i])))
        np.testing.assert_allclose(found[i], expected, rtol=1e-9, atol=1e-14)


def test_examples_that_batch_norm_couples_stay_together(monkeypatch: pytest.MonkeyPatch) -> None:
    x, labels = np.random.default_rng(0).normal(size=(30, 6)), np.arange(30) % 3
    w = DENSE.initialize(he, seed=range(2))
    expected = DENSE.objective(softmax_cross_entropy, x, labels).gradient(w)
    monkeypatch.setattr("gdcore.networks.chunks.EXAMPLES_AT_ONCE", 10)
    np.testing.assert_array_equal(DENSE.objective(softmax_cross_entropy, x, labels).gradient(w), expected)


@pytest.mark.parametrize("network, shape", [(DENSE, (6,)), (IMAGE, (8, 8, 2))], ids=["dense", "image"])
def test_single_precision_stays(network: Network, shape: tuple[int, ...]) -> None:
    generator = np.random.default_rng(1)
    x, labels = generator.normal(size=(4, *shape)), generator.integers(3, size=4)
    w = network.initialize(he, seed=1)
    for loss in (squared_error, softmax_cross_entropy):
        single, w32 = network.objective(loss, x.astype(np.float32), labels), w.astype(np.float32)
        outputs, kept = network.forward(w32, x.astype(np.float32))
        arrays = [array for *_, cache in kept for array in (cache if isinstance(cache, tuple) else (cache,))]
        assert {a.dtype for a in arrays if isinstance(a, np.ndarray)} == {np.dtype(np.float32)}
        assert outputs.dtype == single.value(w32).dtype == single.gradient(w32).dtype == np.float32
        assert single.hessian_vector(w32, w32).dtype == network.statistics(w32, x.astype(np.float32)).dtype == np.float32
        np.testing.assert_allclose(single.gradient(w32), network.objective(loss, x, labels).gradient(w), rtol=1e-3, atol=1e-4)
        norm, half = BatchNorm(2, epsilon=np.float64(1e-5)), np.float64(0.5)  # NumPy's numbers in double precision do not win
        assert norm.forward(tuple(np.ones((2, 2), np.float32)), x[:, :2].reshape(-1, 2).astype(np.float32))[0].dtype == np.float32
        assert fold_statistics(w32, w32, decay=half).dtype == np.float32
        assert network.objective(loss, x, labels).gradient(w32).dtype == np.float32  # data in double precision do not win

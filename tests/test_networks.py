"""Layers, losses and networks: their gradients, their agreement with PyTorch, and what they refuse."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from gdcore.differences import numerical_gradient
from gdcore.networks import (
    AveragePool,
    BatchNorm,
    CausalAttention,
    Convolution,
    Dense,
    Flatten,
    LayerNorm,
    MaxPool,
    Network,
    PositionwiseDense,
    Residual,
    RMSNorm,
    accuracy,
    confusion_matrix,
    fold_statistics,
    gaussian,
    he,
    matthews_correlation,
    one_hot,
    relu,
    sigmoid,
    small_uniform,
    softmax,
    softmax_cross_entropy,
    squared_error,
    tanh,
    xavier,
    zeros,
)

REFERENCE = np.load(Path(__file__).parent / "reference" / "network_torch.npz")

DENSE = Network(
    [Dense(6, 5), BatchNorm(5), sigmoid, Dense(5, 5), LayerNorm(5), tanh, Dense(5, 4), relu, Dense(4, 3)],
)
IMAGE = Network(
    [
        Convolution(2, 3, kernel=3),
        BatchNorm(3, rank=3),
        relu,
        MaxPool(2),
        Convolution(3, 4, kernel=2),
        AveragePool(2),
        Flatten((1, 1, 4)),
        Dense(4, 3),
        sigmoid,
    ]
)
SEQUENCE = Network(
    [Residual([RMSNorm(4, rank=2), CausalAttention(4, heads=2)]), RMSNorm(4, rank=2), Flatten((5, 4)), Dense(20, 3)],
)
INFERENCE_NORM = BatchNorm(4, moments=(np.array([0.3, -1.0, 2.0, 0.1]), np.array([0.5, 2.0, 1.0, 0.2])))
LAYERS = {
    "dense": (Dense(4, 3), (5, 4)),
    "sigmoid": (sigmoid, (5, 4)),
    "tanh": (tanh, (5, 4)),
    "relu": (relu, (5, 4)),
    "batch norm": (BatchNorm(4), (5, 4)),
    "batch norm of images": (BatchNorm(4, rank=3), (3, 2, 5, 4)),
    "batch norm in inference": (INFERENCE_NORM, (5, 4)),
    "layer norm": (LayerNorm(4), (5, 4)),
    "layer norm of images": (LayerNorm(4, rank=3), (3, 2, 5, 4)),
    "RMS norm": (RMSNorm(4), (5, 4)),
    "RMS norm of sequences": (RMSNorm(4, rank=2), (3, 5, 4)),
    "attention": (CausalAttention(4, heads=2), (3, 5, 4)),
    "residual block": (Residual([RMSNorm(4, rank=2), CausalAttention(4, heads=1)]), (3, 5, 4)),
    "dense at each position": (PositionwiseDense(4, 3), (3, 5, 4)),
    "convolution": (Convolution(4, 3, kernel=2), (3, 5, 4, 4)),
    "max pool": (MaxPool(2), (3, 4, 6, 2)),
    "average pool": (AveragePool(2), (3, 4, 6, 2)),
    "flatten": (Flatten((2, 3)), (5, 2, 3)),
}


def difference(found: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference, relative to the largest of the expected numbers."""
    return float(np.abs(found - expected).max() / np.abs(expected).max())


@pytest.mark.parametrize("models", [(), (2,), (2, 3)], ids=["one", "two", "two by three"])
@pytest.mark.parametrize("name", LAYERS)
def test_each_layer_alone_against_differences(name: str, models: tuple[int, ...]) -> None:
    layer, shape = LAYERS[name]
    generator = np.random.default_rng(3)
    a = generator.normal(size=models + shape)
    parameters = tuple(generator.normal(size=models + s) for s in layer.shapes)
    output, cache = layer.forward(parameters, a)
    delta = generator.normal(size=output.shape)

    def loss(parts: tuple[np.ndarray, ...]) -> float:
        return float((layer.forward(parts[1:], parts[0])[0] * delta).sum())

    parts = (a, *parameters)
    derivatives = (layer.backward(parameters, cache, delta), *layer.gradients(parameters, cache, delta))
    assert [d.shape for d in derivatives] == [p.shape for p in parts]
    for i, (part, derivative) in enumerate(zip(parts, derivatives, strict=True)):

        def along(flat: np.ndarray, i: int = i) -> np.ndarray:
            shaped = [p if j != i else None for j, p in enumerate(parts)]
            rows = flat.reshape(-1, flat.shape[-1])
            values = [loss(tuple(row.reshape(parts[i].shape) if s is None else s for s in shaped)) for row in rows]
            return np.array(values).reshape(flat.shape[:-1])

        assert difference(derivative.ravel(), numerical_gradient(along, part.ravel())) < 1e-6


@pytest.mark.parametrize("loss", [squared_error, softmax_cross_entropy], ids=lambda loss: loss.name)
@pytest.mark.parametrize(
    "network, shape", [(DENSE, (6,)), (IMAGE, (8, 8, 2)), (SEQUENCE, (5, 4))], ids=["dense", "image", "sequence"]
)
def test_whole_networks_against_differences(network: Network, shape: tuple[int, ...], loss: object) -> None:
    generator = np.random.default_rng(5)
    x, labels = generator.normal(size=(7, *shape)), generator.integers(3, size=7)
    objective = network.objective(loss, x, labels)
    w = network.initialize(partial(gaussian, deviation=0.7), seed=1)
    w = w + generator.normal(0, 0.3, w.shape)  # scales and shifts too leave 1 and 0
    gradient = objective.gradient(w)
    assert difference(gradient, numerical_gradient(objective.value, w)) < 1e-6
    v = generator.normal(size=w.shape)
    step = 1e-6
    change = (objective.gradient(w + step * v) - objective.gradient(w - step * v)) / (2 * step)
    assert difference(objective.hessian_vector(w, v), change) < 1e-6


@pytest.mark.parametrize("name, network, loss", [("dense", DENSE, softmax_cross_entropy), ("image", IMAGE, squared_error)])
def test_pytorch_computes_the_same(name: str, network: Network, loss: object) -> None:
    w, v, batches, labels = (REFERENCE[f"{name}_{key}"] for key in ("w", "v", "batches", "labels"))
    objective = network.objective(loss, batches[0], labels)
    running = np.repeat([0.0, 1.0], network.layers[1].features)  # PyTorch begins with mean 0 and variance 1
    for batch in batches:
        running = fold_statistics(running, network.statistics(w, batch), decay=0.9)
    found = {
        "outputs": network.outputs(w, batches[0]),
        "loss": objective.value(w),
        "gradient": objective.gradient(w),
        "hessian_vector": objective.hessian_vector(w, v),
        "running": running,
        "inference": network.with_statistics(running).outputs(w, batches[0]),
    }
    for key, value in found.items():
        assert difference(value, REFERENCE[f"{name}_{key}"]) < 1e-13, key


def test_parameters_are_views_of_one_vector() -> None:
    w = IMAGE.initialize(he, seed=range(2))
    pieces = [piece for parameters in IMAGE.unpack(w) for piece in parameters]
    assert [piece.shape[1:] for piece in pieces] == list(IMAGE.shapes)
    assert all(np.shares_memory(piece, w) for piece in pieces)
    assert sum(piece[0].size for piece in pieces) == IMAGE.dimension
    np.testing.assert_array_equal(np.concatenate([piece.reshape(2, -1) for piece in pieces], axis=-1), w)


def test_max_pool_gives_the_whole_error_to_the_first_of_equals() -> None:
    a = np.array([[1.0, 3.0], [3.0, 3.0]]).reshape(1, 2, 2, 1)
    output, cache = MaxPool(2).forward((), a)
    assert output.ravel() == [3.0]
    assert MaxPool(2).backward((), cache, np.full((1, 1, 1, 1), 5.0)).ravel().tolist() == [0, 5, 0, 0]


def test_convolution_is_the_sum_over_the_window() -> None:
    layer, generator = Convolution(2, 3, kernel=2), np.random.default_rng(0)
    a, W, b = generator.normal(size=(1, 4, 5, 2)), generator.normal(size=(8, 3)), generator.normal(size=3)
    output, _ = layer.forward((W, b), a)
    kernel = W.reshape(2, 2, 2, 3)
    assert output.shape == (1, *layer.output_shape((4, 5, 2)))
    for y, x, f in np.ndindex(output.shape[1:]):
        window = sum(a[0, y + i, x + j, c] * kernel[i, j, c, f] for i, j, c in np.ndindex(2, 2, 2))
        assert output[0, y, x, f] == pytest.approx(window + b[f], rel=1e-12)


def test_what_the_layers_of_images_can_take() -> None:
    assert Convolution(2, 3, kernel=3).output_shape((3, 4, 2)) == (1, 2, 3)
    for pool in (MaxPool(2), AveragePool(2)):
        assert pool.output_shape((4, 6, 5)) == (2, 3, 5)
        for wrong in ((3, 4, 5), (4, 3, 5), (4, 4)):
            with pytest.raises(ValueError, match="multiples of 2"):
                pool.output_shape(wrong)
    for wrong in ((2, 4, 2), (4, 2, 2), (4, 4, 1), (4, 4)):
        with pytest.raises(ValueError, match="takes examples of shape"):
            Convolution(2, 3, kernel=3).output_shape(wrong)


def test_batch_norm_and_layer_norm_normalize_what_they_say() -> None:
    a = np.random.default_rng(0).normal(3, 2, (50, 6))
    for layer, axis in ((BatchNorm(6, epsilon=1e-12), 0), (LayerNorm(6, epsilon=1e-12), 1)):
        output, _ = layer.forward((np.ones(6), np.zeros(6)), a)
        np.testing.assert_allclose(output.mean(axis=axis), 0, atol=1e-12)
        np.testing.assert_allclose(output.std(axis=axis), 1, rtol=1e-9)
        shifted, _ = layer.forward((np.full(6, 2.0), np.full(6, -1.0)), a)
        np.testing.assert_allclose(shifted, 2 * output - 1, rtol=1e-12)


def test_running_statistics_become_those_of_the_data() -> None:
    network = Network([BatchNorm(2), Dense(2, 1)])
    generator, w, running = np.random.default_rng(0), network.initialize(he), None
    for _ in range(4000):
        running = fold_statistics(running, network.statistics(w, generator.normal([3, -1], [1, 4], (4, 2))), decay=0.999)
    np.testing.assert_allclose(running, [3, -1, 1, 16], rtol=0.1)  # variances of batches of four, divided by three
    untouched = repr(network), dict(vars(network.layers[0]))
    inference = network.with_statistics(running)
    assert inference is not network and (repr(network), dict(vars(network.layers[0]))) == untouched
    x = np.array([[3.0, -1.0]])  # one example, at the mean: only the bias is left, which is 0
    np.testing.assert_allclose(inference.outputs(w, x), (x - running[:2]) / np.sqrt(running[2:] + 1e-5) @ w[4:6, None])


def test_initializations() -> None:
    layer = Network([Dense(400, 100)])
    W, b = layer.unpack(layer.initialize(he, seed=1))[0]
    assert W.std() == pytest.approx(np.sqrt(2 / 400), rel=0.02) and not b.any()
    assert layer.initialize(xavier)[:40_000].std() == pytest.approx(np.sqrt(2 / 500), rel=0.02)
    assert layer.initialize(partial(gaussian, deviation=0.3))[:40_000].std() == pytest.approx(0.3, rel=0.02)
    uniform = layer.initialize(small_uniform)
    assert -0.5 <= uniform.min() < -0.499 and 0.499 < uniform.max() < 0.5 and uniform[40_000:].std() > 0.2
    assert not layer.initialize(zeros).any()
    convolution = Network([Convolution(8, 50, kernel=5)])
    assert convolution.initialize(he)[:10_000].std() == pytest.approx(np.sqrt(2 / 200), rel=0.03)
    norms = Network([BatchNorm(2), LayerNorm(2), Dense(2, 1)]).initialize(small_uniform)
    assert norms[:8].tolist() == [1, 1, 0, 0, 1, 1, 0, 0]
    np.testing.assert_array_equal(layer.initialize(he, seed=[4, 9])[1], layer.initialize(he, seed=9))
    assert layer.initialize(he, dtype=np.float32).dtype == np.float32


def test_he_keeps_the_second_moment_through_relu_layers() -> None:
    network = Network([layer for _ in range(10) for layer in (Dense(300, 300), relu)] + [Dense(300, 300)])
    x = np.random.default_rng(0).normal(size=(200, 300))
    moments = [np.mean(network.outputs(network.initialize(he, seed=s), x) ** 2) for s in range(4)]
    assert np.mean(moments) == pytest.approx(2, rel=0.25)  # the first layer has no ReLU before it, so M ε² λ² = 2


def test_values_without_overflow() -> None:
    z = np.array([-1e4, -40.0, 0.0, 40.0, 1e4])
    np.testing.assert_allclose(sigmoid(z), [0, 0, 0.5, 1, 1], atol=1e-16)
    np.testing.assert_allclose(softmax(z[None]), [[0, 0, 0, 0, 1]], atol=1e-300)
    assert softmax_cross_entropy.value(z[None], np.eye(5)[:1]) == pytest.approx(2e4)
    y, t = np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [3.0, 4.0]])
    assert squared_error.value(y, t) == (0.5 * 5 + 0.5 * 25) / 2


def test_measures_of_a_classifier() -> None:
    outputs = np.random.default_rng(0).normal(size=(3, 200, 4))
    labels = np.random.default_rng(1).integers(4, size=200)
    guessed = outputs.argmax(axis=-1)
    matrix = confusion_matrix(outputs, labels)
    assert matrix.shape == (3, 4, 4) and matrix[1, 2, 3] == ((labels == 2) & (guessed[1] == 3)).sum()
    np.testing.assert_allclose(accuracy(outputs, labels), matrix.trace(axis1=1, axis2=2) / 200)
    for k in range(3):  # the definition: a correlation of one-hot matrices
        X, Y = (v - v.mean(axis=0) for v in (one_hot(guessed[k], 4), one_hot(labels, 4)))
        assert matthews_correlation(matrix)[k] == pytest.approx((X * Y).sum() / np.sqrt((X * X).sum() * (Y * Y).sum()), rel=1e-12)
    (tn, fp), (fn, tp) = binary = [[50, 10], [5, 35]]
    expected = (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    assert matthews_correlation(binary) == pytest.approx(expected)
    assert matthews_correlation(np.array(binary) / 100) == pytest.approx(expected)  # shares in the place of counts
    assert matthews_correlation([[30, 0], [0, 12]]) == 1 and matthews_correlation([[30, 0], [12, 0]]) == 0

"""Causal attention and residual blocks: who reads whom, several models, single precision, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gdcore.networks import (
    BatchNorm,
    CausalAttention,
    Dense,
    Flatten,
    Network,
    Residual,
    RMSNorm,
    he,
    relu,
    softmax,
    softmax_cross_entropy,
)
from gdcore.networks.losses import bound, row_sums

REFERENCE = np.load(Path(__file__).parent / "reference" / "attention_torch.npz")
BLOCK = Residual([RMSNorm(4, rank=2), CausalAttention(4, heads=2)])
SEQUENCES = Network([BLOCK, Flatten((5, 4)), Dense(20, 3)])
X = np.random.default_rng(1).normal(size=(6, 5, 4))


def weights(layer, seed=2):
    generator = np.random.default_rng(seed)
    return tuple(generator.normal(size=shape) for shape in layer.shapes)


def test_attention_is_the_sum_written_out():
    layer = CausalAttention(4, heads=2)
    W, U = weights(layer)
    q, k, v = np.split(X @ W, 3, axis=-1)
    joined = np.zeros(X.shape)
    for n, head, i in np.ndindex(6, 2, 5):
        part = slice(2 * head, 2 * head + 2)
        p = np.exp([q[n, i, part] @ k[n, j, part] / np.sqrt(2) for j in range(i + 1)])
        joined[n, i, part] = p / p.sum() @ v[n, : i + 1, part]
    np.testing.assert_allclose(layer.forward((W, U), X)[0], joined @ U, rtol=1e-12, atol=1e-12)


def test_a_block_agrees_with_pytorch():
    block = Residual([RMSNorm(6, rank=2), CausalAttention(6, heads=3)])
    network = Network([block, RMSNorm(6, rank=2), Flatten((5, 6)), Dense(30, 3)])
    w, x = REFERENCE["w"], REFERENCE["x"]
    loss = network.objective(softmax_cross_entropy, x, REFERENCE["labels"])
    found = {"outputs": network.outputs(w, x), "loss": loss.value(w), "gradient": loss.gradient(w)}
    for key, value in found.items():
        expected = REFERENCE[key]
        assert np.abs(value - expected).max() < 1e-13 * np.abs(expected).max(), key


def test_no_position_reads_from_a_later_one():
    changed = X.copy()
    changed[:, 3:] += 5
    before, after = (BLOCK.forward(weights(BLOCK), x)[0] for x in (X, changed))
    np.testing.assert_array_equal(before[:, :3], after[:, :3])
    assert (before[:, 3:] != after[:, 3:]).all()


def test_scores_too_large_for_exp_stay_finite():
    layer = CausalAttention(4, heads=2)
    W, U = weights(layer)
    output, cache = layer.forward((1e3 * W, U), X)
    assert np.isfinite(output).all() and np.isfinite(layer.backward((1e3 * W, U), cache, output)).all()


def test_several_models_are_each_alone():
    w = SEQUENCES.initialize(he, seed=[0, 1, 2])
    labels = np.arange(6) % 3
    loss = SEQUENCES.objective(softmax_cross_entropy, X, labels)
    for one, gradient in zip(w, loss.gradient(w), strict=True):
        np.testing.assert_allclose(gradient, loss.gradient(one), rtol=1e-10, atol=1e-13)


def test_single_precision_stays_single():
    w = SEQUENCES.initialize(he, dtype=np.float32)
    outputs, kept = SEQUENCES.forward(w, X.astype(np.float32))
    assert outputs.dtype == SEQUENCES.backward(w, kept, outputs).dtype == np.float32


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: CausalAttention(4, heads=3), "features must be a multiple of heads, 3, got 4"),
        (lambda: CausalAttention(4, heads=0), "heads"),
        (lambda: Residual([]), "layers must be a list"),
        (lambda: Residual([BatchNorm(4)]), "layers must be layers that take each example by itself"),
        (
            lambda: Residual([Dense(2, 3)]).output_shape((2,)),
            r"layers must give back the shape that they take, \(2,\), got \(3,\)",
        ),
        (lambda: CausalAttention(4, heads=2).output_shape((5, 3)), r"takes examples of shape \(positions, 4\), got \(5, 3\)"),
        (lambda: CausalAttention(2**41, heads=2), "features must be at most 1099511627776, got 2199023255552"),
        (lambda: Residual([relu, 3]), "layers must be layers"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()


@pytest.mark.parametrize("size", [1.0, 30.0, 300.0])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_probabilities_are_the_same_whether_or_not_the_largest_is_taken_off(size, kind):
    z = (size * np.random.default_rng(1).uniform(-1, 1, (3, 4, 4))).astype(kind)
    hidden = np.where(np.tri(4, dtype=bool), 0, -np.inf).astype(kind)
    expected = softmax(np.where(np.isinf(hidden), -1e9, z).astype(float))
    bound(z, hidden)
    found = np.exp(z)
    np.testing.assert_allclose(found / row_sums(found), expected, rtol=300 * np.finfo(kind).eps, atol=1e-30)


def test_what_is_no_number_stays_none():
    layer = CausalAttention(4, heads=2)
    x = X.copy()
    x[0, 2] = np.nan
    output = layer.forward(weights(layer), x)[0]
    assert np.isnan(output[0, 2:]).all() and np.isfinite(output[1:]).all()


def test_both_ways_back_in_one_are_each_alone():
    for layer in (BLOCK, CausalAttention(4, heads=2)):
        parameters = weights(layer)
        output, cache = layer.forward(parameters, X)
        gradients, below = layer.way_back(parameters, cache, output)
        np.testing.assert_array_equal(below, layer.backward(parameters, cache, output))
        for one, other in zip(gradients, layer.gradients(parameters, cache, output), strict=True):
            np.testing.assert_array_equal(one, other)

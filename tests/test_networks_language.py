"""The language model and the layers on sequences: their gradients, PyTorch's, their parts, and what they refuse."""

from __future__ import annotations

import pickle
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gdcore.descent import descend
from gdcore.differences import numerical_gradient
from gdcore.methods import adam
from gdcore.minibatches import Minibatches
from gdcore.networks import (
    Dense,
    Embedding,
    Flatten,
    LanguageModel,
    Network,
    PositionwiseDense,
    Residual,
    he,
    softmax,
    softmax_cross_entropy,
)

REFERENCE = np.load(Path(__file__).parent / "reference" / "language_torch.npz")
KINDS = [(norm, tied) for norm in ("pre", "post", "none") for tied in (False, True)]
SMALL = LanguageModel(7, positions=5, features=6, heads=3)
SEQUENCES = REFERENCE["sequences"]


def difference(found, expected):
    return np.abs(found - expected).max() / np.abs(expected).max()


@pytest.mark.parametrize("norm, tied", KINDS)
def test_pytorch_computes_the_same(norm, tied):
    model = LanguageModel(7, positions=5, features=6, heads=3, hidden=10, norm=norm, tied=tied)
    w, logits, loss, gradient = (
        REFERENCE[f"{norm}_{'tied' if tied else 'own'}_{key}"] for key in ("w", "logits", "loss", "gradient")
    )
    objective = model.objective(SEQUENCES)
    assert difference(model.logits(w, SEQUENCES[:, :-1]), logits) < 1e-13
    assert difference(objective.value(w), loss) < 1e-13
    assert difference(objective.gradient(w), gradient) < 1e-12
    assert model.loss_and_gradient(w, SEQUENCES)[0] == pytest.approx(loss, rel=1e-13)


@pytest.mark.parametrize("norm, tied", KINDS)
def test_gradient_and_hessian_against_differences(norm, tied):
    model = LanguageModel(5, positions=4, features=4, heads=2, hidden=6, norm=norm, tied=tied)
    generator = np.random.default_rng(6)
    objective = model.objective(generator.integers(5, size=(3, 5)))
    w = model.initialize(1) + generator.normal(0, 0.3, model.dimension)
    assert difference(objective.gradient(w), numerical_gradient(objective.value, w)) < 1e-6
    v = generator.normal(size=w.shape)
    change = (objective.gradient(w + 1e-6 * v) - objective.gradient(w - 1e-6 * v)) / 2e-6
    assert difference(objective.hessian_vector(w, v), change) < 1e-5


@pytest.mark.parametrize("models", [(), (2,), (2, 3)], ids=["one", "two", "two by three"])
@pytest.mark.parametrize("own", [False, True], ids=["the same tokens", "own tokens"])
def test_the_embedding_looks_up_and_its_gradient_adds_up(models, own):
    layer = Embedding(5, 3, positions=4)
    generator = np.random.default_rng(1)
    E, P = (generator.normal(size=models + shape) for shape in layer.shapes)
    tokens = generator.integers(4, size=(models if own else ()) + (6, 3))
    output, cache = layer.forward((E, P), tokens)
    delta = generator.normal(size=output.shape)
    of_tokens, of_positions = layer.gradients((E, P), cache, delta)
    expected = np.zeros(E.shape)
    every = np.broadcast_to(tokens, (*models, 6, 3))
    for place in np.ndindex(*models, 6, 3):
        model, token = place[:-2], every[place]
        np.testing.assert_array_equal(output[place], E[model][token] + P[model][place[-1]])
        expected[model][token] += delta[place]
    np.testing.assert_allclose(of_tokens, expected, rtol=1e-12, atol=1e-12)
    assert not of_tokens[..., 4, :].any()
    np.testing.assert_allclose(of_positions[..., :3, :], delta.sum(axis=-3), rtol=1e-12)
    assert not of_positions[..., 3, :].any()


def test_an_embedding_begins_any_network():
    network = Network([Embedding(5, 4, positions=3), PositionwiseDense(4, 4), Flatten((3, 4)), Dense(12, 2)])
    x, labels = np.random.default_rng(2).integers(5, size=(6, 3)), np.arange(6) % 2
    objective = network.objective(softmax_cross_entropy, x, labels)
    w = network.initialize(he, seed=1)
    assert difference(objective.gradient(w), numerical_gradient(objective.value, w)) < 1e-6
    assert objective.gradient(w.astype(np.float32)).dtype == np.float32
    with pytest.raises(TypeError, match="x must be whole numbers 0 … 4"):
        network.outputs(w, x / 2)
    with pytest.raises(ValueError, match="x must lie in 0 … 4, got 5"):
        network.outputs(w, x + (x == 4))


def test_several_models_are_each_alone_on_their_own_data():
    w = SMALL.initialize(seed=[3, 4])
    own = np.stack([SEQUENCES, SEQUENCES[::-1, ::-1]])
    both = SMALL.objective(own)
    for k in range(2):
        alone = SMALL.objective(own[k])
        np.testing.assert_array_equal(both.gradient(w)[k], alone.gradient(w[k]))
        np.testing.assert_array_equal(both.value(w)[k], alone.value(w[k]))
    np.testing.assert_array_equal(w[1], SMALL.initialize(seed=4))
    shared = SMALL.losses(w, SEQUENCES)
    assert shared.shape == (2, 4, 5)
    np.testing.assert_array_equal(shared[1], SMALL.losses(w[1], SEQUENCES))


def test_many_sequences_go_through_a_few_at_a_time():
    sequences = np.random.default_rng(1).integers(7, size=(2000, 6))
    w = SMALL.initialize(1)
    halves = [SMALL.loss_and_gradient(w, part) for part in (sequences[:500], sequences[500:])]
    loss, gradient = SMALL.loss_and_gradient(w, sequences)
    for found, first, second in zip((loss, gradient), *halves, strict=True):
        np.testing.assert_allclose(found, 0.25 * first + 0.75 * second, rtol=1e-10, atol=1e-12)
    assert SMALL.losses(w, sequences).shape == (2000, 5)
    assert SMALL.losses(w, sequences).mean() == pytest.approx(loss, rel=1e-12)


def test_the_loss_is_minus_the_logarithm_of_the_next_tokens_probability():
    w = SMALL.initialize(2) * 3
    p = softmax(SMALL.logits(w, SEQUENCES[:, :-1]))
    of_next = np.take_along_axis(p, SEQUENCES[:, 1:, None], axis=-1)[..., 0]
    np.testing.assert_allclose(SMALL.losses(w, SEQUENCES), -np.log(of_next), rtol=1e-12)


@pytest.mark.parametrize("norm, tied", KINDS)
def test_parts_are_named_in_their_order(norm, tied):
    model = LanguageModel(7, positions=5, features=6, heads=3, hidden=10, norm=norm, tied=tied)
    places = list(model.parts.values())
    assert places[0].start == 0 and places[-1].stop == model.dimension
    assert all(one.stop == other.start for one, other in pairwise(places))
    of_gains = [shape for name, shape in zip(model.parts, model.shapes, strict=True) if "gain" in name]
    assert of_gains == [(6,)] * {"pre": 5, "post": 4, "none": 0}[norm]
    w = model.initialize()
    if norm != "none":
        assert (w[model.mask("gain")] == 1).all() and (w[~model.mask("gain")] != 1).all()
    assert ("output" in model.parts) == (not tied)


def test_first_weights_have_the_spread_that_is_stated():
    model = LanguageModel(500, features=128, blocks=3)
    w = model.initialize(seed=1)
    expected = {"tokens": 0.2, "block 2 attention": 128**-0.5, "output": 128**-0.5}
    expected |= {"block 1 hidden": 128**-0.5, "block 1 hidden output": (512 * 6) ** -0.5}
    expected |= {"block 3 attention output": (128 * 6) ** -0.5}
    for name, deviation in expected.items():
        assert w[model.parts[name]].std() == pytest.approx(deviation, rel=0.03), name
    tied = LanguageModel(500, features=128, tied=True)
    assert tied.initialize()[tied.parts["tokens"]].std() == pytest.approx(0.02, rel=0.03)
    for norm, own in KINDS:
        start = LanguageModel(50, positions=8, features=16, norm=norm, tied=own)
        loss = start.objective(np.random.default_rng(1).integers(50, size=(64, 9))).value(start.initialize())
        assert np.log(50) - 0.1 < loss < np.log(50) + 0.9, (norm, own)


def test_a_short_training_learns_and_is_repeated_bit_for_bit():
    tokens = np.arange(400) % 7
    batches = Minibatches(SMALL.objective, np.lib.stride_tricks.sliding_window_view(tokens, 6), batch_size=8)
    runs = [descend(adam, batches, SMALL.initialize(0, np.float32), 150, learning_rate=0.01, record_every=0) for _ in range(2)]
    w = runs[0].points[-1]
    np.testing.assert_array_equal(w, runs[1].points[-1])
    assert w.dtype == np.float32 and batches.value(w) < 0.1
    np.testing.assert_array_equal(SMALL.sample(w, [0, 1], 12, temperature=0.01), np.arange(2, 14) % 7)


def test_samples_have_the_models_probabilities():
    w = SMALL.initialize(3) * 4
    p = softmax(SMALL.logits(w, [[2, 3]])[0, -1] / 0.7)
    drawn = [SMALL.sample(w, [2, 3], 1, seed=seed, temperature=0.7)[0] for seed in range(2000)]
    assert np.abs(np.bincount(drawn, minlength=7) / 2000 - p).max() < 0.04


def test_a_model_is_pickled_and_compares_by_its_sizes():
    assert pickle.loads(pickle.dumps(SMALL)) == SMALL
    assert pickle.loads(pickle.dumps(SMALL)).parts == SMALL.parts
    assert LanguageModel(7, hidden=256) == LanguageModel(7)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: LanguageModel(0), "vocabulary"),
        (lambda: LanguageModel(7, heads=3), "features must be a multiple of heads, 3, got 64"),
        (lambda: LanguageModel(7, norm="before"), "norm must be"),
        (lambda: LanguageModel(7, tied=1), "tied must be"),
        (lambda: SMALL.mask("weights"), "words must each be part of a name among tokens, .* got 'weights'"),
        (lambda: SMALL.objective([[0, 1, 7]]), "sequences must lie in 0 … 6, got 7"),
        (lambda: SMALL.objective([[0.5, 1]]), "sequences must be whole numbers 0 … 6"),
        (lambda: SMALL.objective([[1]]), r"sequences must be \(..., N, L\) with 2 ≤ L ≤ 6, got an array of shape \(1, 1\)"),
        (lambda: SMALL.objective([0, 1]), r"got an array of shape \(2,\)"),
        (lambda: SMALL.objective(np.zeros((2, 7), int)), "L ≤ 6"),
        (lambda: SMALL.logits(SMALL.initialize(), np.zeros((2, 6), int)), "tokens must be"),
        (lambda: SMALL.objective(SEQUENCES).value([1.0, 2.0]), "w must"),
        (lambda: SMALL.objective(SEQUENCES[None]).value(SMALL.initialize()), r"so w must be \(..., \*\(1,\), d\)"),
        (lambda: SMALL.sample(SMALL.initialize([0]), [1], 2), "w must be one model's"),
        (lambda: SMALL.sample(SMALL.initialize(), [], 2), "start must be"),
        (lambda: SMALL.sample(SMALL.initialize(), [1], 2, temperature=0), "temperature must be"),
        (lambda: Embedding(5, 2, positions=3).output_shape((4,)), r"takes examples of shape \(at most 3 tokens,\), got \(4,\)"),
        (lambda: PositionwiseDense(4, 2).output_shape((3, 5)), r"takes examples of shape \(positions, 4\), got \(3, 5\)"),
        (lambda: Network([Dense(2, 2), Embedding(3, 2, positions=2)]), "layers must have the one that takes tokens at first"),
        (lambda: Residual([Embedding(3, 2, positions=2)]).output_shape((2,)), "layers must give back the shape"),
        (lambda: Embedding(3, 2, positions=2).backward((), ((), ()), np.ones(2)), "layers must have the embedding at first"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()

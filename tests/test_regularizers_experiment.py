"""The experiment on regularizers of a network, on images small enough for a test, and what its result says."""

import numpy as np
import pytest

from experiments import regularizers as tried
from gdcore import results
from gdcore.networks import one_hot, softmax
from tests.small_images import noise_images

RNG = np.random.default_rng(0)
COUNT = tried.EXAMPLES + tried.HELD_OUT
IMAGES = noise_images(RNG, COUNT, 50, labels_drawn=True)


def test_gradients_are_those_of_the_masked_loss():
    layers = [(w.astype(float), b.astype(float)) for w, b in tried.first_weights(np.random.default_rng(1))]
    x, targets = RNG.random((5, 196)), one_hot(np.arange(5), 10, float)
    masks = [(RNG.random((5, 256)) > 0.3) / 0.7 for _ in range(2)]

    def loss(changed):
        shares = softmax(tried.forward(changed, x, masks)[-1])
        return -np.mean(np.log((shares * targets).sum(axis=1)))

    for k, (dw, db) in enumerate(tried.gradients(layers, x, targets, masks)):
        (w, b), h = layers[k], 1e-6
        along, sideways = RNG.normal(size=w.shape), RNG.normal(size=b.shape)
        up, down = ([*layers[:k], (w + s * h * along, b + s * h * sideways), *layers[k + 1 :]] for s in (1, -1))
        expected = (dw * along).sum() + (db * sideways).sum()
        assert (loss(up) - loss(down)) / (2 * h) == pytest.approx(expected, rel=1e-5)


def test_augmentations_move_a_share_of_the_images():
    images = RNG.random((400, 14, 14))
    moved = tried.shifted(images, np.random.default_rng(2), 0.5)
    same = (moved == images).all(axis=(1, 2)).mean()
    assert same == pytest.approx(0.5 + 0.5 / 9, abs=0.1)  # one shift in nine is none
    at = [
        (moved[:, 1:-1, 1:-1] == images[:, 1 + i : 13 + i, 1 + j : 13 + j]).all(axis=(1, 2))
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
    ]
    assert np.any(at, axis=0).all()  # each is some shift by at most a pixel
    mirrored = tried.mirrored(images, np.random.default_rng(2), 1.0)
    np.testing.assert_array_equal(mirrored, images[:, :, ::-1])


@pytest.mark.parametrize(
    ("kind", "strength"), [("dropout", 0.5), ("shifts", 0.5), ("label smoothing", 0.2), ("weight decay", 0.01)]
)
def test_the_seed_alone_decides_a_run(kind, strength):
    once, again, other = (tried.train(IMAGES, kind, strength, seed, epochs=1) for seed in (0, 0, 1))
    assert once == again != other
    assert once != tried.train(IMAGES, "none", 0, 0, epochs=1)


def test_the_result_is_that_of_the_settings():
    found = results.read("regularizers")
    assert found["settings"]["strengths"] == tried.STRENGTHS
    assert not set(found["settings"]["choosing"]) & set(found["settings"]["measuring"])
    for kind, errors in found["validation_errors"].items():
        assert found["chosen"][kind] == tried.STRENGTHS[kind][int(np.argmin(errors))]
        assert all(len(each) == len(tried.MEASURING) for each in found["measured"][kind].values())

"""Training a network is `descend`: any method, many networks at once, stopping and going on, and what is observed on the way."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from gdcore import data
from gdcore.descent import descend
from gdcore.methods import adam, gradient_descent, momentum, muon
from gdcore.minibatches import Minibatches
from gdcore.networks import (
    BatchNorm,
    Convolution,
    Dense,
    Flatten,
    MaxPool,
    Network,
    accuracy,
    fold_statistics,
    he,
    observer,
    relu,
    sigmoid,
    small_uniform,
    softmax_cross_entropy,
    squared_error,
    tanh,
    zeros,
)

MOONS, SIDES = data.two_moons(300, noise=0.15, seed=1)
NETWORK = Network([Dense(2, 16), tanh, Dense(16, 2)])
NORMED = Network([Dense(2, 8), BatchNorm(8), relu, Dense(8, 2)])
BATCHES = Minibatches(partial(NETWORK.objective, softmax_cross_entropy), MOONS, SIDES, batch_size=32, seed=3)
NORMED_BATCHES = Minibatches(partial(NORMED.objective, softmax_cross_entropy), MOONS, SIDES, batch_size=32, seed=3)


@pytest.mark.parametrize(
    "method, settings",
    [(gradient_descent, {"learning_rate": 0.5}), (adam, {"learning_rate": 0.02}), (muon, {"learning_rate": 0.02})],
    ids=["gradient descent", "adam", "muon"],
)
def test_any_method_learns_the_two_moons(method: object, settings: dict[str, float]) -> None:
    path = descend(method, BATCHES, NETWORK.initialize(he, seed=1), 600, record_every=100, **settings)
    x, labels = data.two_moons(300, noise=0.15, seed=2)
    assert path.values[0] > 0.4 and path.values[-1] < 0.12
    assert accuracy(NETWORK.outputs(path.points[-1], x), labels) > 0.95


def test_equal_weights_stay_equal() -> None:
    network = Network([Dense(2, 6), sigmoid, Dense(6, 2), sigmoid])
    batches = Minibatches(partial(network.objective, squared_error), MOONS, SIDES, batch_size=10)
    path = descend(gradient_descent, batches, network.initialize(zeros), 300, learning_rate=2.0, record_every=0)
    (W, b), _, (V, _), _ = network.unpack(path.points[-1])
    assert np.ptp(W, axis=1).max() == np.ptp(b) == np.ptp(V, axis=0).max() == 0 and np.abs(V).max() > 0.01
    broken = descend(gradient_descent, batches, network.initialize(small_uniform, seed=1), 300, learning_rate=2.0, record_every=0)
    assert np.ptp(network.unpack(broken.points[-1])[0][0], axis=1).max() > 0.1


@pytest.mark.parametrize("method", [gradient_descent, momentum, adam])
def test_networks_trained_together_are_each_trained_alone(method: object) -> None:
    seeds = [5, 0, 11]
    together = descend(
        method,
        Minibatches(partial(NETWORK.objective, softmax_cross_entropy), MOONS, SIDES, batch_size=32, seed=seeds),
        NETWORK.initialize(he, seed=seeds),
        25,
        learning_rate=0.05,
    )
    assert together.values.shape == (26, 3)
    for i, seed in enumerate(seeds):
        batches = Minibatches(partial(NETWORK.objective, softmax_cross_entropy), MOONS, SIDES, batch_size=32, seed=seed)
        alone = descend(method, batches, NETWORK.initialize(he, seed=seed), 25, learning_rate=0.05)
        np.testing.assert_allclose(together.points[:, i], alone.points, rtol=1e-9, atol=1e-10)
        np.testing.assert_allclose(together.values[:, i], alone.values, rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("method", [momentum, adam])
def test_a_saved_run_goes_on_bit_for_bit(method: object, dtype: type) -> None:
    x = MOONS.astype(dtype)
    batches = Minibatches(partial(NORMED.objective, softmax_cross_entropy), x, SIDES, batch_size=32, seed=4)
    settings = {"learning_rate": 0.05, "record_every": 0}
    start = NORMED.initialize(he, seed=2, dtype=dtype)
    straight = descend(method, batches, start, 47, **settings)
    half = descend(method, batches, start, 23, **settings)

    file = io.BytesIO()
    state = half.state if isinstance(half.state, tuple) else (half.state,)
    np.savez(file, w=half.points[-1], t=half.steps[-1], **{f"state_{i}": part for i, part in enumerate(state)})
    file.seek(0)
    saved = np.load(file)
    parts = [saved[f"state_{i}"] for i in range(len(state))]
    state = tuple(int(p) if p.ndim == 0 else p for p in parts) if len(parts) > 1 else parts[0]
    rest = descend(method, batches, saved["w"], 47 - int(saved["t"]), state=state, first_step=int(saved["t"]) + 1, **settings)
    np.testing.assert_array_equal(rest.points[-1], straight.points[-1])
    assert rest.points.dtype == dtype and rest.steps[-1] == straight.steps[-1] == 47


def test_the_parameters_of_another_network_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "run.npz", w=NORMED.initialize(he))
    with pytest.raises(ValueError, match=r"start must have 82 numbers along its last axis, got an array of shape \(58,\)"):
        descend(momentum, BATCHES, np.load(tmp_path / "run.npz")["w"], 10)


def test_batch_norm_refuses_batches_of_one_before_the_first_step() -> None:
    ones = Minibatches(partial(NORMED.objective, softmax_cross_entropy), MOONS, SIDES, batch_size=1)
    with pytest.raises(ValueError, match="must hold at least 2 examples, got 1"):
        descend(gradient_descent, ones, NORMED.initialize(he), 10)


def test_a_convolutional_network_learns_which_way_the_stripes_run() -> None:
    generator = np.random.default_rng(0)

    def stripes(n: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.arange(n) % 2
        across = np.sin(np.arange(8) * 2.0 + generator.uniform(0, 6, (n, 1)))
        images = np.where(labels[:, None, None] == 0, across[:, None, :], across[:, :, None]) + generator.normal(
            0, 0.3, (n, 8, 8)
        )
        return images[..., None].astype(np.float32), labels

    network = Network([Convolution(1, 4, kernel=3), relu, MaxPool(2), Flatten((3, 3, 4)), Dense(36, 2)])
    batches = Minibatches(partial(network.objective, softmax_cross_entropy), *stripes(200), batch_size=20)
    path = descend(adam, batches, network.initialize(he, seed=1, dtype=np.float32), 200, learning_rate=0.02, record_every=0)
    x, labels = stripes(200)
    assert accuracy(network.outputs(path.points[-1], x), labels) > 0.97


def test_what_is_observed(capsys: pytest.CaptureFixture[str]) -> None:
    test_x, test_labels = data.two_moons(100, seed=9)
    look = observer(NETWORK, softmax_cross_entropy, test_x, test_labels)
    path = descend(momentum, BATCHES, NETWORK.initialize(he, seed=[1, 2]), 60, learning_rate=0.1, record_every=20, observe=look)
    objective = NETWORK.objective(softmax_cross_entropy, test_x, test_labels)
    assert set(path.records) == {"loss", "gradient_norm", "accuracy", "seconds"}
    np.testing.assert_allclose(path.records["loss"], objective.value(path.points), rtol=1e-12)
    np.testing.assert_allclose(path.records["gradient_norm"], np.linalg.norm(objective.gradient(path.points), axis=-1), rtol=1e-9)
    np.testing.assert_array_equal(path.records["accuracy"], accuracy(NETWORK.outputs(path.points, test_x), test_labels))
    assert path.records["accuracy"].shape == (4, 2) and path.records["accuracy"][-1].min() > 0.85
    assert path.records["seconds"][0] < 1 and (np.diff(path.records["seconds"]) > 0).all()
    assert not capsys.readouterr().err  # a bar is shown only where steps are given


def test_running_statistics_are_folded_and_go_on() -> None:
    start, settings = NORMED.initialize(he, seed=1), {"learning_rate": 0.1}

    def look(running: np.ndarray | None = None) -> object:
        return observer(NORMED, softmax_cross_entropy, MOONS, SIDES, batches=NORMED_BATCHES, running=running)

    path = descend(momentum, NORMED_BATCHES, start, 30, observe=look(), **settings)
    running = NORMED.statistics(start, MOONS[NORMED_BATCHES.rows(1)])
    for t, w in zip(path.steps[1:], path.points[1:], strict=True):
        running = fold_statistics(running, NORMED.statistics(w, MOONS[NORMED_BATCHES.rows(int(t))]))
    np.testing.assert_allclose(path.records["statistics"][-1], running, rtol=1e-12)
    inference = NORMED.with_statistics(running).objective(softmax_cross_entropy, MOONS, SIDES)
    assert path.records["loss"][-1] == pytest.approx(inference.value(path.points[-1]), rel=1e-12)

    half = descend(momentum, NORMED_BATCHES, start, 12, observe=look(), **settings)
    goes_on = look(half.records["statistics"][-1])
    rest = descend(momentum, NORMED_BATCHES, half.points[-1], 18, state=half.state, first_step=13, observe=goes_on, **settings)
    np.testing.assert_array_equal(rest.records["statistics"][-1], path.records["statistics"][-1])


def test_a_bar_shows_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    look = observer(NETWORK, softmax_cross_entropy, MOONS, SIDES, steps=40)
    descend(gradient_descent, BATCHES, NETWORK.initialize(he), 40, learning_rate=0.1, record_every=10, observe=look)
    assert "40/40" in capsys.readouterr().err


def test_vectors_as_targets_have_no_accuracy() -> None:
    network = Network([Dense(2, 3)])
    look = observer(network, squared_error, MOONS, np.ones((300, 3)))
    assert set(look(0, network.initialize(he), None)) == {"loss", "gradient_norm", "seconds"}

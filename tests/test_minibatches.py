"""Minibatches: which data each step sees, and that nothing but the step and the seed decides it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdcore.descent import descend
from gdcore.methods import gradient_descent, svrg
from gdcore.minibatches import Minibatches
from gdcore.objectives import Objective

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(10, 3))
T = X @ np.array([1.0, -2.0, 0.5]) + GENERATOR.normal(0, 0.1, 10)


def mean_square(x: np.ndarray, t: np.ndarray) -> Objective:
    """½ the mean of (x·w − t)², on x (..., N, 3) and t (..., N)."""

    def residuals(w: np.ndarray) -> np.ndarray:
        return (x @ w[..., None])[..., 0] - t

    return Objective(
        "mean square",
        value=lambda w: 0.5 * (residuals(w) ** 2).mean(axis=-1),
        gradient=lambda w: (x.mT @ residuals(w)[..., None])[..., 0] / t.shape[-1],
        dimension=3,
    )


def index(n: int, **options: object) -> Minibatches:
    """Minibatches of the numbers 0 … n − 1."""
    return Minibatches(lambda i: Objective("numbers", value=lambda w: i.mean(), gradient=lambda w: w), np.arange(n), **options)


@given(n=st.integers(1, 40), size=st.integers(1, 40), seed=st.integers(0, 2**40), epoch=st.integers(0, 5))
def test_every_epoch_sees_every_datum_once(n: int, size: int, seed: int, epoch: int) -> None:
    batches = index(n, batch_size=min(size, n), seed=seed)
    steps = batches.steps_per_epoch
    rows = [batches.rows(epoch * steps + i) for i in range(1, steps + 1)]
    assert sorted(np.concatenate(rows)) == list(range(n))
    assert all(len(r) == batches.batch_size for r in rows[:-1])
    assert len(rows[-1]) == n - batches.batch_size * (steps - 1)


@pytest.mark.parametrize("n, size, steps, last", [(8, 4, 2, 4), (100, 10, 10, 10), (10, 4, 3, 2), (5, 5, 1, 5), (3, 1, 3, 1)])
def test_where_the_sources_slip(n: int, size: int, steps: int, last: int) -> None:
    """Bishop's reset test drops the last batch when B divides N, and his index asks for data 9 to 12 of 10."""
    batches = index(n, batch_size=size)
    assert batches.steps_per_epoch == steps and len(batches.rows(steps)) == last
    first, second = ([batches.rows(epoch * steps + i).tolist() for i in range(1, steps + 1)] for epoch in (0, 1))
    assert first != second
    in_order = index(n, batch_size=size, shuffle=False)
    for epoch in range(3):
        rows = np.concatenate([in_order.rows(epoch * steps + i) for i in range(1, steps + 1)])
        assert rows.tolist() == list(range(n))


def test_nothing_but_the_step_and_the_seed_decides() -> None:
    batches = index(50, batch_size=7, seed=3)
    forward = [batches.rows(t).tolist() for t in range(1, 30)]
    backward = [index(50, batch_size=7, seed=3).rows(t).tolist() for t in range(29, 0, -1)]
    assert forward == backward[::-1]
    assert forward[0] == np.random.default_rng([3, 1]).permutation(50)[:7].tolist()
    assert forward[8] == np.random.default_rng([3, 2]).permutation(50)[:7].tolist()
    assert forward != [index(50, batch_size=7, seed=4).rows(t).tolist() for t in range(1, 30)]
    with pytest.raises(ValueError, match="read-only"):
        batches.rows(1)[0] = 0


def test_with_replacement_each_place_is_drawn_by_itself() -> None:
    batches = index(20, batch_size=20, seed=1, replacement=True)
    epochs = np.array([batches.rows(t) for t in range(1, 2001)])
    missing = np.mean([20 - len(set(row)) for row in epochs])
    assert missing == pytest.approx(20 * (1 - 1 / 20) ** 20, rel=0.02)
    assert np.bincount(epochs.ravel(), minlength=20) == pytest.approx(np.full(20, 2000), rel=0.1)
    assert [len(index(10, batch_size=4, replacement=True).rows(t)) for t in (1, 2, 3, 4)] == [4, 4, 2, 4]


def test_spread_of_a_batch_with_and_without_replacement() -> None:
    n, size, data = 20, 5, np.arange(20.0)
    for replacement, factor in ((True, 1.0), (False, (n - size) / (n - 1))):
        batches = index(n, batch_size=size, seed=2, replacement=replacement)
        means = [data[batches.rows(t)].mean() for t in range(1, 20_001)]
        assert np.var(means) == pytest.approx(data.var() / size * factor, rel=0.05)


def test_each_model_has_the_batches_of_its_seed() -> None:
    batches = index(30, batch_size=4, seed=[7, 0, 7, 123])
    for t in (1, 8, 9, 20):
        rows = batches.rows(t)
        assert rows.shape == (4, len(index(30, batch_size=4).rows(t)))
        for row, seed in zip(rows, (7, 0, 7, 123), strict=True):
            assert row.tolist() == index(30, batch_size=4, seed=seed).rows(t).tolist()


def test_each_model_descends_on_its_own_batches() -> None:
    starts = GENERATOR.normal(size=(2, 3))
    together = descend(gradient_descent, Minibatches(mean_square, X, T, batch_size=3, seed=[4, 9]), starts, 20, learning_rate=0.1)
    for i, seed in enumerate((4, 9)):
        alone = descend(
            gradient_descent, Minibatches(mean_square, X, T, batch_size=3, seed=seed), starts[i], 20, learning_rate=0.1
        )
        np.testing.assert_allclose(together.points[:, i], alone.points, rtol=1e-12)


def test_batch_and_whole() -> None:
    batches, whole, w = Minibatches(mean_square, X, T, batch_size=4, seed=1), mean_square(X, T), np.array([0.3, 0.1, -1.0])
    assert batches.name == "mean square" and batches.dimension == 3
    assert batches.value(w) == batches.whole.value(w) == batches.at(2).whole.value(w) == whole.value(w)
    np.testing.assert_array_equal(batches.gradient(w), whole.gradient(w))
    rows = batches.rows(2)
    np.testing.assert_array_equal(batches.at(2).gradient(w), mean_square(X[rows], T[rows]).gradient(w))
    weighted = sum(batches.at(t).gradient(w) * len(batches.rows(t)) for t in (1, 2, 3)) / 10
    np.testing.assert_allclose(weighted, whole.gradient(w), rtol=1e-12)


def test_a_run_records_the_whole_objective() -> None:
    batches = Minibatches(mean_square, X, T, batch_size=2, seed=1)
    path = descend(gradient_descent, batches, np.zeros(3), 40, learning_rate=0.1)
    np.testing.assert_array_equal(path.values, mean_square(X, T).value(path.points))
    w = np.zeros(3)
    for t in range(1, 41):
        rows = batches.rows(t)
        w = w - 0.1 * mean_square(X[rows], T[rows]).gradient(w)
    np.testing.assert_array_equal(path.points[-1], w)


def test_full_batches_are_gradient_descent() -> None:
    stochastic = descend(gradient_descent, Minibatches(mean_square, X, T, batch_size=10), np.zeros(3), 30, learning_rate=0.2)
    plain = descend(gradient_descent, mean_square(X, T), np.zeros(3), 30, learning_rate=0.2)
    np.testing.assert_allclose(stochastic.points, plain.points, rtol=1e-12, atol=1e-15)


def test_svrg_finds_the_whole_through_the_batch() -> None:
    batches = Minibatches(mean_square, X, T, batch_size=1, seed=1)
    path = descend(svrg, batches, np.zeros(3), 2000, learning_rate=0.05, record_every=0)
    np.testing.assert_allclose(path.points[-1], np.linalg.lstsq(X, T)[0], atol=1e-6)


@pytest.mark.parametrize(
    "error, message, data, options",
    [
        (ValueError, "batch_size must be a whole number from 1 to 10, got 0", (X, T), {"batch_size": 0}),
        (ValueError, "batch_size must be a whole number from 1 to 10, got 11", (X, T), {"batch_size": 11}),
        (TypeError, "batch_size must be a whole number from 1 to 10, got 2.0", (X, T), {"batch_size": 2.0}),
        (ValueError, "seed must be a whole number ≥ 0, got -1", (X, T), {"batch_size": 2, "seed": -1}),
        (TypeError, "seed must be a whole number ≥ 0, got 0.5", (X, T), {"batch_size": 2, "seed": [1, 0.5]}),
        (ValueError, "data must be of one length, at least 1, got 10, 9", (X, T[:9]), {"batch_size": 2}),
        (ValueError, "data must be of one length, at least 1, got 0", (X[:0],), {"batch_size": 1}),
        (ValueError, "data must be one or more arrays", (), {"batch_size": 1}),
        (TypeError, r"data\[1\] must be an array of numbers", (X, 3.0), {"batch_size": 1}),
        (
            ValueError,
            "replacement must be False with shuffle=False",
            (X, T),
            {"batch_size": 2, "shuffle": False, "replacement": True},
        ),
    ],
)
def test_refused_by_name(error: type[Exception], message: str, data: tuple, options: dict) -> None:
    with pytest.raises(error, match=message):
        Minibatches(mean_square, *data, **options)


@pytest.mark.parametrize("t", [0, -3])
def test_steps_begin_at_one(t: int) -> None:
    with pytest.raises(ValueError, match=f"t must be a whole number ≥ 1, got {t}"):
        index(5, batch_size=2).rows(t)


def test_it_says_what_it_is() -> None:
    assert repr(Minibatches(mean_square, X, T, batch_size=2, seed=5)) == "Minibatches(mean square, 10 data, batch_size=2, seed=5)"
    with pytest.raises(AttributeError):
        Minibatches(mean_square, X, T, batch_size=2).batch_size = 3

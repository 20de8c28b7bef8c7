"""Training a language model: what is kept, going on as if never stopped, clipping, and a run that diverges."""

from __future__ import annotations

import numpy as np
import pytest

from gdcore.descent import descend
from gdcore.methods import adam, gradient_descent, momentum
from gdcore.minibatches import Minibatches
from gdcore.networks import LanguageModel, train_language
from gdcore.schedules import linear, warmup

MODEL = LanguageModel(7, positions=8, features=6, heads=2, blocks=1)
TOKENS = np.arange(600) % 7
TRAIN, TEST = TOKENS[:500], TOKENS[500:]


def test_it_is_descend_on_minibatches():
    run = train_language(MODEL, TRAIN, adam, 30, every=7, seed=3, learning_rate=0.01)
    pieces = np.lib.stride_tricks.sliding_window_view(TRAIN, 9)[::2]
    batches = Minibatches(MODEL.objective, pieces, batch_size=16, seed=3)
    path = descend(adam, batches, MODEL.initialize(3, np.float32), 30, learning_rate=0.01)
    np.testing.assert_array_equal(run.w, path.points[-1])
    expected = [batches.at(t).value(w) for t, w in zip(range(1, 31), path.points, strict=False)]
    np.testing.assert_allclose(run.losses, expected, rtol=1e-5)
    norms = [np.linalg.norm(batches.at(t).gradient(w)) for t, w in zip(range(1, 31), path.points, strict=False)]
    np.testing.assert_allclose(run.gradient_norms, norms, rtol=1e-5)
    assert run.steps.tolist() == list(range(1, 31)) and run.diverged_at is None and not len(run.validation)


def test_a_training_goes_on_as_if_it_had_never_stopped():
    settings = dict(validation_tokens=TEST, every=10, seed=1, learning_rate=warmup(5, linear(0.02, 0, 35)))
    whole = train_language(MODEL, TRAIN, adam, 40, **settings)
    half = train_language(MODEL, TRAIN, adam, 20, **settings)
    rest = train_language(MODEL, TRAIN, adam, 20, start=half.w, state=half.state, first_step=21, **settings)
    np.testing.assert_array_equal(rest.w, whole.w)
    np.testing.assert_array_equal(np.concatenate([half.losses, rest.losses]), whole.losses)
    assert whole.looked_at.tolist() == [0, 10, 20, 30, 40] and rest.looked_at.tolist() == [20, 30, 40]
    np.testing.assert_array_equal(rest.validation, whole.validation[2:])
    pieces = np.stack([TEST[k : k + 9] for k in range(0, len(TEST) - 8, 8)])
    assert whole.validation[-1] == pytest.approx(MODEL.objective(pieces).value(whole.w), rel=1e-5)


def test_clipping_shortens_what_is_too_long_and_nothing_else():
    free = train_language(MODEL, TRAIN, gradient_descent, 1, learning_rate=1.0)
    for clip in (free.gradient_norms[0] / 4, free.gradient_norms[0] * 4):
        run = train_language(MODEL, TRAIN, gradient_descent, 1, learning_rate=1.0, clip=clip)
        moved = np.linalg.norm((run.w - MODEL.initialize(0, np.float32)).astype(float))
        assert moved == pytest.approx(min(clip, free.gradient_norms[0]), rel=1e-4)
        assert run.gradient_norms == pytest.approx(free.gradient_norms)


def test_a_run_that_diverges_stops():
    model = LanguageModel(7, positions=8, features=6, heads=2, blocks=1, norm="none")
    run = train_language(model, TRAIN, momentum, 400, validation_tokens=TEST, every=20, learning_rate=100.0)
    assert run.diverged_at is not None and run.diverged_at <= run.steps[-1] < 400
    assert np.isfinite(run.losses[: run.diverged_at - 1]).all() and not np.isfinite(run.validation[-1])


def test_an_array_of_rates_leaves_what_has_none():
    rates = np.where(MODEL.mask("attention"), 0.0, 0.01).astype(np.float32)
    run = train_language(MODEL, TRAIN, adam, 5, learning_rate=lambda t: rates / t)
    w = MODEL.initialize(0, np.float32)
    still = MODEL.mask("attention")
    np.testing.assert_array_equal(run.w[still], w[still])
    assert run.w.dtype == np.float32 and (run.w[MODEL.parts["output"]] != w[MODEL.parts["output"]]).all()


@pytest.mark.parametrize(
    "change, message",
    [
        (dict(model="none"), "model must be a LanguageModel, got 'none'"),
        (dict(tokens=[0, 1]), "length must be at most the number of tokens, 2, got 9"),
        (dict(tokens=TRAIN + 1), "sequences must lie in 0 … 6, got 7"),
        (dict(validation_tokens=np.full(20, 9)), "sequences must lie in 0 … 6, got 9"),
        (dict(clip=0), "clip must be"),
        (dict(every=0), "every must be"),
        (dict(batch_size=1000), "batch_size must be"),
        (dict(start=[1.0]), "start must"),
        (dict(rate=0.1), "rate"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    settings = dict(model=MODEL, tokens=TRAIN, method=adam, steps=1, learning_rate=0.1)
    with pytest.raises((TypeError, ValueError), match=message):
        train_language(**settings | change)

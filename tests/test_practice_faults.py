"""The experiments on faults, twins and clipping: their parts against other computations, and what was committed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments import practice_curves, practice_faults, practice_tails, practice_twins
from experiments.practice_faults import FAULTS, PLACES, Run, Trainer
from experiments.practice_rules import FLOOR, diagnosis, right
from gdcore import results
from tests.small_images import noise_images

RNG = np.random.default_rng(0)
COUNT = practice_faults.EXAMPLES + practice_faults.HELD_OUT
IMAGES = noise_images(RNG, COUNT, 20, labels_drawn=True)


@pytest.mark.parametrize("tanh", [False, True])
@pytest.mark.parametrize("twice", [False, True])
def test_gradients_are_those_of_the_loss(tanh, twice):
    run = Run(sizes=(7, 5, 4, 10), tanh=tanh, softmax_twice=twice)
    layers = [(w.astype(float), b + 0.1) for w, b in Trainer(run, 0).layers]
    x, labels = RNG.normal(size=(6, 7)), RNG.integers(0, 10, 6)
    for k, (dw, db) in enumerate(practice_faults.gradients(run, layers, x, labels)):
        (w, b), h = layers[k], 1e-6
        along, sideways = RNG.normal(size=w.shape), RNG.normal(size=b.shape)
        up, down = ([*layers[:k], (w + s * h * along, b + s * h * sideways), *layers[k + 1 :]] for s in (1, -1))
        change = (practice_faults.loss(run, up, x, labels) - practice_faults.loss(run, down, x, labels)) / (2 * h)
        assert change == pytest.approx((dw * along).sum() + (db * sideways).sum(), rel=1e-4, abs=1e-9)


def test_a_run_is_decided_by_its_seed():
    x, labels, *_ = practice_faults.sample(IMAGES, PLACES["MNIST"], 3)
    ends = []
    for seed in (3, 3, 4):
        trainer = Trainer(PLACES["MNIST"], seed)
        for k in range(3):
            trainer.step(x[50 * k : 50 * k + 50], labels[50 * k : 50 * k + 50], 1e-3)
        ends.append(practice_twins.flat(trainer))
    np.testing.assert_array_equal(ends[0], ends[1])
    assert np.abs(ends[0] - ends[2]).max() > 0.01


def test_the_step_is_adam_s():
    run = replace(PLACES["MNIST"], sizes=(3, 10))
    trainer, x, labels = Trainer(run, 0), RNG.normal(size=(4, 3)).astype(np.float32), np.arange(4)
    before = trainer.layers[0][0]
    slope = practice_faults.gradients(run, trainer.layers, x, labels)[0][0]
    trainer.step(x, labels, 0.01)
    np.testing.assert_allclose(trainer.layers[0][0], before - 0.01 * np.sign(slope), atol=1e-5)


@pytest.mark.parametrize("fault", list(FAULTS))
def test_every_fault_changes_its_run(fault):
    run = practice_faults.faulty("Fashion-MNIST", fault)
    assert (run == PLACES["Fashion-MNIST"]) == (fault == "nothing")


def test_a_short_run_has_all_that_the_rules_ask():
    record = practice_curves.train(IMAGES, "MNIST", "not a number in the data", 1, steps=100)
    assert diagnosis(record) == "not a number in the data"
    kept = practice_curves.written(record)
    assert len(kept["loss"]) == len(kept["validation"]) == 10 and kept["inputs_finite"] == 0


def test_a_double_softmax_has_its_floor():
    assert pytest.approx(-np.log(np.e / (np.e + 9))) == FLOOR
    assert right("noise floor", "rate too large") and not right("nothing", "few examples")


def test_twins_part_by_rounding_alone():
    pair = practice_twins.twins(IMAGES, "MNIST", 1, 0, steps=20)
    assert len(pair["apart"]) == 2 and 0 < pair["apart"][0] < 1e-4


def test_clipping_shortens_and_a_run_is_decided_by_its_seed():
    g = np.array([3.0, 4.0], np.float32)
    np.testing.assert_allclose(practice_tails.clip(g, 1.0), [0.6, 0.8], rtol=1e-6)
    np.testing.assert_array_equal(practice_tails.clip(g, np.inf), g)
    once, again, other = (practice_tails.learned("Adam", 1.0, 1.0, 0.01, seed, steps=3) for seed in (0, 0, 1))
    assert once == again != other


@pytest.mark.parametrize("module", [practice_curves, practice_twins, practice_tails])
def test_the_committed_results_are_of_these_settings(module):
    found = results.read(module.__name__.rpartition(".")[2])["settings"]
    if module is practice_curves:
        assert found["faults"] == list(FAULTS) and found["seeds"] == practice_faults.SEEDS
    elif module is practice_twins:
        assert found["factors"] == practice_twins.FACTORS and found["seeds"] == practice_twins.SEEDS
    else:
        assert found["rates"] == practice_tails.RATES and found["thresholds"] == practice_tails.THRESHOLDS

"""The experiments of the chapter on a training run, made small: same layout, decided by the seed, and what their parts do."""

from __future__ import annotations

import numpy as np
import pytest

from experiments import jobs, practice, practice_language, practice_runs
from gdcore import methods, results
from gdcore.descent import descend
from gdcore.networks import softmax_cross_entropy
from gdcore.objectives import canyon
from tests.small_images import noise_images

GENERATOR = np.random.default_rng(0)
IMAGES = noise_images(GENERATOR, 1200, 20)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Few images and steps, and results in a folder of their own."""
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(jobs, "UNFINISHED", tmp_path / "unfinished")
    for name, value in {
        "TRAINED": 1000,
        "HELD_OUT": 200,
        "FIXED": 50,
        "BUDGETS": [2, 4],
        "SIZES": [4, 64],
        "TARGET": 2.6,
    }.items():
        monkeypatch.setattr(practice, name, value)
    for name, value in {"BORDER_STEPS": 3, "RAMP_STEPS": 5, "MOST_STEPS": 6, "SEEDS": [0, 1], "RAMP_SEEDS": [0, 1]}.items():
        monkeypatch.setattr(practice, name, value)
    for name, value in {"STEPS": 20, "PART_STEPS": 6, "WARM_STEPS": 8, "WARM": 2, "LENGTHS": [0, 2], "AVERAGED": 200}.items():
        monkeypatch.setattr(practice_runs, name, value)
    for name, value in {"SEEDS": [0, 1, 2], "FEW": [0, 1], "TUNING": 1, "MARK": 4, "FINE_STEPS": 3, "BATCH": 16}.items():
        monkeypatch.setattr(practice_runs, name, value)
    monkeypatch.setattr(practice.data, "load_images", lambda *a, **k: IMAGES)


def layout(value):
    """The names in a result, without the numbers."""
    return {key: layout(each) for key, each in value.items()} if isinstance(value, dict) else type(value)


def test_the_small_search_for_rates_has_the_layout_of_the_stored_one(small, monkeypatch):
    practice.run(backend="sequential")
    found = results.read("practice")
    monkeypatch.undo()
    stored = results.read("practice")
    assert set(found) == set(stored) and set(found["settings"]) == set(stored["settings"])
    assert np.shape(found["sweep"]["Adam"]) == (2, 19, 2) and np.shape(stored["sweep"]["Adam"]) == (6, 19, 5)
    assert np.shape(stored["ramp"]["momentum"]["losses"]) == (200, 10) and len(stored["border"]) == 5
    assert set(stored["batch"]) == {f"{name}, {size}" for name in practice.METHODS for size in practice.SIZES}
    assert stored["settings"]["budgets"] == practice.BUDGETS and stored["settings"]["border"] == practice.BORDER


def test_the_small_parts_of_a_run_have_the_layout_of_the_stored_ones(small, monkeypatch):
    monkeypatch.setattr(practice_runs, "IMAGES", 2)
    practice_runs.run(backend="sequential")
    found = results.read("practice_runs")
    monkeypatch.undo()
    stored = results.read("practice_runs")
    assert set(found) == set(stored) and set(found["settings"]) == set(stored["settings"])
    assert list(found["parts"]) == list(stored["parts"]) == practice_runs.PARTS
    assert [each["start"] for each in stored["fine_tuning"]] == ["new", "trained", "trained", "trained"]
    assert np.shape(found["longer"]["planned for all"]) == (11, 3) and len(found["parts"]["default"]["counted"]) == 2
    assert np.shape(found["averages"]["constant"]["losses"])[1:] == (5, 4, 2)


def test_the_seed_alone_decides_a_run(small, monkeypatch):
    both = practice_runs.part_losses(IMAGES, "default", [0.01], [0, 1])
    alone = practice_runs.part_losses(IMAGES, "default", [0.01], [1])
    assert both[0, 1] == alone[0, 0] != both[0, 0]
    assert practice_runs.part_losses(IMAGES, "no clipping", [0.01], [1])[0, 0] != alone[0, 0]


def test_a_clipped_gradient_keeps_its_direction():
    task = practice_runs.clipped(canyon(), 5.0)
    long, short = canyon().gradient([3.0, 2.0]), canyon().gradient(canyon().minima[0] + 0.01)
    assert np.allclose(task.gradient([3.0, 2.0]), 5 * long / np.linalg.norm(long))
    assert np.allclose(task.gradient(canyon().minima[0] + 0.01), short)


def test_the_averages_are_means_at_first_and_moving_averages_later():
    method = practice_runs.with_averages(methods.gradient_descent, [2, 100])
    run = descend(method, canyon(), np.zeros(2), 5, state=practice_runs.FRESH, learning_rate=0.01)
    moving = run.points[1]
    for k, w in enumerate(run.points[2:], 2):
        moving = moving + (w - moving) / min(k, 2)
    assert np.allclose(run.state[2][0], moving, rtol=1e-6)
    assert np.allclose(run.state[2][1], run.points[1:].mean(axis=0), rtol=1e-6)


def test_matrices_are_told_from_gains_and_biases():
    mask = practice_runs.is_matrix(practice_runs.DEEP)
    assert mask.sum() == 196 * 64 + 3 * 64 * 64 + 64 * 10 and set(mask) == {0.0, 1.0}
    w = practice_runs.DEEP.initialize(practice_runs.he, 0)
    assert practice_runs.DEEP.objective(softmax_cross_entropy, np.zeros((2, 196)), [0, 1]).value(w) > 0


def test_the_small_language_runs_have_the_layout_of_the_stored_ones(tmp_path, monkeypatch):
    stored = results.read("practice_language")
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(jobs, "UNFINISHED", tmp_path / "unfinished")
    for name, value in {"STEPS": 3, "SEEDS": [0], "WARM": {"SGD": [0], "AdamW": [1]}}.items():
        monkeypatch.setattr(practice_language, name, value)
    monkeypatch.setattr(practice_language, "RATES", {name: [0.01] for name in practice_language.RATES})
    practice_language.run(backend="sequential")
    found = results.read("practice_language")
    assert set(found) == set(stored) and set(found["settings"]) == set(stored["settings"])
    assert all(np.shape(each) == (1, 1) for each in found["losses"].values())
    assert all(np.shape(each) == (7, 5) for each in stored["losses"].values())

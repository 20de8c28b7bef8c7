"""The experiment of the chapter on stochastic gradient descent, small enough for a test, and what its result says."""

from __future__ import annotations

import numpy as np
import pytest

from experiments import jobs, sgd_noise
from gdcore import results


def test_walks_with_all_data_end_alike_and_constant_noise_has_its_covariance() -> None:
    fate = sgd_noise.fates(sgd_noise.WAVE)
    assert (fate == sgd_noise.fates(sgd_noise.WAVE)).all() and (fate == 0).sum() == 60
    covariance = np.array([[2.0, 0.5], [0.5, 1.0]])
    source = sgd_noise.constant_noise(2, 0, covariance)
    points = np.zeros((4, 100, 2))
    noise = np.array([source.at(t).gradient(points) - sgd_noise.WAVE.gradient(points) for t in range(1, 60)]).reshape(-1, 2)
    assert noise.T @ noise / len(noise) == pytest.approx(covariance / 2, abs=0.05)


def test_a_small_run_has_the_layout_of_the_stored_one(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = results.read("sgd_noise")
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(jobs, "UNFINISHED", tmp_path)
    monkeypatch.setattr(sgd_noise, "SIZES", (5, 28))
    sgd_noise.run(repeats=2, seeds=4)
    small = results.read("sgd_noise")
    assert set(small["grid"]) == set(stored["grid"]) and set(small["start"]) <= set(stored["start"])
    for size in ("5", "28"):
        assert small["grid"]["first"][size] == stored["grid"]["first"][size]
        for kind in ("shuffled", "independent", "constant"):
            assert small["grid"][kind][size]["star"] == stored["grid"][kind][size]["star"][:2]

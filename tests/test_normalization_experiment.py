"""The experiment of the chapter on normalization: its measures are what they are called, and the results are its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments import jobs, normalization
from gdcore import results
from gdcore.networks import he


def test_all_kinds_start_from_the_same_weights() -> None:
    plain, batch = (normalization.task(kind, 4, 8)[0] for kind in ("none", "batch"))
    first, second = plain.initialize(he, 3), batch.initialize(he, 3)
    np.testing.assert_array_equal(plain.unpack(first)[0][0], batch.unpack(second)[0][0])
    np.testing.assert_array_equal(plain.unpack(first)[-1][0], batch.unpack(second)[-1][0])


def test_the_measures_of_a_diagonal_hessian() -> None:
    class Diagonal:
        def hessian_vector(self, w: np.ndarray, v: np.ndarray) -> np.ndarray:
            return v * [-6.0, 1.0, 2.0, 4.0, 5.0, 0.0]

    everything, most = np.ones(6, bool), np.arange(6) < 5
    np.testing.assert_allclose(normalization.measures(Diagonal(), np.zeros(6), most), [5, 6 / 3.6, 6 / 4, 0])
    assert normalization.measures(Diagonal(), np.zeros(6), everything)[3] == 1


def test_the_idle_biases_are_those_in_front_of_a_batch_norm() -> None:
    network, objective = normalization.task("batch", 4, 8)
    kept = normalization.felt(network)
    assert (~kept).sum() == 24 and normalization.felt(normalization.task("layer", 4, 8)[0]).all()
    gradient = objective.gradient(network.initialize(he, 0))
    assert np.abs(gradient[~kept]).max() < 1e-15 < np.abs(gradient[kept]).min()
    assert normalization.felt(normalization.task("batch, after", 4, 8)[0]).all()


def test_the_committed_results_are_those_of_the_experiment() -> None:
    result = results.read("normalization")
    assert result["settings"]["networks"] == normalization.NETWORKS
    for kind in normalization.KINDS:
        found = normalization.spectra(kind, 1)
        np.testing.assert_allclose(found["start"][2][0][:2], result["spectra"][kind]["start"][2][0][:2], rtol=1e-3)
        again = normalization.steps(kind, 0.01, 2)
        for name in ("shift", "change", "shift_long", "change_long", "loss"):
            np.testing.assert_allclose(again[name], result["steps"][kind]["0.01"][name][:2], rtol=1e-3)
    frozen = normalization.below(0.0, [0, 1])
    assert max(frozen["turns"]) < 1e-5
    np.testing.assert_allclose(frozen["last_losses"][0], result["below"][0]["last_losses"][0][:2], rtol=1e-3)
    assert [row["rate"] for row in result["below"]] == normalization.BELOW
    assert [(s["gain"], s["rate"]) for s in result["plateaus"]] == normalization.PLATEAUS


@pytest.mark.parametrize("kind", normalization.PLACED)
def test_the_committed_trainings_begin_as_the_code_does(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = np.array(results.read("normalization")["training"][kind])
    monkeypatch.setattr(normalization, "MARKS", [0, 5, 10])
    again = np.array(normalization.training(kind, [0, 1]))
    np.testing.assert_allclose(again[:, :, :6], stored[:, :3, :6, :2], rtol=1e-2)


def test_the_committed_runs_of_adam_begin_as_the_code_does(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = results.read("normalization")["adam"]
    monkeypatch.setattr(normalization, "ADAM_STEPS", [100])
    for (gain, epsilon), row in zip(normalization.ADAM, stored, strict=True):
        again = np.array(normalization.with_adam(gain, epsilon, [0])["last_losses"])[0, 0]
        np.testing.assert_allclose(again, np.array(row["last_losses"])[0, 0, :1], rtol=0.05)


def test_results_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "MARKS": [0, 4],
        "STEP_RATES": [0.01],
        "BELOW": [1.0],
        "PLATEAUS": [(8.0, 1.0)],
        "ADAM_STEPS": [2],
    }.items():
        monkeypatch.setattr(normalization, name, value)
    monkeypatch.setattr(jobs, "UNFINISHED", tmp_path / "unfinished")
    normalization.run(networks=1, seeds=2, long=10, folder=tmp_path)
    result = results.read("normalization", tmp_path)
    assert np.shape(result["training"]["batch, after"]) == (2, 2, 11, 2) and len(result["spectra"]["layer"]["after"]) == 1
    assert result["plateaus"][0]["last_losses"] == [np.inf] * 20  # a gain of 8 diverges at this rate

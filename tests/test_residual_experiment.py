"""The trainings of thirty layers, plain and residual: gradients are right, and the committed results are those of the code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments import jobs, residual
from gdcore import results
from gdcore.differences import check_gradient
from gdcore.networks import Network, he, softmax_cross_entropy


@pytest.mark.parametrize("kind", residual.KINDS)
def test_the_gradient_of_each_kind_is_that_of_differences(kind: str) -> None:
    x, labels = np.random.default_rng(0).normal(size=(7, 2)), np.arange(7) % 2
    network = Network(residual.layers(kind, 4, 5))
    assert check_gradient(network.objective(softmax_cross_entropy, x, labels), network.initialize(he, 3) + 0.01)


@pytest.mark.parametrize("kind", ["plain", "pre-norm", "pre-norm RMS"])
def test_the_committed_results_are_those_of_the_experiment(kind: str) -> None:
    result = results.read("residual")
    assert result["settings"]["rates"] == residual.RATES and result["settings"]["budgets"] == residual.BUDGETS
    rate = 0.0316
    again = residual.losses(kind, 1.0, [rate], [0], [200])[0, 0, 0]
    stored = result["last_losses"][kind][residual.GAINS.index(1.0)][0][residual.RATES[kind].index(rate)][0]
    assert again < 0.2 if kind != "plain" else again > 0.6
    np.testing.assert_allclose(again < 0.2, stored < 0.2)


def test_a_network_is_decided_by_its_seed_and_rate_alone() -> None:
    together = residual.losses("pre-norm", 0.5, [0.01, 0.1], [0, 1], [3, 6])
    alone = residual.losses("pre-norm", 0.5, [0.1], [1], [6])
    assert together.shape == (2, 2, 2)
    np.testing.assert_allclose(together[1, 1, 1], alone[0, 0, 0], rtol=1e-4)


def test_results_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(residual, "GAINS", [8.0])
    monkeypatch.setattr(residual, "BUDGETS", [2, 4])
    monkeypatch.setattr(residual, "RATES", {kind: [10.0] for kind in residual.KINDS})
    monkeypatch.setattr(jobs, "UNFINISHED", tmp_path / "unfinished")
    residual.run(folder=tmp_path)
    found = results.read("residual", tmp_path)["last_losses"]
    assert set(found) == set(residual.KINDS) and np.shape(found["plain"]) == (1, 2, 1, 5)

"""The trainings of deep networks: a network's seed and setting decide it alone, and the committed results are theirs."""

from __future__ import annotations

import numpy as np
import pytest

from experiments import depth, jobs
from gdcore import results


def test_a_network_is_decided_by_its_seed_and_rate_alone() -> None:
    together = depth.losses(1.0, 5, "tanh", [0, 3, 4], [0.01, 0.1], steps=20)
    alone = depth.losses(1.0, 5, "tanh", [3], [0.1], steps=20)
    assert together.shape == (5, 2, 3)
    np.testing.assert_allclose(together[:, 1:, 1:2], alone, rtol=1e-5)


@pytest.mark.parametrize("activation", ["ReLU", "tanh"])
def test_the_committed_results_begin_as_the_trainings_do(activation: str) -> None:
    result = results.read("depth")
    chosen = result["settings"]
    assert (chosen["width"], chosen["seeds"], chosen["rates"]) == (depth.WIDTH, depth.SEEDS, depth.RATES)
    assert len(result["trainings"]) == len(depth.GAINS) * len(depth.DEPTHS) * len(depth.ACTIVATIONS)
    record = next(s for s in result["trainings"] if (s["gain"], s["depth"], s["activation"]) == (1.0, 20, activation))
    values = depth.losses(1.0, 20, activation, depth.SEEDS, [record["best_rate"]], steps=20)[:, 0]
    for name, of in (("least", np.min), ("median", np.median), ("largest", np.max)):
        np.testing.assert_allclose(of(values, axis=-1), record[name][:5], rtol=0.02)


def test_the_best_rate_of_a_setting_that_learns_is_not_an_end_of_the_grid() -> None:
    learning = [s for s in results.read("depth")["trainings"] if s["median"][-1] < 0.2]
    assert len(learning) > 30
    assert all(depth.RATES[0] < s["best_rate"] < depth.RATES[-1] for s in learning)


def test_results_are_written(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    for name, value in {"GAINS": [8.0], "DEPTHS": [5], "STEPS": 10, "RATES": [0.1, 1.0]}.items():
        monkeypatch.setattr(depth, name, value)
    monkeypatch.setattr(jobs, "UNFINISHED", tmp_path)
    assert depth.run(jobs=1, backend="sequential").parent == tmp_path
    result = results.read("depth")
    relu, tanh = result["trainings"]
    assert relu["last_losses"] == [[np.inf] * 5] * 2  # a gain of 8 diverges
    assert result["recorded_steps"] == [0, 5, 10] and result["settings"]["steps"] == 10
    assert np.shape(tanh["last_losses"]) == (2, 5) and len(tanh["median"]) == 3
    assert tanh["best_rate"] == result["settings"]["rates"][int(np.median(tanh["last_losses"], axis=1).argmin())]

"""The experiments of the chapter on second-order methods, on sizes small enough for a test, and what their results say."""

from __future__ import annotations

import numpy as np
import pytest

from experiments import edge_of_stability, jobs, second_order_cost
from gdcore import results
from gdcore.methods import gradient_descent


def test_sharpness_is_the_largest_eigenvalue_of_the_whole_hessian() -> None:
    records = edge_of_stability.train([0.1, 0.4], 0.0, [0, 3], steps=20, every=20)
    assert records["steps"].tolist() == [0, 20] and records["sharpness"].shape == (2, 2, 2)
    loss = edge_of_stability.objective()
    w = edge_of_stability.NETWORK.initialize(edge_of_stability.xavier, 3, float)
    for _ in range(20):
        w, _ = gradient_descent(loss, w, learning_rate=0.4)
    hessian = np.array([loss.hessian_vector(w, e) for e in np.eye(w.size)])
    assert records["loss"][1, 1, 1] == pytest.approx(loss.value(w), rel=1e-9)
    assert records["sharpness"][1, 1, 1] == pytest.approx(np.linalg.eigvalsh(hessian).max(), rel=1e-3)


def test_a_run_that_leaves_the_finite_is_recorded_as_such(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(jobs, "UNFINISHED", tmp_path)
    small = {
        "points": 30,
        "gradient_descent": {"learning_rates": [0.2, 50.0], "momentum": 0.0},
        "momentum": {"learning_rates": [0.1], "momentum": 0.9},
        "steps": 200,
        "every": 100,
        "seeds": [0, 1],
    }
    monkeypatch.setattr(edge_of_stability, "SETTING", small)
    edge_of_stability.run()
    result = results.read("edge_of_stability")
    assert result["steps"] == [0, 100, 200] and set(result["momentum"]) == {"0.1"}
    lost = result["gradient_descent"]["50.0"]
    assert lost["loss"][0] > 0 and not np.isfinite(lost["loss"][-1]) and np.isnan(lost["sharpness"][-1])
    kept = result["gradient_descent"]["0.2"]
    assert kept["loss"][-1] < kept["loss"][0] and len(kept["late_sharpness_of_each_seed"]) == 2


def test_costs_are_measured_and_their_slopes_fitted(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(jobs, "UNFINISHED", tmp_path)
    monkeypatch.setattr(second_order_cost, "keep_freed_memory", lambda: None)
    small = {name: (*two, [8, 16, 32, 64, 128]) for name, (*two, _) in second_order_cost.METHODS.items()}
    monkeypatch.setattr(second_order_cost, "METHODS", small)
    second_order_cost.run()
    result = results.read("second_order_cost")
    for found in result["methods"].values():
        slope = np.polyfit(np.log(found["sizes"]), np.log(found["seconds"]), 1)[0]
        assert found["slope"] == pytest.approx(slope, abs=0.02) and min(found["seconds"]) > 0

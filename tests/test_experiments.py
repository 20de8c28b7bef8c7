"""The long experiments, on data small enough for a test: what they return, and that a run's seed alone decides it."""

from __future__ import annotations

import numpy as np
import pytest

from experiments import fashion_mnist, jobs
from gdcore import results
from gdcore.data import Images

GENERATOR = np.random.default_rng(0)
IMAGES = Images(
    GENERATOR.integers(256, size=(300, 14, 14)).astype(np.uint8),
    np.arange(300) % 10,
    GENERATOR.integers(256, size=(50, 14, 14)).astype(np.uint8),
    np.arange(50) % 10,
)


@pytest.mark.parametrize("name", ["headline", "headline_epochs", "momentum"])
def test_a_run_is_decided_by_its_seed_alone(name: str) -> None:
    setting = {**fashion_mnist.EXPERIMENTS[name], "steps": 20}
    together = fashion_mnist.train(IMAGES, setting, [3, 8, 5])
    alone = fashion_mnist.train(IMAGES, setting, [8])
    assert together["steps"][:, 0].tolist() == list(range(21))
    for column in ("mcc", "accuracy"):
        np.testing.assert_array_equal(together[column][:, 1:2], alone[column])


def test_results_are_written(tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(jobs, "UNFINISHED", tmp_path)
    monkeypatch.setattr(fashion_mnist.data, "load_images", lambda *a, **k: IMAGES)
    monkeypatch.setitem(fashion_mnist.EXPERIMENTS, "small", {**fashion_mnist.PLAIN, "steps": 40, "runs": 5, "first_seed": 7})
    fashion_mnist.run("small", jobs=1, backend="sequential", together=2)
    result = results.read("fashion_mnist_small")
    assert result["settings"]["runs"] == 5 and result["seeds"] == [7, 8, 9, 10, 11] and len(result["mcc"]) == 5
    assert result["mean_mcc"] == pytest.approx(np.mean(result["mcc"]), abs=1e-5)
    assert result["standard_error_mcc"] == pytest.approx(np.std(result["mcc"], ddof=1) / np.sqrt(5), abs=1e-5)
    assert result["recorded_steps"][-1] == 40 and result["mean_mcc_at_recorded_steps"][-1] == result["mean_mcc"]
    assert "small: MCC" in capsys.readouterr().out


def test_the_docstring_names_the_experiments_without_a_result() -> None:
    without = {name for name in fashion_mnist.EXPERIMENTS if not (results.FOLDER / f"fashion_mnist_{name}.json").exists()}
    assert without == {"small_rate"} and all(f"`{name}`" in fashion_mnist.__doc__ for name in without)
    for name in set(fashion_mnist.EXPERIMENTS) - without:
        assert results.read(f"fashion_mnist_{name}")["settings"] == fashion_mnist.EXPERIMENTS[name]

"""The long experiments, on data small enough for a test: what they return, and that a run's seed alone decides it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from experiments import fashion_mnist, fashion_mnist_rates, jobs
from gdcore import results
from tests.small_images import noise_images

ROOT = Path(__file__).resolve().parents[1]
GENERATOR = np.random.default_rng(0)
IMAGES = noise_images(GENERATOR, 300, 50)


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


def test_rates_are_chosen_on_validation_images_and_measured_on_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(jobs, "UNFINISHED", tmp_path / "unfinished")
    monkeypatch.setattr(fashion_mnist_rates.data, "load_images", lambda *a, **k: IMAGES)
    for name, value in {
        "STEPS": 40,
        "VALIDATION": 60,
        "CHOOSING": [5, 6],
        "MEASURING": {"plain": [7, 8, 9], "momentum": [1, 2, 3]},
    }.items():
        monkeypatch.setattr(fashion_mnist_rates, name, value)
    held = fashion_mnist_rates.split(IMAGES)
    assert len(held.train_images) == 240 and (held.test_labels == IMAGES.train_labels[240:]).all()
    fashion_mnist_rates.run(1, "sequential", together=2)
    found = results.read("fashion_mnist_rates")
    for method, rates in fashion_mnist_rates.RATES.items():
        scores = np.array(found["validation_mcc"][method])
        assert scores.shape == (5, 2) and found["chosen"][method] == rates[int(scores.mean(axis=1).argmax())]
        assert np.shape(found["validation_curves"][method]) == (5, 21) and len(found["measured"][method]["mcc"]) == 3
    setting = {**fashion_mnist.PLAIN, "learning_rate": found["chosen"]["plain"], "steps": 40}
    again = fashion_mnist.train(IMAGES, setting, [9])
    assert found["measured"]["plain"]["mcc"][2] == pytest.approx(again["mcc"][-1, 0], abs=1e-5)


def test_the_committed_results_have_the_settings_of_the_experiments() -> None:
    for name, setting in fashion_mnist.EXPERIMENTS.items():
        found = results.read(f"fashion_mnist_{name}")
        assert found["settings"] == setting and len(found["mcc"]) == setting["runs"]
        assert found["times"]["calls"] == -(-setting["runs"] // 11) and found["times"]["seconds"] > 0


SMALL = """
import pathlib, sys, time
import numpy as np
from experiments import fashion_mnist, fashion_mnist_rates, jobs
from gdcore import results
from gdcore.data import Images

folder, wait = pathlib.Path(sys.argv[1]), float(sys.argv[2])
generator = np.random.default_rng(0)
digits = lambda count: (generator.integers(256, size=(count, 14, 14)).astype(np.uint8), np.arange(count) % 10)
images = Images(*digits(300), *digits(50))
fashion_mnist.data.load_images = lambda *a, **k: images
fashion_mnist.EXPERIMENTS["small"] = {**fashion_mnist.PLAIN, "steps": 40, "runs": 6, "first_seed": 7}
results.FOLDER, jobs.UNFINISHED = folder, folder / "unfinished"
train = fashion_mnist.train

def slow(images, setting, seeds):
    time.sleep(wait * (seeds[0] >= 9))
    return train(images, setting, seeds)

slow.__module__, slow.__qualname__ = train.__module__, train.__qualname__
if "dask" not in sys.argv:
    fashion_mnist.train = slow

def run(name, jobs, backend):
    fashion_mnist.run(name, jobs, backend, together=2)

if __name__ == "__main__":
    if "dask" not in sys.argv:
        jobs.command(run, "", ["small"], arguments=["small", "--jobs", "1"])
    else:
        from distributed import LocalCluster
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local:
            address = local.scheduler_address
            jobs.command(run, "", ["small"], arguments=["small", "--backend", "dask", "--address", address])
"""


def small(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """The small experiment in a process of its own."""
    folder.mkdir(exist_ok=True)
    program = folder / "small.py"
    program.write_text(SMALL, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, str(program), str(folder), *arguments], env=environment, cwd=ROOT, text=True)


def table(folder: Path) -> tuple[dict[str, object], dict[str, object]]:
    """What the small experiment found, and its times."""
    found = results.read("fashion_mnist_small", folder)
    return found, found.pop("times")


def test_an_experiment_killed_and_started_again_writes_the_same_table(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert small(whole, "0").wait(120) == 0
    process = small(broken, "120")
    try:
        end = time.monotonic() + 60
        while len(list(broken.glob("unfinished/*/*.pickle"))) < 1 and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    assert not (broken / "fashion_mnist_small.json").exists()
    assert small(broken, "0").wait(120) == 0
    (expected, once), (found, again) = table(whole), table(broken)
    assert found == expected
    assert (once["calls"], once["resumed"]) == (3, 0) and (again["calls"], again["resumed"]) == (3, 1)
    assert not list((broken / "unfinished").iterdir())


@pytest.mark.skipif(find_spec("distributed") is None, reason="dask and distributed are an author's packages")
def test_a_local_dask_cluster_writes_the_same_table(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    assert small(here, "0").wait(120) == 0
    assert small(there, "0", "dask").wait(240) == 0
    (expected, _), (found, times) = table(here), table(there)
    assert found == expected and times["backend"] == "dask"

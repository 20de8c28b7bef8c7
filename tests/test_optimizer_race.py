"""The race of the optimizers, on a task small enough for a test: drawing, tuning, racing, going on after a kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import jobs, optimizer_race, race_entries, race_tasks
from experiments.optimizer_race import winner
from experiments.race_entries import ENTRIES, LEFT_OUT, SHIPPED, halton
from gdcore import results
from gdcore.catalogue import METHODS
from gdcore.data import Images

ROOT = Path(__file__).resolve().parents[1]


def tiny() -> race_tasks.Task:
    """Twelve images to train on, of classes that a network can tell apart."""
    generator = np.random.default_rng(0)
    labels = np.arange(40) % 10
    images = (generator.integers(40, size=(40, 14, 14)) + 20 * labels[:, None, None]).astype(np.uint8)
    found = Images(images, labels, images[:10], labels[:10])
    return race_tasks.of_images(found, training=12, validation=8, batch_size=4, epochs=4, short=2)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(jobs, "UNFINISHED", tmp_path / "unfinished")
    monkeypatch.setattr(race_tasks, "TASKS", {"mnist": tiny})
    race_tasks.task_named.cache_clear()
    yield tmp_path
    race_tasks.task_named.cache_clear()


def race(name: str, folder: Path, **more: Any) -> dict[str, Any]:
    path = optimizer_race.run(name, 1, "sequential", **{"trials": 3, "runs": 2, "folder": folder, **more})
    return results.read(path.stem, folder)


def without_times(result: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in result.items() if key != "times"}


def test_trials_are_haltons_sequence_whatever_the_budget() -> None:
    assert [halton(k, 2) for k in range(1, 6)] == [1 / 2, 1 / 4, 3 / 4, 1 / 8, 5 / 8]
    assert [halton(k, 3) for k in range(1, 5)] == pytest.approx([1 / 3, 2 / 3, 1 / 9, 4 / 9])


@pytest.mark.parametrize("name", ENTRIES)
def test_every_trial_is_right_for_the_method(name: str) -> None:
    entry = ENTRIES[name]
    drawn = [entry.settings(k) for k in range(1, 101)]
    rates = np.array([each[entry.rate] for each in drawn]) / entry.middle
    assert rates[0] == 1 and 0.01 <= rates.min() < 0.02 and 50 < rates.max() <= 100
    if entry.other:
        others = np.array([each[entry.other] for each in drawn])
        least, most = sorted(1 - np.array([entry.low, entry.high]) if entry.memory else [entry.low, entry.high])
        assert least <= others.min() and others.max() <= most and len(set(others)) > 50
    assert entry.evaluations(100, 10, drawn[0]) >= 100 * entry.gradients


def test_every_method_takes_part_or_is_left_out_with_a_reason() -> None:
    assert ENTRIES.keys() | LEFT_OUT.keys() == METHODS.keys() and not ENTRIES.keys() & LEFT_OUT.keys()
    for name in LEFT_OUT:
        assert METHODS[name].one_start or METHODS[name].needs or name == "coordinate_descent"


def test_svrg_counts_its_gradients_of_all_data() -> None:
    assert ENTRIES["svrg"].evaluations(steps=100, batches=10, settings={"period": 30}) == 200 + 4 * 10


def test_a_run_is_decided_by_its_seed_alone(small: Path) -> None:
    runs = [optimizer_race.run_of("mnist", ENTRIES["adam"], 1, seed, tuning=False) for seed in (3, 3, 4)]
    first, again, other = map(race_tasks.train, runs)
    assert first == again != other and first["step"] == [0, 3, 6, 9, 12]


@pytest.mark.parametrize("name", ENTRIES)
def test_every_method_runs_in_single_precision(name: str, small: Path) -> None:
    seen: list[Any] = []
    task = race_tasks.task_named("mnist")

    def measure(w: Any, part: str) -> dict[str, float]:
        seen.append(w)
        return task.measure(w, part)

    watched = replace(task, measure=measure)
    race_tasks.TASKS["watched"] = lambda: watched
    ends = race_tasks.train(optimizer_race.run_of("watched", ENTRIES[name], 1, 0, tuning=True))
    assert {w.dtype for w in seen} == {np.dtype(np.float32)}
    assert np.isfinite(ends["validation loss"]).all() and len(ends["validation loss"]) == 1


def test_a_network_that_has_diverged_is_the_worst(small: Path) -> None:
    task = race_tasks.task_named("mnist")
    lost = task.measure(np.full(1898, np.nan, np.float32), "test")
    assert lost == {"loss": np.inf, "accuracy": 0.0}


def test_the_winner_is_the_best_of_the_first_trials() -> None:
    record = {"validation accuracy": [0.5, 0.9, 0.9, 0.95], "validation loss": [1.0, 0.4, 0.3, 0.5]}
    assert [winner(record, "accuracy", budget) for budget in (1, 2, 3, 4)] == [1, 2, 3, 4]
    assert winner(record, "loss", 4) == 3


def test_a_whole_race(small: Path) -> None:
    chosen = ["adam", "svrg", "gradient_descent"]
    result = race("mnist", small, methods=chosen, budgets=[1, 3])
    assert set(result["tuning"]) == set(result["winners"]) == set(chosen) and result["times"]["resumed"] == 0
    for method, record in result["tuning"].items():
        assert len(record["validation accuracy"]) == 3 and record[ENTRIES[method].rate][0] == ENTRIES[method].middle
        assert result["winners"][method] == {"3": winner(record, "accuracy", 3), "1": 1}
        for trial in set(result["winners"][method].values()):
            of_winner = result["runs"][f"{method}, trial {trial}"]
            assert np.shape(of_winner["test accuracy"]) == (5, 2) and of_winner["step"] == [0, 3, 6, 9, 12]
    assert result["settings"]["left_out"] == LEFT_OUT and set(result["settings"]["ranges"]) == set(chosen)
    assert result["made_by"].endswith("mnist --trials 3 --runs 2 --budgets 1 3 --methods adam svrg gradient_descent")
    # A smaller race is a part of it.
    less = race("mnist", small, methods=["adam"], trials=1)
    assert less["runs"]["adam, trial 1"] == result["runs"]["adam, trial 1"]


def test_what_libraries_ship(small: Path) -> None:
    result = race("shipped", small, trials=30, runs=10)
    assert list(result["runs"]) == list(SHIPPED) == list(result["settings"])
    assert np.shape(result["runs"]["Adagrad, Keras"]["test accuracy"]) == (5, 5)
    assert result["made_by"] == "python -m experiments.optimizer_race shipped"
    accumulated = [result["runs"][row]["test loss"] for row in ("Adagrad, Keras", "Adagrad, PyTorch")]
    assert accumulated[0] != accumulated[1]


def test_the_cost_of_a_step(small: Path) -> None:
    found = optimizer_race.costs("mnist", turns=1, steps=2)
    assert set(found) == {"gradient", *ENTRIES} and min(found.values()) > 0


PROGRAM = """
import sys
from pathlib import Path
from experiments import jobs, race_tasks
from tests.test_optimizer_race import race, tiny
folder = Path(sys.argv[1])
jobs.UNFINISHED, race_tasks.TASKS = folder / "unfinished", {"mnist": tiny}
race("mnist", folder, methods=["adam", "lion", "muon", "soap"])
"""


def test_killed_and_started_again_it_gives_the_same_result(tmp_path: Path) -> None:
    def start(folder: Path) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder)], env=environment, cwd=ROOT)

    killed, whole = tmp_path / "killed", tmp_path / "whole"
    process = start(killed)
    end = time.monotonic() + 60
    while len(list(killed.glob("unfinished/*/*.pickle"))) < 5 and time.monotonic() < end:
        time.sleep(0.002)
    process.kill()
    process.wait()
    assert not list(killed.glob("*.json")) and list(killed.glob("unfinished/*/*.pickle"))
    assert start(killed).wait(120) == start(whole).wait(120) == 0
    found = [results.read("optimizer_race_mnist", folder) for folder in (killed, whole)]
    assert found[0]["times"]["resumed"] >= 5 and found[1]["times"]["resumed"] == 0
    assert json.dumps(without_times(found[0])) == json.dumps(without_times(found[1]))


def tiny_prose() -> race_tasks.Task:
    return race_tasks.of_text(vocabulary=20, positions=4, width=4, batch_size=8, steps=8, short=3)


def test_the_same_race_on_language(small: Path) -> None:
    race_tasks.TASKS["language"] = tiny_prose
    result = race("language", small, trials=2, runs=1)
    costly = {"shampoo", "soap", "svrg"}
    assert set(result["tuning"]) == set(ENTRIES) - costly and costly <= set(result["settings"]["left_out"])
    for method, record in result["tuning"].items():
        best = int(np.argmin(record["validation loss"])) + 1
        assert result["winners"][method]["2"] == best
        assert np.shape(result["runs"][f"{method}, trial {best}"]["test loss"]) == (9, 1)


def test_a_model_of_language_that_has_diverged_is_the_worst() -> None:
    task = tiny_prose()
    assert task.measure(np.full_like(task.initialize(0), np.nan), "test") == {"loss": np.inf}


def test_the_command_line_hands_on_its_options(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[Any] = []
    run = lambda *given, **more: called.append((given, more))  # noqa: E731
    words = ["mnist", "costs", "--jobs", "2", "--trials", "5", "--budgets", "1", "5"]
    jobs.command(run, None, names=["mnist", "costs"], arguments=words, options=optimizer_race.OPTIONS)
    more = {"trials": 5, "runs": 10, "budgets": [1, 5], "methods": ()}
    assert called == [(("mnist", 2, "loky"), more), (("costs", 2, "loky"), more)]


COMMITTED = sorted(path.stem for path in results.FOLDER.glob("optimizer_race_*.json"))


def test_the_shipped_settings_are_those_that_ran() -> None:
    found = results.read("optimizer_race_shipped")
    assert found["settings"] == optimizer_race._shipped_settings() and len(found["seeds"]) == 5
    for row in SHIPPED:
        assert np.shape(found["runs"][row]["test accuracy"]) == (13, 5)


@pytest.mark.parametrize("name", [name for name in COMMITTED if name.removeprefix("optimizer_race_") in race_tasks.TASKS])
def test_a_committed_race_is_that_of_the_code(name: str) -> None:
    """All methods took part with the same budget, drew what the code draws, and the best of each raced."""
    found, runs = results.read(name), results.read(name)["settings"]["runs"]
    score, trials = found["settings"]["score"], found["settings"]["trials"]
    entries = [ENTRIES[method] for method in found["tuning"]]
    assert found["settings"]["ranges"] == optimizer_race._ranges(entries)
    assert {entry.method for entry in entries} | found["settings"]["left_out"].keys() == METHODS.keys()
    for entry in entries:
        record = found["tuning"][entry.method]
        for constant in filter(None, (entry.rate, entry.other)):
            assert record[constant] == results.rounded([entry.settings(k)[constant] for k in range(1, trials + 1)], 6)
        assert len(record[f"validation {score}"]) == trials
        for budget, trial in found["winners"][entry.method].items():
            assert trial == winner(record, score, int(budget))
            raced = found["runs"][f"{entry.method}, trial {trial}"]
            assert np.shape(raced[f"test {score}"]) == (len(raced["step"]), runs) and runs == len(found["seeds"]) >= 5
            assert raced["step"][-1] == found["settings"]["steps"]


def test_a_winner_on_a_quarter_of_the_run_may_lose_on_the_whole() -> None:
    found = results.read("optimizer_race_language")
    six, ten = (found["runs"][f"lion, trial {found['winners']['lion'][budget]}"]["test loss"][-1] for budget in ("6", "10"))
    assert max(six) < min(ten)


def test_the_ranges_are_those_of_the_text() -> None:
    assert race_entries.DECADES == 4 and max(optimizer_race.BUDGETS) == 30

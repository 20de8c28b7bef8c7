"""The experiment on the language model: its parts in small, its groups of words, and what is stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments import jobs, language
from gdcore import data, results
from gdcore.networks import LanguageModel

STORED = [name for name in language.PARTS if (results.FOLDER / f"language_{name}.json").exists()]
STEPS, FEW = 20, {"rates": [0.01, 0.02], "steps": 20}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(jobs, "UNFINISHED", tmp_path / "unfinished")
    monkeypatch.setattr(language, "SEEDS", (0, 1))
    monkeypatch.setattr(language, "FRESH", (100,))
    rates = {"adam": [0.01, 0.02, 0.04], "momentum": [0.25, 0.5]}
    monkeypatch.setattr(language, "WORDS", language.WORDS | {"steps": STEPS, "warmup": 2, "rates": rates})
    monkeypatch.setattr(language, "NORMS", language.NORMS | FEW | {"warmups": [0, 4]})
    monkeypatch.setattr(language, "WIDTHS", language.WIDTHS | FEW | {"warmup": 2, "widths": [16, 32]})
    monkeypatch.setattr(language.noise, "__defaults__", (20,))
    return tmp_path


def test_each_part_in_small(small: Path) -> None:
    for part in language.PARTS.values():
        part(1, "loky", small)
    found = {name: results.read(f"language_{name}", small) for name in language.PARTS}
    fresh = found["optimizers"]["fresh"]
    assert np.shape(found["optimizers"]["tuning"]["adam"]) == (3, 2)
    assert np.shape(fresh["adam"]["by_frequency"]) == (1, 5, language.GROUPS) and np.shape(fresh["momentum"]["curve"]) == (1, 2)
    assert np.isclose(sum(found["optimizers"]["groups"]["share_of_places"]), 1, atol=0.01)
    assert np.shape(found["optimizers"]["noise"]["end"]["kurtosis_output"]) == (2, language.GROUPS)
    assert np.shape(found["norms"]["losses"]["post 4"]) == (2, 2)
    one, divided = (np.array(found["widths"][key]) for key in ("one_rate", "divided"))
    assert one.shape == (2, 2, 2)
    np.testing.assert_array_equal(one[0], divided[0])  # at width 16 nothing is divided
    assert (one[1] != divided[1]).all()


def test_a_loss_is_decided_by_its_seed_and_stretches_change_nothing(small: Path) -> None:
    words = language.WORDS
    settings = (words["kind"], words["model"], "momentum", 0.5, words["steps"], words["warmup"], 3)
    whole, parts = language.trained(*settings)[1], language.trained(*settings, 5)[1]
    assert len(parts) == 4
    np.testing.assert_array_equal(parts[-1].w, whole[-1].w)
    assert language.last_loss(parts, STEPS) == language.last_loss(whole, STEPS) == language.last_loss_of(*settings)
    diverged = (words["kind"], {**words["model"], "norm": "none"}, "momentum", 1e4, words["steps"], 0, 3)
    assert language.last_loss_of(*diverged) == np.inf


def test_groups_of_words_have_about_a_fifth_of_the_places_each() -> None:
    text = data.load_language("words")
    groups = language.groups_of(text)
    assert (np.diff(groups) >= 0).all() and set(groups) == set(range(language.GROUPS))
    shares = np.bincount(groups[text.train], minlength=language.GROUPS) / len(text.train)
    assert np.abs(shares - 1 / language.GROUPS).max() < 0.06
    model = LanguageModel(len(text.vocabulary), positions=16, features=8, heads=1, blocks=1)
    by_group = language.by_frequency(model, model.initialize(), text)
    assert np.allclose(by_group, np.log(2000), atol=0.7)


@pytest.mark.parametrize("name", STORED)
def test_the_stored_result_is_that_of_the_settings(name: str) -> None:
    stored, settings = results.read(f"language_{name}"), getattr(language, {"optimizers": "WORDS"}.get(name, name.upper()))
    for key, value in settings.items():
        assert stored["settings"][key] == value
    assert stored["settings"]["seeds"] == list(language.SEEDS)


@pytest.mark.skipif("optimizers" not in STORED, reason="not run yet")
def test_a_training_again_gives_the_stored_loss() -> None:
    stored = results.read("language_optimizers")
    rates = language.WORDS["rates"]["adam"]
    again = language.last_loss_of("words", language.WORDS["model"], "adam", rates[1], language.WORDS["steps"], 40, 0)
    assert again == pytest.approx(stored["tuning"]["adam"][1][0], abs=0.03)  # rounding differs between machines

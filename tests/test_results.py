"""Results of experiments: written whole, read back alike, found from anywhere; and what lies in the book's folder."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdcore import results

ROOT = Path(__file__).resolve().parents[1]
COMMITTED = sorted(path.stem for path in results.FOLDER.glob("*.json"))


def put(folder: Path, **found: object) -> Path:
    return results.write("mine", "a test", "by hand", {"rate": 0.1}, found, folder)


def test_what_is_written_is_read_alike(tmp_path: Path) -> None:
    path = put(tmp_path, losses=np.array([[1.5, np.inf], [-np.inf, np.nan]]), count=np.int64(3), steps=range(3), kept=np.True_)
    assert path == tmp_path / "mine.json"
    result = results.read("mine", tmp_path)
    assert list(result) == [*results.COMMON, "losses", "count", "steps", "kept"]
    assert result["name"] == "mine" and result["what"] == "a test" and result["made_by"] == "by hand"
    assert result["settings"] == {"rate": 0.1} and set(result["versions"]) == {"python", "numpy", "machine"}
    assert result["losses"][0] == [1.5, np.inf] and result["losses"][1][0] == -np.inf and np.isnan(result["losses"][1][1])
    assert (result["count"], result["steps"], result["kept"]) == (3, [0, 1, 2], True)


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=8,
)


@settings(derandomize=True, deadline=None, max_examples=200, database=None)
@given(values)
def test_any_value_comes_back_and_the_file_is_strict_json(value: object) -> None:
    stored = results._storable("found", value)
    text = results._laid_out({"x": stored})
    strict = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert results._restored(strict) == {"x": value}


def test_a_full_disk_leaves_the_old_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, a=1)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*mine\.json'"):
        put(tmp_path, a=2)
    assert results.read("mine", tmp_path)["a"] == 1 and len(list(tmp_path.iterdir())) == 1


def test_results_are_found_from_any_folder(tmp_path: Path) -> None:
    program = "from gdcore import results; print(results.read('depth')['made_by'])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.stdout == "python -m experiments.depth\n", run.stderr


def test_gdcore_without_the_book_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path / "experiments" / "results")
    with pytest.raises(
        FileNotFoundError, match=r"results must lie in .*, got no such folder; .* pip install -e \. .*argument folder"
    ):
        results.read("depth")


@pytest.mark.parametrize("name", COMMITTED)
def test_the_committed_results_have_one_layout(name: str) -> None:
    result = results.read(name)
    assert list(result)[:5] == list(results.COMMON) and result["name"] == name
    assert result["what"] and result["made_by"].startswith("python -m experiments.") and result["settings"]
    text = (results.FOLDER / f"{name}.json").read_text("utf-8")
    stored = {key: results._storable("found", value) for key, value in result.items()}
    assert results._laid_out(stored) == text  # a script that is run again changes only the lines whose numbers differ


def test_each_experiment_has_a_result() -> None:
    assert {"depth", "edge_of_stability", "fashion_mnist_headline", "second_order_cost", "sgd_noise"} <= set(COMMITTED)


def test_rounded() -> None:
    array = np.array([[1 / 3, -2e-7 / 3], [np.inf, -np.inf], [123456.0, 0.0]])
    assert results.rounded(array, 2) == [[0.33, -6.7e-8], [np.inf, -np.inf], [120000.0, 0.0]]
    assert results.rounded(np.float32(0.1), 3) == 0.1 and results.rounded([1, 2], 1) == [1.0, 2.0]
    assert np.isnan(results.rounded(np.nan, 3)) and results.rounded([], 3) == []


@pytest.mark.parametrize("damage", ['{"name": "mine", ', "", "[1]", '{"name": "mine"}'])
def test_a_damaged_file_is_refused(damage: str, tmp_path: Path) -> None:
    put(tmp_path, a=1).write_text(damage)
    with pytest.raises(ValueError, match=r"name must be that of a .*'mine'"):
        results.read("mine", tmp_path)


@pytest.mark.parametrize(
    "error, message, call",
    [
        (ValueError, "name must be one of 'depth', .*, got 'deep'", lambda folder: results.read("deep")),
        (TypeError, "name must be one of 'depth', .*, got None", lambda folder: results.read(None)),
        (TypeError, "folder must be a folder's path, got 3", lambda folder: results.read("depth", 3)),
        (ValueError, r"name must be letters, digits and _, got '\.\./x'", lambda f: results.write("../x", "a", "b", {}, {}, f)),
        (TypeError, "what must be a text, got None", lambda f: results.write("x", None, "b", {}, {}, f)),
        (ValueError, "made_by must be a text that is not empty", lambda f: results.write("x", "a", "", {}, {}, f)),
        (TypeError, "settings must be a dictionary, got 3", lambda f: results.write("x", "a", "b", 3, {}, f)),
        (TypeError, r"found must be a dictionary, got \[1\]", lambda f: results.write("x", "a", "b", {}, [1], f)),
        (TypeError, "found must hold numbers, .*, got 1j", lambda folder: put(folder, a=[1j])),
        (TypeError, r"found must hold numbers, .*, got \{1: 2\}", lambda folder: put(folder, a={1: 2})),
        (ValueError, "found must not hold the texts .*, got 'NaN'", lambda folder: put(folder, a="NaN")),
        (ValueError, "found must have other names than name, .*, got 'versions'", lambda folder: put(folder, versions=1)),
        (ValueError, "digits must be a whole number from 1 to 17, got 0", lambda folder: results.rounded([1.0], 0)),
        (TypeError, "values must be numbers, got 'a'", lambda folder: results.rounded("a", 2)),
    ],
)
def test_refused_by_name(error: type[Exception], message: str, call: object, tmp_path: Path) -> None:
    with pytest.raises(error, match=message):
        call(tmp_path)
    assert list(tmp_path.iterdir()) == []

"""The book's prose as a language: whole, cut by place, there and back, and made anew from its commit."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from gdcore.data import load_language, sequences
from tools import language as maker

TEXT = maker.PLACE.read_text("utf-8")


def test_the_text_is_that_of_its_commit():
    known = subprocess.run(["git", "-C", str(maker.ROOT), "cat-file", "-e", maker.COMMIT], capture_output=True)
    if known.returncode:
        pytest.skip("the repository here does not hold the commit")
    assert maker.prose() == TEXT


def test_the_text_is_small_and_holds_words_alone():
    assert maker.PLACE.stat().st_size <= 300_000
    for left_behind in ("$", "`", "{", "}", "](", "**", "<!--", "\\", ".ipynb"):
        assert left_behind not in TEXT, left_behind
    assert all(line == line.strip() and line for line in TEXT.splitlines())


def test_the_rule_on_a_small_chapter():
    chapter = (
        "(a-label)=\n# A *heading*\n\nA loss $L$ has {eval}`n` wells"
        " ([Polyak (1964)](#polyak1964)),<!-- index: well -->\nso `step` it."
        "\n\n```{math}\n:label: eq\nx\n```\n\n````{exercise} A title\n:label: ex\n\n1. First.\n2. Second.\n````\n\n| a | b |\n\n"
        "```python\nx = 1\n```\n\n```{solution} ex\nHidden.\n```\n\nLast.\n\n## Where to read on\n\nBooks."
    )
    expected = "A heading\nA loss ◇ has # wells (Polyak (1964)), so step it.\nA title\nFirst.\nSecond.\nLast.\n"
    assert maker.words_of(chapter) == expected


@pytest.mark.parametrize("kind", ["characters", "words"])
def test_a_tokens_number_is_its_rank(kind):
    language = load_language(kind)
    counts = np.bincount(language.train, minlength=len(language.vocabulary))
    assert (np.diff(counts[:-1]) <= 0).all()
    assert len(set(language.vocabulary)) == len(language.vocabulary) <= 2000
    assert (language.train == len(language.vocabulary) - 1).mean() < 0.02
    assert language.train.dtype == np.int32 and not language.train.flags.writeable


def test_characters_are_cut_by_place_and_none_is_lost():
    language = load_language()
    assert len(language.train) + len(language.validation) == len(TEXT)
    assert Counter(TEXT)["e"] == sum(language.decode(part).count("e") for part in (language.train, language.validation))
    assert len(language.validation) / len(TEXT) == pytest.approx(0.1, abs=0.001)
    stretch = len(TEXT) // 50
    test = language.decode(language.validation[: stretch // 10])
    assert test in TEXT[: stretch + 1] and test not in language.decode(language.train)


def test_there_and_back():
    characters, words = load_language(), load_language("words")
    for text in (TEXT[:2000], "A loss, in short. (Try it.)\nNext line: the step's end?"):
        assert characters.decode(characters.encode(text)) == text
    sentence = "The gradient is the mean of each example's own (each one of them). So is the loss at ◇ after 12 steps.\nTry it."
    assert words.decode(words.encode(sentence)) == sentence
    unknown = words.encode("xylophone")
    assert unknown.tolist() == [len(words.vocabulary) - 1] and words.decode(unknown) == "�"


def test_sequences_are_pieces_of_the_row():
    row = np.arange(10, dtype=np.int32)
    pieces = sequences(row, 4, stride=2)
    assert pieces.tolist() == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7], [6, 7, 8, 9]]
    assert np.shares_memory(pieces, row)
    asked = sequences(row, 4)[:, 1:].ravel()
    assert asked.tolist() == list(range(1, 10))


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: load_language("letters"), "kind must be"),
        (lambda: load_language(most=1), "most must be"),
        (lambda: load_language().encode(3), "text must be a text, got 3"),
        (lambda: load_language().decode([0.5]), "tokens must be a row of whole numbers 0 …"),
        (lambda: load_language().decode([-1]), "tokens must be a row of whole numbers 0 …"),
        (lambda: sequences([0.5, 1], 2), "tokens must be a row of whole numbers"),
        (lambda: sequences([[0, 1]], 2), "tokens must be a row of whole numbers"),
        (lambda: sequences([0, 1], 3), "length must be at most the number of tokens, 2, got 3"),
        (lambda: sequences([0, 1], 2, stride=0), "stride must be"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()


def test_an_installed_package_has_the_text(tmp_path):
    """Setuptools puts into a wheel what the package data name."""
    import tomllib

    settings = tomllib.loads((Path(maker.ROOT) / "pyproject.toml").read_text("utf-8"))
    assert maker.PLACE.name in settings["tool"]["setuptools"]["package-data"]["gdcore.data"]

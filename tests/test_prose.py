"""The rules for prose: each is broken by a bad sentence and kept by a good one."""

from __future__ import annotations

import nbformat
import pytest

from tests.pages import FINISHED
from tools import prose

SUMMARY = f"## {prose.SUMMARY}\n\n"


def said(*sources, **metadata):
    cells = [nbformat.v4.new_markdown_cell(source, id=f"cell-{k}", metadata=metadata) for k, source in enumerate(sources)]
    return prose.complaints("page", nbformat.v4.new_notebook(cells=cells))


MISREAD = {
    "all but": ("The ground is all but level.", "All but the first and the last cancel, all but 3 and all but $k$ too."),
    "beside": (
        "The step is small beside $2\\lambda$.",
        "The curve stands beside the map, and the wall is steep. Beside it runs a road.",
    ),
    "to stay": ("The ball is home after 80 steps to stay.", "The ball needs to stay, and to stay there is hard."),
    "at the least": ("It takes 92 steps at the least.", "Look at the least value, and at the least squares."),
    "in sum": ("The moves are in sum $3$.", "The sum of squares lies in summer."),
    "datum": ("Each datum has a slope.", "The data have slopes."),
    "bears": ("A rate that the valley bears well.", "The table bears out the rule, which bears the name of Wolfe."),
    "for ever": ("The ball swings for ever.", "For every ball there is a swing."),
    "in the place of": ("Put the mean in the place of the sum.", "Put the mean instead of the sum, in the place where it was."),
    "wants": ("Training wants small steps.", "A reader who wants more reads on, and one wants to know."),
    "asks for": ("The theorem asks for convexity.", "The exercise asks for a proof, and you may ask for the height."),
}


@pytest.mark.parametrize("word", prose.MISREAD)
def test_a_word_that_is_misread_is_named_with_a_better_one(word):
    bad, good = MISREAD[word]
    [found] = said(bad)
    assert found.startswith("book/page.ipynb#cell-0: ") and f'Say "{prose.MISREAD[word][2]}"' in found
    assert said(bad.upper())
    assert said(good) == [] and said(bad, prose=[word]) == []


@pytest.mark.parametrize("word", ["simply", "clearly", "just", "obviously"])
def test_a_needless_word_is_named(word):
    [found] = said(f"The ball {word} rolls.")
    assert f'leave out "{word}"' in found
    assert said("It does justice to the ball.") == []


UNREAD = (
    "# A datum",
    "| a | b |\n|---|---|\n| a datum | b |",
    "```{math}\n:label: datum\n\\text{datum}\n```",
    "Read `datum`, $datum$, {eval}`datum` and [this](#datum).",
    "```python\ndatum\n```",
    "```{exercise}\n:label: datum\nAn example.\n```",
    "$$\ndatum\n$$",
    "An example<!-- index: datum -->.",
)


@pytest.mark.parametrize("source", UNREAD)
def test_what_is_no_prose_is_not_read(source):
    assert said(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "A *datum*.",
        "- A list of one datum.",
        "```{exercise} A title\n:label: ex-a\n\nOne datum.\n```",
        ":::{admonition} In print\n:class: note\nOne datum.\n:::",
        "````{prf:theorem}\nText.\n\n```{note}\nOne datum.\n```\n````",
        "A {index}`datum <example>` is [a number](#ex-a).",
    ],
)
def test_prose_is_read_wherever_it_stands(source):
    assert len(said(source)) == 1


SUMMARIES = {
    "The ball rolls on; the walker stops.": "a semicolon",
    "Damp it by $\\lambda$.": '"it"',
    "Take them all.": '"them"',
    "Both are slow.": '"Both"',
    "The first is fast.": '"The first"',
    "Momentum is faster than that of the walker.": '"than that"',
    "So this helps.": '"this"',
    "Few of these, and no more.": '"these"',
}


@pytest.mark.parametrize("sentence, what", SUMMARIES.items())
def test_a_summary_with_a_semicolon_or_a_pronoun_is_named(sentence, what):
    found = said(SUMMARY + "- " + sentence, *["The ball rolls on."] * 6)
    assert len(found) == 1 and what in found[0]
    assert said(SUMMARY + "Text.\n\n## Exercises\n\n" + sentence, *["The ball rolls on."] * 6) == []


def test_a_good_summary_is_not_complained_of():
    good = "Both methods take this step, the first step that the other methods take in that order. So: lower its rate."
    assert said(SUMMARY + good) == []


FUSED = (
    "The rate is large; the ball flies out.",
    "Ten steps; then rest.",
    "The rate is too large: the ball flies out at once.",
    "A search cures the throwing: from one side the ball descends to the saddle.",
)
PLAIN = (
    "The rate is large, so the ball flies out.",
    "The ball has three things:",
    "The ball has three things: a mass, a place and a velocity.",
    "So it follows that $a$: $b = c$.",
    "So: lower the rate, and the ball stays.",
    "**The ball that rolls:** it keeps a share of its velocity.",
    "[Momentum of a ball](momentum.ipynb): what does a ball know that a walker does not?",
    "It is known ([Polyak, 1964](#polyak1964); [Qian, 1999](#qian1999)) that balls roll.",
)


@pytest.mark.parametrize("sentence", FUSED)
def test_two_sentences_in_one_are_counted(sentence):
    [found] = said(*["The ball rolls on."] * 5, sentence)
    assert found.startswith("book/page.ipynb: 1 of 6 sentences") and "Worst: cell-5 (1)." in found
    assert said(*["The ball rolls on."] * 6, sentence) == []


@pytest.mark.parametrize("sentence", PLAIN)
def test_one_sentence_is_not_counted_as_two(sentence):
    assert said(sentence) == []


@pytest.mark.parametrize("finished, code", [((), 0), (("sgd",), 1)])
def test_only_finished_pages_must_keep_the_rules(monkeypatch, tmp_path, capsys, finished, code):
    cells = [nbformat.v4.new_markdown_cell("Each datum.", id="a-cell")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "sgd.ipynb")
    monkeypatch.setattr(prose, "notebooks", lambda: [tmp_path / "sgd.ipynb"])
    monkeypatch.setattr(prose, "FINISHED", finished)
    assert prose.main([]) == code
    assert ("#a-cell" in capsys.readouterr().out) == bool(finished)
    assert prose.main(["sgd"]) == code
    assert "#a-cell" in capsys.readouterr().out


@pytest.mark.parametrize("page", FINISHED)
def test_finished_pages_keep_the_rules(page):
    [path] = [path for path in prose.notebooks() if path.stem == page]
    found = prose.complaints(page, nbformat.read(path, as_version=4))
    assert not found, "\n".join(found)

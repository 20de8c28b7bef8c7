"""The book's own prose as a language to learn: tokens that are characters or words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdcore import validation

Tokens = NDArray[np.int32]

UNKNOWN = "�"
STRETCHES = 50
# How a text is cut. What stands between words are blanks, which are no tokens.
PIECES = {"characters": r"(?s).", "words": r"[^\W\d_]+|\d|[^\w\s]|_|\n"}


@dataclass(frozen=True, eq=False)
class Language:
    """A text as tokens, whole numbers, one part to learn from and one to test on.

    - `kind`: "characters" or "words".
    - `vocabulary`: what each token stands for. The number of a token is its rank: 0 is the most
      frequent in the part to learn from. The last, �, stands for whatever is not in the vocabulary.
    - `train`, `validation`: the tokens of both parts, (N,) and (M,).

    `load_language` makes it.
    """

    kind: str
    vocabulary: tuple[str, ...]
    train: Tokens = field(repr=False)
    validation: Tokens = field(repr=False)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {piece: number for number, piece in enumerate(self.vocabulary)}

    def encode(self, text: str) -> Tokens:
        """A text as tokens, (N,). Raises TypeError for what is no text.

        >>> language = load_language()
        >>> language.decode(language.encode("the gradient"))
        'the gradient'
        """
        unknown = len(self.vocabulary) - 1
        pieces = re.findall(PIECES[self.kind], _text("text", text))
        return np.array([self._numbers.get(piece, unknown) for piece in pieces], np.int32)

    def decode(self, tokens: ArrayLike) -> str:
        """Tokens (N,) as a text; words with blanks between them, where prose has them.

        Raises TypeError or ValueError for what are no tokens.

        >>> language = load_language("words")
        >>> language.decode(language.encode("Is the loss convex? (It is.)"))
        'Is the loss convex? (It is.)'
        """
        numbers = validation.numbers("tokens", tokens, empty=True)
        if numbers.ndim != 1 or (numbers != np.floor(numbers)).any() or not _within(numbers, len(self.vocabulary)):
            raise ValueError(
                f"tokens must be a row of whole numbers 0 … {len(self.vocabulary) - 1}, got {validation.shown(tokens)}"
            )
        pieces = [self.vocabulary[int(number)] for number in numbers]
        if self.kind == "characters":
            return "".join(pieces)
        text = re.sub(r" ?\n ?", "\n", " ".join(pieces))
        text = re.sub(r" ([.,:;?!)\]%'’-])", r"\1", text)
        return re.sub(r"([(\['’-]) |(?<=\d) (?=\d)", r"\1", text)


def load_language(kind: str = "characters", *, most: int = 2000) -> Language:
    """The prose of eight chapters of this book, at one commit, as tokens.

    - `kind`: "characters" (each a token), or "words" (so are digits, signs and ends of lines).
    - `most`: the largest vocabulary. Of a larger one the most frequent are kept.

    In the text ◇ stands for a formula and # for a number; a line is a paragraph. Solutions, reading
    lists, tables and code are left out. Of each of 50 stretches of equal length nine tenths are to
    learn from and the last tenth is to test on: both parts are of every chapter.

    Raises TypeError or ValueError for another kind and for a vocabulary of fewer than 2.

    >>> language = load_language()
    >>> language.decode(language.train[:28])
    'Convexity and error surfaces'
    >>> load_language("words").vocabulary[:4]
    ('the', '.', '◇', ',')
    """
    kind = validation.choice("kind", kind, PIECES)
    return _language(kind, validation.whole_number("most", most, least=2))


@lru_cache(maxsize=8)
def _language(kind: str, most: int) -> Language:
    text = resources.files("gdcore.data").joinpath("book.txt").read_text("utf-8")
    parts = _parts(re.findall(PIECES[kind], text))
    counts = Counter(parts[0])
    ranked = sorted(counts, key=lambda piece: (-counts[piece], piece))[: most - 1]
    numbers = {piece: number for number, piece in enumerate(ranked)}
    arrays = [np.array([numbers.get(piece, len(ranked)) for piece in part], np.int32) for part in parts]
    for array in arrays:
        array.flags.writeable = False
    return Language(kind, (*ranked, UNKNOWN), *arrays)


def _parts(pieces: list[str]) -> tuple[list[str], list[str]]:
    """The pieces to learn from and those to test on."""
    train: list[str] = []
    test: list[str] = []
    ends = np.linspace(0, len(pieces), STRETCHES + 1).astype(int)
    for start, end in pairwise(ends.tolist()):
        cut = end - (end - start) // 10
        train += pieces[start:cut]
        test += pieces[cut:end]
    return train, test


def sequences(tokens: ArrayLike, length: int, stride: int | None = None) -> Tokens:
    """Pieces of a row of tokens, (N, length), which begin `stride` places apart.

    - `tokens`: whole numbers, (M,).
    - `length`: of a piece. A model that reads T tokens and is asked for the next needs T + 1.
    - `stride`: by default length − 1, so that each token but the first is asked for once.

    The result is a view of the tokens, not a copy. Raises TypeError or ValueError for what is no
    row of at least `length` whole numbers.

    >>> sequences([0, 1, 2, 3, 4, 5], length=3)
    array([[0, 1, 2],
           [2, 3, 4]])
    """
    try:
        row = np.asarray(tokens)
    except (ValueError, OverflowError):
        raise TypeError(f"tokens must be a row of whole numbers, (M,), got {validation.shown(tokens)}") from None
    if row.dtype.kind not in "iu" or row.ndim != 1:
        raise TypeError(f"tokens must be a row of whole numbers, (M,), got {validation.shown(tokens)}")
    length = validation.whole_number("length", length, least=1)
    stride = validation.whole_number("stride", max(length - 1, 1) if stride is None else stride, least=1)
    if length > len(row):
        raise ValueError(f"length must be at most the number of tokens, {len(row)}, got {length}")
    pieces: Tokens = np.lib.stride_tricks.sliding_window_view(row, length)[::stride]
    return pieces


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, got {validation.shown(value)}")
    return value


def _within(numbers: NDArray[Any], below: int) -> bool:
    return bool(((numbers >= 0) & (numbers < below)).all())

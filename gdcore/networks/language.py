"""A language model: a small transformer that says, at each position, which token comes next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import prod, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from gdcore import validation
from gdcore.arrays import Array
from gdcore.networks import arguments
from gdcore.networks.arguments import Shape
from gdcore.networks.attention import CausalAttention, Residual, RMSNorm
from gdcore.networks.layers import Layer, relu
from gdcore.networks.losses import bound, row_sums, softmax_of
from gdcore.networks.network import Network
from gdcore.networks.sequences import Embedding, PositionwiseDense, Tokens
from gdcore.objectives import Objective

POSITIONS_AT_ONCE = 4096  # with 2000 tokens the outputs of so many take 32 MiB in single precision


@dataclass(frozen=True)
class LanguageModel:
    """A transformer that reads tokens and gives, at each position, numbers for the next token.

    With a token's row of E and its position's row of P, a block adds what it finds to what it
    reads: first causal attention, then a layer of ReLUs at each position,

        h = E[c] + P,   h ← h + f(norm(h)) for each f,   logits = norm(h) U,

    where norm is `RMSNorm`. What is learned is not in here: it comes in as one vector w, (..., d),
    whose parts have names.

    - `vocabulary`: V, the number of tokens.
    - `positions`: T, the most tokens that it reads at once.
    - `features`: D, the width.
    - `heads`: of attention; a divisor of D.
    - `blocks`: how many, each with attention and ReLUs.
    - `hidden`: the ReLUs of a block, by default 4 D.
    - `norm`: where the norms stand: "pre", as above; "post", h ← norm(h + f(h)) and none at the
      end; "none".
    - `tied`: if True, U is Eᵀ, and w holds it once.

    Raises TypeError or ValueError for other arguments. Source: Vaswani et al. 2017; Xiong et al.
    2020 ("pre" and "post"); Radford et al. 2019 (first weights).

    >>> model = LanguageModel(vocabulary=80)
    >>> model.dimension
    110912
    >>> model.parts["block 1 attention"]
    slice(7232, 19520, None)
    """

    vocabulary: int
    positions: int = 32
    features: int = 64
    heads: int = 4
    blocks: int = 2
    hidden: int | None = None
    norm: str = "pre"
    tied: bool = False

    def __post_init__(self) -> None:
        for name in ("vocabulary", "positions", "features", "heads", "blocks"):
            object.__setattr__(self, name, validation.whole_number(name, getattr(self, name), least=1, most=2**31 - 1))
        hidden = 4 * self.features if self.hidden is None else self.hidden
        object.__setattr__(self, "hidden", validation.whole_number("hidden", hidden, least=1, most=2**31 - 1))
        validation.choice("norm", self.norm, ("pre", "post", "none"))
        object.__setattr__(self, "tied", validation.flag("tied", self.tied))
        assert self.network  # what does not fit is refused here

    @cached_property
    def network(self) -> Network:
        """All layers but the last, from tokens (N, T) to features (N, T, D)."""
        layers: list[Layer] = [Embedding(self.vocabulary, self.features, self.positions)]
        for _ in range(self.blocks):
            layers += self._around([CausalAttention(self.features, self.heads)])
            assert self.hidden is not None
            layers += self._around(
                [PositionwiseDense(self.features, self.hidden), relu, PositionwiseDense(self.hidden, self.features)]
            )
        return Network([*layers, self._gain()] if self.norm == "pre" else layers)

    def _gain(self) -> RMSNorm:
        return RMSNorm(self.features, rank=2)

    def _around(self, layers: list[Layer]) -> list[Layer]:
        """The layers with the way around them, and with their norm."""
        if self.norm == "pre":
            return [Residual([self._gain(), *layers])]
        return [Residual(layers), self._gain()] if self.norm == "post" else [Residual(layers)]

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of all parameters, in their order in w."""
        last = () if self.tied else ((self.features, self.vocabulary),)
        return self.network.shapes + last

    @cached_property
    def dimension(self) -> int:
        """The number of parameters, d."""
        return sum(map(prod, self.shapes))

    @cached_property
    def parts(self) -> Mapping[str, slice]:
        """By its name, where in w each array lies, in the order of `shapes`.

        >>> list(LanguageModel(80, blocks=1).parts)[:4]
        ['tokens', 'positions', 'block 1 attention gain', 'block 1 attention']
        """
        names = ["tokens", "positions"]
        for block in range(1, self.blocks + 1):
            for own in (["attention", "attention output"], ["hidden", "hidden output"]):
                gain = [f"{own[0]} gain"] if self.norm != "none" else []
                names += [f"block {block} {name}" for name in (own + gain if self.norm == "post" else gain + own)]
        names += ["last gain"] * (self.norm == "pre") + ["output"] * (not self.tied)
        ends = [0, *accumulate(map(prod, self.shapes))]
        return {name: slice(ends[k], ends[k + 1]) for k, name in enumerate(names)}

    def mask(self, *words: str) -> NDArray[np.bool_]:
        """Which parameters lie in parts whose names contain one of the words, (d,) truth values.

        Groups of parameters are made of it. Raises ValueError for a word that no name contains.

        >>> model = LanguageModel(80)
        >>> decay = np.where(model.mask("gain", "tokens", "positions"), 0, 0.1)
        >>> int((decay == 0).sum())
        7488
        """
        found = np.zeros(self.dimension, bool)
        for word in words:
            places = [place for name, place in self.parts.items() if validation.text("words", word) in name]
            if not places:
                raise ValueError(f"words must each be part of a name among {', '.join(self.parts)}, got {word!r}")
            for place in places:
                found[place] = True
        return found

    def initialize(self, seed: int | Sequence[int] = 0, dtype: DTypeLike = float) -> Array:
        """First parameters: (d,), or for several seeds (seeds, d).

        Gains are 1. A matrix with n rows has entries from N(0, 1/n), and those that write into h
        are divided by √(2 · blocks). E and P have N(0, 0.2²): with much less, what the blocks write
        drowns the tokens. With a tied output they have N(0, 0.02²), else each token would at first
        be sure of itself. Raises TypeError or ValueError for
        seeds that are not whole numbers ≥ 0 and a `dtype` that is no kind of floats.

        >>> LanguageModel(80).initialize(seed=range(3), dtype=np.float32).shape
        (3, 110912)
        """
        kind, one_or_more = arguments.float_type("dtype", dtype), arguments.seeds(seed)
        if isinstance(one_or_more, int):
            return self._first(one_or_more).astype(kind)
        return np.array([self._first(one) for one in one_or_more]).astype(kind)

    def _first(self, seed: int) -> Array:
        generator = np.random.default_rng(seed)
        w = np.ones(self.dimension)
        for (name, place), shape in zip(self.parts.items(), self.shapes, strict=True):
            if name in ("tokens", "positions"):
                w[place] = generator.normal(0, 0.02 if self.tied else 0.2, prod(shape))
            elif "gain" not in name:
                shrunk = 2 * self.blocks if name.startswith("block") and "output" in name else 1
                w[place] = generator.normal(0, 1 / sqrt(shape[0] * shrunk), prod(shape))
        return w

    def logits(self, w: ArrayLike, tokens: ArrayLike) -> Array:
        """The outputs z for the next token at each position, (..., N, T, V), of tokens (N, T).

        The model's probabilities are softmax(z). Raises TypeError or ValueError for what are no
        tokens, and for parameters of another model.

        >>> model = LanguageModel(vocabulary=5)
        >>> model.logits(model.initialize(), [[0, 1, 2]]).shape
        (1, 3, 5)
        """
        w, tokens = self._vectors(w), self._tokens("tokens", tokens, self.positions)
        return self._for_each(lambda one, own: self._outputs(one, own)[0], w, tokens, (*tokens.shape[-2:], self.vocabulary))

    def losses(self, w: ArrayLike, sequences: ArrayLike) -> Array:
        """The loss −log p of each token but the first, (..., N, L − 1), of sequences (N, L).

        Raises TypeError or ValueError as `objective`.

        >>> model = LanguageModel(vocabulary=5)
        >>> model.losses(model.initialize(), [[0, 1, 2, 3]]).shape
        (1, 3)
        """
        w, sequences = self._vectors(w), self._sequences(sequences)
        shape = (sequences.shape[-2], sequences.shape[-1] - 1)
        return self._for_each(
            lambda one, own: np.concatenate([self._losses(one, part) for part in _few(own)]), w, sequences, shape
        )

    def loss_and_gradient(self, w: ArrayLike, sequences: ArrayLike) -> tuple[Array, Array]:
        """The loss of `objective`, (...), and its gradient, (..., d), at the price of the gradient.

        >>> model = LanguageModel(vocabulary=5)
        >>> loss, gradient = model.loss_and_gradient(model.initialize(), [[0, 1, 2, 3]])
        >>> gradient.shape == (model.dimension,)
        True
        """
        w, sequences = self._vectors(w), self._sequences(sequences)
        both = self._for_each(self._loss_and_gradient, w, sequences, (1 + self.dimension,))
        return both[..., 0], both[..., 1:]

    def objective(self, sequences: ArrayLike) -> Objective:
        """The mean loss as a function of w, with gradient and Hessian-vector product.

        - `sequences`: whole numbers 0 … V − 1, (N, L) with 2 ≤ L ≤ T + 1. The first L − 1 of each
          are read, and each position is asked for the token that follows.

        The loss is the cross-entropy −log p(next token), in nats, the mean over positions and
        examples. Sequences (models, N, L) are for w (models, d), each model its own. The gradient
        has w's precision; models are taken one after the other. `Minibatches(model.objective,
        sequences, batch_size=…)` makes the batches of a training. H v is exact to rounding, as in
        `Network.objective`.

        Raises TypeError or ValueError for sequences that are no such numbers, and at the first
        evaluation for w of another model.

        >>> model = LanguageModel(vocabulary=5)
        >>> loss = model.objective([[0, 1, 2, 3], [1, 2, 3, 4]])
        >>> bool(abs(loss.value(model.initialize()) - np.log(5)) < 1)
        True
        """
        sequences = self._sequences(np.array(arguments.as_array("sequences", sequences)))

        def value(w: Array) -> Array:
            return self.losses(w, sequences).mean(axis=(-2, -1))

        def gradient(w: Array) -> Array:
            return self.loss_and_gradient(w, sequences)[1]

        def hessian_vector(w: Array, v: Array) -> Array:
            h = 1e-20
            return (gradient(w.astype(complex) + 1j * h * v).imag / h).astype(w.dtype, copy=False)

        return Objective("cross-entropy", value, gradient, None, hessian_vector, shapes=self.shapes, dimension=self.dimension)

    def sample(self, w: ArrayLike, start: ArrayLike, count: int, seed: int = 0, temperature: float = 1.0) -> Tokens:
        """`count` tokens that the model writes behind those of `start`, (count,).

        Each is drawn with the probabilities softmax(z / temperature) and then read itself. The
        model sees the last T tokens at most.

        - `start`: one token or more, (L,).
        - `temperature`: > 0; the smaller, the more often the likeliest token comes.

        Raises TypeError or ValueError for other arguments.

        >>> model = LanguageModel(vocabulary=5)
        >>> model.sample(model.initialize(), start=[0], count=3).shape
        (3,)
        """
        w = validation.numbers("w", w, shape=f"({self.dimension},)")
        if w.shape != (self.dimension,):
            raise ValueError(f"w must be one model's parameters, ({self.dimension},), got an array of shape {w.shape}")
        first = arguments.labels("start", start, self.vocabulary)
        if first.ndim != 1 or not len(first):
            raise ValueError(f"start must be a row of tokens, at least one, got an array of shape {first.shape}")
        count = validation.whole_number("count", count, least=0, most=10**6)
        temperature = validation.number("temperature", temperature, above=0)
        generator = np.random.default_rng(validation.whole_number("seed", seed, least=0))
        written = first.tolist()
        for _ in range(count):
            z = self._outputs(w, np.array([written[-self.positions :]]))[0][0, -1].astype(float)
            totals = softmax_of((z - z.max()) / temperature).cumsum()
            written.append(int(np.searchsorted(totals, generator.random() * totals[-1], side="right")))
        return np.array(written[len(first) :], int)

    def _outputs(self, w: Array, tokens: Tokens) -> tuple[Array, Array, list[Any]]:
        """The logits of one model, (N, T, V), the features below, and what the way back needs."""
        a, kept = self.network.forward(w[: self.network.dimension], tokens)
        z = a.reshape(-1, self.features) @ self._last(w)
        return z.reshape(*tokens.shape, self.vocabulary), a, kept

    def _last(self, w: Array) -> Array:
        """U, (D, V)."""
        if self.tied:
            return w[self.parts["tokens"]].reshape(self.vocabulary, self.features).T
        return w[self.parts["output"]].reshape(self.features, self.vocabulary)

    def _losses(self, w: Array, sequences: Tokens) -> Array:
        z = self._outputs(w, sequences[:, :-1])[0]
        return _cross_entropies(z.reshape(-1, self.vocabulary), sequences[:, 1:].ravel()).reshape(sequences[:, 1:].shape)

    def _loss_and_gradient(self, w: Array, sequences: Tokens) -> Array:
        """The loss of one model and behind it the gradient, (1 + d,)."""
        parts = _few(sequences)
        found = self._of_part(w, parts[0]) * (len(parts[0]) / len(sequences))
        for part in parts[1:]:
            found += self._of_part(w, part) * (len(part) / len(sequences))
        return found

    def _of_part(self, w: Array, sequences: Tokens) -> Array:
        z, a, kept = self._outputs(w, sequences[:, :-1])
        loss, delta = _mean_and_slope(z.reshape(-1, self.vocabulary), sequences[:, 1:].ravel())
        rows = a.reshape(-1, self.features)
        of_last = rows.T @ delta
        below = self.network.backward(w[: self.network.dimension], kept, (delta @ self._last(w).T).reshape(a.shape))
        found = np.empty(1 + self.dimension, w.dtype)
        found[0], found[1 : 1 + len(below)] = loss, below
        if self.tied:
            found[1:][self.parts["tokens"]] += of_last.T.ravel()
        else:
            found[1 + len(below) :] = of_last.ravel()
        return found

    def _for_each(self, function: Callable[[Array, Tokens], Array], w: Array, tokens: Tokens, shape: Shape) -> Array:
        """The function for one model after the other, (..., *shape), maybe on its own tokens."""
        if w.ndim == 1 and tokens.ndim == 2:
            return function(w, tokens)
        own, models = tokens.shape[:-2], w.shape[:-1]
        if own and own != models[len(models) - len(own) :]:
            raise ValueError(
                f"sequences hold data for {own} models, one each, so w must be (..., *{own}, d), got shape {w.shape}"
            )
        every = np.broadcast_to(tokens, (*models, *tokens.shape[-2:]))
        rows = [function(w[model], every[model]) for model in np.ndindex(*models)]
        return np.array(rows, w.dtype).reshape(*models, *shape)

    def _vectors(self, w: ArrayLike) -> Array:
        """Parameters (..., d) as an array, complex too; NaN may come in."""
        if type(w) is np.ndarray and w.dtype.kind == "c" and w.ndim and w.shape[-1] == self.dimension:
            return w
        return validation.as_points(w, self.dimension)

    def _tokens(self, name: str, value: ArrayLike, most: int, least: int = 1) -> Tokens:
        tokens = arguments.labels(name, value, self.vocabulary)
        if tokens.ndim < 2 or not tokens.size or not least <= tokens.shape[-1] <= most:
            raise ValueError(f"{name} must be (..., N, L) with {least} ≤ L ≤ {most}, got an array of shape {tokens.shape}")
        return tokens

    def _sequences(self, value: ArrayLike) -> Tokens:
        return self._tokens("sequences", value, self.positions + 1, least=2)


def _few(sequences: Tokens) -> list[Tokens]:
    """The sequences in parts that are not too large for the memory."""
    at_once = max(1, POSITIONS_AT_ONCE // sequences.shape[-1])
    return [sequences[start : start + at_once] for start in range(0, len(sequences), at_once)]


def _cross_entropies(z: Array, labels: Tokens) -> Array:
    """−log softmax(z)[label] = log Σ_j exp(z_j) − z_label of each row, (R,)."""
    z = z - z.max(axis=-1, keepdims=True)
    own = z[np.arange(len(z)), labels]
    return np.log(np.exp(z).sum(axis=-1)) - own


def _mean_and_slope(z: Array, labels: Tokens) -> tuple[Array, Array]:
    """The mean of the rows' cross-entropies, and ∂/∂z = (softmax(z) − one-hot) / R."""
    rows = np.arange(len(z))
    bound(z)
    own = z[rows, labels]
    np.exp(z, out=z)
    totals = row_sums(z)
    loss = (np.log(totals[:, 0]) - own).mean()
    z /= totals * len(z)
    z[rows, labels] -= 1 / len(z)
    return loss, z

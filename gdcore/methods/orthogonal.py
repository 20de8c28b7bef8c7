"""Steps along whole matrices: Muon."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.hyperparameters import Nonnegative, OneNonnegative, Rounds, Share, checked_step
from gdcore.objectives import Objective, require

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)


@checked_step
def muon(
    objective: Objective,
    w: Array,
    state: Any = 0.0,
    *,
    learning_rate: Nonnegative = 1e-3,
    momentum: Share = 0.95,
    nesterov: bool = True,
    weight_decay: Nonnegative = 0.0,
    epsilon: OneNonnegative = 1e-7,
    newton_schulz_steps: Rounds = 5,
) -> tuple[Array, Any]:
    """One step of Muon: each matrix of w moves with all singular values of its step made about 1.

        b ← μ b + (1 − μ) g,   u = (1 − μ) g + μ b,
        W ← W − η α W − η √max(1, A/B) `newton_schulz`(U),

    the last for each matrix U, of A rows and B columns, in u.

    The matrices are those of `objective.shapes`, one after the other in w. A vector counts as a
    matrix of one column, so that it moves by its direction; a kernel (out, in, height, width) as a
    matrix of `out` rows. A gradient of 0 moves nothing. w is (..., d); the state is b, (..., d), at
    first 0.

    - `learning_rate`: η ≥ 0.
    - `momentum`: μ, in [0, 1).
    - `nesterov`: if False, u = b.
    - `weight_decay`: α ≥ 0, decoupled as in `adamw`. PyTorch's default is 0.1.
    - `epsilon`: the least size by which a matrix is divided, ≥ 0.
    - `newton_schulz_steps`: a whole number from 0 to 1,000.

    PyTorch takes matrices alone and leaves the rest to AdamW. Its matrices are (out, in), and it
    computes in bfloat16. Large runs use another factor, 0.2 √max(A, B), which makes steps as long
    as Adam's.
    Raises ValueError for an objective without shapes, or whose shapes do not fill w.
    Source: Jordan et al. 2024, with the coefficients that PyTorch uses; Prince, a student's note;
    weight decay and the other factor: Liu et al. 2025.

    >>> from dataclasses import replace
    >>> from gdcore.objectives import quadratic
    >>> four = replace(quadratic([1, 2, 3, 4]), shapes=((2, 2),))
    >>> muon(four, [1, 0, 0, 1], learning_rate=0.1)[0].round(2)
    array([0.93, 0.  , 0.  , 0.93])
    """
    shapes = require.shapes(objective, w, needed_by="muon")
    b = state
    g = objective.gradient(w)
    b = momentum * b + (1 - momentum) * g
    u = (1 - momentum) * g + momentum * b if nesterov else b
    steps = [
        max(1, U.shape[-2] / U.shape[-1]) ** 0.5 * _newton_schulz(U, newton_schulz_steps, epsilon, _COEFFICIENTS)
        for U in matrices_of(u, shapes)
    ]
    w = w - learning_rate * (weight_decay * w + in_line(steps, w.shape[:-1]))
    return w, b


def newton_schulz(
    matrix: ArrayLike, steps: int = 5, epsilon: float = 1e-7, coefficients: tuple[float, float, float] = _COEFFICIENTS
) -> Array:
    """A matrix with singular values near 1 and the singular vectors of this one, by matrix products
    alone.

    X ← X / max(‖X‖_F, ε), then `steps` times X ← (a I + b X Xᵀ + c (X Xᵀ)²) X. Each maps every
    singular value σ to a σ + b σ³ + c σ⁵. With PyTorch's coefficients five steps bring every σ ≥
    0.003 ‖X‖_F to between 0.68 and 1.21, not to 1; with (1.5, −0.5, 0) the values converge to 1,
    more slowly.

    - `matrix`: (..., A, B), and so is the result; a matrix of zeros stays.
    - `steps`: a whole number from 0 to 1,000; most matrices need fewer than 20.
    - `epsilon`: ε ≥ 0.
    - `coefficients`: (a, b, c).

    Raises ValueError or TypeError for what is none of these.
    Source: Jordan et al. 2024; Björck and Bowie 1971 for (1.5, −0.5, 0).

    >>> newton_schulz([[3, 0], [0, 0.1]], steps=20, coefficients=(1.5, -0.5, 0)).round(3)
    array([[1., 0.],
           [0., 1.]])
    """
    x = validation.numbers("matrix", matrix)
    if x.ndim < 2:
        raise ValueError(f"matrix must have shape (..., A, B), got {x.shape}")
    steps = validation.whole_number("steps", steps, least=0, most=1_000)
    epsilon = validation.number("epsilon", epsilon, least=0)
    three = validation.numbers("coefficients", coefficients).tolist()
    if np.shape(three) != (3,):
        raise ValueError(f"coefficients must be three numbers (a, b, c), got {validation.shown(coefficients)}")
    return _newton_schulz(x, steps, epsilon, tuple(three))


def matrices_of(u: Array, shapes: tuple[tuple[int, ...], ...]) -> list[Array]:
    """The matrices (..., A, B) that stand one after the other in u, (..., d).

    A vector is one of one column, a kernel (out, in, height, width) one of `out` rows.
    """
    found, place = [], 0
    for shape in shapes:
        rows, columns = shape[0], prod(shape[1:])
        found.append(u[..., place : place + rows * columns].reshape(*u.shape[:-1], rows, columns))
        place += rows * columns
    return found


def in_line(matrices: Sequence[Array], lead: tuple[int, ...]) -> Array:
    """The numbers of matrices one after the other, (*lead, d)."""
    return np.concatenate([matrix.reshape(*lead, prod(matrix.shape[len(lead) :])) for matrix in matrices], axis=-1)


def _newton_schulz(matrix: Array, steps: int, epsilon: float, coefficients: tuple[float, float, float]) -> Array:
    """The iteration of `newton_schulz`, its arguments trusted."""
    a, b, c = coefficients
    wide = matrix.shape[-2] <= matrix.shape[-1]
    x = matrix if wide else matrix.mT
    norm = np.sqrt((x * x).sum(axis=(-2, -1), keepdims=True))
    x = x / np.maximum(norm, max(epsilon, 1e-37))
    identity = np.eye(x.shape[-2], dtype=x.dtype)
    aI, bI = a * identity, b * identity
    for _ in range(steps):
        gram = x @ x.mT
        x = (aI + (bI + c * gram) @ gram) @ x
    return x if wide else x.mT

"""The Hessian without writing it out: its products with vectors, and its largest eigenvalues."""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

from gdcore import validation
from gdcore.arrays import Array
from gdcore.objectives import Objective, require


def hessian_vector_product(objective: Objective, w: Array, v: Array, *, step: float | None = None) -> Array:
    """The product H(w) v, from two gradients: (∇L(w + h v) − ∇L(w − h v)) / 2h.

    If the objective has a `hessian_vector` or a Hessian and no `step` is given, that is used. w and v are (..., d), and so is
    the result. `step` is h ‖v‖, the length of the move; by default ε^⅓ (6·10⁻⁶) times the larger of 1 and ‖w‖, which gives about
    ten digits on functions whose third derivatives are moderate. Where v is 0 the product is 0.
    Raises ValueError for a step that is not positive and finite. Source: Nocedal and Wright 2006, section 8.1; Pearlmutter 1994
    for the exact product.
    """
    if step is None and objective.hessian_vector is not None:
        return objective.hessian_vector(w, v)
    if step is None and objective.hessian is not None:
        return (objective.hessian(w) @ v[..., np.newaxis])[..., 0]
    if step is not None:
        validation.number("step", step, above=0)
    length = np.linalg.norm(v, axis=-1, keepdims=True)
    default = np.finfo(w.dtype).eps ** (1 / 3) * np.maximum(1, np.linalg.norm(w, axis=-1, keepdims=True))
    h = (default if step is None else step) / np.where(length > 0, length, 1)
    return (objective.gradient(w + h * v) - objective.gradient(w - h * v)) / (2 * h)


def top_eigenvalues(
    objective: Objective, w: Array, count: int = 1, *, tolerance: float = 1e-6, start: Array | None = None, seed: int = 0
) -> tuple[Array, Array]:
    """The `count` largest eigenvalues of the Hessian at w, the largest first, and their eigenvectors as columns: (k,), (d, k).

    By Lanczos' method (SciPy's eigsh) from products with the Hessian alone, to a relative `tolerance`; in few dimensions, or if
    nearly all are wanted, from the whole matrix, one product a column. w is (d,). `start` is a first vector (d,), such as the
    last eigenvector when w has moved little; by default a normal one drawn from `seed`.
    Raises ValueError for a count outside 1 … d, and for a batch of points. Source: Lanczos 1950.
    """
    require.one_start("top_eigenvalues", w)
    d = w.size
    if validation.whole_number("count", count, least=1) > d:
        raise ValueError(f"count must be a whole number from 1 to {d}, the dimension of w, got {count}")
    if d <= 8 or count >= d - 1:
        columns = np.stack([hessian_vector_product(objective, w, e) for e in np.eye(d, dtype=w.dtype)], axis=-1)
        values, vectors = np.linalg.eigh((columns + columns.T) / 2)
    else:
        product = LinearOperator((d, d), matvec=lambda v: hessian_vector_product(objective, w, v.ravel()), dtype=w.dtype)
        v0 = np.random.default_rng(seed).standard_normal(d) if start is None else start
        values, vectors = eigsh(product, k=count, which="LA", tol=tolerance, v0=v0.astype(w.dtype))
    order = np.argsort(values)[::-1][:count]
    return values[order], vectors[:, order]

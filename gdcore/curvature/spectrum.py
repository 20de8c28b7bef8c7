"""The Hessian without writing it out: its products with vectors, and its largest eigenvalues."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.objectives import Objective, require

_WHOLE_MATRIX = 8  # in so few dimensions the whole Hessian costs less than Lanczos' method


def hessian_vector_product(objective: Objective, w: ArrayLike, v: ArrayLike, *, step: float | None = None) -> Array:
    """The product H(w) v, from two gradients: (∇L(w + h v) − ∇L(w − h v)) / 2h.

    If the objective has a `hessian_vector` or a Hessian and no `step` is given, that is used. w and
    v are (..., d), and so is the result. `step` is h ‖v‖, the length of the move; by default ε^⅓
    (6·10⁻⁶) times the larger of 1 and ‖w‖, which gives about ten digits on functions whose third
    derivatives are moderate. Where v is 0 the product is 0.
    Raises ValueError or TypeError for a step that is not positive and finite, and for points and
    vectors of different dimensions.
    Source: Nocedal and Wright 2006, section 8.1; Pearlmutter 1994 for the exact product.

    >>> from gdcore.objectives import quadratic
    >>> hessian_vector_product(quadratic([1, 4]), [0, 0], [1, 1])
    array([1., 4.])
    """
    require.objective(objective)
    w = validation.points(w, objective.dimension, finite=False)
    v = validation.points(v, w.shape[-1], "v", finite=False).astype(w.dtype, copy=False)
    if step is None and objective.hessian_vector is not None:
        return objective.hessian_vector(w, v)
    if step is None and objective.hessian is not None:
        return (objective.hessian(w) @ v[..., np.newaxis])[..., 0]
    length = np.linalg.norm(v, axis=-1, keepdims=True)
    default = np.finfo(w.dtype).eps ** (1 / 3) * np.maximum(1, np.linalg.norm(w, axis=-1, keepdims=True))
    h = (default if step is None else validation.number("step", step, above=0)) / np.where(length > 0, length, 1)
    ahead = np.array(objective.gradient(w + h * v))  # a copy: some gradients reuse one array
    return (ahead - objective.gradient(w - h * v)) / (2 * h)


def top_eigenvalues(
    objective: Objective,
    w: ArrayLike,
    count: int = 1,
    *,
    tolerance: float = 1e-6,
    start: ArrayLike | None = None,
    seed: int = 0,
) -> tuple[Array, Array]:
    """The `count` largest eigenvalues of the Hessian at w, the largest first, and their
    eigenvectors as columns.

    By Lanczos' method (SciPy's eigsh), from products with the Hessian alone. It sees an eigenvalue
    that occurs several times only once, so for `count` > 1 it is asked again, at right angles to
    what it found, until nothing larger is left. In few dimensions, or if nearly all are wanted, the
    whole matrix is taken instead, one product a column.

    - `w`: one point, (d,).
    - `count`: k, from 1 to d. The result is (k,) and (d, k).
    - `tolerance`: relative, > 0.
    - `start`: a first vector (d,), such as the last eigenvector when w has moved little; by default
      a normal one drawn from `seed`.

    Raises ValueError or TypeError for what is outside, and for a batch of points.
    Source: Lanczos 1950.

    >>> from gdcore.objectives import quadratic
    >>> values, vectors = top_eigenvalues(quadratic([1, 4, 9]), [0, 0, 0], 2)
    >>> values
    array([9., 4.])
    """
    require.objective(objective)
    w = validation.points(w, objective.dimension)
    require.one_start("top_eigenvalues", w)
    d = w.size
    count = validation.whole_number("count", count, least=1, most=d)
    tolerance = validation.number("tolerance", tolerance, above=0)
    generator = np.random.default_rng(validation.whole_number("seed", seed, least=0))
    if start is not None:
        start = validation.points(start, d, "start").astype(w.dtype, copy=False)
        require.one_start("top_eigenvalues", start)
    if d <= _WHOLE_MATRIX or count >= d - 1:
        columns = np.stack([hessian_vector_product(objective, w, e) for e in np.eye(d, dtype=w.dtype)], axis=-1)
        values, vectors = np.linalg.eigh((columns + columns.T) / 2)
    else:
        values, vectors = _lanczos(objective, w, count, tolerance, start, generator)
    order = np.argsort(values)[::-1][:count]
    return values[order], vectors[:, order]


def _lanczos(
    objective: Objective, w: Array, count: int, tolerance: float, start: Array | None, generator: np.random.Generator
) -> tuple[Array, Array]:
    """At least the `count` largest eigenvalues, and their vectors: asked again until nothing larger
    is left.
    """
    values, vectors = _eigsh(objective, w, count, tolerance, start, generator, np.empty((w.size, 0), w.dtype), 0.0)
    while count > 1 and vectors.shape[1] < w.size - 1:
        least = np.sort(values)[-count]
        shift = float(np.abs(values).max()) + 1.0
        more, added = _eigsh(objective, w, 1, tolerance, None, generator, vectors, shift)
        if more[0] <= least + tolerance * shift:
            break
        values, vectors = np.append(values, more), np.column_stack([vectors, added])
    return values, vectors


def _eigsh(
    objective: Objective,
    w: Array,
    count: int,
    tolerance: float,
    start: Array | None,
    generator: np.random.Generator,
    found: Array,
    shift: float,
) -> tuple[Array, Array]:
    """The largest eigenvalues at right angles to the vectors `found`, which are moved down by
    `shift` and more.
    """

    def product(v: Array) -> Array:
        v = v.ravel()
        along = found.T @ v
        rest = hessian_vector_product(objective, w, v - found @ along)
        return rest - found @ (found.T @ rest) - shift * (found @ along)

    first = generator.standard_normal(w.size) if start is None else start
    try:
        operator = scipy.sparse.linalg.LinearOperator((w.size, w.size), matvec=product, dtype=w.dtype)
        return scipy.sparse.linalg.eigsh(operator, k=count, which="LA", tol=tolerance, v0=first.astype(w.dtype))
    except scipy.sparse.linalg.ArpackError:
        if product(first.astype(w.dtype)).any():
            raise
        return np.zeros(count, w.dtype), np.eye(w.size, count, dtype=w.dtype)  # the Hessian is 0

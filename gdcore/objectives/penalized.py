"""An objective with a penalty added to it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdcore.objectives import require
from gdcore.objectives.objective import Objective
from gdcore.objectives.penalties import Penalty
from gdcore.validation import shown


def with_penalty(objective: Objective, penalty: Penalty) -> Objective:
    """The objective L + R, with `penalty` R and `smooth` L for proximal steps.

    Value, gradient and, where L has them, Hessian and its products are those of the sum: where a
    coordinate of an L1 penalty is 0, the gradient is a subgradient, and the Hessian leaves the kink
    out. Residuals and minima are L's alone and so left out. On minibatches each batch carries the
    whole penalty.
    Raises ValueError for an objective that has a penalty already.

    >>> from gdcore.objectives import bowl, l2
    >>> ridge = with_penalty(bowl(), l2(0.5))
    >>> ridge.gradient([1, 0]) - bowl().gradient([1, 0])
    array([1., 0.])
    """
    require.objective(objective)
    if not isinstance(penalty, Penalty):
        raise TypeError(f"penalty must be a Penalty, such as l1(0.1) returns, got {shown(penalty)}")
    if objective.penalty is not None:
        raise ValueError(f"{objective.name} has the penalty {objective.penalty.name} already; give both as one elastic_net")

    full = None if objective.full is None else _sum(objective.full, penalty)
    batch = None if objective.batch is None else lambda t: _sum(objective.at(t), penalty, full)
    return _sum(objective, penalty, full, batch)


def _sum(
    objective: Objective,
    penalty: Penalty,
    full: Objective | None = None,
    batch: Callable[[int], Objective] | None = None,
) -> Objective:
    """The objective with its penalty; the whole and the batches come with theirs."""
    hessian, product = objective.hessian, objective.hessian_vector
    return Objective(
        name=f"{objective.name} with {penalty.name}",
        value=lambda w: objective.value(w) + penalty.value(w),
        gradient=lambda w: objective.gradient(w) + penalty.gradient(w),
        hessian=None
        if hessian is None
        else lambda w: hessian(w) + penalty.curvature(w)[..., np.newaxis] * np.eye(w.shape[-1], dtype=w.dtype),
        hessian_vector=None if product is None else lambda w, v: product(w, v) + penalty.curvature(w) * v,
        penalty=penalty,
        smooth=objective,
        shapes=objective.shapes,
        box=objective.box,
        dimension=objective.dimension,
        batch=batch,
        full=full,
    )

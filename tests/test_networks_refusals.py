"""What networks refuse: each error names what was given and what is allowed."""

from __future__ import annotations

import numpy as np
import pytest

from gdcore.networks import (
    BatchNorm,
    Convolution,
    Dense,
    LayerNorm,
    Network,
    fold_statistics,
    he,
    one_hot,
    squared_error,
    tanh,
)
from tests.test_networks import DENSE, IMAGE

X, LABELS = np.zeros((4, 6)), np.arange(4) % 3
REFUSED = {
    "a label above": (
        ValueError,
        r"targets must be labels in 0 … 2, got 3",
        lambda: DENSE.objective(squared_error, X, [0, 1, 3, 2]),
    ),
    "a label below": (
        ValueError,
        r"targets must be labels in 0 … 2, got -1",
        lambda: DENSE.objective(squared_error, X, [0, 1, -1, 2]),
    ),
    "labels that are not whole": (
        ValueError,
        r"targets must be labels of shape \(4,\) or vectors of shape \(4, 3\), got float64",
        lambda: DENSE.objective(squared_error, X, [0.0, 1.0, 2.0, 2.0]),
    ),
    "another number of labels": (
        ValueError,
        r"shape \(4,\) .* got int64 of shape \(3,\)",
        lambda: DENSE.objective(squared_error, X, [0, 1, 2]),
    ),
    "float labels in one_hot": (TypeError, r"labels must be whole numbers 0 … 2, got \[0.5\]", lambda: one_hot([0.5], 3)),
    "images of another shape": (
        ValueError,
        r"Convolution\(.*\) takes examples of shape \(height ≥ 3, width ≥ 3, 2\), got \(8, 8, 1\)",
        lambda: IMAGE.objective(squared_error, np.zeros((4, 8, 8, 1)), LABELS),
    ),
    "images of another size": (
        ValueError,
        r"Flatten\(.*\) takes examples of shape \(1, 1, 4\), got \(2, 2, 4\)",
        lambda: IMAGE.objective(squared_error, np.zeros((4, 12, 12, 2)), LABELS),
    ),
    "images that pools cannot cut": (
        ValueError,
        r"MaxPool\(size=2\) takes .* multiples of 2, got \(7, 7, 3\)",
        lambda: IMAGE.outputs(np.zeros(130), np.zeros((4, 9, 9, 2))),
    ),
    "inputs of another number": (
        ValueError,
        r"Dense\(inputs=6, outputs=5\) takes examples of shape \(6,\), got \(5,\)",
        lambda: DENSE.outputs(np.zeros(124), np.zeros((4, 5))),
    ),
    "no examples": (
        ValueError,
        r"x must be \(examples ≥ 1, .*got shape \(0, 6\)",
        lambda: DENSE.objective(squared_error, np.zeros((0, 6)), []),
    ),
    "an example without an axis of examples": (
        ValueError,
        r"x must be .*got shape \(6,\)",
        lambda: DENSE.outputs(np.zeros(124), X[0]),
    ),
    "batch norm on one example": (
        ValueError,
        r"x must hold at least 2 examples, got 1, .* BatchNorm\(.*\) in training needs them",
        lambda: DENSE.objective(squared_error, X[:1], [0]).gradient(np.zeros(124)),
    ),
    "the parameters of another network": (
        ValueError,
        r"w must have 124 numbers along its last axis, got an array of shape \(130,\)",
        lambda: DENSE.outputs(IMAGE.initialize(he), X),
    ),
    "another number of models": (
        ValueError,
        r"x holds data for \(2,\) models, .* got shape \(3, 124\)",
        lambda: DENSE.forward(np.zeros((3, 124)), np.zeros((2, 4, 6))),
    ),
    "layers that do not fit": (
        ValueError,
        r"Dense\(inputs=5, outputs=2\) takes examples of shape \(5,\), got \(4,\)",
        lambda: Network([Dense(3, 4), tanh, Dense(5, 2)]),
    ),
    "a norm of another size": (
        ValueError,
        r"BatchNorm\(features=3.*takes .*got \(4,\)",
        lambda: Network([Dense(3, 4), BatchNorm(3)]),
    ),
    "what is not a layer": (TypeError, "layers must be layers of gdcore.networks, got 3", lambda: Network([Dense(3, 4), 3])),
    "nothing to learn": (ValueError, r"layers must hold 1 to \d+ parameters, got \[tanh\]", lambda: Network([tanh])),
    "a layer of no units": (ValueError, "outputs must be a whole number ≥ 1, got 0", lambda: Dense(3, 0)),
    "a kernel that is not whole": (
        TypeError,
        "kernel must be a whole number ≥ 1, got 2.5",
        lambda: Convolution(1, 2, kernel=2.5),
    ),
    "no epsilon": (ValueError, "epsilon must be a number > 0, finite, got 0", lambda: LayerNorm(3, epsilon=0)),
    "a seed that is not whole": (
        TypeError,
        "seed must be a whole number ≥ 0, got 1.5",
        lambda: DENSE.initialize(he, seed=1.5),
    ),
    "running statistics that never move": (
        ValueError,
        "decay must be a number ≥ 0 and < 1, got 1.0",
        lambda: fold_statistics(None, np.ones(2), decay=1.0),
    ),
    "a negative seed": (ValueError, "seed must be a whole number ≥ 0, got -1", lambda: DENSE.initialize(he, seed=-1)),
    "statistics of another network": (
        ValueError,
        r"statistics must have 10 numbers .* got shape \(6,\)",
        lambda: DENSE.with_statistics(np.zeros(6)),
    ),
    "statistics without batch norm": (
        ValueError,
        "has no batch norm",
        lambda: Network([Dense(6, 3)]).statistics(np.zeros(21), X),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_name(case: str) -> None:
    error, message, call = REFUSED[case]
    with pytest.raises(error, match=message):
        call()

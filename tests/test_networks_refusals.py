"""What networks refuse: each error names what was given and what is allowed."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from gdcore.minibatches import Minibatches
from gdcore.networks import (
    BatchNorm,
    Convolution,
    Dense,
    Flatten,
    LayerNorm,
    Network,
    accuracy,
    confusion_matrix,
    fold_statistics,
    gaussian,
    he,
    matthews_correlation,
    observer,
    one_hot,
    small_uniform,
    squared_error,
    tanh,
)
from tests.test_networks import DENSE, IMAGE

X, LABELS = np.zeros((4, 6)), np.arange(4) % 3
BATCHES = Minibatches(partial(DENSE.objective, squared_error), X, LABELS, batch_size=2)
REFUSED = {
    "a label above": (
        ValueError,
        r"targets must lie in 0 … 2, got 3",
        lambda: DENSE.objective(squared_error, X, [0, 1, 3, 2]),
    ),
    "a label below": (
        ValueError,
        r"targets must lie in 0 … 2, got -1",
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
    "NaN in x": (
        ValueError,
        "x must be finite, got nan at index",
        lambda: DENSE.objective(squared_error, np.where(X, X, np.nan), LABELS),
    ),
    "infinity in x": (ValueError, "x must be finite", lambda: DENSE.outputs(np.zeros(124), X + np.inf)),
    "NaN in the batch": (ValueError, "x must be finite", lambda: DENSE.statistics(np.zeros(124), X + np.nan)),
    "complex inputs": (
        TypeError,
        "x must be numbers, got an array of complex128",
        lambda: DENSE.objective(squared_error, X + 1j, LABELS),
    ),
    "NaN in the targets": (
        ValueError,
        "targets must be finite",
        lambda: DENSE.objective(squared_error, X, np.full((4, 3), np.nan)),
    ),
    "targets too large for single precision": (
        ValueError,
        "targets must be finite",
        lambda: DENSE.objective(squared_error, X.astype(np.float32), np.full((4, 3), 1e300)),
    ),
    "no targets": (TypeError, "targets must be numbers, got None", lambda: DENSE.objective(squared_error, X, None)),
    "ragged targets": (
        ValueError,
        r"targets must be an array, all rows of one length, got \[\[1\], \[1, 2\]\]",
        lambda: DENSE.objective(squared_error, X, [[1], [1, 2]]),
    ),
    "images as outputs": (
        ValueError,
        r"x must leave the network as one row of numbers each, got outputs of shape \(2, 2, 1\): end with Flatten",
        lambda: Network([Convolution(1, 1, 3)]).objective(squared_error, np.zeros((4, 4, 4, 1)), LABELS),
    ),
    "a loss by name": (
        TypeError,
        "loss must be a Loss, such as squared_error, got 'squared_error'",
        lambda: DENSE.objective("squared_error", X, LABELS),
    ),
    "a layer for a list of layers": (
        TypeError,
        r"layers must be a list of layers of gdcore.networks, got Dense\(inputs=2, outputs=2\)",
        lambda: Network(Dense(2, 2)),
    ),
    "more parameters than memory": (
        ValueError,
        "layers must hold 1 to 1099511627776 parameters",
        lambda: Network([Dense(2**30, 2**10)]),
    ),
    "a rule by name": (TypeError, "rule must be a rule such as he, got 'he'", lambda: DENSE.initialize("he")),
    "a rule of another shape": (
        ValueError,
        r"rule must give arrays of shapes \(\(6, 5\), \(5,\)\) for Dense\(inputs=6, outputs=5\), got shapes \(\(\), \(\)\)",
        lambda: DENSE.initialize(lambda *arguments: 0.0),
    ),
    "a rule that gives NaN": (
        ValueError,
        "what rule gives must be finite",
        lambda: DENSE.initialize(lambda generator, shape, *fans: np.full(shape, np.nan)),
    ),
    "weights that are whole numbers": (
        TypeError,
        "dtype must be a kind of floats, such as float or np.float32, got <class 'int'>",
        lambda: DENSE.initialize(he, dtype=int),
    ),
    "no kind of numbers": (TypeError, "dtype must be a kind of floats.*got None", lambda: DENSE.initialize(he, dtype=None)),
    "no seeds": (
        ValueError,
        "seed must be a whole number ≥ 0 or several of them, got none",
        lambda: DENSE.initialize(he, seed=[]),
    ),
    "no generator": (TypeError, r"generator must be np.random.default_rng\(seed\), got 3", lambda: he(3, (2, 2), 2, 2)),
    "no connections": (
        ValueError,
        "fan_in must be a whole number ≥ 1, got 0",
        lambda: he(np.random.default_rng(0), (2, 2), 0, 2),
    ),
    "a deviation below 0": (
        ValueError,
        "deviation must be a number ≥ 0, finite, got -1",
        lambda: gaussian(np.random.default_rng(0), (2, 2), 2, 2, deviation=-1),
    ),
    "a half width below 0": (
        ValueError,
        "half_width must be a number ≥ 0, finite, got -1",
        lambda: small_uniform(np.random.default_rng(0), (2, 2), 2, 2, half_width=-1),
    ),
    "epsilon as a truth value": (TypeError, "epsilon must be a number > 0, finite, got True", lambda: BatchNorm(3, epsilon=True)),
    "decay as text": (TypeError, "decay must be a number ≥ 0 and < 1, got 'a'", lambda: fold_statistics(None, [1.0], decay="a")),
    "statistics of two shapes": (
        ValueError,
        r"running must have the shape of batch, \(2,\), got \(3,\)",
        lambda: fold_statistics(np.ones(3), np.ones(2)),
    ),
    "a layer norm of one feature": (ValueError, "features must be a whole number ≥ 2, got 1", lambda: LayerNorm(1)),
    "variances below 0": (
        ValueError,
        "statistics must hold variances ≥ 0",
        lambda: Network([BatchNorm(1)]).with_statistics([0, -1]),
    ),
    "moments of two shapes": (
        ValueError,
        "moments must be a mean and a variance ≥ 0 of one shape",
        lambda: BatchNorm(2, moments=(np.zeros(2), np.ones((3, 2)))),
    ),
    "a variance below 0": (ValueError, "moments must be .* a variance ≥ 0", lambda: BatchNorm(1, moments=([0], [-1]))),
    "one moment": (TypeError, r"moments must be \(mean, variance\)", lambda: BatchNorm(1, moments=([0],))),
    "an empty shape": (ValueError, "shape must have at least one axis", lambda: Flatten(())),
    "a shape that is a number": (TypeError, "shape must be a tuple of whole numbers ≥ 1, got 3", lambda: Flatten(3)),
    "what forward did not keep": (
        TypeError,
        r"kept must be what forward of this network gave, got \[\]",
        lambda: DENSE.backward(np.zeros(124), [], np.ones((4, 3))),
    ),
    "an error of another shape": (
        ValueError,
        r"delta must have the shape of the outputs, \(..., N, K\), got an array of shape \(3,\)",
        lambda: DENSE.backward(np.zeros(124), DENSE.forward(np.zeros(124), X)[1], np.ones(3)),
    ),
    "targets of another shape": (
        ValueError,
        r"targets must have the last axes of the outputs, \(1, 2\), got an array of shape \(1, 1\)",
        lambda: squared_error.value([[1, 2]], [[1]]),
    ),
    "outputs of one axis": (
        ValueError,
        r"outputs must have shape \(..., N, K\), N and K ≥ 1, got an array of shape \(2,\)",
        lambda: squared_error.value([1, 2], [1, 2]),
    ),
    "labels for other examples": (
        ValueError,
        r"labels must have shape \(2,\) or \(3, 2\) for outputs of shape \(3, 2, 4\), got an array of shape \(1,\)",
        lambda: accuracy(np.zeros((3, 2, 4)), [0]),
    ),
    "guesses of NaN": (ValueError, "outputs must hold no NaN, got 1 in", lambda: confusion_matrix([[0, np.nan]], [0])),
    "counts below 0": (
        ValueError,
        r"confusion must be counts from 0 to 2\*\*53",
        lambda: matthews_correlation([[1, -1], [0, 1]]),
    ),
    "a matrix that is not square": (ValueError, "confusion must be counts", lambda: matthews_correlation([[1, 1]])),
    "batches for a network without batch norm": (
        ValueError,
        "batches must be None for a network without batch norm",
        lambda: observer(Network([Dense(6, 3)]), squared_error, X, LABELS, batches=BATCHES),
    ),
    "running statistics of another size": (
        ValueError,
        "running must have 10 numbers along its last axis",
        lambda: observer(DENSE, squared_error, X, LABELS, batches=BATCHES, running=[1.0]),
    ),
    "no batches": (TypeError, "batches must be Minibatches, got 3", lambda: observer(DENSE, squared_error, X, LABELS, batches=3)),
    "no network": (TypeError, "network must be a Network, got None", lambda: observer(None, squared_error, X, LABELS)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_name(case: str) -> None:
    error, message, call = REFUSED[case]
    with pytest.raises(error, match=message):
        call()

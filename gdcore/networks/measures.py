"""How good the guesses of a classifier are, and labels as vectors.

The class that a network guesses for an example is the place of the largest of its K outputs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from gdcore import validation
from gdcore.arrays import Array
from gdcore.networks import arguments


def one_hot(labels: ArrayLike, classes: int, dtype: DTypeLike = float) -> Array:
    """Labels 0 … classes − 1, (...), as vectors with a 1 at the label's place, (..., classes).

    Raises TypeError for labels that are not whole numbers and a `dtype` that is no kind of floats,
    ValueError for a label out of range.

    >>> one_hot([0, 2], classes=3)
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    classes = validation.whole_number("classes", classes, least=1, most=2**31 - 1)
    kind = arguments.float_type("dtype", dtype)
    return arguments.one_hot(arguments.labels("labels", labels, classes), classes, kind)


def accuracy(outputs: ArrayLike, labels: ArrayLike) -> Array:
    """The share of examples for which a classifier guesses the label.

    Outputs are (..., N, K), labels (N,) or (..., N), the result is (...). An example with NaN among
    its outputs counts as wrong: a network that has diverged guesses nothing. Raises TypeError or
    ValueError for labels that are not whole numbers 0 … K − 1, one for each example.

    >>> accuracy([[0.2, 0.8], [0.9, 0.1]], labels=[1, 1])
    np.float64(0.5)
    """
    outputs, labels = _fitting(outputs, labels)
    right = outputs.argmax(axis=-1) == labels
    return np.mean(right & ~np.isnan(outputs).any(axis=-1), axis=-1)


def confusion_matrix(outputs: ArrayLike, labels: ArrayLike) -> NDArray[np.int_]:
    """How often class i was taken for class j, (..., K, K): a row for each true class.

    Outputs are (..., N, K), labels (N,) or (..., N). Raises ValueError for NaN among the outputs,
    which is no guess, and TypeError or ValueError for labels as in `accuracy`.

    >>> confusion_matrix([[0.2, 0.8], [0.9, 0.1]], labels=[1, 1])
    array([[0, 0],
           [1, 1]])
    """
    outputs, labels = _fitting(outputs, labels)
    if np.isnan(outputs).any():
        raise ValueError(f"outputs must hold no NaN, got {int(np.isnan(outputs).sum())} in an array of shape {outputs.shape}")
    classes = outputs.shape[-1]
    return (one_hot(labels, classes).mT @ one_hot(outputs.argmax(axis=-1), classes)).astype(int)


def matthews_correlation(confusion: ArrayLike) -> Array:
    """Matthews' correlation coefficient of K classes from confusion matrices (..., K, K), (...).

    With t_k true examples of class k, p_k predicted ones, c correct ones and n in all,

        MCC = (c n − Σ t_k p_k) / √((n² − Σ p_k²) (n² − Σ t_k²)).

    It is 1 for no error and about 0 for guessing. It is set to 0 where only one class is predicted
    or true, as the fraction is then 0/0. Raises ValueError for matrices that are not square, and
    for counts below 0 or above 2⁵³. Source: Gorodkin 2004; Kneusel, chapters 4 and 11.

    >>> matthews_correlation([[30, 0], [0, 12]]), matthews_correlation([[30, 0], [12, 0]])
    (np.float64(1.0), np.float64(0.0))
    """
    c = validation.numbers("confusion", confusion, shape="(..., K, K)").astype(float)
    if c.ndim < 2 or c.shape[-1] != c.shape[-2] or c.min() < 0 or c.max() > 2**53:
        raise ValueError(f"confusion must be counts from 0 to 2**53, (..., K, K), got {validation.shown(confusion)}")
    true, predicted, n = c.sum(axis=-1), c.sum(axis=-2), c.sum(axis=(-2, -1))
    covariance = c.trace(axis1=-2, axis2=-1) * n - (true * predicted).sum(axis=-1)
    spread = np.sqrt((n**2 - (predicted**2).sum(axis=-1)) * (n**2 - (true**2).sum(axis=-1)))
    return np.divide(covariance, spread, out=np.zeros_like(covariance), where=spread > 0)[()]


def _fitting(outputs: ArrayLike, labels: ArrayLike) -> tuple[Array, NDArray[np.integer]]:
    """Outputs (..., N, K) and labels (N,) or (..., N) as arrays that fit each other."""
    outputs = validation.numbers("outputs", outputs, shape="(..., N, K)", finite=False)
    if outputs.ndim < 2:
        raise ValueError(f"outputs must have shape (..., N, K), got an array of shape {outputs.shape}")
    examples, where = outputs.shape[:-1], f" for outputs of shape {outputs.shape}"
    labels = arguments.labels("labels", labels, outputs.shape[-1], where)
    if labels.ndim == 0 or labels.shape != examples[len(examples) - labels.ndim :]:
        raise ValueError(f"labels must have shape {examples[-1:]} or {examples}{where}, got an array of shape {labels.shape}")
    return outputs, labels

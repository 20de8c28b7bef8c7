"""The rules of the chapter "A training run" for a curve, as a program that knows no cause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

FLOOR = np.log(np.e + 9) - 1  # what ten classes cannot get below if the softmax is taken twice
SAME_REMEDY = {"noise floor": "rate too large"}  # a smaller rate, or one that falls


def diagnosis(record: dict[str, Any]) -> str:
    """The first fault whose sign and test agree, or "nothing"."""
    return next(_found(record), "nothing")


def right(said: str, fault: str) -> bool:
    """Whether a diagnosis leads to the remedy of the fault."""
    return SAME_REMEDY.get(said, said) == SAME_REMEDY.get(fault, fault)


def _found(record: dict[str, Any]) -> Iterator[str]:
    if not np.isfinite(record["loss"]).all():
        yield from _not_a_number(record)
        return
    yield from _by_looking(record)
    yield from _validation(record)
    yield from _level(record)


def _not_a_number(record: dict[str, Any]) -> Iterator[str]:
    """The order of suspicion: the data, the number format, the rate."""
    if not record["inputs_finite"]:
        yield "not a number in the data"
    if record["finite_in_float32"]:
        yield "overflow in float16"
    yield "rate too large"


def _by_looking(record: dict[str, Any]) -> Iterator[str]:
    """What a look at logs, inputs, gradients and one batch decides, before anything is trained."""
    if record["twice"] > 1.5:  # the same batch, asked twice, has twice the gradient
        yield "gradients not reset"
    if min(record["moved"]) == 0:
        yield "zero weights" if min(record["first_norms"]) == 0 else "only the last layer"
    if record["largest_input"] > 30:
        yield "huge inputs"
    if record["classes_in_a_batch"] < 3:
        yield "sorted by class"
    rate = record["rate"]
    if rate[1:][np.diff(rate) > 0].size and np.argmax(np.diff(rate)) > 0.2 * len(rate):  # a rise, and no warm-up
        yield "schedule restarted"
    if FLOOR - 0.02 < record["ten"] < FLOOR + 0.1:
        yield "softmax twice"
    if np.mean(record["clipped"]) > 0.9:
        yield "clipped at every step"


def _validation(record: dict[str, Any]) -> Iterator[str]:
    """What training and validation say together."""
    validation, accuracy, training = record["validation"], record["accuracy"], record["training"]
    if record["training_by_validation_code"] > 1.5 * training + 0.1:
        yield "validation in other units"
    if max(accuracy) < 0.25 and record["ten"] < 0.1:  # ten examples can be learned, and the rest teaches nothing
        yield "labels of other examples"
    if training > 1.15 * validation[-1]:
        yield "wrong labels"
    if validation[-1] > 1.15 * min(validation) and accuracy[-1] < max(accuracy) - 0.04:
        lowest = 10 * int(np.argmin(validation))  # validated every ten steps
        then = record["loss"][max(0, lowest - 20) : lowest + 20].mean()
        if training < 0.9 * then:  # it is still learning, but what?
            yield "wrong labels"
    if training < 0.1 * validation[-1]:
        yield "few examples"


def _level(record: dict[str, Any]) -> Iterator[str]:
    """Where a loss stays too high: go on with another rate and look."""
    if record["weights"] > 20 * record["first_weights"] > 0:
        yield "rate too large"
    if record["weights"] < 0.6 * record["first_weights"]:
        yield "decay too strong"
    if record["training"] > 0.6 * record["validation"][-1]:  # else the rate is not what is wrong
        if record["rate"][-1] < 0.3 * max(record["rate"]) and record["full"] < 0.85 * record["kept"]:
            yield "rate spent too early"
        if record["larger"] < 0.8 * record["kept"]:
            yield "rate too small"
    if record["cut"] < 0.9 * record["kept"]:
        yield "noise floor"

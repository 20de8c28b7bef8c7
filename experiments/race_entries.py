"""Who takes part in experiments.optimizer_race, and between which constants a trial draws.

A trial k = 1, 2, … has the k-th point (u, v) of Halton's sequence in the unit square, the same for
every method. Its rate is ρ · 10^(4 u − 2), within a factor of 100 of ρ, the method's `middle`, and
its other constant lies at v between two bounds, on a logarithmic scale too. A memory such as μ or
β₁ is drawn by 1 − μ. So the first trial has the rate ρ. It is one that papers or libraries give,
but for Lion and the normalized gradient. There it is larger: on MNIST the best of 20 rates around
10⁻⁴ had been the largest, and the range was moved. Any first k trials spread over the square: a
race with a smaller budget is a part of this one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gdcore.catalogue import METHODS

DECADES = 4.0


@dataclass(frozen=True, eq=False)
class Entry:
    """A method, and what of it is tuned.

    - `middle`: the rate in the middle of its range; `rate` is the hyperparameter's name.
    - `other`: the name of one more hyperparameter that is tuned, between `low` and `high`. If
      `memory`, one minus it is drawn, between these. None where the method has no other.
    - `fixed`: what is set besides.
    - `falls`: whether the rate falls along a cosine after the warm-up, or stays.
    - `gradients`: of how many minibatches a step takes the gradient.
    - `whole`: the hyperparameter that says after how many steps the gradient of all data is taken.
    """

    method: str
    middle: float
    other: str | None = None
    low: float = 0.0
    high: float = 0.0
    memory: bool = False
    rate: str = "learning_rate"
    fixed: dict[str, Any] = field(default_factory=dict)
    falls: bool = True
    gradients: int = 1
    whole: str | None = None

    def settings(self, trial: int) -> dict[str, Any]:
        """The hyperparameters of a trial, counted from 1."""
        chosen: dict[str, Any] = {self.rate: self.middle * 10 ** (DECADES * (halton(trial, 2) - 0.5))}
        if self.other is not None:
            drawn = self.low * (self.high / self.low) ** halton(trial, 3)
            chosen[self.other] = round(drawn) if self.whole == self.other else 1 - drawn if self.memory else drawn
        return self.fixed | chosen

    def evaluations(self, steps: int, batches: int, settings: dict[str, Any]) -> float:
        """How many gradients of a minibatch a run takes; those of all data count as `batches`."""
        wholes = -(-steps // settings[self.whole]) if self.whole else 0
        return steps * self.gradients + wholes * batches


def halton(k: int, base: int) -> float:
    """The k-th number of van der Corput's sequence: the digits of k behind the point, reversed."""
    value, share = 0.0, 1.0
    while k:
        k, digit = divmod(k, base)
        share /= base
        value += share * digit
    return value


def _memory(method: str, middle: float, other: str, **more: Any) -> Entry:
    """A method with a memory: between an average over 2 steps and one over 100."""
    return Entry(method, middle, other, 0.01, 0.5, memory=True, **more)


_ENTRIES = (
    Entry("gradient_descent", 0.1),
    _memory("momentum", 0.01, "momentum"),
    _memory("nesterov", 0.01, "momentum"),
    _memory("schedule_free", 1.0, "momentum", falls=False),
    Entry("normalized_gradient", 1e-3, "epsilon", 1e-6, 1.0),
    Entry("adagrad", 0.01, "epsilon", 1e-8, 1e-1),
    _memory("rmsprop", 1e-3, "decay"),
    _memory("adadelta", 1.0, "decay"),
    _memory("adam", 1e-3, "beta1"),
    Entry("adamw", 1e-3, "weight_decay", 1e-3, 1.0),
    _memory("nadam", 1e-3, "beta1"),
    _memory("amsgrad", 1e-3, "beta1"),
    _memory("lion", 1e-3, "beta1"),
    _memory("muon", 0.01, "momentum"),
    _memory("soap", 3e-3, "beta1"),
    Entry("random_search", 1e-2, rate="radius", fixed={"local": True}, gradients=0),
    Entry("svrg", 0.1, "period", 64, 1024, gradients=2, whole="period"),
    Entry("shampoo", 0.1, "epsilon", 1e-8, 1e-1),
)

ENTRIES: dict[str, Entry] = {entry.method: entry for entry in _ENTRIES}
"""Who takes part, by the method's name."""

LEFT_OUT = {
    "steepest_descent": "a line search needs the same loss at each trial, and a minibatch's minimum is not that of the data",
    "coordinate_descent": "a step is one coordinate's: the run has fewer steps than the network coordinates",
    "proximal_gradient": "it is for losses with a penalty",
    "newton": "the Hessian of a minibatch is singular, and costs as many gradients as there are parameters",
    "trust_region": "the Hessian of a minibatch is singular, and costs as many gradients as there are parameters",
    "gauss_newton": "it is for sums of squares whose residuals and their slopes are known",
    "conjugate_gradient": "its directions and line searches need the same loss at each step",
    "bfgs": "differences of gradients of two minibatches are noise",
    "lbfgs": "differences of gradients of two minibatches are noise",
}
"""The other methods of the catalogue, and why they do not take part."""

assert ENTRIES.keys() | LEFT_OUT.keys() == METHODS.keys()

SHIPPED: dict[str, tuple[str, dict[str, Any], float | None]] = {
    "SGD, Keras": ("gradient_descent", {"learning_rate": 0.01}, None),
    "RMSprop, Keras": ("rmsprop", {"learning_rate": 1e-3, "decay": 0.9, "epsilon": 1e-7}, None),
    "Adagrad, Keras": ("adagrad", {"learning_rate": 1e-3, "epsilon": 1e-7}, 0.1),
    "Adagrad, Keras before 2.3": ("adagrad", {"learning_rate": 0.01, "epsilon": 1e-7}, None),
    "Adam, Keras": ("adam", {"learning_rate": 1e-3, "epsilon": 1e-7}, None),
    "SGD, PyTorch": ("gradient_descent", {"learning_rate": 1e-3}, None),
    "RMSprop, PyTorch": ("rmsprop", {"learning_rate": 0.01, "decay": 0.99, "epsilon": 1e-8}, None),
    "Adagrad, PyTorch": ("adagrad", {"learning_rate": 0.01, "epsilon": 1e-10}, None),
    "Adam, PyTorch": ("adam", {"learning_rate": 1e-3, "epsilon": 1e-8}, None),
}
"""The source's four optimizers with what two libraries ship: method, settings, first state.

Keras is the library that the source names beside its formulas. Its numbers are those of Keras in
TensorFlow 2; Adagrad's were others in the Keras of before. PyTorch's are those of version 2.13.
"""
